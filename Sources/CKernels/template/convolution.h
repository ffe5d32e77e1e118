// Direct convolution of one NHWC image. A kernel row of an undilated window is kernel_width·in_channels contiguous
// floats and neighbouring output pixels read stride_width·in_channels floats apart, so the register tile of the matrix
// product runs over the image in place: no im2col. Padding goes through a ring of padded rows.
#include "winograd.h"
#include "first_layer.h"
#include "depthwise.h"
#include "pooling.h"

/// One tile of the output: up to TILE_ROWS pixels of one row by up to TILE_COLUMNS channels.
/// Image row i of the window is at input + ((slot + i·slot_step) mod slots)·row_stride.
typedef struct {
    const float *input, *weights, *bias;
    long slot, slot_step, slots, row_stride, kernel_rows;
    long runs, run_step, run_length; ///< Contiguous runs in one kernel row: one, or with dilation one a column.
    long pixel_stride;
    float *y;
    long ldy, columns;
    apus_clamp clamp;
} convolution_tile;

INLINE void convolution_tile_compute(const int R, const int V, const convolution_tile *t) {
    tile_sums sums;
    tile_zero(R, V, sums);
    const float *weights = t->weights;
    long slot = t->slot;
    for (long i = 0; i < t->kernel_rows; i++) {
        const float *run = t->input + slot * t->row_stride;
        for (long j = 0; j < t->runs; j++) {
            tile_multiply(R, V, run, t->pixel_stride, weights, BLOCK, t->run_length, sums);
            weights += t->run_length * BLOCK;
            run += t->run_step;
        }
        slot += t->slot_step;
        if (slot >= t->slots) slot -= t->slots;
    }
    tile_store(R, V, sums, t->bias, t->clamp, t->y, t->ldy, t->columns);
}
#define CONVOLUTION_TILE(R, V)                                                                                        \
    static __attribute__((noinline)) void FN(convolution_tile_##R##x##V)(const convolution_tile *t) {                 \
        convolution_tile_compute(R, V, t);                                                                            \
    }
#define CONVOLUTION_TILE_NAME(R, V) FN(convolution_tile_##R##x##V),
EACH_TILE_ROWS(CONVOLUTION_TILE, 1)
EACH_TILE_ROWS(CONVOLUTION_TILE, 2)
static void (*const convolution_tiles[TILE_VECTORS][TILE_ROWS])(const convolution_tile *) = {
    {EACH_TILE_ROWS(CONVOLUTION_TILE_NAME, 1)},
    {EACH_TILE_ROWS(CONVOLUTION_TILE_NAME, 2)},
};

static long FN(packed_convolution_size)(const apus_window *w) {
    return FN(packed_b_size)(w->out_channels, w->kernel_height * w->kernel_width * w->in_channels);
}

static void FN(pack_convolution)(const apus_window *g, const float *w, float *packed) {
    long taps = g->kernel_height * g->kernel_width, channels = g->in_channels;
    memset(packed, 0, (size_t)FN(packed_convolution_size)(g) * sizeof(float));
    for (long o = 0; o < g->out_channels; o++) {
        float *column = packed + o / BLOCK * (taps * channels * BLOCK) + o % BLOCK;
        for (long c = 0; c < channels; c++)
            for (long t = 0; t < taps; t++) column[(t * channels + c) * BLOCK] = w[(o * channels + c) * taps + t];
    }
}

/// Image rows, or columns, that the outputs along one axis span.
INLINE long window_span(long outputs, long stride, long dilation, long kernel) {
    return (outputs - 1) * stride + dilation * (kernel - 1) + 1;
}
/// Whether some output reads outside the image.
INLINE int window_needs_padding(const apus_window *w) {
    return w->pad_top > 0 || w->pad_left > 0 ||
           window_span(w->out_height, w->stride_height, w->dilation_height, w->kernel_height) > w->height ||
           window_span(w->out_width, w->stride_width, w->dilation_width, w->kernel_width) > w->width;
}
/// Floats of one padded row.
INLINE long padded_row_size(const apus_window *w) {
    long span = window_span(w->out_width, w->stride_width, w->dilation_width, w->kernel_width);
    return larger(span, w->pad_left + w->width) * w->in_channels;
}
INLINE long ring_rows(const apus_window *w) { return w->dilation_height * (w->kernel_height - 1) + 1; }

static long FN(convolution_workspace)(const apus_window *w) {
    return window_needs_padding(w) ? ring_rows(w) * padded_row_size(w) : 0;
}

/// Copies image row `row` with its padding; rows outside the image are zero.
static void FN(pad_row)(const apus_window *w, const float *x, long row, float *padded) {
    long size = padded_row_size(w), left = w->pad_left * w->in_channels, width = w->width * w->in_channels;
    if (row < 0 || row >= w->height) {
        memset(padded, 0, (size_t)size * sizeof(float));
        return;
    }
    memset(padded, 0, (size_t)left * sizeof(float));
    memcpy(padded + left, x + row * width, (size_t)width * sizeof(float));
    memset(padded + left + width, 0, (size_t)(size - left - width) * sizeof(float));
}

/// One row of output: all its pixels, output channels from `first` up to `end`. `tile.input` is the row's first pixel,
/// `tile.y` its first output.
static void FN(convolution_row)(const apus_window *w, const float *packed, const float *bias, long first, long end,
                                convolution_tile tile) {
    long depth = w->kernel_height * w->kernel_width * w->in_channels, pixel = w->stride_width * w->in_channels;
    const float *input = tile.input;
    float *y = tile.y;
    for (long n = first; n < end; n += BLOCK) {
        float padded[BLOCK];
        const float *block = block_bias(bias, n, w->out_channels, padded);
        for (long h = 0; h < smaller(BLOCK, end - n); h += TILE_COLUMNS) {
            tile.weights = packed + n * depth + h;
            tile.bias = block ? block + h : NULL;
            tile.columns = w->out_channels - n - h;
            void (*const *by_rows)(const convolution_tile *) = convolution_tiles[tile_vectors(tile.columns) - 1];
            for (long column = 0; column < w->out_width;) {
                long rows = next_rows(w->out_width - column);
                tile.input = input + column * pixel;
                tile.y = y + column * w->out_channels + n + h;
                by_rows[rows - 1](&tile);
                column += rows;
            }
        }
    }
}

/// Floats of weights that all rows of an image share before the next blocks of channels: half the second-level cache.
#define CONVOLUTION_WEIGHTS 131072

static void FN(convolution)(const apus_window *w, const float *x, const float *packed, const float *bias,
                            apus_clamp clamp, float *y, float *workspace) {
    if (w->out_height <= 0 || w->out_width <= 0) return;
    int padding = window_needs_padding(w), dilated = w->dilation_width > 1 && w->kernel_width > 1;
    if (w->kernel_height == 1 && w->kernel_width == 1 && w->stride_height == 1 && w->stride_width == 1 && !padding &&
        w->out_width == w->width) {
        FN(gemm_packed)(w->out_height * w->width, w->out_channels, w->in_channels, x, w->in_channels, packed, bias,
                        clamp, y, w->out_channels);
        return;
    }
    convolution_tile tile = {
        .input = padding ? workspace : x, .slot_step = w->dilation_height,
        .slots = padding ? ring_rows(w) : w->height, .kernel_rows = w->kernel_height,
        .row_stride = padding ? padded_row_size(w) : w->width * w->in_channels,
        .runs = dilated ? w->kernel_width : 1, .run_step = w->dilation_width * w->in_channels,
        .run_length = (dilated ? 1 : w->kernel_width) * w->in_channels,
        .pixel_stride = w->stride_width * w->in_channels, .ldy = w->out_channels, .clamp = clamp,
    };
    long block = w->kernel_height * w->kernel_width * w->in_channels * BLOCK;
    long group = larger(1, CONVOLUTION_WEIGHTS / larger(1, block)) * BLOCK;
    for (long first = 0; first < w->out_channels; first += group) {
        long end = smaller(w->out_channels, first + group), next = 0;
        for (long row = 0; row < w->out_height; row++) {
            long top = row * w->stride_height;
            if (padding) {
                for (next = larger(next, top); next < top + ring_rows(w); next++)
                    FN(pad_row)(w, x, next - w->pad_top, workspace + next % tile.slots * tile.row_stride);
            }
            tile.slot = top % tile.slots;
            tile.y = y + row * w->out_width * w->out_channels;
            FN(convolution_row)(w, packed, bias, first, end, tile);
        }
    }
}

#define CONVOLUTION_KERNELS                                                                                           \
    {                                                                                                                 \
        .pack_convolution = FN(pack_convolution), .packed_convolution_size = FN(packed_convolution_size),             \
        .convolution_workspace = FN(convolution_workspace), .convolution = FN(convolution),                           \
        .convolution_first_pool = FN(convolution_first_pool), .winograd_weights_size = FN(winograd_weights_size),     \
        .winograd_weights = FN(winograd_weights), .winograd_workspace = FN(winograd_workspace),                       \
        .winograd = FN(winograd), .depthwise = FN(depthwise), .max_pool = FN(max_pool),                               \
        .average_pool = FN(average_pool),                                                                             \
    }
