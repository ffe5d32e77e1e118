// Winograd's minimal filtering F(2×2, 3×3): a 2×2 tile of outputs from a 4×4 tile of inputs with 16 instead of 36
// multiplications a channel (Lavin & Gray 2015, "Fast algorithms for convolutional neural networks"):
//     Y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A, summed over the input channels as 16 matrix products.
// With a 2×2 max-pooling the output tile is the pooling window. Tiles go in chunks whose transforms stay in the cache.

/// Lays out the work: tiles of the image, tiles in one chunk.
typedef struct {
    long rows, columns, chunk;
} winograd_tiling;

/// Floats of transformed input in one chunk: 256 KiB, and the transformed output of a block of channels beside it.
#define WINOGRAD_CHUNK 65536

INLINE winograd_tiling winograd_tiles(const apus_window *w, int pool) {
    long rows = pool ? w->out_height / 2 : (w->out_height + 1) / 2;
    long columns = pool ? w->out_width / 2 : (w->out_width + 1) / 2;
    long total = rows * columns, most = WINOGRAD_CHUNK / (16 * larger(w->in_channels, BLOCK));
    most = larger(most / TILE_ROWS * TILE_ROWS, 24);
    long chunks = larger((total + most - 1) / most, 1);
    return (winograd_tiling){rows, columns, larger((total + chunks - 1) / chunks, 1)};
}

static long FN(winograd_weights_size)(long in_channels, long out_channels) {
    return 16 * FN(packed_b_size)(out_channels, in_channels);
}

/// G of one column or row of a kernel: (a, (a + b + c) / 2, (a - b + c) / 2, c).
INLINE void winograd_kernel_line(double a, double b, double c, double to[4]) {
    to[0] = a;
    to[1] = 0.5 * (a + b + c);
    to[2] = 0.5 * (a - b + c);
    to[3] = c;
}

/// G g Gᵀ of the kernels g [9][32] of a block, in double; element (i, j) of the results goes to plane 4·i + j.
static void FN(winograd_block)(const float g[restrict 9][BLOCK], float *restrict to, long plane) {
    for (long o = 0; o < BLOCK; o++) {
        double columns[3][4], row[4];
        UNROLL for (int j = 0; j < 3; j++) winograd_kernel_line(g[j][o], g[3 + j][o], g[6 + j][o], columns[j]);
        UNROLL for (int i = 0; i < 4; i++) {
            winograd_kernel_line(columns[0][i], columns[1][i], columns[2][i], row);
            UNROLL for (int j = 0; j < 4; j++) to[(i * 4 + j) * plane + o] = (float)row[j];
        }
    }
}

/// Training transforms anew in every step: outputs run innermost, so that what is written lies side by side.
static void FN(winograd_weights)(long in_channels, long out_channels, apus_channel_part part, const void *source,
                                 long out_stride, long in_stride, long tap_stride, float *transformed) {
    const loose_float *w = source;
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
            FN(winograd_block)((const float(*)[BLOCK])g, to, plane);
        }
    }
}

/// Floats: V [16][chunk][in_channels], M [16][chunk][32], and in_channels zeros that stand for the padding.
static long FN(winograd_workspace)(const apus_window *w) {
    long without = winograd_tiles(w, 0).chunk, with = winograd_tiles(w, 1).chunk;
    return 16 * larger(without, with) * (w->in_channels + BLOCK) + w->in_channels;
}

/// Bᵀ d B of one tile for all channels; element (i, j) of d at p[i][j].
INLINE void winograd_input(const float *const p[4][4], long channels, float *v, long plane) {
    for (long c = 0; c < channels; c += VL) {
        vf d[4][4], e[4][4];
        UNROLL for (int i = 0; i < 4; i++) UNROLL for (int j = 0; j < 4; j++) d[i][j] = load(p[i][j] + c);
        UNROLL for (int j = 0; j < 4; j++) {
            e[0][j] = d[0][j] - d[2][j];
            e[1][j] = d[1][j] + d[2][j];
            e[2][j] = d[2][j] - d[1][j];
            e[3][j] = d[1][j] - d[3][j];
        }
        UNROLL for (int i = 0; i < 4; i++) {
            float *to = v + i * 4 * plane + c;
            store(to, e[i][0] - e[i][2]);
            store(to + plane, e[i][1] + e[i][2]);
            store(to + 2 * plane, e[i][2] - e[i][1]);
            store(to + 3 * plane, e[i][1] - e[i][3]);
        }
    }
}

/// Transforms the input of `count` tiles from tile `first` on into v [16][chunk][in_channels].
static void FN(winograd_inputs)(const apus_window *w, winograd_tiling tiling, long first, long count, const float *x,
                                float *v, const float *zeros) {
    long channels = w->in_channels, line = w->width * channels, plane = tiling.chunk * channels;
    for (long t = 0; t < count; t++, v += channels) {
        long top = (first + t) / tiling.columns * 2 - w->pad_top;
        long left = (first + t) % tiling.columns * 2 - w->pad_left;
        long corner = top * line + left * channels; // negative where the tile begins in the padding
        const float *p[4][4];
        if (top >= 0 && left >= 0 && top + 4 <= w->height && left + 4 <= w->width) {
            UNROLL for (int i = 0; i < 4; i++)
                UNROLL for (int j = 0; j < 4; j++) p[i][j] = x + corner + i * line + j * channels;
            winograd_input(p, channels, v, plane); // apart from the other call, so that p stays in registers
        } else {
            for (int i = 0; i < 4; i++) {
                for (int j = 0; j < 4; j++) {
                    int inside = top + i >= 0 && top + i < w->height && left + j >= 0 && left + j < w->width;
                    p[i][j] = inside ? x + corner + i * line + j * channels : zeros;
                }
            }
            winograd_input(p, channels, v, plane);
        }
    }
}

/// Aᵀ m A of one tile for one vector of channels.
INLINE void winograd_output(const float *m, long plane, vf y[2][2]) {
    vf d[4][4], e[2][4];
    UNROLL for (int i = 0; i < 4; i++)
        UNROLL for (int j = 0; j < 4; j++) d[i][j] = load(m + (i * 4 + j) * plane);
    UNROLL for (int j = 0; j < 4; j++) {
        e[0][j] = d[0][j] + d[1][j] + d[2][j];
        e[1][j] = d[1][j] - d[2][j] - d[3][j];
    }
    UNROLL for (int i = 0; i < 2; i++) {
        y[i][0] = e[i][0] + e[i][1] + e[i][2];
        y[i][1] = e[i][1] - e[i][2] - e[i][3];
    }
}

INLINE void store_channels(float *y, vf v, long columns) {
    if (columns >= VL) store(y, v);
    else store_partial(y, v, columns);
}

/// Transforms the products m [16][chunk][32] of `count` tiles from `first` on back; `y` and `bias` at the block's first
/// channel, `columns` channels left.
INLINE void winograd_outputs(const apus_window *w, winograd_tiling tiling, const int pool, long first, long count,
                             const float *m, const float *bias, apus_clamp clamp, float *y, long columns) {
    long plane = tiling.chunk * BLOCK, channels = w->out_channels;
    for (long t = 0; t < count; t++, m += BLOCK) {
        long row = (first + t) / tiling.columns, column = (first + t) % tiling.columns;
        for (long c = 0; c < smaller(BLOCK, columns); c += VL) {
            vf tile[2][2], b = bias ? load(bias + c) : (vf)0.f;
            winograd_output(m + c, plane, tile);
            if (pool) {
                vf best = maximum(maximum(tile[0][0], tile[0][1]), maximum(tile[1][0], tile[1][1]));
                store_channels(y + (first + t) * channels + c, clamped(best + b, clamp), columns - c);
                continue;
            }
            float *to = y + (row * 2 * w->out_width + column * 2) * channels + c;
            UNROLL for (int i = 0; i < 2; i++) {
                UNROLL for (int j = 0; j < 2; j++) {
                    if (row * 2 + i >= w->out_height || column * 2 + j >= w->out_width) continue;
                    float *pixel = to + (i * w->out_width + j) * channels;
                    store_channels(pixel, clamped(tile[i][j] + b, clamp), columns - c);
                }
            }
        }
    }
}

/// The 16 products of one chunk with one block of output channels: m[q] [count][32] = v[q] · u[q].
static void FN(winograd_products)(long count, long chunk, long channels, const float *v, const float *u, long u_plane,
                                  float *m, long columns) {
    for (long q = 0; q < 16; q++) {
        gemm_tile tile = {
            .lda = channels, .ldb = BLOCK, .K = channels, .ldc = BLOCK, .clamp = no_clamp,
        };
        for (long h = 0; h < smaller(BLOCK, columns); h += TILE_COLUMNS) {
            tile.a = v + q * chunk * channels;
            tile.b = u + q * u_plane + h;
            tile.c = m + q * chunk * BLOCK + h;
            tile.columns = larger(TILE_COLUMNS, smaller(columns - h, BLOCK));
            gemm_tile_rows(count, tile);
        }
    }
}

static void FN(winograd)(const apus_window *w, int pool, const float *x, const float *transformed, const float *bias,
                         apus_clamp clamp, float *y, float *workspace) {
    winograd_tiling tiling = winograd_tiles(w, pool);
    long channels = w->in_channels, total = tiling.rows * tiling.columns;
    long u_plane = FN(packed_b_size)(w->out_channels, channels);
    float *v = workspace, *m = v + 16 * tiling.chunk * channels, *zeros = m + 16 * tiling.chunk * BLOCK;
    memset(zeros, 0, (size_t)channels * sizeof(float));
    for (long first = 0; first < total; first += tiling.chunk) {
        long count = smaller(tiling.chunk, total - first);
        FN(winograd_inputs)(w, tiling, first, count, x, v, zeros);
        for (long n = 0; n < w->out_channels; n += BLOCK) {
            float padded[BLOCK];
            const float *block = block_bias(bias, n, w->out_channels, padded);
            long columns = w->out_channels - n;
            FN(winograd_products)(count, tiling.chunk, channels, v, transformed + n * channels, u_plane, m, columns);
            if (pool) winograd_outputs(w, tiling, 1, first, count, m, block, clamp, y + n, columns);
            else winograd_outputs(w, tiling, 0, first, count, m, block, clamp, y + n, columns);
        }
    }
}
