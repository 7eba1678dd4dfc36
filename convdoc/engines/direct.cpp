/* Convolutions without im2col: a transposed one and the gradient too. Plain C++, for ctypes.

   The image is copied once, with its padding, and so that windows which are neighbours in the
   output are neighbours in the copy, whatever the stride is. From then on every product of a
   sum is an image pixel at a fixed distance from the window's corner: one table of distances
   serves all windows. A vector register holds neighbouring outputs: their pixels are loaded
   together, and multiplied with a weight of some filters. They are read
   - from the image itself, where filters or products are few;
   - or, for many filters, some products at a time, whose pixels stay in a cache meanwhile. Where
     rows do not end where vectors do, they are copied into a panel, in which windows follow each
     other across the ends of rows and images.
   Sums stay in registers until the products of a run are added up.

   A transposed convolution with a stride is as many convolutions without one as the stride has
   phases, each with the elements of the kernel that reach its outputs. The gradient of a kernel
   is a sum over windows instead of channels: the filters' outputs take the part of the weights,
   and a register holds neighbouring filters, or neighbouring outputs where filters are few.

   What to do comes as integers, in the order of `Numbers` (see direct.py). */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <system_error>
#include <thread>
#include <type_traits>
#include <vector>
#ifdef __linux__
#include <pthread.h>
#include <sched.h>
#endif
#ifdef _WIN32
#define EXPORT extern "C" __declspec(dllexport)
static int getpid() { return 1; } /* nothing forks */
#else
#include <unistd.h>
#define EXPORT extern "C" __attribute__((visibility("default")))
#endif

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#define REGISTERS 32
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#define REGISTERS 16
#elif defined(__aarch64__)
#define VECTOR_BYTES 16
#define REGISTERS 32
#else
#define VECTOR_BYTES 16
#define REGISTERS 16
#endif
#define MANY (REGISTERS / 4) /* filters at a time, */
#define STRIP_OF_MANY 3      /* vectors of neighbouring outputs of each: 24 of 32 registers */
#define STRIP 4              /* vectors of outputs of 2 or 3 filters at a time, */
#define LONG_STRIP 8         /* and of a single one */
#define STRIPS ((Index)8)    /* strips in a row, then another block of filters */
#define FILTERS_AT_ONCE ((Index)128) /* and such strips, for which pixels are copied once: the */
#define STRIPS_AT_ONCE ((Index)2)    /* copy and the sums fit a cache, and a stack of 128 KB */
#define WINDOWS (REGISTERS / 4 * 3 / 2) /* of a gradient, two vectors of sums for each */
#define WORTH_THREADS 200000 /* products; below, waking threads costs more than it saves */
#define RUN ((Index)128)     /* products, then their sum is added up: long sums round more */
#define AT_ONCE 2000000      /* bytes of padded images: a few samples, which stay in a cache */
#define NEAR (Index)(65536 / sizeof(real)) /* pixels that are copied when they are needed */
#define FEW_TILES 16         /* of a gradient's sums, which fit a cache */
#define TASKS ((Index)4)     /* of a gradient for each thread, at least */
#define PATIENCE 2000        /* looks for what it waits for before a thread goes to sleep */

namespace {

typedef int64_t Index;

enum Outcome { DONE, NO_MEMORY, STOPPED, NOT_FINITE, FAILED };

/* A convolution of `x`, whose outputs are `y`; also where `x` or the kernel is wanted. */
struct Numbers {
    Index samples, channels, height, width; /* of x */
    Index filters, kh, kw;
    Index top, left; /* padding */
    Index stride_v, stride_h, dilation_v, dilation_h, groups;
    Index rows, columns; /* of y */
    Index threads;       /* to compute with, the caller's included */
};

Index parts_of(Index count, Index size) { return (count + size - 1) / size; }

/* The part of blocks of a size that so many fill. */
double fullness(Index count, Index size) { return (double)count / (parts_of(count, size) * size); }

/* Threads that help with a loop if they get to it. The caller never waits for one that has not
   begun: threads of other libraries may keep every processor but the caller's busy for many
   milliseconds. */
class Helpers {
public:
    typedef std::function<void(Index, Index)> Body;

    /* Those of this process: a fork has none of its parent's, and whatever locks another thread
       of the parent held are held for ever. They are there for as long as the process lives. */
    static Helpers& here() {
        static std::atomic<Helpers*> current{NULL};
        Helpers* found = current.load();
        if (found && found->process == getpid()) return *found;
        Helpers* fresh = new Helpers;
        if (current.compare_exchange_strong(found, fresh)) return *fresh;
        delete fresh; /* another thread was quicker */
        return *found;
    }

    /* Call body(first, last) for parts of 0 ... count, in so many threads; in the caller's
       alone while they help another. */
    void loop(Index count, Index wanted, const Body& work) {
        std::unique_lock<std::mutex> mine(in_use, std::try_to_lock);
        if (!mine) return work(0, count);
        start(wanted - 1);
        keep_off_this_processor();
        {
            std::lock_guard<std::mutex> guard(lock);
            body = &work;
            part = std::max<Index>(1, count / (16 * wanted));
            end = count;
            next = 0;
            ++loops;
        }
        wake.notify_all();
        take_parts(work);
        {
            std::lock_guard<std::mutex> guard(lock);
            body = NULL; /* who has not begun need not */
        }
        for (int look = 0; look < PATIENCE && busy; ++look) std::this_thread::yield();
        std::unique_lock<std::mutex> guard(lock);
        done.wait(guard, [this] { return busy == 0; });
    }

private:
    const int process = getpid();
    std::mutex in_use, lock;
    std::condition_variable wake, done;
    std::atomic<Index> next{0}, loops{0};
    const Body* body = NULL;
    Index part = 0, end = 0;
    std::atomic<int> busy{0};
    std::vector<std::thread::native_handle_type> threads;

    void start(Index wanted) {
        threads.reserve(wanted);
        while ((Index)threads.size() < wanted) {
            try {
                std::thread thread(&Helpers::help, this);
                threads.push_back(thread.native_handle());
                thread.detach();
#ifdef __linux__
                kept_off = -1;
#endif
            } catch (const std::system_error&) {
                return; /* as many as the system allows */
            }
        }
    }

#ifdef __linux__
    int kept_off = -1;
    /* Linux likes to wake a thread where its waker runs, and there it would wait for the end of
       the loop. */
    void keep_off_this_processor() {
        const int here = sched_getcpu();
        if (here == kept_off || here < 0) return;
        cpu_set_t others;
        if (sched_getaffinity(0, sizeof(others), &others)) return;
        CPU_CLR(here, &others);
        if (CPU_COUNT(&others) == 0) return;
        for (std::thread::native_handle_type thread : threads)
            pthread_setaffinity_np(thread, sizeof(others), &others);
        kept_off = here;
    }
#else
    void keep_off_this_processor() {}
#endif

    void take_parts(const Body& work) {
        for (Index first; (first = next.fetch_add(part)) < end;)
            work(first, std::min(first + part, end));
    }

    void help() {
        for (Index seen = 0;;) {
            for (int look = 0; look < PATIENCE && loops == seen; ++look)
                std::this_thread::yield();
            std::unique_lock<std::mutex> guard(lock);
            wake.wait(guard, [&] { return loops != seen; });
            seen = loops;
            if (!body) continue;
            const Body& work = *body; /* which stays until `busy` is 0 again */
            ++busy;
            guard.unlock();
            take_parts(work);
            guard.lock();
            if (--busy == 0) done.notify_one();
        }
    }
};

/* Copy a few numbers, for which a call of memcpy costs more. */
template <typename real>
void copy_some(const real* from, Index length, real* to) {
    for (; length >= 16; length -= 16, from += 16, to += 16) memcpy(to, from, 16 * sizeof(real));
#pragma GCC unroll 4
    for (Index few = 16; few; few /= 2)
        if (length >= few) {
            memcpy(to, from, few * sizeof(real));
            length -= few, from += few, to += few;
        }
}

/* Where the pixels of a padded image are: rows and columns that are a stride apart are
   neighbours. A negative padding cuts off. */
struct Layout {
    Index channels, height, width, top, left, stride_v, stride_h;
    Index parts_v, parts_h;  /* of rows and of columns that are a stride apart; */
    Index lines, pitch;      /* the rows and columns of each */
    Index plane, sample;     /* pixels from one channel, one sample to the next */

    /* For windows that are `reach_v` and `reach_h` large. */
    Layout(Index channels, Index height, Index width, Index top, Index left, Index padded_h,
           Index padded_w, Index stride_v, Index stride_h, Index reach_v, Index reach_h)
        : channels(channels), height(height), width(width), top(top), left(left),
          stride_v(std::min(stride_v, padded_h)), stride_h(std::min(stride_h, padded_w)),
          parts_v(std::min(this->stride_v, reach_v)), parts_h(std::min(this->stride_h, reach_h)) {
        lines = parts_of(padded_h, this->stride_v), pitch = parts_of(padded_w, this->stride_h);
        plane = parts_v * parts_h * lines * pitch;
        if (plane % 256 == 0) plane += 16; /* or channels would compete for a part of the cache */
        sample = channels * plane;
    }

    Index at(Index row, Index column) const {
        return ((row % stride_v * parts_h + column % stride_h) * lines + row / stride_v) * pitch
               + column / stride_h;
    }

    /* Whether it is the image as it is. */
    bool is_image() const {
        return top == 0 && left == 0 && stride_v == 1 && stride_h == 1 && lines == height
               && pitch == width && plane == height * width;
    }

    /* Copy a channel into the zeros of its padding. */
    template <typename real>
    void copy(const real* image, real* padded) const {
        if (top || left || stride_v * lines != height || stride_h * pitch != width)
            std::fill(padded, padded + plane, 0);
        for (Index a = 0; a < parts_v; ++a)
            for (Index b = 0; b < parts_h; ++b, padded += lines * pitch) {
                const Index first = inside(left - b, stride_h, pitch);
                const Index last = inside(left - b + width, stride_h, pitch);
                const Index end = inside(top - a + height, stride_v, lines);
                for (Index i = inside(top - a, stride_v, lines); i < end; ++i) {
                    const real* from = image + (i * stride_v + a - top) * width + b - left;
                    real* to = padded + i * pitch;
                    if (stride_h == 1)
                        copy_some(from + first, last - first, to + first);
                    else if (stride_h == 2) /* a constant, for which there are vectors */
                        for (Index j = first; j < last; ++j) to[j] = from[j * 2];
                    else
                        for (Index j = first; j < last; ++j) to[j] = from[j * stride_h];
                }
            }
    }

private:
    /* The first of so many that are a stride apart which is not before a position. */
    static Index inside(Index position, Index stride, Index count) {
        return position > 0 ? std::min(count, parts_of(position, stride)) : 0;
    }
};

/* Padded images, and zeros after them, which vectors may reach into. */
template <typename real>
class Padded {
    std::unique_ptr<real[]> pixels;

public:
    static constexpr Index past = LONG_STRIP * VECTOR_BYTES / sizeof(real);
    explicit Padded(Index size) {
        if (!size) return;
        pixels.reset(new real[size + past]);
        std::fill_n(&pixels[size], past, 0);
    }
    real* get() const { return pixels.get(); }
};

/* Along one axis, the kernel elements that reach every stride-th pixel of a transposed
   convolution, from `first` on, and the distance of the output that each of them reads. */
struct Phase {
    Index first, count;
    std::vector<Index> elements, distances;
};

std::vector<Phase> phases(Index size, Index k, Index padding, Index stride, Index dilation) {
    std::vector<Phase> all;
    for (Index first = 0; first < std::min(stride, size); ++first) {
        Phase phase = {first, parts_of(size - first, stride), {}, {}};
        for (Index u = 0; u < k; ++u)
            if ((first + padding - u * dilation) % stride == 0) {
                phase.elements.push_back(u);
                phase.distances.push_back((first + padding - u * dilation) / stride);
            }
        if (!phase.elements.empty()) all.push_back(phase);
    }
    return all;
}

template <typename real>
class Convolution {
    typedef real Vector __attribute__((vector_size(VECTOR_BYTES)));
    static constexpr Index LANES = VECTOR_BYTES / sizeof(real);
    typedef typename std::conditional<sizeof(real) == 4, int32_t, int64_t>::type whole;
    typedef whole Whole __attribute__((vector_size(VECTOR_BYTES)));
    typedef std::unique_ptr<real[]> Array;

    const Numbers n;
    const int* const stop; /* not 0: the answer is not wanted any more */
    const Index element;   /* weights of a kernel slice */
    const Index read, share; /* channels and filters of a group */
    const bool worth_threads;

    /* Outputs of all samples and filters that the same kernel elements reach. */
    struct Part {
        Index rows, columns;               /* of them, */
        Index start, row_step, column_step; /* and where they are in an output image */
        std::vector<Index> distances, sources; /* of each product: its pixel, its weight; no
                                                  sources where weights follow each other */
        Index farthest;      /* distance */
        bool packed, one_line;
        bool whole; /* packed, of rows that end where vectors do: nothing is copied */
        Index line; /* outputs in a row, or in all rows as they follow each other in memory */
        Index block, blocks;  /* filters at a time, and how many such blocks a group has */
        Index strips_at_once, filters_at_once; /* that share a copy of pixels */
        const real* weights;  /* [filter][product] */
        Array own;

        /* Whether a line is shorter than the vectors it is computed with. */
        bool reads_past() const { return !packed && line < width_for(line); }
        Index products() const { return distances.size(); }
        Index pixels() const { return rows * columns; }
        Index strips() const { return parts_of(line, strip() * STRIPS); }
        Index lines() const { return one_line ? 1 : rows; }
        Index strip() const { return vectors() * LANES; }
        Index shares() const { return parts_of(blocks * MANY, filters_at_once); }
        Index vectors() const {
            return block == 1 ? LONG_STRIP : block == MANY ? STRIP_OF_MANY : STRIP;
        }
        /* Outputs that are computed together for so many: 1, 2, 4, or of one filter 8 vectors. */
        Index width_for(Index length) const {
            Index width = LANES;
            while (width < length && width < strip()) width *= 2;
            return std::min(width, strip());
        }
    };

    /* What a forward or a transposed convolution reads and writes. */
    struct Images {
        const real* input;
        real* output;
        Index filters, size; /* channels and pixels of an output */
        Index filter_step;   /* weights from one output channel to the next, in a group */
    };

public:
    Convolution(const Numbers& n, const int* stop)
        : n(n), stop(stop), element(n.kh * n.kw), read(n.channels / n.groups),
          share(n.filters / n.groups),
          worth_threads(n.threads > 1
                        && (double)n.samples * n.filters * n.rows * n.columns * read * element
                               > WORTH_THREADS) {}

    void forward(const real* x, const real* w, real* y) {
        const Index padded_h = (n.rows - 1) * n.stride_v + (n.kh - 1) * n.dilation_v + 1;
        const Index padded_w = (n.columns - 1) * n.stride_h + (n.kw - 1) * n.dilation_h + 1;
        const Layout layout(n.channels, n.height, n.width, n.top, n.left, padded_h, padded_w,
                            n.rows > 1 ? n.stride_v : 1, n.columns > 1 ? n.stride_h : 1,
                            (n.kh - 1) * n.dilation_v + 1, (n.kw - 1) * n.dilation_h + 1);
        std::vector<Part> parts(1);
        Part& part = parts[0];
        part.rows = n.rows, part.columns = n.columns;
        part.start = 0, part.row_step = n.columns, part.column_step = 1;
        for (Index c = 0; c < read; ++c)
            for (Index u = 0; u < n.kh; ++u)
                for (Index v = 0; v < n.kw; ++v)
                    part.distances.push_back(c * layout.plane + reads(layout, u, v));
        const Images images = {x, y, n.filters, n.rows * n.columns, read * element};
        compute(layout, parts, images, w);
    }

    Outcome transposed(const real* y, const real* w, real* x) {
        if (!is_finite(w)) return NOT_FINITE; /* times the zeros of a padding it would be NaN */
        const Index size = n.height * n.width;
        const std::vector<Phase> vertical
            = phases(n.height, n.kh, n.top, n.stride_v, n.dilation_v);
        const std::vector<Phase> horizontal
            = phases(n.width, n.kw, n.left, n.stride_h, n.dilation_h);
        if ((Index)vertical.size() < std::min(n.height, n.stride_v)
            || (Index)horizontal.size() < std::min(n.width, n.stride_h))
            loop(n.samples * n.channels, [&](Index at) { /* pixels that no window has read */
                std::fill(x + at * size, x + (at + 1) * size, 0);
            });
        if (vertical.empty() || horizontal.empty()) return DONE;
        Index top, left, padded_h, padded_w;
        reach(vertical, &top, &padded_h), reach(horizontal, &left, &padded_w);
        const Layout layout(n.filters, n.rows, n.columns, top, left, padded_h, padded_w, 1, 1,
                            1, 1);
        std::vector<Part> parts;
        for (const Phase& a : vertical)
            for (const Phase& b : horizontal) {
                parts.emplace_back();
                Part& part = parts.back();
                part.rows = a.count, part.columns = b.count;
                part.start = a.first * n.width + b.first;
                part.row_step = n.stride_v * n.width, part.column_step = n.stride_h;
                for (Index f = 0; f < share; ++f)
                    for (size_t u = 0; u < a.elements.size(); ++u)
                        for (size_t v = 0; v < b.elements.size(); ++v) {
                            part.distances.push_back(
                                f * layout.plane
                                + layout.at(a.distances[u] + top, b.distances[v] + left));
                            part.sources.push_back(f * read * element
                                                   + turned(a.elements[u], b.elements[v]));
                        }
            }
        const Images images = {y, x, n.channels, size, element};
        compute(layout, parts, images, w);
        return DONE;
    }

    void gradient(const real* x, const real* dy, real* dw);

    bool stopped() const { return stop && __atomic_load_n(stop, __ATOMIC_RELAXED); }

private:
    template <typename Body>
    void loop(Index count, const Body& body) const {
        const auto part = [&](Index first, Index last) {
            for (Index at = first; at < last && !stopped(); ++at) body(at);
        };
        if (worth_threads && count > 1)
            Helpers::here().loop(count, n.threads, part);
        else
            part(0, count);
    }

    /* The pixel of a window that is multiplied with a weight. */
    Index reads(const Layout& layout, Index u, Index v) const {
        return layout.at((n.kh - 1 - u) * n.dilation_v, (n.kw - 1 - v) * n.dilation_h);
    }

    /* The weight that is laid on a window's element. */
    Index turned(Index u, Index v) const { return (n.kh - 1 - u) * n.kw + n.kw - 1 - v; }

    /* The padding before the first output that is read, and the size up to the last. */
    static void reach(const std::vector<Phase>& phases, Index* before, Index* size) {
        Index first = phases[0].distances[0], last = first;
        for (const Phase& phase : phases)
            for (const Index distance : phase.distances) {
                first = std::min(first, distance);
                last = std::max(last, distance + phase.count - 1);
            }
        *before = -first, *size = last - first + 1;
    }

    bool is_finite(const real* w) const {
        const Index size = n.filters * read * element, chunk = 1 << 15;
        std::atomic<bool> finite{true};
        loop(parts_of(size, chunk), [&](Index at) {
            const real *from = w + at * chunk, *end = w + std::min((at + 1) * chunk, size);
            Vector zeros[4];
            memset(zeros, 0, sizeof(zeros));
            for (; from + 4 * LANES <= end; from += 4 * LANES)
                for (int i = 0; i < 4; ++i) zeros[i] += load(from + i * LANES) * 0;
            real zero = 0;
            for (; from < end; ++from) zero += *from * 0;
            for (int i = 0; i < 4; ++i)
                for (Index lane = 0; lane < LANES; ++lane) zero += zeros[i][lane];
            if (zero != 0) finite = false; /* then it is NaN */
        });
        return finite;
    }

    /* -- Forward and transposed ------------------------------------------------------------ */

    void compute(const Layout& layout, std::vector<Part>& parts, const Images& images,
                 const real* w) {
        const Index group = images.filters / n.groups;
        Index at_once = AT_ONCE / (Index)sizeof(real) / layout.sample;
        at_once = std::max<Index>(1, std::min(at_once, n.samples));
        for (Part& part : parts) {
            if (part.columns == layout.pitch && part.row_step == part.columns * part.column_step)
                part.columns *= part.rows, part.rows = 1; /* rows follow each other everywhere */
            part.farthest = *std::max_element(part.distances.begin(), part.distances.end());
            choose(part, layout, group, at_once);
        }
        lay_out(parts, group, images.filter_step, w);
        bool copied = !layout.is_image();
        for (const Part& part : parts) copied = copied || part.reads_past();
        const Index planes = layout.channels / n.groups;
        const Index tasks = worth_threads ? TASKS * n.threads : 1;
        if (copied && planes * layout.plane <= NEAR && n.samples * n.groups >= tasks
            && parts.size() == 1 && !parts[0].packed)
            return one_after_the_other(parts[0], layout, images);
        if (!copied) at_once = n.samples;
        const Padded<real> padded(copied ? at_once * layout.sample : 0);
        for (Index first = 0; first < n.samples && !stopped(); first += at_once) {
            const Index samples = std::min(at_once, n.samples - first);
            if (copied) pad(layout, images.input, first, samples, padded.get());
            const real* const input = copied ? padded.get() : images.input;
            const real* const end = input + samples * layout.sample + (copied ? padded.past : 0);
            real* const output = images.output + first * images.filters * images.size;
            std::vector<Index> ends;
            for (const Part& part : parts)
                ends.push_back((ends.empty() ? 0 : ends.back()) + units(part, samples));
            loop(ends.back(), [&](Index at) {
                const Index p = std::upper_bound(ends.begin(), ends.end(), at) - ends.begin();
                const Part& part = parts[p];
                if (p) at -= ends[p - 1];
                if (part.packed)
                    return some_panels(part, layout, samples, at, input, end, images, output);
                const Index strips = part.lines() * part.strips();
                const Index b = at % part.blocks, strip = at / part.blocks % strips;
                const Index sample = at / part.blocks / strips % samples;
                const Index g = at / part.blocks / strips / samples;
                some_columns(part, layout, g, b, strip,
                             input + sample * layout.sample + g * planes * layout.plane, images,
                             output + sample * images.filters * images.size);
            });
        }
    }

    /* Each group of each sample, whose few planes are copied when they are needed: they are in the
       nearest cache then. */
    void one_after_the_other(const Part& part, const Layout& layout, const Images& images) const {
        const Index planes = layout.channels / n.groups, size = layout.height * layout.width;
        loop(n.samples * n.groups, [&](Index at) {
            alignas(VECTOR_BYTES) real padded[NEAR + Padded<real>::past];
            for (Index c = 0; c < planes; ++c)
                layout.copy(images.input + (at * planes + c) * size, padded + c * layout.plane);
            std::fill_n(padded + planes * layout.plane, Padded<real>::past, 0);
            real* const output = images.output + at / n.groups * images.filters * images.size;
            for (Index strip = 0; strip < part.lines() * part.strips(); ++strip)
                for (Index b = 0; b < part.blocks; ++b)
                    some_columns(part, layout, at % n.groups, b, strip, padded, images, output);
        });
    }

    void pad(const Layout& layout, const real* input, Index first, Index samples,
             real* padded) const {
        const Index size = layout.height * layout.width;
        loop(samples * layout.channels, [&](Index at) {
            const Index sample = at / layout.channels, c = at % layout.channels;
            layout.copy(input + (first * layout.channels + at) * size,
                        padded + sample * layout.sample + c * layout.plane);
        });
    }

    /* Which way fills its vectors best. */
    void choose(Part& part, const Layout& layout, Index group, Index samples) const {
        const Index positions = samples * part.pixels();
        const double products = part.products();
        double best = fullness(group, MANY) * fullness(positions, LANES);
        best *= products / (products + 24);
        part.packed = true, part.one_line = false;
        part.whole = part.columns % LANES == 0;
        if (!part.whole) /* what is copied, is copied for all filters */
            best *= group / (group + 4.0);
        part.block = MANY;
        static const struct { Index filters; double worth; } ways[]
            = {{MANY, 1}, {3, 0.9}, {2, 0.7}, {1, 0.6}};
        for (const auto& way : ways)
            for (int one_line = 0; one_line < 2; ++one_line) {
                const Index length
                    = one_line ? (part.rows - 1) * layout.pitch + part.columns : part.columns;
                const double used = one_line ? (double)part.pixels() / length : 1;
                double worth
                    = way.worth * fullness(group, way.filters) * used * fullness(length, LANES);
                worth *= 2000 / (products + 2000); /* whose pixels come from a far cache */
                /* A sum waits for the one before, and others are added up meanwhile. */
                worth *= std::min(1.0, way.filters * parts_of(length, LANES) / 8.0);
                if (worth <= best) continue;
                best = worth;
                part.packed = false, part.one_line = one_line;
                part.block = way.filters, part.line = length;
            }
        part.blocks = parts_of(group, part.block);
        if (!part.packed) return;
        /* As many share a copy as leaves work for all threads. */
        const Index wanted = worth_threads ? TASKS * n.threads : 1;
        const Index strips = n.groups * parts_of(positions, part.strip());
        part.strips_at_once = std::max<Index>(1, std::min(STRIPS_AT_ONCE, strips / wanted));
        const Index shares = parts_of(wanted, parts_of(strips, part.strips_at_once));
        part.filters_at_once = std::min(FILTERS_AT_ONCE,
            std::max<Index>(4 * MANY, parts_of(group, shares * MANY) * MANY));
    }

    /* Filters of a block of a group: how many. */
    static Index count(Index b, Index block, Index group) {
        return std::min(block, group - b * block);
    }

    /* The weights of each filter in the order in which they are used. */
    void lay_out(std::vector<Part>& parts, Index group, Index filter_step, const real* w) const {
        for (Part& part : parts) {
            part.weights = w;
            if (part.sources.empty()) return;
            part.own.reset(new real[n.groups * group * part.products()]);
            part.weights = part.own.get();
        }
        const Index run = 2 * LANES, runs = parts_of(group, run), few = 16;
        loop(n.groups * runs, [&](Index at) {
            const Index g = at / runs, first = at % runs * run;
            const real* from = w + g * share * read * element + first * filter_step;
            for (Index start = 0; start < share; start += few) /* fits the cache for all parts */
                for (Part& part : parts) {
                    const Index products = part.products(), each = products / share;
                    const Index last = std::min(start + few, share) * each;
                    real* to = &part.own[(g * group + first) * products];
                    for (Index f = 0; f < std::min(run, group - first); ++f)
                        for (Index k = start * each; k < last; ++k)
                            to[f * products + k] = from[f * filter_step + part.sources[k]];
                }
        });
    }

    /* Where the weights of the filters of a block are; the last block repeats its last filter. */
    static void weights_of(const Part& part, Index first, Index filters, const real** weights) {
        for (Index f = 0; f < part.block; ++f)
            weights[f] = part.weights + (first + std::min(f, filters - 1)) * part.products();
    }

    /* Parts of the work for so many samples. */
    Index units(const Part& part, Index samples) const {
        if (part.packed) return n.groups * part.shares() * pieces(part, samples);
        return samples * n.groups * part.blocks * part.lines() * part.strips();
    }
    static Index pieces(const Part& part, Index samples) {
        return parts_of(samples * part.pixels(), part.strip() * part.strips_at_once);
    }

    /* Some strips of a line of the outputs of a block of filters. */
    void some_columns(const Part& part, const Layout& layout, Index g, Index b, Index at,
                      const real* channels, const Images& images, real* output) const {
        const Index i = at / part.strips(), first = at % part.strips() * part.strip() * STRIPS;
        const Index group = images.filters / n.groups, filters = count(b, part.block, group);
        const Index first_filter = g * group + b * part.block;
        const real* windows = channels + i * layout.pitch;
        const real* weights[MANY];
        weights_of(part, first_filter, filters, weights);
        real* targets = output + first_filter * images.size + part.start + i * part.row_step;
        const Index pitch = part.one_line ? layout.pitch : part.columns;
        const Index last = std::min(part.line, first + part.strip() * STRIPS);
        for (Index start = first; start < last; start += part.strip()) {
            alignas(VECTOR_BYTES) real sums[MANY * STRIP * LANES];
            Index length = std::min(part.strip(), last - start);
            const Index width = part.width_for(length);
            /* At the end of a line, where vectors are not full, some outputs again. */
            const Index again = std::min(start, std::max<Index>(0, start + width - part.line));
            const real* window = windows + start - again;
            for (Index k = 0; k < part.products(); k += RUN) {
                const Index* distance = &part.distances[k];
                a_strip(part.block, width, weights, k, std::min(RUN, part.products() - k),
                        [=](Index k, Index v) { return window + distance[k] + v * LANES; }, sums);
            }
            Index row = start / pitch, column = start % pitch;
            for (Index from = again; length > 0; ++row, column = 0) {
                const Index taken = std::min(length, pitch - column);
                const Index stored = std::min(taken, part.columns - column);
                real* to = targets + row * part.row_step + column * part.column_step;
                for (Index f = 0; f < filters; ++f)
                    store(sums + f * width + from, stored, to + f * images.size, part.column_step);
                from += taken, length -= taken;
            }
        }
    }

    /* Windows that follow each other in a row, and where their outputs are. */
    struct Stretch {
        Index strip, at, length;
        const real* window;
        real* output;
    };

    /* Some strips of the outputs of all samples, of some blocks of filters. */
    void some_panels(const Part& part, const Layout& layout, Index samples, Index at,
                     const real* padded, const real* end, const Images& images,
                     real* output) const {
        const Index share_at = at % part.shares(), all_pieces = pieces(part, samples);
        const Index piece = at / part.shares() % all_pieces, g = at / part.shares() / all_pieces;
        const Index group = images.filters / n.groups;
        const Index first_filter = share_at * part.filters_at_once;
        const Index filters = count(share_at, part.filters_at_once, group);
        const Index all = samples * part.pixels(), step = part.strip() * part.strips_at_once;
        const Index length = count(piece, step, all), strips = parts_of(length, part.strip());
        const real* const channels = padded + g * (layout.channels / n.groups) * layout.plane;
        real* const targets = output + part.start + (g * group + first_filter) * images.size;
        Stretch stretches[STRIPS_AT_ONCE * STRIP_OF_MANY * LANES];
        const real* farthest = padded;
        Index many = 0, row = piece * step / part.columns, column = piece * step % part.columns;
        for (Index done = 0; done < length;) {
            const Index sample = row / part.rows, i = row % part.rows;
            Stretch& one = stretches[many++];
            one.strip = done / part.strip(), one.at = done % part.strip();
            one.length = std::min(
                {length - done, part.columns - column, part.strip() - one.at});
            one.window = channels + sample * layout.sample + i * layout.pitch + column;
            one.output = targets + sample * images.filters * images.size + i * part.row_step
                         + column * part.column_step;
            farthest = std::max(farthest, one.window + one.length);
            done += one.length, column += one.length;
            if (column == part.columns) column = 0, ++row;
        }
        const bool exactly = end - farthest < part.farthest + LANES;
        constexpr Index WIDTH = STRIP_OF_MANY * LANES, PANEL = RUN * WIDTH + LANES;
        alignas(VECTOR_BYTES) real panels[STRIPS_AT_ONCE * PANEL];
        alignas(VECTOR_BYTES) real sums[STRIPS_AT_ONCE * FILTERS_AT_ONCE * WIDTH];
        struct { const real* from; real* to; } vectors[STRIPS_AT_ONCE * WIDTH];
        Index vector_count = 0;
        for (Index i = 0; i < many; ++i) {
            const Stretch& one = stretches[i];
            for (Index j = 0; j < one.length; j += LANES)
                vectors[vector_count++] = {one.window + j, panels + one.strip * PANEL + one.at + j};
        }
        const Index products = part.products(), run = parts_of(products, parts_of(products, RUN));
        for (Index start = 0; start < products && !stopped(); start += run) {
            const Index some = std::min(run, products - start);
            const Index* const distances = &part.distances[start];
            for (Index k = 0; k < some && !part.whole; ++k)
                if (exactly)
                    for (Index i = 0; i < many; ++i) {
                        const Stretch& one = stretches[i];
                        copy_some(one.window + distances[k], one.length,
                                  panels + one.strip * PANEL + k * WIDTH + one.at);
                    }
                else /* what a vector copies too much is overwritten by the next */
                    for (Index i = 0; i < vector_count; ++i)
                        memcpy(vectors[i].to + k * WIDTH, vectors[i].from + distances[k],
                               sizeof(Vector));
            Index fetched = start + some;
            for (Index s = 0; s < strips; ++s)
                for (Index f = 0; f < filters; f += MANY) {
                    const real* weights[MANY];
                    weights_of(part, g * group + first_filter + f, filters - f, weights);
                    /* While this is computed, some pixels of the next run come nearer. */
                    const Index done = parts_of(some * (s * filters + f + MANY), strips * filters);
                    for (; fetched < std::min(products, start + some + done); ++fetched)
                        for (Index i = 0; i < vector_count; ++i)
                            __builtin_prefetch(vectors[i].from + part.distances[fetched]);
                    const Index width = count(s, WIDTH, length);
                    real* const to = sums + (s * FILTERS_AT_ONCE + f) * WIDTH;
                    if (part.whole)
                        a_strip<MANY, STRIP_OF_MANY>(
                            width, weights, start, some,
                            [distances, window = vectors + s * STRIP_OF_MANY](Index k, Index v) {
                                return window[v].from + distances[k];
                            },
                            to);
                    else
                        a_strip<MANY, STRIP_OF_MANY>(
                            width, weights, start, some,
                            [panel = panels + s * PANEL](Index k, Index v) {
                                return panel + k * WIDTH + v * LANES;
                            },
                            to);
                }
        }
        for (Index f = 0; f < filters; ++f)
            for (Index i = 0; i < many; ++i) {
                const Stretch& one = stretches[i];
                const Index width = parts_of(count(one.strip, WIDTH, length), LANES) * LANES;
                store(sums + (one.strip * FILTERS_AT_ONCE + f / MANY * MANY) * WIDTH
                          + f % MANY * width + one.at,
                      one.length, one.output + f * images.size, part.column_step);
            }
    }

    template <typename Pixels>
    static void a_strip(Index filters, Index width, const real* const* weights, Index start,
                        Index products, const Pixels& pixels, real* sums) {
        if (filters == 1)
            a_strip<1, LONG_STRIP>(width, weights, start, products, pixels, sums);
        else if (filters == 2)
            a_strip<2, STRIP>(width, weights, start, products, pixels, sums);
        else if (filters == 3)
            a_strip<3, STRIP>(width, weights, start, products, pixels, sums);
        else
            a_strip<MANY, STRIP_OF_MANY>(width, weights, start, products, pixels, sums);
    }

    template <int FILTERS, int MOST, typename Pixels>
    static void a_strip(Index width, const real* const* weights, Index start, Index products,
                        const Pixels& pixels, real* sums) {
        if (width > (MOST + 1) / 2 * LANES)
            columns_in_lanes<FILTERS, MOST>(weights, start, products, pixels, sums);
        else if (width > 2 * LANES)
            columns_in_lanes<FILTERS, (MOST + 1) / 2>(weights, start, products, pixels, sums);
        else if (width > LANES)
            columns_in_lanes<FILTERS, 2>(weights, start, products, pixels, sums);
        else
            columns_in_lanes<FILTERS, 1>(weights, start, products, pixels, sums);
    }

    /* Sums of some filters and neighbouring outputs; those of products before are there. A
       function by itself, for which there are registers enough. */
    template <int FILTERS, int VECTORS, typename Pixels>
    __attribute__((noinline)) static void columns_in_lanes(const real* const* filters, Index start,
                                                           Index products, const Pixels pixels,
                                                           real* sums) {
        const real* weights[FILTERS];
#pragma GCC unroll 8
        for (int f = 0; f < FILTERS; ++f) weights[f] = filters[f] + start;
        Vector total[FILTERS][VECTORS];
#pragma GCC unroll 8
        for (int f = 0; f < FILTERS; ++f)
#pragma GCC unroll 8
            for (int v = 0; v < VECTORS; ++v) total[f][v] = Vector{};
#pragma GCC unroll 4
        for (Index k = 0; k < products; ++k) {
            Vector several[VECTORS];
#pragma GCC unroll 8
            for (int v = 0; v < VECTORS; ++v) several[v] = load(pixels(k, v));
#pragma GCC unroll 8
            for (int f = 0; f < FILTERS; ++f)
#pragma GCC unroll 8
                for (int v = 0; v < VECTORS; ++v) total[f][v] += several[v] * weights[f][k];
        }
        put(total, start > 0, sums);
    }

    /* -- The gradient's sums of windows ---------------------------------------------------- */

    /* The last windows are fewer: a third of them or two thirds cost less. */
    static void some_windows(Index block, Index length, const real* const* windows,
                             const Index* distance, Index products, const real* used, bool more,
                             real* sums) {
        if (block == LANES)
            some_windows<1, WINDOWS>(length, windows, distance, products, used, more, sums);
        else if (block == 2 * LANES)
            some_windows<2, WINDOWS>(length, windows, distance, products, used, more, sums);
        else
            some_windows<4, WINDOWS / 2>(length, windows, distance, products, used, more, sums);
    }

    template <int VECTORS, int MOST>
    static void some_windows(Index length, const real* const* windows, const Index* distance,
                             Index products, const real* used, bool more, real* sums) {
        if (length <= MOST / 3)
            filters_in_lanes<MOST / 3, VECTORS>(windows, distance, products, used, more, sums);
        else if (length <= MOST / 3 * 2)
            filters_in_lanes<MOST / 3 * 2, VECTORS>(windows, distance, products, used, more, sums);
        else
            filters_in_lanes<MOST, VECTORS>(windows, distance, products, used, more, sums);
    }

    /* The sums of some windows; `more` for those that are begun. */
    template <int LENGTH, int VECTORS>
    __attribute__((noinline)) static void filters_in_lanes(const real* const* windows,
                                                           const Index* distance, Index products,
                                                           const real* used, bool more,
                                                           real* sums) {
        const real* window[LENGTH];
#pragma GCC unroll 12
        for (int p = 0; p < LENGTH; ++p) window[p] = windows[p];
        Vector total[LENGTH][VECTORS];
#pragma GCC unroll 12
        for (int p = 0; p < LENGTH; ++p)
#pragma GCC unroll 4
            for (int v = 0; v < VECTORS; ++v) total[p][v] = Vector{};
        for (Index k = 0; k < products; ++k, used += VECTORS * LANES) {
            Vector several[VECTORS];
#pragma GCC unroll 4
            for (int v = 0; v < VECTORS; ++v) several[v] = load(used + v * LANES);
#pragma GCC unroll 12
            for (int p = 0; p < LENGTH; ++p) {
                const real pixel = window[p][distance[k]];
#pragma GCC unroll 4
                for (int v = 0; v < VECTORS; ++v) total[p][v] += several[v] * pixel;
            }
        }
        put(total, more, sums);
    }

    /* Copy rows as columns. */
    static void turn(const real* from, Index from_step, Index rows, Index columns, real* to,
                     Index to_step) {
        for (Index c = 0; c < columns; c += LANES)
            for (Index r = 0; r < rows; r += LANES) {
                const real* corner = from + r * from_step + c;
                real* turned = to + c * to_step + r;
                const Index i_end = std::min(LANES, rows - r), j_end = std::min(LANES, columns - c);
                if (i_end == LANES && j_end == LANES)
                    turn_square(corner, from_step, turned, to_step);
                else
                    for (Index i = 0; i < i_end; ++i)
                        for (Index j = 0; j < j_end; ++j)
                            turned[j * to_step + i] = corner[i * from_step + j];
            }
    }

    static void turn_square(const real* from, Index from_step, real* to, Index to_step) {
#if defined(__AVX512F__) && !defined(__clang__)
        /* Swap the quarters that are off the diagonal, then those of each quarter. */
        Vector rows[LANES];
#pragma GCC unroll 16
        for (Index i = 0; i < LANES; ++i) rows[i] = load(from + i * from_step);
#pragma GCC unroll 4
        for (Index half = LANES / 2; half; half /= 2) {
            Whole upper, lower;
#pragma GCC unroll 16
            for (Index lane = 0; lane < LANES; ++lane) {
                upper[lane] = lane & half ? lane - half + LANES : lane;
                lower[lane] = lane & half ? lane + LANES : lane + half;
            }
#pragma GCC unroll 16
            for (Index i = 0; i < LANES; ++i)
                if (!(i & half)) {
                    const Vector a = rows[i], b = rows[i + half];
                    rows[i] = __builtin_shuffle(a, b, upper);
                    rows[i + half] = __builtin_shuffle(a, b, lower);
                }
        }
#pragma GCC unroll 16
        for (Index i = 0; i < LANES; ++i) memcpy(to + i * to_step, &rows[i], sizeof(Vector));
#else
        for (Index i = 0; i < LANES; ++i)
            for (Index j = 0; j < LANES; ++j) to[j * to_step + i] = from[i * from_step + j];
#endif
    }

    static Vector load(const real* from) {
        Vector value;
        memcpy(&value, from, sizeof(Vector)); /* need not be aligned */
        return value;
    }

    /* Put totals where sums are, or add them to those. */
    template <int ROWS, int VECTORS>
    static void put(Vector (&totals)[ROWS][VECTORS], bool more, real* sums) {
#pragma GCC unroll 12
        for (int i = 0; i < ROWS; ++i)
#pragma GCC unroll 8
            for (int v = 0; v < VECTORS; ++v, sums += LANES) {
                if (more) totals[i][v] += load(sums);
                memcpy(sums, &totals[i][v], sizeof(Vector));
            }
    }

    static void store(const real* from, Index length, real* to, Index step) {
        if (step == 1)
            copy_some(from, length, to);
        else
            for (Index j = 0; j < length; ++j) to[j * step] = from[j];
    }

    /* -- Gradient of the kernel ------------------------------------------------------------ */

    /* The sums, one for each element of a kernel, and the products of a sum. */
    struct Gradient {
        std::vector<Index> corners; /* of each sum of a filter: the first of its pixels */
        bool by_filters, at_once;
        Index block, blocks;
        Index tile;   /* sums of a filter at a time */
        Index pieces, ranges; /* that the products and the sums are divided into, for threads */
        Array sums;   /* [piece][group and block][sum][filter] */

        Index tiles() const { return parts_of(corners.size(), tile); }
        Index size() const { return tiles() * tile * block; } /* of a block's sums */
    };

    /* One part of the sums of a block of filters, over one piece of the products. */
    void some_sums(const Gradient& d, const Layout& layout, Index samples, Index at,
                   const real* padded, const real* dy, bool more, real* dw) const {
        const Index range = at % d.ranges, piece = at / d.ranges % d.pieces;
        const Index gb = at / d.ranges / d.pieces, g = gb / d.blocks;
        const Index filters = count(gb % d.blocks, d.block, share);
        const Index first = range * d.tiles() / d.ranges;
        const Index last = (range + 1) * d.tiles() / d.ranges;
        const real* images = padded + g * read * layout.plane;
        const real* outputs = dy + (g * share + gb % d.blocks * d.block) * n.rows * n.columns;
        real few[FEW_TILES * WINDOWS * 2 * LANES];
        real* sums = d.at_once ? few
                               : &d.sums[(piece * n.groups * d.blocks + gb) * d.size()
                                         + first * d.tile * d.block];
        const Index step = d.by_filters ? RUN : rows_at_once();
        const Index all = samples * n.rows * (d.by_filters ? n.columns : 1);
        for (Index start = piece * step; start < all && !stopped(); start += d.pieces * step) {
            const Index length = std::min(step, all - start);
            if (d.by_filters)
                by_filters(d, layout, first, last, start, length, filters, images, outputs, more,
                           sums);
            else
                by_rows(d, layout, first, last, start, length, filters, images, outputs,
                        dy + samples * n.filters * n.rows * n.columns, more, sums);
            more = true;
        }
        if (d.at_once) give(d, gb, first * d.tile, last * d.tile, few, dw);
    }

    /* Give the sums of a block of filters to the result. */
    void give(const Gradient& d, Index gb, Index first, Index last, const real* sums,
              real* dw) const {
        const Index size = read * element;
        turn(sums, d.block, std::min(last, size) - first, count(gb % d.blocks, d.block, share),
             dw + (gb / d.blocks * share + gb % d.blocks * d.block) * size + first, size);
    }

    Index rows_at_once() const { return std::max<Index>(1, RUN * LANES / n.columns); }

    /* The outputs of neighbouring filters in a vector, after each other as the windows are. */
    void by_filters(const Gradient& d, const Layout& layout, Index first, Index last, Index start,
                    Index length, Index filters, const real* images, const real* outputs,
                    bool more, real* sums) const {
        const Index pixels = n.rows * n.columns;
        Index distances[RUN];
        alignas(VECTOR_BYTES) real weights[RUN * 4 * LANES];
        if (filters < d.block) std::fill(weights, weights + length * d.block, 0);
        Index sample = start / pixels, pixel = start % pixels;
        Index row = pixel / n.columns, column = pixel % n.columns;
        for (Index k = 0; k < length; ++k) {
            distances[k] = sample * layout.sample + row * layout.pitch + column;
            if (++column == n.columns) {
                column = 0;
                if (++row == n.rows) row = 0, ++sample;
            }
        }
        for (Index k = 0; k < length;) { /* sample by sample */
            sample = (start + k) / pixels, pixel = (start + k) % pixels;
            const Index few = std::min(length - k, pixels - pixel);
            turn(outputs + sample * n.filters * pixels + pixel, pixels, filters, few,
                 weights + k * d.block, d.block);
            k += few;
        }
        for (Index tile = first; tile < last; ++tile) {
            const Index many = std::min(d.tile, (Index)d.corners.size() - tile * d.tile);
            const real* windows[WINDOWS];
            for (Index p = 0; p < WINDOWS; ++p)
                windows[p] = images + d.corners[tile * d.tile + (p < many ? p : 0)];
            some_windows(d.block, many, windows, distances, length, weights, more,
                         sums + (tile - first) * d.tile * d.block);
        }
    }

    /* Neighbouring outputs of some filters, in one row after the other. */
    void by_rows(const Gradient& d, const Layout& layout, Index first, Index last, Index start,
                 Index length, Index filters, const real* images, const real* outputs,
                 const real* end, bool more, real* sums) const {
        for (Index tile = first; tile < last; ++tile) {
            const Index many = std::min(d.tile, (Index)d.corners.size() - tile * d.tile);
            const Index* corners = &d.corners[tile * d.tile];
            real* to = sums + (tile - first) * d.tile * d.block;
            if (d.block > 1)
                rows_in_lanes<4, WINDOWS / 2>(layout, corners, many, start, length, filters,
                                              images, outputs, end, more, to);
            else if (many > WINDOWS * 3 / 4)
                rows_in_lanes<1, WINDOWS>(layout, corners, many, start, length, filters, images,
                                          outputs, end, more, to);
            else /* as of a kernel of 3 x 3 */
                rows_in_lanes<1, WINDOWS * 3 / 4>(layout, corners, many, start, length, filters,
                                                  images, outputs, end, more, to);
        }
    }

    template <int FILTERS, int LENGTH>
    void rows_in_lanes(const Layout& layout, const Index* corners, Index many, Index start,
                       Index length, Index filters, const real* images, const real* outputs,
                       const real* end, bool more, real* sums) const {
        const Index pixels = n.rows * n.columns, columns = n.columns;
        Vector total[LENGTH][FILTERS];
        memset(total, 0, sizeof(total));
        Whole mask; /* of the last columns */
        for (Index lane = 0; lane < LANES; ++lane) mask[lane] = -(lane < columns % LANES);
        for (Index r = start; r < start + length; ++r) {
            const Index sample = r / n.rows, i = r % n.rows;
            const real* x = images + sample * layout.sample + i * layout.pitch;
            const real* y[FILTERS];
            const real* windows[LENGTH];
            for (int f = 0; f < FILTERS; ++f)
                y[f] = outputs + sample * n.filters * pixels + std::min<Index>(f, filters - 1) * pixels
                       + i * columns;
            for (int p = 0; p < LENGTH; ++p) windows[p] = x + corners[p < many ? p : 0];
            Index j = 0;
            for (; j + LANES <= columns; j += LANES) {
                Vector weights[FILTERS];
#pragma GCC unroll 4
                for (int f = 0; f < FILTERS; ++f) weights[f] = load(y[f] + j);
#pragma GCC unroll 12
                for (int p = 0; p < LENGTH; ++p) {
                    const Vector several = load(windows[p] + j);
#pragma GCC unroll 4
                    for (int f = 0; f < FILTERS; ++f) total[p][f] += several * weights[f];
                }
            }
            if (j == columns) continue;
            Vector weights[FILTERS];
#pragma GCC unroll 4
            for (int f = 0; f < FILTERS; ++f) {
                const bool inside = y[f] + j + LANES <= end;
                weights[f] = inside ? load(y[f] + j) : load_some(y[f] + j, columns - j);
                weights[f] = masked(weights[f], mask);
            }
#pragma GCC unroll 12
            for (int p = 0; p < LENGTH; ++p) {
                const Vector several = masked(load(windows[p] + j), mask);
#pragma GCC unroll 4
                for (int f = 0; f < FILTERS; ++f) total[p][f] += several * weights[f];
            }
        }
        for (int p = 0; p < LENGTH; ++p)
            for (int f = 0; f < FILTERS; ++f) {
                alignas(VECTOR_BYTES) real lanes[LANES];
                memcpy(lanes, &total[p][f], sizeof(lanes));
                for (Index half = LANES / 2; half; half /= 2)
                    for (Index lane = 0; lane < half; ++lane) lanes[lane] += lanes[lane + half];
                sums[p * FILTERS + f] = more ? sums[p * FILTERS + f] + lanes[0] : lanes[0];
            }
    }

    /* What is beyond a row may be NaN, which it were times 0 too. */
    static Vector masked(Vector value, Whole mask) { return (Vector)((Whole)value & mask); }

    /* The first numbers alone, then zeros. */
    static Vector load_some(const real* from, Index length) {
        Vector value = {};
        memcpy(&value, from, length * sizeof(real));
        return value;
    }
};

template <typename real>
void Convolution<real>::gradient(const real* x, const real* dy, real* dw) {
    const Index padded_h = (n.rows - 1) * n.stride_v + (n.kh - 1) * n.dilation_v + 1;
    const Index padded_w = (n.columns - 1) * n.stride_h + (n.kw - 1) * n.dilation_h + 1;
    const Layout layout(n.channels, n.height, n.width, n.top, n.left, padded_h, padded_w,
                        n.rows > 1 ? n.stride_v : 1, n.columns > 1 ? n.stride_h : 1,
                            (n.kh - 1) * n.dilation_v + 1, (n.kw - 1) * n.dilation_h + 1);
    Gradient d;
    for (Index c = 0; c < read; ++c)
        for (Index u = 0; u < n.kh; ++u)
            for (Index v = 0; v < n.kw; ++v)
                d.corners.push_back(c * layout.plane + reads(layout, u, v));
    d.block = share > LANES ? 2 * LANES : LANES;
    if (REGISTERS > 16 && fullness(share, 4 * LANES) >= fullness(share, d.block))
        d.block = 4 * LANES;
    const double lanes = fullness(share, d.block) * (d.block > LANES ? 1 : 0.5);
    d.by_filters = lanes > fullness(n.columns, LANES) * fullness(share, share == 1 ? 1 : 4) * 0.6;
    if (!d.by_filters) d.block = share == 1 ? 1 : 4;
    d.blocks = parts_of(share, d.block);
    d.tile = (d.by_filters ? d.block <= 2 * LANES : d.block == 1) ? WINDOWS : WINDOWS / 2;

    Index at_once = AT_ONCE / (Index)sizeof(real) / layout.sample;
    at_once = std::max<Index>(1, std::min(at_once, n.samples));
    const Index chunks = d.by_filters ? parts_of(at_once * n.rows * n.columns, RUN)
                                      : parts_of(at_once * n.rows, rows_at_once());
    const Index blocks = n.groups * d.blocks;
    const Index tasks = worth_threads ? TASKS * n.threads : 1;
    d.pieces = std::min(chunks, parts_of(tasks, blocks));
    d.ranges = std::min(d.tiles(), parts_of(tasks, blocks * d.pieces));
    const bool copied = !layout.is_image() || !d.by_filters;
    if (!copied) at_once = n.samples;
    /* Where products are few, sums are given to the result as soon as they are complete. */
    d.at_once = d.pieces == 1 && chunks <= 2 && at_once == n.samples;
    if (d.at_once)
        d.ranges = std::max(d.ranges, parts_of(d.tiles(), FEW_TILES));
    else
        d.sums.reset(new real[d.pieces * blocks * d.size()]);
    const Padded<real> padded(copied ? at_once * layout.sample : 0);
    for (Index first = 0; first < n.samples && !stopped(); first += at_once) {
        const Index samples = std::min(at_once, n.samples - first);
        if (copied) pad(layout, x, first, samples, padded.get());
        const real* const images = copied ? padded.get() : x;
        const real* outputs = dy + first * n.filters * n.rows * n.columns;
        loop(blocks * d.pieces * d.ranges, [&](Index at) {
            some_sums(d, layout, samples, at, images, outputs, first > 0, dw);
        });
    }
    if (d.at_once) return;
    loop(blocks, [&](Index at) {
        real* sums = &d.sums[at * d.size()];
        for (Index piece = 1; piece < d.pieces; ++piece) {
            const real* more = sums + piece * blocks * d.size();
            for (Index i = 0; i < d.size(); ++i) sums[i] += more[i];
        }
        give(d, at, 0, read * element, sums, dw);
    });
}

template <typename real>
int compute(int operation, const int64_t* numbers, const real* a, const real* b, real* result,
            const int* stop) {
    try {
        Numbers n;
        memcpy(&n, numbers, sizeof(n));
        Convolution<real> convolution(n, stop);
        Outcome outcome = DONE;
        if (operation == 0) convolution.forward(a, b, result);
        if (operation == 1) outcome = convolution.transposed(a, b, result);
        if (operation == 2) convolution.gradient(a, b, result);
        return convolution.stopped() ? STOPPED : outcome;
    } catch (const std::bad_alloc&) {
        return NO_MEMORY;
    } catch (...) {
        return FAILED;
    }
}

}  // namespace

EXPORT int convdoc_float32(int operation, const int64_t* numbers, const float* a, const float* b,
                           float* result, const int* stop) {
    return compute(operation, numbers, a, b, result, stop);
}

EXPORT int convdoc_float64(int operation, const int64_t* numbers, const double* a, const double* b,
                           double* result, const int* stop) {
    return compute(operation, numbers, a, b, result, stop);
}
