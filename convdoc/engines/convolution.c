#section support_code

/* A convolution without im2col: the way of today's libraries, as one operation for Theano.

   The image is copied once, with its padding. From then on every product of the sum is an
   image pixel at a fixed distance from the window's corner, so one table of distances serves
   all windows, whatever the dilation, and one of corners all strides. A vector register holds
   - neighbouring filters, where there are many: their weights are loaded together, and each
     pixel of a few windows is multiplied with all of them;
   - neighbouring columns, where there are few: their pixels are loaded together, and
     multiplied with each weight.
   Sums stay in registers until they are complete.

   What depends on the plan comes as numbers, in `geometry`, so that this is compiled once
   for each dtype. See geometry() in _theano_op.py. */

#include <stdlib.h>
#include <string.h>
#include <algorithm>

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#define WINDOWS 12 /* windows at a time, two vectors of sums for each: 24 of 32 registers */
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#define WINDOWS 6 /* 12 of 16 registers */
#else
#define VECTOR_BYTES 16
#define WINDOWS 6
#endif
#define COLUMN_VECTORS 4
#define FEW_FILTERS 4 /* filters at a time where columns fill the registers */
#define WORTH_THREADS 200000 /* products; below, starting threads costs more than it saves */

#section support_code_apply

typedef DTYPE_INPUT_0 APPLY_SPECIFIC(real);
#define real APPLY_SPECIFIC(real)
typedef real APPLY_SPECIFIC(vec) __attribute__((vector_size(VECTOR_BYTES)));
#define vec APPLY_SPECIFIC(vec)
#define LANES ((npy_intp)(VECTOR_BYTES / sizeof(real)))

static inline vec APPLY_SPECIFIC(load)(const real* from) {
    vec value;
    memcpy(&value, from, sizeof(vec)); /* need not be aligned */
    return value;
}

/* Sums of `WINDOWS` windows and two vectors of filters, or one. `weights` holds, for each
   product, the weights of these filters side by side. */
template <int VECTORS>
static inline void APPLY_SPECIFIC(filters_in_lanes)(
        const real* const* windows, const npy_intp* distances, npy_intp products,
        const real* weights, real* sums) {
    vec total[WINDOWS][VECTORS];
    memset(total, 0, sizeof(total));
    for (npy_intp k = 0; k < products; ++k, weights += VECTORS * LANES) {
        vec weight[VECTORS];
#pragma GCC unroll 2
        for (int v = 0; v < VECTORS; ++v) weight[v] = APPLY_SPECIFIC(load)(weights + v * LANES);
#pragma GCC unroll 12
        for (int p = 0; p < WINDOWS; ++p) {
            const real pixel = windows[p][distances[k]];
#pragma GCC unroll 2
            for (int v = 0; v < VECTORS; ++v) total[p][v] += weight[v] * pixel;
        }
    }
    memcpy(sums, total, sizeof(total));
}

/* Sums of `COLUMN_VECTORS` vectors of columns, for `FILTERS` filters. */
template <int FILTERS>
static inline void APPLY_SPECIFIC(columns_in_lanes)(
        const real* window, const npy_intp* distances, npy_intp products,
        const real* weights, real* sums) {
    vec total[FILTERS][COLUMN_VECTORS];
    memset(total, 0, sizeof(total));
    for (npy_intp k = 0; k < products; ++k) {
        vec pixels[COLUMN_VECTORS];
#pragma GCC unroll 4
        for (int v = 0; v < COLUMN_VECTORS; ++v)
            pixels[v] = APPLY_SPECIFIC(load)(window + distances[k] + v * LANES);
#pragma GCC unroll 4
        for (int f = 0; f < FILTERS; ++f)
#pragma GCC unroll 4
            for (int v = 0; v < COLUMN_VECTORS; ++v)
                total[f][v] += pixels[v] * weights[f * products + k];
    }
    memcpy(sums, total, sizeof(total));
}

int APPLY_SPECIFIC(convolve)(PyArrayObject* image, PyArrayObject* kernel,
                             PyArrayObject* geometry, PyArrayObject** output) {
    const npy_int64* plan = (const npy_int64*)PyArray_DATA(geometry);
    const npy_intp pad_top = plan[0], pad_bottom = plan[1], pad_left = plan[2], pad_right = plan[3];
    const npy_intp stride_v = plan[4], stride_h = plan[5];
    const npy_intp dilation_v = plan[6], dilation_h = plan[7], groups = plan[8];
    const bool flip = plan[9];

    image = PyArray_GETCONTIGUOUS(image);
    kernel = PyArray_GETCONTIGUOUS(kernel);
    const npy_intp samples = PyArray_DIM(image, 0), channels = PyArray_DIM(image, 1);
    const npy_intp height = PyArray_DIM(image, 2), width = PyArray_DIM(image, 3);
    const npy_intp filters = PyArray_DIM(kernel, 0), read = PyArray_DIM(kernel, 1);
    const npy_intp kh = PyArray_DIM(kernel, 2), kw = PyArray_DIM(kernel, 3);
    const npy_intp padded_h = height + pad_top + pad_bottom;
    const npy_intp padded_w = width + pad_left + pad_right;
    const npy_intp room_h = padded_h - (kh - 1) * dilation_v - 1;
    const npy_intp room_w = padded_w - (kw - 1) * dilation_h - 1;
    int failed = 1;
    if (read * groups != channels || filters % groups || room_h < 0 || room_w < 0) {
        PyErr_SetString(PyExc_ValueError, "image and kernel do not fit");
        Py_DECREF(image);
        Py_DECREF(kernel);
        return failed;
    }
    const npy_intp rows = room_h / stride_v + 1, columns = room_w / stride_h + 1;
    const npy_intp pixels = rows * columns, plane = padded_h * padded_w;
    const npy_intp products = read * kh * kw, share = filters / groups;

    npy_intp shape[4] = {samples, filters, rows, columns};
    Py_XDECREF(*output);
    *output = (PyArrayObject*)PyArray_EMPTY(4, shape, TYPENUM_INPUT_0, 0);

    /* Few filters: columns fill the vectors. It needs columns that are neighbours. */
    const bool by_columns = stride_h == 1 && share * 2 <= LANES && columns * 4 > LANES;
    const npy_intp at_once = by_columns ? FEW_FILTERS : share > LANES ? 2 * LANES : LANES;
    const npy_intp blocks = (share + at_once - 1) / at_once;
    const npy_intp slack = COLUMN_VECTORS * LANES; /* vectors of columns reach past the end */
    real* padded = (real*)malloc((samples * channels * plane + slack) * sizeof(real));
    real* weights = (real*)calloc(groups * blocks * at_once * products, sizeof(real));
    npy_intp* distances = (npy_intp*)malloc(products * sizeof(npy_intp));
    if (!*output || !padded || !weights || !distances) {
        PyErr_NoMemory();
    } else {
        const real* x = (const real*)PyArray_DATA(image);
        const real* w = (const real*)PyArray_DATA(kernel);
        real* y = (real*)PyArray_DATA(*output);
        const bool worth_threads = samples * filters * pixels * products > WORTH_THREADS;

        for (npy_intp c = 0, k = 0; c < read; ++c)
            for (npy_intp u = 0; u < kh; ++u)
                for (npy_intp v = 0; v < kw; ++v, ++k)
                    distances[k] = c * plane + u * dilation_v * padded_w + v * dilation_h;

#pragma omp parallel for if (worth_threads)
        for (npy_intp f = 0; f < filters; ++f) {
            const npy_intp in_group = f % share, lane = in_group % at_once;
            real* to = weights + (f / share * blocks + in_group / at_once) * products * at_once
                       + lane * (by_columns ? products : 1);
            const npy_intp step = by_columns ? 1 : at_once;
            for (npy_intp c = 0; c < read; ++c) {
                const real* slice = w + (f * read + c) * kh * kw;
                for (npy_intp k = 0; k < kh * kw; ++k, to += step)
                    *to = slice[flip ? kh * kw - 1 - k : k];
            }
        }

        memset(padded + samples * channels * plane, 0, slack * sizeof(real));
#pragma omp parallel for if (worth_threads)
        for (npy_intp n = 0; n < samples * channels; ++n) {
            real* to = padded + n * plane;
            memset(to, 0, pad_top * padded_w * sizeof(real));
            to += pad_top * padded_w;
            for (npy_intp i = 0; i < height; ++i, to += padded_w) {
                std::fill(to, to + pad_left, 0);
                memcpy(to + pad_left, x + (n * height + i) * width, width * sizeof(real));
                std::fill(to + pad_left + width, to + padded_w, 0);
            }
            memset(to, 0, pad_bottom * padded_w * sizeof(real));
        }

        if (by_columns) {
            const npy_intp strip = COLUMN_VECTORS * LANES;
#pragma omp parallel for collapse(3) if (worth_threads)
            for (npy_intp n = 0; n < samples; ++n)
                for (npy_intp b = 0; b < groups * blocks; ++b)
                    for (npy_intp i = 0; i < rows; ++i) {
                        const npy_intp first = b % blocks * at_once;
                        const npy_intp count = std::min(at_once, share - first);
                        const real* row = padded + i * stride_v * padded_w
                                          + (n * channels + b / blocks * read) * plane;
                        real* to = y + ((n * filters + b / blocks * share + first) * rows + i)
                                           * columns;
                        real sums[FEW_FILTERS * COLUMN_VECTORS * VECTOR_BYTES / sizeof(real)];
                        for (npy_intp j = 0; j < columns; j += strip) {
                            const real* block = weights + b * products * at_once;
                            if (count == 1)
                                APPLY_SPECIFIC(columns_in_lanes)<1>(
                                    row + j, distances, products, block, sums);
                            else
                                APPLY_SPECIFIC(columns_in_lanes)<FEW_FILTERS>(
                                    row + j, distances, products, block, sums);
                            const npy_intp length = std::min(strip, columns - j);
                            for (npy_intp f = 0; f < count; ++f)
                                memcpy(to + f * pixels + j, sums + f * strip,
                                       length * sizeof(real));
                        }
                    }
        } else {
            const npy_intp tiles = (pixels + WINDOWS - 1) / WINDOWS;
#pragma omp parallel for collapse(3) if (worth_threads)
            for (npy_intp n = 0; n < samples; ++n)
                for (npy_intp b = 0; b < groups * blocks; ++b)
                    for (npy_intp tile = 0; tile < tiles; ++tile) {
                        const npy_intp first = b % blocks * at_once;
                        const npy_intp count = std::min(at_once, share - first);
                        const npy_intp start = tile * WINDOWS;
                        const real* base = padded + (n * channels + b / blocks * read) * plane;
                        const real* windows[WINDOWS];
                        for (npy_intp p = 0; p < WINDOWS; ++p) {
                            const npy_intp at = std::min(start + p, pixels - 1);
                            windows[p] = base + at / columns * stride_v * padded_w
                                         + at % columns * stride_h;
                        }
                        real sums[WINDOWS * 2 * VECTOR_BYTES / sizeof(real)];
                        const real* block = weights + b * products * at_once;
                        if (at_once == LANES)
                            APPLY_SPECIFIC(filters_in_lanes)<1>(
                                windows, distances, products, block, sums);
                        else
                            APPLY_SPECIFIC(filters_in_lanes)<2>(
                                windows, distances, products, block, sums);
                        real* to = y + (n * filters + b / blocks * share + first) * pixels;
                        const npy_intp length = std::min((npy_intp)WINDOWS, pixels - start);
                        for (npy_intp f = 0; f < count; ++f)
                            for (npy_intp p = 0; p < length; ++p)
                                to[f * pixels + start + p] = sums[p * at_once + f];
                    }
        }
        failed = 0;
    }
    free(padded);
    free(weights);
    free(distances);
    Py_DECREF(image);
    Py_DECREF(kernel);
    return failed;
}

#undef real
#undef vec
#undef LANES
