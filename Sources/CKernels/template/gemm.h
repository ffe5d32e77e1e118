// Matrix products. C[M][N] = A[M][K] · B[K][N], B in blocks of 32 columns.
#include "tile.h"

/// One tile of C: up to TILE_ROWS rows by up to TILE_COLUMNS columns.
typedef struct {
    const float *a, *b, *bias;
    long lda, ldb, K;
    float *c;
    long ldc, columns; ///< `columns` counts on past this tile, to the end of C.
    apus_clamp clamp;
    int accumulate; ///< Goes on from the sums in C.
} gemm_tile;

INLINE void gemm_tile_compute(const int R, const int V, const gemm_tile *t) {
    tile_sums sums;
    if (t->accumulate) tile_load(R, V, sums, t->c, t->ldc, t->columns);
    else tile_zero(R, V, sums);
    tile_multiply(R, V, t->a, t->lda, t->b, t->ldb, t->K, sums);
    tile_store(R, V, sums, t->bias, t->clamp, t->c, t->ldc, t->columns);
}
#define GEMM_TILE(R, V)                                                                                               \
    static __attribute__((noinline)) void FN(gemm_tile_##R##x##V)(const gemm_tile *t) { gemm_tile_compute(R, V, t); }
#define GEMM_TILE_NAME(R, V) FN(gemm_tile_##R##x##V),
EACH_TILE_ROWS(GEMM_TILE, 1)
EACH_TILE_ROWS(GEMM_TILE, 2)
static void (*const gemm_tiles[TILE_VECTORS][TILE_ROWS])(const gemm_tile *) = {
    {EACH_TILE_ROWS(GEMM_TILE_NAME, 1)},
    {EACH_TILE_ROWS(GEMM_TILE_NAME, 2)},
};

/// All M rows of the tile's columns.
INLINE void gemm_tile_rows(long M, gemm_tile tile) {
    void (*const *by_rows)(const gemm_tile *) = gemm_tiles[tile_vectors(tile.columns) - 1];
    for (long m = 0; m < M;) {
        long rows = next_rows(M - m);
        by_rows[rows - 1](&tile);
        tile.a += rows * tile.lda;
        tile.c += rows * tile.ldc;
        m += rows;
    }
}

/// The N columns of a panel: K rows of blocks, block n at b + n·(block stride / 32).
INLINE void gemm_tile_columns(long M, long N, long block_stride, gemm_tile tile, const float *bias) {
    const float *b = tile.b;
    float *c = tile.c;
    for (long n = 0; n < N; n += BLOCK) {
        float padded[BLOCK];
        const float *block = block_bias(bias, n, N, padded);
        for (long h = 0; h < smaller(BLOCK, N - n); h += TILE_COLUMNS) {
            tile.b = b + n / BLOCK * block_stride + h;
            tile.c = c + n + h;
            tile.bias = block ? block + h : NULL;
            tile.columns = N - n - h;
            gemm_tile_rows(M, tile);
        }
    }
}

static long FN(packed_b_size)(long N, long K) { return (N + BLOCK - 1) / BLOCK * BLOCK * K; }

/// Rows of B that are packed at a time when its columns are the ones that are contiguous: both sides stay in the cache.
#define PACK_ROWS 128

static void FN(pack_b)(long N, long K, const void *source, long k_stride, long n_stride, long k_step, float *packed) {
    const loose_float *b = source;
    long line = k_step * BLOCK;
    for (long n = 0; n < N; n += BLOCK) {
        long columns = smaller(BLOCK, N - n);
        if (columns < BLOCK)
            for (long k = 0; k < K; k++) memset(packed + k * line, 0, BLOCK * sizeof(float));
        if (n_stride == 1) {
            for (long k = 0; k < K; k++)
                memcpy(packed + k * line, b + k * k_stride + n, (size_t)columns * sizeof(float));
        } else {
            for (long start = 0; start < K; start += PACK_ROWS)
                for (long j = 0; j < columns; j++)
                    for (long k = start; k < smaller(start + PACK_ROWS, K); k++)
                        packed[k * line + j] = b[k * k_stride + (n + j) * n_stride];
        }
        packed += K * line;
    }
}

/// Vectors of columns that a product with one row sums at once: enough to hide the latency of two FMA units.
#define ROW_VECTORS 8
#define BLOCK_VECTORS (BLOCK / VL)

/// c[columns] = clamp(a[K] · B + bias) for V vectors of columns, which span whole blocks from `b` on.
INLINE void gemm_row_compute(const int V, long K, const float *a, const float *b, const float *bias, apus_clamp clamp,
                             float *c, long columns) {
    vf sums[ROW_VECTORS];
    UNROLL for (int v = 0; v < V; v++) sums[v] = (vf)0.f;
    long block = K * BLOCK;
#pragma clang loop unroll_count(4)
    for (long k = 0; k < K; k++) {
        vf x = (vf)a[k];
        UNROLL for (int v = 0; v < V; v++) sums[v] += x * load(b + v / BLOCK_VECTORS * block + v % BLOCK_VECTORS * VL);
        b += BLOCK;
    }
    UNROLL for (int v = 0; v < V; v++) {
        long count = columns - v * VL;
        if (bias) sums[v] += count >= VL ? load(bias + v * VL) : load_partial(bias + v * VL, count);
        vf y = clamped(sums[v], clamp);
        if (count >= VL) store(c + v * VL, y);
        else store_partial(c + v * VL, y, count);
    }
}
#define GEMM_ROW(V)                                                                                                   \
    static __attribute__((noinline)) void FN(gemm_row_##V)(long K, const float *a, const float *b, const float *bias, \
                                                           apus_clamp clamp, float *c, long columns) {                \
        gemm_row_compute(V, K, a, b, bias, clamp, c, columns);                                                        \
    }
GEMM_ROW(1) GEMM_ROW(2) GEMM_ROW(3) GEMM_ROW(4) GEMM_ROW(5) GEMM_ROW(6) GEMM_ROW(7) GEMM_ROW(8)
static void (*const gemm_rows[ROW_VECTORS])(long, const float *, const float *, const float *, apus_clamp, float *,
                                            long) = {
    FN(gemm_row_1), FN(gemm_row_2), FN(gemm_row_3), FN(gemm_row_4),
    FN(gemm_row_5), FN(gemm_row_6), FN(gemm_row_7), FN(gemm_row_8),
};

static const apus_clamp no_clamp = {-__builtin_inff(), __builtin_inff()};

/// Rows of a block of packed B that many rows of A share: 128 KiB, so that it stays in the second-level cache.
#define PACKED_SLICE 1024

static void FN(gemm_packed)(long M, long N, long K, const float *a, long lda, const float *packed_b, const float *bias,
                            apus_clamp clamp, float *c, long ldc) {
    if (M == 1) {
        for (long n = 0; n < N; n += ROW_VECTORS * VL) {
            long vectors = smaller(ROW_VECTORS, (N - n + VL - 1) / VL);
            gemm_rows[vectors - 1](K, a, packed_b + n * K, bias ? bias + n : NULL, clamp, c + n, N - n);
        }
        return;
    }
    // One pass even over K = 0, which still owes bias and clamp.
    long k = 0;
    do {
        long depth = M > TILE_ROWS ? smaller(PACKED_SLICE, K - k) : K;
        int last = k + depth == K;
        gemm_tile tile = {
            .a = a + k, .lda = lda, .b = packed_b + k * BLOCK, .ldb = BLOCK, .K = depth, .c = c, .ldc = ldc,
            .clamp = last ? clamp : no_clamp, .accumulate = k > 0,
        };
        gemm_tile_columns(M, N, K * BLOCK, tile, last ? bias : NULL);
        k += depth;
    } while (k < K);
}

// Blocking of `gemm`: a block of A [192][256] stays in the second-level cache while the panels of B [256][32], 32 KiB
// each, pass through the first. Rows of the copy of A lie 16 floats further apart than they are long, otherwise a
// power of two would put them all into the same sets of the cache.
#define GEMM_DEPTH 256
#define GEMM_ROWS 192
#define GEMM_WIDTH 2048
#define GEMM_A_STRIDE (GEMM_DEPTH + 16)
/// Rows of B that few rows of A take at once: reading them side by side is kinder to pages than column after column.
#define GEMM_FEW_DEPTH 64

static long FN(gemm_workspace)(long M, long N, long K) {
    if (M <= TILE_ROWS) return GEMM_FEW_DEPTH * BLOCK;
    long width = (smaller(N, GEMM_WIDTH) + BLOCK - 1) / BLOCK * BLOCK;
    return smaller(K, GEMM_DEPTH) * width + smaller(M, GEMM_ROWS) * GEMM_A_STRIDE;
}

/// Few rows of A: every element of B is used by one tile only, so B is read in place, but for its last columns.
static void FN(gemm_few)(long M, long N, long K, const float *a, long lda, const float *b, long ldb, float *c, long ldc,
                         int accumulate, float *workspace) {
    long whole = N / TILE_COLUMNS * TILE_COLUMNS;
    long k = 0;
    do {
        long depth = smaller(GEMM_FEW_DEPTH, K - k);
        gemm_tile tile = {
            .a = a + k, .lda = lda, .ldb = ldb, .K = depth, .ldc = ldc, .clamp = no_clamp,
            .accumulate = accumulate || k > 0,
        };
        for (long n = 0; n < whole; n += TILE_COLUMNS) {
            tile.b = b + k * ldb + n;
            tile.c = c + n;
            tile.columns = N - n;
            gemm_tile_rows(M, tile);
        }
        if (whole < N) {
            FN(pack_b)(N - whole, depth, b + k * ldb + whole, ldb, 1, 1, workspace);
            tile.b = workspace;
            tile.ldb = BLOCK;
            tile.c = c + whole;
            tile.columns = N - whole;
            gemm_tile_rows(M, tile);
        }
        k += depth;
    } while (k < K);
}

static void FN(gemm)(long M, long N, long K, const float *a, long lda, const float *b, long ldb, float *c, long ldc,
                     int accumulate, float *workspace) {
    if (M <= TILE_ROWS) {
        FN(gemm_few)(M, N, K, a, lda, b, ldb, c, ldc, accumulate, workspace);
        return;
    }
    float *a_copy = workspace, *b_packed = workspace + smaller(M, GEMM_ROWS) * GEMM_A_STRIDE;
    for (long n = 0; n < N; n += GEMM_WIDTH) {
        long width = smaller(GEMM_WIDTH, N - n);
        long k = 0;
        do {
            long depth = smaller(GEMM_DEPTH, K - k);
            FN(pack_b)(width, depth, b + k * ldb + n, ldb, 1, 1, b_packed);
            for (long m = 0; m < M; m += GEMM_ROWS) {
                long rows = smaller(GEMM_ROWS, M - m);
                for (long r = 0; r < rows; r++)
                    memcpy(a_copy + r * GEMM_A_STRIDE, a + (m + r) * lda + k, (size_t)depth * sizeof(float));
                gemm_tile tile = {
                    .a = a_copy, .lda = GEMM_A_STRIDE, .b = b_packed, .ldb = BLOCK, .K = depth,
                    .c = c + m * ldc + n, .ldc = ldc, .clamp = no_clamp, .accumulate = accumulate || k > 0,
                };
                gemm_tile_columns(rows, width, depth * BLOCK, tile, NULL);
            }
            k += depth;
        } while (k < K);
    }
}

#define GEMM_KERNELS                                                                                                  \
    {                                                                                                                 \
        .packed_b_size = FN(packed_b_size), .pack_b = FN(pack_b), .gemm_packed = FN(gemm_packed),                     \
        .gemm_workspace = FN(gemm_workspace), .gemm = FN(gemm),                                                       \
    }
