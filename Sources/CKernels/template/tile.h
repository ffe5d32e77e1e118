// The register tile that matrix products and convolutions share: R rows (of A, or output pixels) by V vectors of
// columns (output channels) of sums, which stay in registers for the whole sum over k.
//
// The idea is Goto & van de Geijn 2008, "Anatomy of high-performance matrix multiplication". Measured on one core with
// AVX-512: 99 % of the peak of its two FMA units. Sums run over k in rising order in one accumulator, so the size of
// the tile never shows in the bits of the result.

#define TILE_VECTORS 2
#if VL == 16 || defined(__aarch64__)
#define TILE_ROWS 12 // 24 sums, 2 vectors of B and 1 broadcast of 32 registers
#define EACH_TILE_ROWS(X, V)                                                                                          \
    X(1, V) X(2, V) X(3, V) X(4, V) X(5, V) X(6, V) X(7, V) X(8, V) X(9, V) X(10, V) X(11, V) X(12, V)
#else
#define TILE_ROWS 6 // 12 sums, 2 vectors of B and 1 broadcast of 16 registers
#define EACH_TILE_ROWS(X, V) X(1, V) X(2, V) X(3, V) X(4, V) X(5, V) X(6, V)
#endif
#define TILE_COLUMNS (TILE_VECTORS * VL)

typedef vf tile_sums[TILE_ROWS][TILE_VECTORS];

INLINE long smaller(long a, long b) { return a < b ? a : b; }
INLINE long larger(long a, long b) { return a > b ? a : b; }

/// Rows of the next tile when `left` are left: the last two share evenly, a tile of few rows cannot fill the pipeline.
INLINE long next_rows(long left) {
    if (left <= TILE_ROWS) return left;
    return left < 2 * TILE_ROWS ? (left + 1) / 2 : TILE_ROWS;
}

/// Vectors (1 to TILE_VECTORS) that a tile with `columns` columns left needs.
INLINE long tile_vectors(long columns) { return smaller(TILE_VECTORS, (columns + VL - 1) / VL); }

INLINE void tile_zero(const int R, const int V, tile_sums sums) {
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < V; v++) sums[r][v] = (vf)0.f;
}

/// sums[r][v] += Σ_k a[r*lda + k] · b[k*ldb + v*VL ...], k rising.
INLINE void tile_multiply(const int R, const int V, const float *a, long lda, const float *b, long ldb, long K,
                          tile_sums sums) {
    // Row pointers in groups of three: p, p + lda and p + 2·lda are x86 addressing modes, so four registers do for 12.
    const float *rows[(TILE_ROWS + 2) / 3];
    // The empty assembly hides how they are related; otherwise clang 21 expresses all rows by one chain of additions,
    // loads them early and spills the sums, which costs a third of the speed.
    UNROLL for (int g = 0; g < (R + 2) / 3; g++) {
        rows[g] = a + 3 * g * lda;
        __asm__("" : "+r"(rows[g]));
    }
#pragma clang loop unroll_count(4)
    for (long k = 0; k < K; k++) {
        vf w[TILE_VECTORS];
        UNROLL for (int v = 0; v < V; v++) w[v] = load(b + v * VL);
        UNROLL for (int r = 0; r < R; r++) {
            vf x = splat(rows[r / 3] + (r % 3) * lda);
            UNROLL for (int v = 0; v < V; v++) sums[r][v] += x * w[v];
        }
        b += ldb;
        UNROLL for (int g = 0; g < (R + 2) / 3; g++) rows[g]++;
    }
}

/// Sums to go on from: the first `columns` columns of c[R][ldc].
INLINE void tile_load(const int R, const int V, tile_sums sums, const float *c, long ldc, long columns) {
    if (columns >= V * VL) {
        UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < V; v++) sums[r][v] = load(c + r * ldc + v * VL);
        return;
    }
    // Through memory, since an index into `sums` that is not a constant would take them out of their registers.
    float padded[TILE_ROWS][TILE_COLUMNS];
    for (int r = 0; r < R; r++) {
        for (int v = 0; v < V; v++) {
            long count = columns - v * VL;
            const float *from = c + r * ldc + v * VL;
            store(padded[r] + v * VL, count >= VL ? load(from) : load_partial(from, count));
        }
    }
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < V; v++) sums[r][v] = load(padded[r] + v * VL);
}

/// c[R][ldc] = clamp(sums + bias), the first `columns` columns only. `bias` may be NULL, else has V·VL floats.
INLINE void tile_store(const int R, const int V, tile_sums sums, const float *bias, apus_clamp clamp, float *c,
                       long ldc, long columns) {
    if (bias) {
        UNROLL for (int v = 0; v < V; v++) {
            vf b = load(bias + v * VL);
            UNROLL for (int r = 0; r < R; r++) sums[r][v] += b;
        }
    }
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < V; v++) sums[r][v] = clamped(sums[r][v], clamp);
    if (columns >= V * VL) {
        UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < V; v++) store(c + r * ldc + v * VL, sums[r][v]);
        return;
    }
    float padded[TILE_ROWS][TILE_COLUMNS];
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < V; v++) store(padded[r] + v * VL, sums[r][v]);
    for (int r = 0; r < R; r++) {
        for (int v = 0; v < V; v++) {
            long count = columns - v * VL;
            float *to = c + r * ldc + v * VL;
            if (count >= VL) store(to, load(padded[r] + v * VL));
            else store_partial(to, load(padded[r] + v * VL), count);
        }
    }
}

/// The bias of the block of columns at n: `bias` itself, or a zero-padded copy where it ends inside the block.
INLINE const float *block_bias(const float *bias, long n, long N, float padded[BLOCK]) {
    if (!bias || n + BLOCK <= N) return bias ? bias + n : NULL;
    for (long j = 0; j < BLOCK; j++) padded[j] = n + j < N ? bias[n + j] : 0.f;
    return padded;
}
