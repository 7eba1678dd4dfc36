#section support_code

/* A convolution without im2col: the way of today's libraries, as one operation for Theano.

   The image is copied once, with its padding. From then on every product of a sum is an image
   pixel at a fixed distance from the window's corner, so one table of distances serves all
   windows, whatever the dilation, and one of corners all strides. A vector register holds
   - neighbouring filters, where there are many: their weights are loaded together, and each
     pixel of some windows is multiplied with all of them;
   - neighbouring columns, where there are few: their pixels are loaded together, and
     multiplied with each weight.
   Sums stay in registers until they are complete.

   What depends on the plan comes as numbers, in `geometry` (see _theano_op.py), so that this is
   compiled once for each dtype. */

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#define WINDOWS 12 /* at a time, two vectors of sums for each: 24 of 32 registers */
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#define WINDOWS 6 /* 12 of 16 registers */
#else
#define VECTOR_BYTES 16
#define WINDOWS 6
#endif
#define STRIP 4 /* vectors of columns at a time, */
#define FEW_FILTERS 4 /* for so many filters */
#define WORTH_THREADS 200000 /* products; below, waking threads costs more than it saves */
#define RUN ((npy_intp)256) /* products, then their sum is added up: long sums round more */
#define PATIENCE 2000 /* looks for another loop before a thread goes to sleep */

/* Threads that help with a loop if they get to it. The caller never waits for one that has not
   begun: threads of other libraries may keep every processor but the caller's busy for many
   milliseconds. */
class Helpers {
public:
    typedef std::function<void(npy_intp, npy_intp)> Body;

    /* Those of this process, started when first wanted: a fork has none of its parent's. They
       are there for as long as it lives. Python's lock makes sure that nobody else is here. */
    static Helpers& here() {
        static Helpers* helpers = NULL;
        static pid_t process = 0;
        if (process != getpid()) {
            process = getpid();
            helpers = new Helpers;
        }
        return *helpers;
    }

    /* Call body(first, last) for parts of 0 ... count. */
    void loop(npy_intp count, const Body& work) {
        if (threads.empty()) return work(0, count);
        keep_off_this_processor();
        {
            std::lock_guard<std::mutex> guard(lock);
            body = &work;
            part = std::max<npy_intp>(1, count / (16 * (threads.size() + 1)));
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
    std::mutex lock;
    std::condition_variable wake, done;
    std::atomic<npy_intp> next{0}, loops{0};
    const Body* body = NULL;
    npy_intp part = 0, end = 0;
    int busy = 0;
    std::vector<std::thread::native_handle_type> threads;

    Helpers() {
        const char* asked = getenv("OMP_NUM_THREADS");
        const int wanted = asked ? atoi(asked) : (int)std::thread::hardware_concurrency();
        for (int i = 1; i < wanted; ++i) {
            try {
                std::thread thread(&Helpers::help, this);
                threads.push_back(thread.native_handle());
                thread.detach();
            } catch (const std::system_error&) {
                break; /* as many as the system allows */
            }
        }
    }

    /* Linux likes to wake a thread where its waker runs, and there it would wait for the end of
       the loop. */
    void keep_off_this_processor() {
#ifdef __linux__
        const int here = sched_getcpu();
        if (here == kept_off || here < 0) return;
        cpu_set_t others;
        if (sched_getaffinity(0, sizeof(others), &others)) return;
        CPU_CLR(here, &others);
        if (CPU_COUNT(&others) == 0) return;
        for (std::thread::native_handle_type thread : threads)
            pthread_setaffinity_np(thread, sizeof(others), &others);
        kept_off = here;
#endif
    }
    int kept_off = -1;

    void take_parts(const Body& work) {
        for (npy_intp first; (first = next.fetch_add(part)) < end;)
            work(first, std::min(first + part, end));
    }

    void help() {
        for (npy_intp seen = 0;;) {
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

template <typename real>
class Convolution {
    typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
    static const npy_intp LANES = VECTOR_BYTES / sizeof(real);

    npy_intp samples, channels, height, width; /* of the image */
    npy_intp filters, read, kh, kw; /* of the kernel, which reads `read` channels */
    npy_intp top, bottom, left, right, stride_v, stride_h, dilation_v, dilation_h, groups;
    bool flip; /* a true convolution */
    npy_intp padded_h, padded_w, plane; /* of the padded image, and pixels in a channel of it */
    npy_intp rows, columns, pixels; /* of the output */
    npy_intp products; /* in each sum */
    npy_intp share; /* filters in a group */
    npy_intp block, blocks; /* filters at a time, and how many such blocks a group has */
    bool by_columns, worth_threads;
    std::unique_ptr<real[]> padded, weights;
    std::vector<npy_intp> distances, sources; /* of each product: its pixel, its weight */

public:
    Convolution(const npy_intp* image, const npy_intp* kernel, const npy_int64* geometry) {
        samples = image[0], channels = image[1], height = image[2], width = image[3];
        filters = kernel[0], read = kernel[1], kh = kernel[2], kw = kernel[3];
        top = geometry[0], bottom = geometry[1], left = geometry[2], right = geometry[3];
        stride_v = geometry[4], stride_h = geometry[5];
        dilation_v = geometry[6], dilation_h = geometry[7];
        groups = geometry[8], flip = geometry[9];
        padded_h = top + height + bottom, padded_w = left + width + right;
        plane = padded_h * padded_w;
        rows = (padded_h - (kh - 1) * dilation_v - 1 + stride_v) / stride_v;
        columns = (padded_w - (kw - 1) * dilation_h - 1 + stride_h) / stride_h;
        pixels = rows * columns;
        products = read * kh * kw;
        share = filters / groups;
        worth_threads = samples * filters * pixels * products > WORTH_THREADS;
        /* Whichever fills its vectors better. One vector of filters alone is half as good as
           two: it waits for its pixels. */
        block = share > LANES ? 2 * LANES : LANES;
        const double by_filters = fullness(share, block) * (block > LANES ? 1 : 0.5);
        by_columns = stride_h == 1
                     && fullness(columns, STRIP * LANES)
                            * (share == 1 ? 1 : fullness(share, FEW_FILTERS)) > by_filters;
        if (by_columns) block = FEW_FILTERS;
        blocks = (share + block - 1) / block;
    }

    /* The part of blocks of a size that so many fill. */
    static double fullness(npy_intp count, npy_intp size) {
        return (double)count / ((count + size - 1) / size * size);
    }

    bool fits() const {
        return read * groups == channels && filters % groups == 0 && rows > 0 && columns > 0;
    }

    void shape(npy_intp* output) const {
        output[0] = samples, output[1] = filters, output[2] = rows, output[3] = columns;
    }

    void compute(const real* image, const real* kernel, real* output) {
        number_products();
        lay_out(kernel);
        pad(image);
        const npy_intp all_blocks = samples * groups * blocks;
        if (by_columns)
            loop(all_blocks * rows, [&](npy_intp at) { one_row(at, output); });
        else
            loop(all_blocks * tiles(), [&](npy_intp at) { one_tile(at, output); });
    }

private:
    template <typename Body>
    void loop(npy_intp count, const Body& body) const {
        const auto part = [&](npy_intp first, npy_intp last) {
            for (npy_intp at = first; at < last; ++at) body(at);
        };
        if (worth_threads)
            Helpers::here().loop(count, part);
        else
            part(0, count);
    }

    void number_products() {
        distances.reserve(products), sources.reserve(products);
        for (npy_intp c = 0; c < read; ++c)
            for (npy_intp u = 0; u < kh; ++u)
                for (npy_intp v = 0; v < kw; ++v) {
                    distances.push_back(c * plane + u * dilation_v * padded_w + v * dilation_h);
                    sources.push_back(flip ? (c * kh + kh - 1 - u) * kw + kw - 1 - v
                                           : (c * kh + u) * kw + v);
                }
    }

    /* The weights of a block side by side, in the order in which they are used. */
    void lay_out(const real* kernel) {
        weights.reset(new real[groups * blocks * block * products]);
        const npy_intp next_filter = by_columns ? products : 1;
        const npy_intp next_product = by_columns ? 1 : block;
        loop(groups * blocks, [&](npy_intp b) {
            const real* from = kernel + first_filter(b) * products;
            real* to = &weights[b * block * products];
            if (count(b) < block) std::fill(to, to + block * products, 0);
            for (npy_intp start = 0; start < products; start += 16) /* fits the cache */
                for (npy_intp f = 0; f < count(b); ++f)
                    for (npy_intp k = start; k < std::min(start + 16, products); ++k)
                        to[f * next_filter + k * next_product] = from[f * products + sources[k]];
        });
    }

    void pad(const real* image) {
        const npy_intp past = STRIP * LANES; /* a strip may reach past the end */
        padded.reset(new real[samples * channels * plane + past]);
        real* const end = padded.get() + samples * channels * plane;
        std::fill(end, end + past, 0);
        loop(samples * channels * padded_h, [&](npy_intp at) {
            const npy_intp i = at % padded_h - top;
            real* to = &padded[at * padded_w];
            if (i < 0 || i >= height) {
                std::fill(to, to + padded_w, 0);
                return;
            }
            std::fill(to, to + left, 0);
            memcpy(to + left, image + (at / padded_h * height + i) * width, width * sizeof(real));
            std::fill(to + left + width, to + padded_w, 0);
        });
    }

    npy_intp tiles() const { return (pixels + WINDOWS - 1) / WINDOWS; }

    /* Filters of a block: the first, and how many. */
    npy_intp first_filter(npy_intp b) const { return b / blocks * share + b % blocks * block; }
    npy_intp count(npy_intp b) const { return std::min(block, share - b % blocks * block); }

    /* The channels that a block reads, in a padded sample. */
    const real* channels_of(npy_intp b, npy_intp sample) const {
        return &padded[(sample * channels + b / blocks * read) * plane];
    }

    static vec load(const real* from) {
        vec value;
        memcpy(&value, from, sizeof(vec)); /* need not be aligned */
        return value;
    }

    static void add(const void* total, npy_intp vectors, real* sums) {
        const real* from = (const real*)total;
        for (npy_intp i = 0; i < vectors * LANES; ++i) sums[i] += from[i];
    }

    /* One row of the outputs of a block of filters. */
    void one_row(npy_intp at, real* output) const {
        const npy_intp i = at % rows, b = at / rows % (groups * blocks);
        const npy_intp sample = at / rows / (groups * blocks);
        const real* row = channels_of(b, sample) + i * stride_v * padded_w;
        const real* used = &weights[b * block * products];
        real* to = output + (sample * filters + first_filter(b)) * pixels + i * columns;
        real sums[FEW_FILTERS * STRIP * LANES];
        for (npy_intp j = 0; j < columns; j += STRIP * LANES) {
            if (count(b) == 1)
                columns_in_lanes<1>(row + j, used, sums);
            else
                columns_in_lanes<FEW_FILTERS>(row + j, used, sums);
            const npy_intp length = std::min(STRIP * LANES, columns - j);
            for (npy_intp f = 0; f < count(b); ++f)
                memcpy(to + f * pixels + j, sums + f * STRIP * LANES, length * sizeof(real));
        }
    }

    template <int FILTERS>
    void columns_in_lanes(const real* window, const real* used, real* sums) const {
        const npy_intp* distance = distances.data();
        std::fill(sums, sums + FILTERS * STRIP * LANES, 0);
        for (npy_intp start = 0; start < products; start += RUN) {
            vec total[FILTERS][STRIP];
            memset(total, 0, sizeof(total));
            const npy_intp stop = std::min(start + RUN, products);
            for (npy_intp k = start; k < stop; ++k) {
                vec several[STRIP];
#pragma GCC unroll 4
                for (int v = 0; v < STRIP; ++v) several[v] = load(window + distance[k] + v * LANES);
#pragma GCC unroll 4
                for (int f = 0; f < FILTERS; ++f)
#pragma GCC unroll 4
                    for (int v = 0; v < STRIP; ++v) total[f][v] += several[v] * used[f * products + k];
            }
            add(total, FILTERS * STRIP, sums);
        }
    }

    /* Some neighbouring outputs of a block of filters. */
    void one_tile(npy_intp at, real* output) const {
        const npy_intp start = at % tiles() * WINDOWS, b = at / tiles() % (groups * blocks);
        const npy_intp sample = at / tiles() / (groups * blocks);
        const npy_intp length = std::min((npy_intp)WINDOWS, pixels - start);
        const real* windows[WINDOWS];
        for (npy_intp p = 0; p < WINDOWS; ++p) {
            const npy_intp pixel = std::min(start + p, pixels - 1);
            windows[p] = channels_of(b, sample) + pixel / columns * stride_v * padded_w
                         + pixel % columns * stride_h;
        }
        const real* used = &weights[b * block * products];
        real sums[WINDOWS * 2 * LANES];
        if (block == LANES)
            some_windows<1>(length, windows, used, sums);
        else
            some_windows<2>(length, windows, used, sums);
        real* to = output + (sample * filters + first_filter(b)) * pixels + start;
        for (npy_intp f = 0; f < count(b); ++f)
            for (npy_intp p = 0; p < length; ++p) to[f * pixels + p] = sums[p * block + f];
    }

    /* The last windows of an image are fewer: a third of them or two thirds cost less. */
    template <int VECTORS>
    void some_windows(npy_intp length, const real* const* windows, const real* used,
                      real* sums) const {
        if (length <= WINDOWS / 3)
            filters_in_lanes<WINDOWS / 3, VECTORS>(windows, used, sums);
        else if (length <= WINDOWS / 3 * 2)
            filters_in_lanes<WINDOWS / 3 * 2, VECTORS>(windows, used, sums);
        else
            filters_in_lanes<WINDOWS, VECTORS>(windows, used, sums);
    }

    template <int LENGTH, int VECTORS>
    void filters_in_lanes(const real* const* windows, const real* used, real* sums) const {
        const npy_intp* distance = distances.data();
        std::fill(sums, sums + LENGTH * VECTORS * LANES, 0);
        for (npy_intp start = 0; start < products; start += RUN) {
            vec total[LENGTH][VECTORS];
            memset(total, 0, sizeof(total));
            const npy_intp stop = std::min(start + RUN, products);
            for (npy_intp k = start; k < stop; ++k, used += VECTORS * LANES) {
                vec several[VECTORS];
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
};

#section support_code_apply

int APPLY_SPECIFIC(convolve)(PyArrayObject* image, PyArrayObject* kernel,
                             PyArrayObject* geometry, PyArrayObject** output) {
    typedef DTYPE_INPUT_0 real;
    image = PyArray_GETCONTIGUOUS(image);
    kernel = PyArray_GETCONTIGUOUS(kernel);
    int failed = 1;
    try {
        Convolution<real> convolution(PyArray_DIMS(image), PyArray_DIMS(kernel),
                                      (const npy_int64*)PyArray_DATA(geometry));
        if (convolution.fits()) {
            npy_intp shape[4];
            convolution.shape(shape);
            Py_XDECREF(*output);
            *output = (PyArrayObject*)PyArray_EMPTY(4, shape, TYPENUM_INPUT_0, 0);
            if (*output) {
                convolution.compute((const real*)PyArray_DATA(image),
                                    (const real*)PyArray_DATA(kernel),
                                    (real*)PyArray_DATA(*output));
                failed = 0;
            }
        } else {
            PyErr_SetString(PyExc_ValueError, "image and kernel do not fit");
        }
    } catch (const std::bad_alloc&) {
        PyErr_NoMemory();
    }
    Py_XDECREF(image);
    Py_XDECREF(kernel);
    return failed;
}
