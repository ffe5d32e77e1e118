// Winograd's minimal filtering F(T×T, 3×3): a T×T tile of outputs from (T+2)×(T+2) inputs with as many multiplications a
// channel (Lavin & Gray 2015, "Fast algorithms for convolutional neural networks"); the direct way takes 9·T·T:
//     Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A, summed over the input channels as (T+2)² matrix products.
// Tiles go in chunks whose transforms stay in the cache.
#include "winograd_lines.h"

/// Lays out the work: tiles of the image, tiles in one chunk. An image whose pooling windows reach from one tile into the
/// next is one chunk.
typedef struct {
    long rows, columns, chunk;
    long v_plane, m_plane; ///< Floats from one of the (T+2)² transformed elements of the tiles to the next.
} winograd_tiling;

/// Floats of transformed input in one chunk: 256 KiB, and the transformed output of a block of channels beside it.
#define WINOGRAD_CHUNK 65536

INLINE long winograd_points(int T) { return (T + 2) * (T + 2); }

/// A cache line more from plane to plane: of distances that are powers of two only a few places in the cache would be used.
INLINE winograd_tiling winograd_tiles_in_chunks(const apus_window *w, long rows, long columns, long chunk) {
    return (winograd_tiling){rows, columns, chunk, chunk * w->in_channels + 16, chunk * BLOCK + 16};
}

INLINE winograd_tiling winograd_tiles(const apus_window *w, int T, int pool) {
    long height = pool ? w->out_height / 2 * 2 : w->out_height, width = pool ? w->out_width / 2 * 2 : w->out_width;
    long rows = (height + T - 1) / T, columns = (width + T - 1) / T;
    long total = rows * columns;
    if (T % 2 && pool) return winograd_tiles_in_chunks(w, rows, columns, larger(total, 1));
    long most = WINOGRAD_CHUNK / (winograd_points(T) * larger(w->in_channels, BLOCK));
    most = larger(most / TILE_ROWS * TILE_ROWS, 24);
    long chunks = larger((total + most - 1) / most, 1);
    return winograd_tiles_in_chunks(w, rows, columns, larger((total + chunks - 1) / chunks, 1));
}

static long FN(winograd_weights_size)(int tile, long in_channels, long out_channels) {
    return winograd_points(tile) * FN(packed_b_size)(out_channels, in_channels);
}

/// G g Gᵀ of the kernels g [9][32] of a block, in double; element (i, j) of the results goes to plane (T + 2)·i + j.
INLINE void winograd_block(const int T, float g[restrict 9][BLOCK], float *restrict to, long plane) {
    for (long o = 0; o < BLOCK; o++) {
        double columns[3][WINOGRAD_POINTS], row[WINOGRAD_POINTS];
        UNROLL for (int j = 0; j < 3; j++)
            winograd_kernel_line(T, (const double[3]){g[j][o], g[3 + j][o], g[6 + j][o]}, columns[j]);
        UNROLL for (int i = 0; i < T + 2; i++) {
            winograd_kernel_line(T, (const double[3]){columns[0][i], columns[1][i], columns[2][i]}, row);
            UNROLL for (int j = 0; j < T + 2; j++) to[(i * (T + 2) + j) * plane + o] = (float)row[j];
        }
    }
}
#define WINOGRAD_BLOCK(T)                                                                                             \
    static void FN(winograd_block_##T)(float g[9][BLOCK], float *to, long plane) { winograd_block(T, g, to, plane); }
WINOGRAD_BLOCK(2)
WINOGRAD_BLOCK(4)
WINOGRAD_BLOCK(5)

/// Training transforms anew in every step: outputs run innermost, so that what is written lies side by side.
static void FN(winograd_weights)(int tile, long in_channels, long out_channels, apus_channel_part part, const void *source,
                                 long out_stride, long in_stride, long tap_stride, float *transformed) {
    const loose_float *w = source;
    void (*block_of_tile)(float[9][BLOCK], float *, long) = tile == 2   ? FN(winograd_block_2)
                                                            : tile == 4 ? FN(winograd_block_4)
                                                                        : FN(winograd_block_5);
    long plane = FN(packed_b_size)(out_channels, in_channels);
    float g[9][BLOCK] = {{0.f}};
    for (long block = 0; block < part.out_count; block += BLOCK) {
        long outputs = smaller(BLOCK, part.out_count - block);
        if (outputs < BLOCK) memset(g, 0, sizeof(g));
        float *to = transformed + ((part.out + block) / BLOCK * in_channels + part.in) * BLOCK;
        for (long c = 0; c < part.in_count; c++, to += part.in_step * BLOCK) {
            const loose_float *from = w + block * out_stride + c * in_stride;
            if (out_stride == 1) {
                for (int t = 0; t < 9; t++) memcpy(g[t], from + t * tap_stride, (size_t)outputs * sizeof(float));
            } else {
                for (long o = 0; o < outputs; o++)
                    for (int t = 0; t < 9; t++) g[t][o] = from[o * out_stride + t * tap_stride];
            }
            block_of_tile(g, to, plane);
        }
    }
}

/// Floats of the parts of the workspace: V [(T+2)²] planes of [chunk][in_channels], M [(T+2)²] planes of [chunk][32],
/// in_channels zeros that stand for the padding, and one vector of channels of the outputs that are still to be pooled.
typedef struct {
    long v, m, zeros, unpooled;
} winograd_memory;

INLINE winograd_memory winograd_parts(const apus_window *w, int T, int pool, winograd_tiling tiling) {
    return (winograd_memory){
        winograd_points(T) * tiling.v_plane, winograd_points(T) * tiling.m_plane, w->in_channels,
        T % 2 && pool ? tiling.rows * tiling.columns * T * T * VL : 0,
    };
}

static long FN(winograd_workspace)(const apus_window *w, int tile, int pool) {
    winograd_memory parts = winograd_parts(w, tile, pool, winograd_tiles(w, tile, pool));
    return parts.v + parts.m + parts.zeros + parts.unpooled;
}

/// Bᵀ d B of one tile for all channels; element (i, j) of d at p[i][j].
INLINE void winograd_input(const int T, const float *const p[WINOGRAD_POINTS][WINOGRAD_POINTS], long channels, float *v,
                           long plane) {
    for (long c = 0; c < channels; c += VL) {
        vf e[WINOGRAD_POINTS][WINOGRAD_POINTS];
        UNROLL for (int j = 0; j < T + 2; j++) {
            vf d[WINOGRAD_POINTS], column[WINOGRAD_POINTS];
            UNROLL for (int i = 0; i < T + 2; i++) d[i] = load(p[i][j] + c);
            winograd_input_line(T, d, column);
            UNROLL for (int i = 0; i < T + 2; i++) e[i][j] = column[i];
        }
        UNROLL for (int i = 0; i < T + 2; i++) {
            vf row[WINOGRAD_POINTS];
            winograd_input_line(T, e[i], row);
            UNROLL for (int j = 0; j < T + 2; j++) store(v + (i * (T + 2) + j) * plane + c, row[j]);
        }
    }
}

/// Transforms the input of `count` tiles from tile `first` on into v, planes of [chunk][in_channels].
INLINE void winograd_inputs(const int T, const apus_window *w, winograd_tiling tiling, long first, long count,
                            const float *x, float *v, const float *zeros) {
    long channels = w->in_channels, line = w->width * channels, plane = tiling.v_plane;
    for (long t = first; t < first + count; t++, v += channels) {
        long top = t / tiling.columns * T - w->pad_top, left = t % tiling.columns * T - w->pad_left;
        long corner = top * line + left * channels; // negative where the tile begins in the padding
        const float *p[WINOGRAD_POINTS][WINOGRAD_POINTS];
        if (top >= 0 && left >= 0 && top + T + 2 <= w->height && left + T + 2 <= w->width) {
            UNROLL for (int i = 0; i < T + 2; i++)
                UNROLL for (int j = 0; j < T + 2; j++) p[i][j] = x + corner + i * line + j * channels;
            winograd_input(T, p, channels, v, plane); // apart from the other call, so that p stays in registers
        } else {
            for (int i = 0; i < T + 2; i++) {
                for (int j = 0; j < T + 2; j++) {
                    int inside = top + i >= 0 && top + i < w->height && left + j >= 0 && left + j < w->width;
                    p[i][j] = inside ? x + corner + i * line + j * channels : zeros;
                }
            }
            winograd_input(T, p, channels, v, plane);
        }
    }
}

/// Aᵀ m A of one tile for one vector of channels.
INLINE void winograd_output(const int T, const float *m, long plane, vf y[WINOGRAD_POINTS][WINOGRAD_POINTS]) {
    vf e[WINOGRAD_POINTS][WINOGRAD_POINTS];
    UNROLL for (int j = 0; j < T + 2; j++) {
        vf d[WINOGRAD_POINTS], column[WINOGRAD_POINTS];
        UNROLL for (int i = 0; i < T + 2; i++) d[i] = load(m + (i * (T + 2) + j) * plane);
        winograd_output_line(T, d, column);
        UNROLL for (int i = 0; i < T; i++) e[i][j] = column[i];
    }
    UNROLL for (int i = 0; i < T; i++) winograd_output_line(T, e[i], y[i]);
}

INLINE void store_channels(float *y, vf v, long columns) {
    if (columns >= VL) store(y, v);
    else store_partial(y, v, columns);
}

INLINE vf winograd_pooled(vf a, vf b, vf c, vf d) { return maximum(maximum(a, b), maximum(c, d)); }

/// Where the outputs of a block of channels go: `y` at the block's first channel, `columns` channels left.
typedef struct {
    const float *bias;
    apus_clamp clamp;
    float *y;
    long columns;
    float *unpooled; ///< Memory for the outputs that are still to be pooled.
} winograd_target;

/// Transforms the products m, planes of [chunk][32], of `count` tiles from `first` on back; with `pool`, the
/// windows of each tile pooled.
INLINE void winograd_outputs(const int T, const int pool, const apus_window *w, winograd_tiling tiling, long first,
                             long count, const float *m, winograd_target to) {
    long plane = tiling.m_plane, channels = w->out_channels;
    long step = pool ? 2 : 1, height = w->out_height / step, width = w->out_width / step;
    for (long t = first; t < first + count; t++, m += BLOCK) {
        long row = t / tiling.columns * T / step, column = t % tiling.columns * T / step;
        float *corner = to.y + (row * width + column) * channels;
        for (long c = 0; c < smaller(BLOCK, to.columns); c += VL) {
            vf tile[WINOGRAD_POINTS][WINOGRAD_POINTS], b = to.bias ? load(to.bias + c) : (vf)0.f;
            winograd_output(T, m + c, plane, tile);
            UNROLL for (int i = 0; i < T; i += pool ? 2 : 1) {
                UNROLL for (int j = 0; j < T; j += pool ? 2 : 1) {
                    if (row + i / step >= height || column + j / step >= width) continue;
                    vf v = pool ? winograd_pooled(tile[i][j], tile[i][j + 1], tile[i + 1][j], tile[i + 1][j + 1])
                                : tile[i][j];
                    float *pixel = corner + (i / step * width + j / step) * channels + c;
                    store_channels(pixel, clamped(v + b, to.clamp), to.columns - c);
                }
            }
        }
    }
}

/// The same for a whole image, of which windows that are pooled reach from one tile into the next.
INLINE void winograd_outputs_across(const int T, const apus_window *w, winograd_tiling tiling, const float *m,
                                    winograd_target to) {
    long plane = tiling.m_plane, line = tiling.columns * T * VL, width = w->out_width / 2;
    for (long c = 0; c < smaller(BLOCK, to.columns); c += VL) {
        vf b = to.bias ? load(to.bias + c) : (vf)0.f;
        for (long t = 0; t < tiling.rows * tiling.columns; t++) {
            vf tile[WINOGRAD_POINTS][WINOGRAD_POINTS];
            winograd_output(T, m + t * BLOCK + c, plane, tile);
            float *corner = to.unpooled + t / tiling.columns * T * line + t % tiling.columns * T * VL;
            UNROLL for (int i = 0; i < T; i++)
                UNROLL for (int j = 0; j < T; j++) store(corner + i * line + j * VL, tile[i][j]);
        }
        for (long i = 0; i < w->out_height / 2; i++) {
            for (long j = 0; j < width; j++) {
                const float *p = to.unpooled + 2 * i * line + 2 * j * VL;
                vf best = winograd_pooled(load(p), load(p + VL), load(p + line), load(p + line + VL));
                store_channels(to.y + (i * width + j) * w->out_channels + c, clamped(best + b, to.clamp), to.columns - c);
            }
        }
    }
}

/// The products of one chunk with one block of output channels: m[q] [count][32] = v[q] · u[q].
static void FN(winograd_products)(long points, winograd_tiling tiling, long count, long channels, const float *v,
                                  const float *u, long u_plane, float *m, long columns) {
    for (long q = 0; q < points; q++) {
        gemm_tile tile = {
            .lda = channels, .ldb = BLOCK, .K = channels, .ldc = BLOCK, .clamp = no_clamp,
        };
        for (long h = 0; h < smaller(BLOCK, columns); h += TILE_COLUMNS) {
            tile.a = v + q * tiling.v_plane;
            tile.b = u + q * u_plane + h;
            tile.c = m + q * tiling.m_plane + h;
            tile.columns = larger(TILE_COLUMNS, smaller(columns - h, BLOCK));
            gemm_tile_rows(count, tile);
        }
    }
}

/// The transforms for one size of tiles; each a function of its own, so that each has the registers for itself.
typedef struct {
    void (*inputs)(const apus_window *w, winograd_tiling tiling, long first, long count, const float *x, float *v,
                   const float *zeros);
    void (*outputs[2])(const apus_window *w, winograd_tiling tiling, long first, long count, const float *m,
                       winograd_target to); ///< Without and with pooling.
} winograd_transforms;

#define WINOGRAD_TRANSFORMS(T)                                                                                        \
    static __attribute__((noinline)) void FN(winograd_inputs_##T)(                                                    \
        const apus_window *w, winograd_tiling tiling, long first, long count, const float *x, float *v,               \
        const float *zeros) {                                                                                         \
        winograd_inputs(T, w, tiling, first, count, x, v, zeros);                                                     \
    }                                                                                                                 \
    static __attribute__((noinline)) void FN(winograd_outputs_##T)(                                                   \
        const apus_window *w, winograd_tiling tiling, long first, long count, const float *m, winograd_target to) {   \
        winograd_outputs(T, 0, w, tiling, first, count, m, to);                                                       \
    }                                                                                                                 \
    static __attribute__((noinline)) void FN(winograd_pooled_##T)(                                                    \
        const apus_window *w, winograd_tiling tiling, long first, long count, const float *m, winograd_target to) {   \
        if (T % 2) winograd_outputs_across(T, w, tiling, m, to);                                                      \
        else winograd_outputs(T, 1, w, tiling, first, count, m, to);                                                  \
    }                                                                                                                 \
    static const winograd_transforms FN(winograd_transforms_##T) = {                                                  \
        FN(winograd_inputs_##T), {FN(winograd_outputs_##T), FN(winograd_pooled_##T)}};

WINOGRAD_TRANSFORMS(2)
WINOGRAD_TRANSFORMS(4)
WINOGRAD_TRANSFORMS(5)

static void FN(winograd)(const apus_window *w, int tile, int pool, const float *x, const float *transformed,
                         const float *bias, apus_clamp clamp, float *y, float *workspace) {
    const winograd_transforms *transforms = tile == 2   ? &FN(winograd_transforms_2)
                                            : tile == 4 ? &FN(winograd_transforms_4)
                                                        : &FN(winograd_transforms_5);
    winograd_tiling tiling = winograd_tiles(w, tile, pool);
    winograd_memory parts = winograd_parts(w, tile, pool, tiling);
    long channels = w->in_channels, total = tiling.rows * tiling.columns;
    long u_plane = FN(packed_b_size)(w->out_channels, channels);
    float *v = workspace, *m = v + parts.v, *zeros = m + parts.m, *unpooled = zeros + parts.zeros;
    memset(zeros, 0, (size_t)channels * sizeof(float));
    for (long first = 0; first < total; first += tiling.chunk) {
        long count = smaller(tiling.chunk, total - first);
        transforms->inputs(w, tiling, first, count, x, v, zeros);
        for (long n = 0; n < w->out_channels; n += BLOCK) {
            float padded[BLOCK];
            const float *block = block_bias(bias, n, w->out_channels, padded);
            winograd_target to = {block, clamp, y + n, w->out_channels - n, unpooled};
            FN(winograd_products)(winograd_points(tile), tiling, count, channels, v, transformed + n * channels, u_plane,
                                  m, to.columns);
            transforms->outputs[pool != 0](w, tiling, first, count, m, to);
        }
    }
}
