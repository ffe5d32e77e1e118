#ifndef APUS_GEMM_H
#define APUS_GEMM_H

/// The range an output is clamped to: {-inf, +inf} for none, {0, +inf} for ReLU, {0, 6} for ReLU6. NaN passes.
typedef struct {
    float low, high;
} apus_clamp;

/// Matrix products. Sums run over k in rising order in one accumulator at every M and N, so that a row of a batch
/// gives the same bits as the row alone.
typedef struct {
    /// Floats of `pack_b`'s result: ceil(N/32)·K·32.
    long (*packed_b_size)(long N, long K);
    /// Packs B, element (k, n) at `b[k*k_stride + n*n_stride]`, into [ceil(N/32)][K][k_step][32], zero-padded, of which only
    /// the first of each k_step rows is written. `b` are floats that need not be aligned.
    void (*pack_b)(long N, long K, const void *b, long k_stride, long n_stride, long k_step, float *packed);
    /// C[M][N] = clamp(A[M][K] · B + bias[N]); `bias` may be NULL and need not be padded. Writes nothing past column N.
    void (*gemm_packed)(long M, long N, long K, const float *a, long lda, const float *packed_b,
                        const float *bias, apus_clamp clamp, float *c, long ldc);
    /// Floats of workspace that `gemm` needs.
    long (*gemm_workspace)(long M, long N, long K);
    /// C[M][N] = A[M][K] · B[K][N] (+ C when `accumulate`), plain row-major operands, B packed by blocks of K as it goes.
    void (*gemm)(long M, long N, long K, const float *a, long lda, const float *b, long ldb,
                 float *c, long ldc, int accumulate, float *workspace);
} apus_gemm_kernels;

#endif
