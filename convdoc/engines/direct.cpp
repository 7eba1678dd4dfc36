/* Convolutions without im2col: a transposed one and the gradient too. Plain C++, for ctypes.

   The image is copied once, with its padding, and so that windows which are neighbours in the
   output are neighbours in the copy, whatever the stride is. From then on every product of a
   sum is an image pixel at a fixed distance from the window's corner: one table of distances
   serves all windows. A vector register holds
   - neighbouring filters, where there are many: their weights are loaded together, and each
     pixel of some windows is multiplied with all of them;
   - neighbouring outputs, where there are few: their pixels are loaded together, and multiplied
     with each weight.
   Sums stay in registers until they are complete.

   A transposed convolution with a stride is as many convolutions without one as the stride has
   phases, each with the elements of the kernel that reach its outputs. The gradient of a kernel
   is a sum over windows instead of channels: the filters' outputs take the part of the weights.

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
#define WINDOWS 12 /* at a time, two vectors of sums for each: 24 of 32 registers */
#define MANY 6     /* filters at a time, four vectors of sums for each */
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#define WINDOWS 6 /* 12 of 16 registers */
#define MANY 3
#elif defined(__aarch64__)
#define VECTOR_BYTES 16
#define WINDOWS 12
#define MANY 6
#else
#define VECTOR_BYTES 16
#define WINDOWS 6
#define MANY 3
#endif
#define STRIP 4 /* vectors of outputs at a time, or for a single filter */
#define LONG_STRIP 8
#define WORTH_THREADS 200000 /* products; below, waking threads costs more than it saves */
#define RUN ((Index)256)     /* products, then their sum is added up: long sums round more */
#define AT_ONCE 8000000      /* bytes of padded images: a few samples, which stay in a cache */
#define BUNCH ((Index)16)    /* tiles of windows that each block of filters visits in turn */
#define TASKS ((Index)32)    /* of a gradient at least, for threads to share */
#define PATIENCE 2000        /* looks for another loop before a thread goes to sleep */

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
        std::unique_lock<std::mutex> guard(lock);
        body = NULL; /* who has not begun need not */
        done.wait(guard, [this] { return busy == 0; });
    }

private:
    const int process = getpid();
    std::mutex in_use, lock;
    std::condition_variable wake, done;
    std::atomic<Index> next{0}, loops{0};
    const Body* body = NULL;
    Index part = 0, end = 0;
    int busy = 0;
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

/* Where the pixels of a padded image are: rows and columns that are a stride apart are
   neighbours. A negative padding cuts off. */
struct Layout {
    Index channels, height, width, top, left, stride_v, stride_h;
    Index lines, pitch;  /* of each of the stride_v * stride_h parts */
    Index plane, sample; /* pixels from one channel, one sample to the next */

    Layout(Index channels, Index height, Index width, Index top, Index left, Index padded_h,
           Index padded_w, Index stride_v, Index stride_h)
        : channels(channels), height(height), width(width), top(top), left(left),
          stride_v(std::min(stride_v, padded_h)), stride_h(std::min(stride_h, padded_w)) {
        lines = parts_of(padded_h, this->stride_v), pitch = parts_of(padded_w, this->stride_h);
        plane = this->stride_v * this->stride_h * lines * pitch;
        if (plane % 256 == 0) plane += 16; /* or all channels would compete for a part of the cache */
        sample = channels * plane;
    }

    Index at(Index row, Index column) const {
        return ((row % stride_v * stride_h + column % stride_h) * lines + row / stride_v) * pitch
               + column / stride_h;
    }

    Index lines_of_sample() const { return channels * stride_v * lines; }

    /* Copy a line of a channel, or the zeros of its padding. */
    template <typename real>
    void copy_line(Index at, const real* image, real* padded) const {
        const Index line = at % lines, phase = at / lines % stride_v, c = at / lines / stride_v;
        const Index i = line * stride_v + phase - top;
        const real* from = image + (c * height + i) * width;
        for (Index p = 0; p < stride_h; ++p) {
            real* to = padded + c * plane + ((phase * stride_h + p) * lines + line) * pitch;
            if (i < 0 || i >= height) {
                std::fill(to, to + pitch, 0);
                continue;
            }
            const Index first = std::min(pitch, std::max<Index>(0, up(left - p)));
            const Index last = std::max(first, std::min(pitch, up(left - p + width)));
            std::fill(to, to + first, 0);
            const Index shift = p - left;
            if (stride_h == 1)
                memcpy(to + first, from + first + shift, (last - first) * sizeof(real));
            else
                for (Index q = first; q < last; ++q) to[q] = from[q * stride_h + shift];
            std::fill(to + last, to + pitch, 0);
        }
    }

private:
    /* The least q with q * stride_h >= column. */
    Index up(Index column) const {
        return column > 0 ? parts_of(column, stride_h) : -(-column / stride_h);
    }
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
    static const Index LANES = VECTOR_BYTES / sizeof(real);
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
        std::vector<Index> distances, sources; /* of each product: its pixel, its weight */
        bool by_columns, one_line;
        Index line; /* outputs in a row, or in all rows as they follow each other in memory */
        Index block, blocks; /* filters at a time, and how many such blocks a group has */
        Array weights;

        Index products() const { return distances.size(); }
        Index pixels() const { return rows * columns; }
        Index strips() const { return parts_of(line, strip()); }
        Index strip() const { return (block == 1 ? LONG_STRIP : STRIP) * LANES; }
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
                            n.rows > 1 ? n.stride_v : 1, n.columns > 1 ? n.stride_h : 1);
        std::vector<Part> parts(1);
        Part& part = parts[0];
        part.rows = n.rows, part.columns = n.columns;
        part.start = 0, part.row_step = n.columns, part.column_step = 1;
        for (Index c = 0; c < read; ++c)
            for (Index u = 0; u < n.kh; ++u)
                for (Index v = 0; v < n.kw; ++v) {
                    part.distances.push_back(c * layout.plane
                                             + layout.at(u * n.dilation_v, v * n.dilation_h));
                    part.sources.push_back(c * element + turned(u, v));
                }
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
        const Layout layout(n.filters, n.rows, n.columns, top, left, padded_h, padded_w, 1, 1);
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
            choose(part, layout, group, at_once);
            lay_out(part, group, images.filter_step, w);
        }
        const Index past = LONG_STRIP * LANES; /* a strip may reach past the end */
        const Array padded(new real[at_once * layout.sample + past]);
        std::fill(&padded[at_once * layout.sample], &padded[at_once * layout.sample] + past, 0);
        for (Index first = 0; first < n.samples && !stopped(); first += at_once) {
            const Index samples = std::min(at_once, n.samples - first);
            pad(layout, images.input, first, samples, padded.get());
            const Index size = images.filters * images.size;
            real* const output = images.output + first * size;
            std::vector<Index> ends;
            for (const Part& part : parts)
                ends.push_back((ends.empty() ? 0 : ends.back()) + units(part, samples));
            loop(ends.back(), [&](Index at) {
                const Index p = std::upper_bound(ends.begin(), ends.end(), at) - ends.begin();
                const Part& part = parts[p];
                if (p) at -= ends[p - 1];
                if (part.by_columns)
                    some_columns(part, layout, samples, at, padded.get(), images, output);
                else
                    some_tiles(part, layout, samples, at, padded.get(), images, output);
            });
        }
    }

    void pad(const Layout& layout, const real* input, Index first, Index samples,
             real* padded) const {
        const Index lines = layout.lines_of_sample();
        const Index size = layout.channels * layout.height * layout.width;
        loop(samples * lines, [&](Index at) {
            const Index sample = at / lines;
            layout.copy_line(at % lines, input + (first + sample) * size,
                             padded + sample * layout.sample);
        });
    }

    /* Which way fills its vectors best. */
    void choose(Part& part, const Layout& layout, Index group, Index samples) const {
        /* One vector of filters alone is half as good as two: it waits for its pixels. */
        part.block = group > LANES ? 2 * LANES : LANES;
        double best = fullness(group, part.block) * (part.block > LANES ? 1 : 0.5)
                      * fullness(samples * part.pixels(), WINDOWS);
        part.by_columns = part.one_line = false;
        static const struct { Index filters; double worth; } ways[]
            = {{MANY, 1}, {3, 0.9}, {2, 0.7}, {1, 0.6}};
        for (const auto& way : ways)
            for (int one_line = 0; one_line < 2; ++one_line) {
                const Index length
                    = one_line ? (part.rows - 1) * layout.pitch + part.columns : part.columns;
                const double used = one_line ? (double)part.pixels() / length : 1;
                const double worth
                    = way.worth * fullness(group, way.filters) * used * fullness(length, LANES);
                if (worth <= best) continue;
                best = worth;
                part.by_columns = true, part.one_line = one_line;
                part.block = way.filters, part.line = length;
            }
        part.blocks = parts_of(group, part.block);
    }

    /* Filters of a block of a group: how many. */
    static Index count(Index b, Index block, Index group) {
        return std::min(block, group - b * block);
    }

    /* The weights of a block side by side, in the order in which they are used. */
    void lay_out(Part& part, Index group, Index filter_step, const real* w) const {
        const Index products = part.products(), block = part.block, blocks = part.blocks;
        part.weights.reset(new real[n.groups * blocks * block * products]);
        const Index next_filter = part.by_columns ? products : 1;
        const Index next_product = part.by_columns ? 1 : block;
        loop(n.groups * blocks, [&](Index at) {
            const Index filters = count(at % blocks, block, group);
            const real* from = w + at / blocks * share * read * element
                               + at % blocks * block * filter_step;
            real* to = &part.weights[at * block * products];
            if (filters < block) std::fill(to, to + block * products, 0);
            const Index* source = part.sources.data();
            for (Index start = 0; start < products; start += 16) /* fits the cache */
                for (Index f = 0; f < filters; ++f)
                    for (Index k = start; k < std::min(start + 16, products); ++k)
                        to[f * next_filter + k * next_product] = from[f * filter_step + source[k]];
        });
    }

    /* Parts of the work for so many samples. */
    Index units(const Part& part, Index samples) const {
        return n.groups * part.blocks
               * (part.by_columns ? lines(part, samples) * part.strips() : bunches(part, samples));
    }
    static Index lines(const Part& part, Index samples) {
        return part.one_line ? samples : samples * part.rows;
    }
    static Index bunches(const Part& part, Index samples) {
        return parts_of(samples * part.pixels(), WINDOWS * BUNCH);
    }

    /* A strip of the outputs of a block of filters. */
    void some_columns(const Part& part, const Layout& layout, Index samples, Index at,
                      const real* padded, const Images& images, real* output) const {
        const Index b = at % part.blocks, strips = part.strips();
        const Index position = at / part.blocks % (lines(part, samples) * strips);
        const Index g = at / part.blocks / (lines(part, samples) * strips);
        const Index line = position / strips, start = position % strips * part.strip();
        const Index sample = part.one_line ? line : line / part.rows;
        const Index i = part.one_line ? 0 : line % part.rows;
        const Index length = std::min(part.strip(), part.line - start);
        const Index group = images.filters / n.groups;
        const real* window = padded + sample * layout.sample
                             + g * (layout.channels / n.groups) * layout.plane
                             + i * layout.pitch + start;
        const real* used = &part.weights[(g * part.blocks + b) * part.block * part.products()];
        real sums[MANY * STRIP * LANES > LONG_STRIP * LANES ? MANY * STRIP * LANES
                                                            : LONG_STRIP * LANES];
        const Index vectors = parts_of(length, LANES);
        const Index width
            = part.block == 1 ? a_strip<1>(part, vectors, window, used, sums)
              : part.block == 2 ? a_strip<2>(part, vectors, window, used, sums)
              : part.block == 3 ? a_strip<3>(part, vectors, window, used, sums)
                                : a_strip<MANY>(part, vectors, window, used, sums);
        const Index pitch = part.one_line ? layout.pitch : part.columns;
        for (Index f = 0; f < count(b, part.block, group); ++f) {
            const Index channel = sample * images.filters + g * group + b * part.block + f;
            real* image = output + channel * images.size + part.start + i * part.row_step;
            const real* from = sums + f * width;
            Index row = start / pitch, column = start % pitch;
            for (Index left = length; left > 0; ++row, column = 0) {
                const Index taken = std::min(left, pitch - column);
                const Index stored = std::min(taken, part.columns - column);
                real* to = image + row * part.row_step + column * part.column_step;
                if (part.column_step == 1)
                    for (Index j = 0; j < stored; ++j) to[j] = from[j];
                else
                    for (Index j = 0; j < stored; ++j) to[j * part.column_step] = from[j];
                from += taken, left -= taken;
            }
        }
    }

    /* As many vectors as are needed; returns how many outputs that is. */
    template <int FILTERS>
    Index a_strip(const Part& part, Index vectors, const real* window, const real* used,
                  real* sums) const {
        if (FILTERS == 1 && vectors > STRIP)
            return columns_in_lanes<FILTERS, FILTERS == 1 ? LONG_STRIP : STRIP>(part, window, used,
                                                                                 sums);
        if (vectors > 2) return columns_in_lanes<FILTERS, STRIP>(part, window, used, sums);
        if (vectors > 1) return columns_in_lanes<FILTERS, 2>(part, window, used, sums);
        return columns_in_lanes<FILTERS, 1>(part, window, used, sums);
    }

    template <int FILTERS, int VECTORS>
    static Index columns_in_lanes(const Part& part, const real* window, const real* used,
                                  real* sums) {
        const Index products = part.products();
        const Index* distance = part.distances.data();
        std::fill(sums, sums + FILTERS * VECTORS * LANES, 0);
        for (Index start = 0; start < products; start += RUN) {
            Vector total[FILTERS][VECTORS];
            memset(total, 0, sizeof(total));
            const Index stop = std::min(start + RUN, products);
            for (Index k = start; k < stop; ++k) {
                Vector several[VECTORS];
#pragma GCC unroll 8
                for (int v = 0; v < VECTORS; ++v)
                    several[v] = load(window + distance[k] + v * LANES);
#pragma GCC unroll 8
                for (int f = 0; f < FILTERS; ++f)
#pragma GCC unroll 8
                    for (int v = 0; v < VECTORS; ++v)
                        total[f][v] += several[v] * used[f * products + k];
            }
            add(total, FILTERS * VECTORS, sums);
        }
        return VECTORS * LANES;
    }

    /* Some neighbouring outputs of a block of filters. */
    void some_tiles(const Part& part, const Layout& layout, Index samples, Index at,
                    const real* padded, const Images& images, real* output) const {
        const Index b = at % part.blocks, bunch = at / part.blocks % bunches(part, samples);
        const Index g = at / part.blocks / bunches(part, samples);
        const Index group = images.filters / n.groups, all = samples * part.pixels();
        const real* channels = padded + g * (layout.channels / n.groups) * layout.plane;
        const real* used = &part.weights[(g * part.blocks + b) * part.block * part.products()];
        real* image = output + (g * group + b * part.block) * images.size + part.start;
        const Index filters = count(b, part.block, group);
        const Index first = bunch * WINDOWS * BUNCH;
        Index sample = first / part.pixels();
        Index row = first % part.pixels() / part.columns, column = first % part.columns;
        for (Index start = first; start < std::min(first + WINDOWS * BUNCH, all);
             start += WINDOWS) {
            const Index length = std::min((Index)WINDOWS, all - start);
            const real* windows[WINDOWS];
            real* targets[WINDOWS];
            for (Index p = 0; p < WINDOWS; ++p) {
                if (p >= length) {
                    windows[p] = windows[0];
                    continue;
                }
                windows[p] = channels + sample * layout.sample + row * layout.pitch + column;
                targets[p] = image + sample * images.filters * images.size + row * part.row_step
                             + column * part.column_step;
                if (++column == part.columns) {
                    column = 0;
                    if (++row == part.rows) row = 0, ++sample;
                }
            }
            real sums[WINDOWS * 2 * LANES];
            std::fill(sums, sums + WINDOWS * part.block, 0);
            some_windows(part.block, length, windows, part.distances.data(), part.products(),
                         used, sums);
            for (Index f = 0; f < filters; ++f)
                for (Index p = 0; p < length; ++p)
                    targets[p][f * images.size] = sums[p * part.block + f];
        }
    }

    /* The last windows of an image are fewer: a third of them or two thirds cost less. */
    static void some_windows(Index block, Index length, const real* const* windows,
                             const Index* distance, Index products, const real* used, real* sums) {
        if (block == LANES)
            some_windows<1>(length, windows, distance, products, used, sums);
        else
            some_windows<2>(length, windows, distance, products, used, sums);
    }

    template <int VECTORS>
    static void some_windows(Index length, const real* const* windows, const Index* distance,
                             Index products, const real* used, real* sums) {
        if (length <= WINDOWS / 3)
            filters_in_lanes<WINDOWS / 3, VECTORS>(windows, distance, products, used, sums);
        else if (length <= WINDOWS / 3 * 2)
            filters_in_lanes<WINDOWS / 3 * 2, VECTORS>(windows, distance, products, used, sums);
        else
            filters_in_lanes<WINDOWS, VECTORS>(windows, distance, products, used, sums);
    }

    /* Add to the sums of some windows. */
    template <int LENGTH, int VECTORS>
    static void filters_in_lanes(const real* const* windows, const Index* distance, Index products,
                                 const real* used, real* sums) {
        for (Index start = 0; start < products; start += RUN) {
            Vector total[LENGTH][VECTORS];
            memset(total, 0, sizeof(total));
            const Index stop = std::min(start + RUN, products);
            for (Index k = start; k < stop; ++k, used += VECTORS * LANES) {
                Vector several[VECTORS];
#pragma GCC unroll 2
                for (int v = 0; v < VECTORS; ++v) several[v] = load(used + v * LANES);
#pragma GCC unroll 12
                for (int p = 0; p < LENGTH; ++p) {
                    const real pixel = windows[p][distance[k]];
#pragma GCC unroll 2
                    for (int v = 0; v < VECTORS; ++v) total[p][v] += several[v] * pixel;
                }
            }
            add(total, LENGTH * VECTORS, sums);
        }
    }

    static Vector load(const real* from) {
        Vector value;
        memcpy(&value, from, sizeof(Vector)); /* need not be aligned */
        return value;
    }

    static void add(const void* total, Index vectors, real* sums) {
        const real* from = (const real*)total;
        for (Index i = 0; i < vectors * LANES; ++i) sums[i] += from[i];
    }

    /* -- Gradient of the kernel ------------------------------------------------------------ */

    /* The sums, one for each element of a kernel, and the products of a sum. */
    struct Gradient {
        std::vector<Index> corners, targets; /* of each sum of a filter: its pixels, its weight */
        bool by_filters;
        Index block, blocks;
        Index tile;   /* sums of a filter at a time */
        Index pieces, ranges; /* that the products and the sums are divided into, for threads */
        Array sums;   /* [piece][group and block][sum][filter] */

        Index tiles() const { return parts_of(corners.size(), tile); }
        Index size() const { return tiles() * tile * block; } /* of a block's sums */
    };

    /* One part of the sums of a block of filters, over one piece of the products. */
    void some_sums(const Gradient& d, const Layout& layout, Index samples, Index at,
                   const real* padded, const real* dy) const {
        const Index range = at % d.ranges, piece = at / d.ranges % d.pieces;
        const Index gb = at / d.ranges / d.pieces, g = gb / d.blocks;
        const Index filters = count(gb % d.blocks, d.block, share);
        const Index first = range * d.tiles() / d.ranges;
        const Index last = (range + 1) * d.tiles() / d.ranges;
        const real* images = padded + g * read * layout.plane;
        const real* outputs = dy + (g * share + gb % d.blocks * d.block) * n.rows * n.columns;
        real* sums = &d.sums[(piece * n.groups * d.blocks + gb) * d.size()];
        const Index step = d.by_filters ? RUN : rows_at_once();
        const Index all = samples * n.rows * (d.by_filters ? n.columns : 1);
        for (Index start = piece * step; start < all && !stopped(); start += d.pieces * step) {
            const Index length = std::min(step, all - start);
            if (d.by_filters)
                by_filters(d, layout, first, last, start, length, filters, images, outputs, sums);
            else
                by_rows(d, layout, first, last, start, length, filters, images, outputs, sums);
        }
    }

    Index rows_at_once() const { return std::max<Index>(1, RUN * LANES / n.columns); }

    /* The outputs of neighbouring filters in a vector, after each other as the windows are. */
    void by_filters(const Gradient& d, const Layout& layout, Index first, Index last, Index start,
                    Index length, Index filters, const real* images, const real* outputs,
                    real* sums) const {
        const Index pixels = n.rows * n.columns;
        Index distances[RUN];
        alignas(VECTOR_BYTES) real weights[RUN * 2 * LANES];
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
        for (Index k = 0; k < length;) {
            sample = (start + k) / pixels, pixel = (start + k) % pixels;
            const Index few = std::min(std::min<Index>(16, length - k), pixels - pixel);
            const real* from = outputs + sample * n.filters * pixels + pixel;
            for (Index f = 0; f < filters; ++f)
                for (Index i = 0; i < few; ++i)
                    weights[(k + i) * d.block + f] = from[f * pixels + i];
            k += few;
        }
        for (Index tile = first; tile < last; ++tile) {
            const Index many = std::min(d.tile, (Index)d.corners.size() - tile * d.tile);
            const real* windows[WINDOWS];
            for (Index p = 0; p < WINDOWS; ++p)
                windows[p] = images + d.corners[tile * d.tile + (p < many ? p : 0)];
            some_windows(d.block, many, windows, distances, length, weights,
                         sums + tile * d.tile * d.block);
        }
    }

    /* Neighbouring outputs of some filters, in one row after the other. */
    void by_rows(const Gradient& d, const Layout& layout, Index first, Index last, Index start,
                 Index length, Index filters, const real* images, const real* outputs,
                 real* sums) const {
        for (Index tile = first; tile < last; ++tile) {
            const Index many = std::min(d.tile, (Index)d.corners.size() - tile * d.tile);
            const Index* corners = &d.corners[tile * d.tile];
            real* to = sums + tile * d.tile * d.block;
            if (d.block == 1)
                rows_in_lanes<1, WINDOWS>(layout, corners, many, start, length, filters, images,
                                          outputs, to);
            else
                rows_in_lanes<4, WINDOWS / 2>(layout, corners, many, start, length, filters,
                                              images, outputs, to);
        }
    }

    template <int FILTERS, int LENGTH>
    void rows_in_lanes(const Layout& layout, const Index* corners, Index many, Index start,
                       Index length, Index filters, const real* images, const real* outputs,
                       real* sums) const {
        const Index pixels = n.rows * n.columns, columns = n.columns;
        Vector total[LENGTH][FILTERS];
        memset(total, 0, sizeof(total));
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
            Vector weights[FILTERS]; /* what is beyond the row may be NaN, even times 0 */
#pragma GCC unroll 4
            for (int f = 0; f < FILTERS; ++f) weights[f] = load_some(y[f] + j, columns - j);
#pragma GCC unroll 12
            for (int p = 0; p < LENGTH; ++p) {
                const Vector several = load_some(windows[p] + j, columns - j);
#pragma GCC unroll 4
                for (int f = 0; f < FILTERS; ++f) total[p][f] += several * weights[f];
            }
        }
        for (int p = 0; p < LENGTH; ++p)
            for (int f = 0; f < FILTERS; ++f) {
                real sum = 0;
                for (Index lane = 0; lane < LANES; ++lane) sum += total[p][f][lane];
                sums[p * FILTERS + f] += sum;
            }
    }

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
                        n.rows > 1 ? n.stride_v : 1, n.columns > 1 ? n.stride_h : 1);
    Gradient d;
    for (Index c = 0; c < read; ++c)
        for (Index u = 0; u < n.kh; ++u)
            for (Index v = 0; v < n.kw; ++v) {
                d.corners.push_back(c * layout.plane + layout.at(u * n.dilation_v, v * n.dilation_h));
                d.targets.push_back(c * element + turned(u, v));
            }
    d.block = share > LANES ? 2 * LANES : LANES;
    const double lanes = fullness(share, d.block) * (d.block > LANES ? 1 : 0.5);
    d.by_filters = lanes > fullness(n.columns, LANES) * fullness(share, share == 1 ? 1 : 4) * 0.6;
    if (!d.by_filters) d.block = share == 1 ? 1 : 4;
    d.blocks = parts_of(share, d.block);
    d.tile = d.by_filters || d.block == 1 ? WINDOWS : WINDOWS / 2;

    Index at_once = AT_ONCE / (Index)sizeof(real) / layout.sample;
    at_once = std::max<Index>(1, std::min(at_once, n.samples));
    const Index chunks = d.by_filters ? parts_of(at_once * n.rows * n.columns, RUN)
                                      : parts_of(at_once * n.rows, rows_at_once());
    const Index blocks = n.groups * d.blocks;
    d.pieces = std::min(chunks, parts_of(TASKS, blocks));
    d.ranges = std::min(d.tiles(), parts_of(TASKS, blocks * d.pieces));
    d.sums.reset(new real[d.pieces * blocks * d.size()]);
    loop(d.pieces * blocks, [&](Index at) {
        std::fill(&d.sums[at * d.size()], &d.sums[at * d.size()] + d.size(), 0);
    });
    const Array padded(new real[at_once * layout.sample]);
    for (Index first = 0; first < n.samples && !stopped(); first += at_once) {
        const Index samples = std::min(at_once, n.samples - first);
        pad(layout, x, first, samples, padded.get());
        const real* outputs = dy + first * n.filters * n.rows * n.columns;
        loop(blocks * d.pieces * d.ranges, [&](Index at) {
            some_sums(d, layout, samples, at, padded.get(), outputs);
        });
    }
    loop(blocks, [&](Index at) {
        const Index filters = count(at % d.blocks, d.block, share);
        real* to = dw + (at / d.blocks * share + at % d.blocks * d.block) * read * element;
        for (Index f = 0; f < filters; ++f)
            for (Index sum = 0; sum < read * element; ++sum) {
                real total = 0;
                for (Index piece = 0; piece < d.pieces; ++piece)
                    total += d.sums[(piece * blocks + at) * d.size() + sum * d.block + f];
                to[f * read * element + d.targets[sum]] = total;
            }
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
