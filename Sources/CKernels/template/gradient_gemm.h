// Products summed over rows: C[M][N] += A[K][M]ᵀ · B[K][N]. A's row holds the factors of one term side by side, so the
// register tile broadcasts neighbouring floats; it is the tile of tile.h with A read the other way.

/// One tile of C: R rows by V vectors of columns. The rows' factors are three groups apart: row r of the tile reads
/// groups[r / 3][r % 3], so that a tile can also gather the taps of a convolution window (gradient_convolution.h).
typedef struct {
    const float *groups[(TILE_ROWS + 2) / 3];
    const float *b;
    long a_step, a_jump; ///< Floats from one term to the next, and from the last term of a run to the first of the next.
    long b_step, b_jump;
    long K, runs; ///< Terms in a run, and runs.
    float *c;
    long ldc, columns;
} gradient_tile;

INLINE void gradient_tile_compute(const int R, const int V, const gradient_tile *t) {
    tile_sums sums;
    tile_load(R, V, sums, t->c, t->ldc, t->columns);
    const float *rows[(TILE_ROWS + 2) / 3], *b = t->b;
    UNROLL for (int g = 0; g < (R + 2) / 3; g++) {
        rows[g] = t->groups[g];
        __asm__("" : "+r"(rows[g]));
    }
    for (long run = 0; run < t->runs; run++) {
#pragma clang loop unroll_count(2)
        for (long k = 0; k < t->K; k++) {
            vf w[TILE_VECTORS];
            UNROLL for (int v = 0; v < V; v++) w[v] = load(b + v * VL);
            UNROLL for (int r = 0; r < R; r++) {
                vf x = (vf)rows[r / 3][r % 3];
                UNROLL for (int v = 0; v < V; v++) sums[r][v] += x * w[v];
            }
            b += t->b_step;
            UNROLL for (int g = 0; g < (R + 2) / 3; g++) rows[g] += t->a_step;
        }
        b += t->b_jump;
        UNROLL for (int g = 0; g < (R + 2) / 3; g++) rows[g] += t->a_jump;
    }
    tile_store(R, V, sums, NULL, no_clamp, t->c, t->ldc, t->columns);
}
#define GRADIENT_TILE(R, V)                                                                                           \
    static __attribute__((noinline)) void FN(gradient_tile_##R##x##V)(const gradient_tile *t) {                       \
        gradient_tile_compute(R, V, t);                                                                               \
    }
#define GRADIENT_TILE_NAME(R, V) FN(gradient_tile_##R##x##V),
EACH_TILE_ROWS(GRADIENT_TILE, 1)
EACH_TILE_ROWS(GRADIENT_TILE, 2)
static void (*const gradient_tiles[TILE_VECTORS][TILE_ROWS])(const gradient_tile *) = {
    {EACH_TILE_ROWS(GRADIENT_TILE_NAME, 1)},
    {EACH_TILE_ROWS(GRADIENT_TILE_NAME, 2)},
};

/// Copies the last `columns` < BLOCK columns of B[K][N] into [K][BLOCK], zero-padded: a tile reads whole vectors.
INLINE void gradient_pad_columns(long K, long columns, const float *b, long ldb, float *padded) {
    for (long k = 0; k < K; k++) {
        memset(padded + k * BLOCK, 0, BLOCK * sizeof(float));
        memcpy(padded + k * BLOCK, b + k * ldb, (size_t)columns * sizeof(float));
    }
}

static long FN(gradient_workspace)(long N, long K) { return N % BLOCK ? K * BLOCK : 0; }

/// All M rows of one tile column; row m's factors start at a + m.
INLINE void gradient_tile_rows(long M, const float *a, gradient_tile tile) {
    void (*const *by_rows)(const gradient_tile *) = gradient_tiles[tile_vectors(tile.columns) - 1];
    for (long m = 0; m < M;) {
        long rows = next_rows(M - m);
        for (long g = 0; g < (rows + 2) / 3; g++) tile.groups[g] = a + m + 3 * g;
        by_rows[rows - 1](&tile);
        tile.c += rows * tile.ldc;
        m += rows;
    }
}

static void FN(gemm_rows)(long M, long N, long K, const float *a, long lda, const float *b, long ldb, float *c,
                          long ldc, float *workspace) {
    if (M <= 0 || N <= 0 || K <= 0) return;
    gradient_tile tile = {.a_step = lda, .K = K, .runs = 1, .ldc = ldc};
    for (long n = 0; n < N; n += BLOCK) {
        long columns = smaller(BLOCK, N - n);
        if (columns < BLOCK) gradient_pad_columns(K, columns, b + n, ldb, workspace);
        for (long h = 0; h < columns; h += TILE_COLUMNS) {
            tile.b = columns < BLOCK ? workspace + h : b + n + h;
            tile.b_step = columns < BLOCK ? BLOCK : ldb;
            tile.c = c + n + h;
            tile.columns = columns - h;
            gradient_tile_rows(M, a, tile);
        }
    }
}

static void FN(sum_rows)(long rows, long columns, const float *x, long ldx, float *y) {
    long n = 0;
    for (; n + 4 * VL <= columns; n += 4 * VL) {
        vf sums[4];
        UNROLL for (int v = 0; v < 4; v++) sums[v] = load(y + n + v * VL);
        for (long r = 0; r < rows; r++) UNROLL for (int v = 0; v < 4; v++) sums[v] += load(x + r * ldx + n + v * VL);
        UNROLL for (int v = 0; v < 4; v++) store(y + n + v * VL, sums[v]);
    }
    for (; n + VL <= columns; n += VL) {
        vf sum = load(y + n);
        for (long r = 0; r < rows; r++) sum += load(x + r * ldx + n);
        store(y + n, sum);
    }
    for (; n < columns; n++)
        for (long r = 0; r < rows; r++) y[n] += x[r * ldx + n];
}
