#ifndef APUS_GRADIENTS_H
#define APUS_GRADIENTS_H

#include "convolution.h"

/// What training needs beside the kernels of inference: products summed over rows, the gradients of convolution and
/// pooling, and recurrent cells that keep what their gradient needs. Gradients of weights are added to what is there.
typedef struct {
    /// Floats of workspace for `gemm_rows` and for `convolution_weight_gradient` over K rows or output pixels.
    long (*gradient_workspace)(long N, long K);
    /// C[M][N] += A[K][M]ᵀ · B[K][N]: a product summed over rows, such as a gradient of weights over a batch.
    /// Sums run over k in rising order in one accumulator.
    void (*gemm_rows)(long M, long N, long K, const float *a, long lda, const float *b, long ldb, float *c, long ldc,
                      float *workspace);
    /// y[columns] += Σ_r x[r][columns], r rising.
    void (*sum_rows)(long rows, long columns, const float *x, long ldx, float *y);
    /// dx = dy where low < y < high, 0 elsewhere: the gradient of a clamp from its result.
    void (*clamp_gradient)(const float *y, const float *dy, float *dx, long count, apus_clamp clamp);
    /// dx = dy · (1 - y²) and dx = dy · y · (1 - y).
    void (*tanh_gradient)(const float *y, const float *dy, float *dx, long count);
    void (*sigmoid_gradient)(const float *y, const float *dy, float *dx, long count);

    /// Packs weights (o, i, y, x) of [out][in][kh][kw] turned by 180° and with inputs and outputs exchanged, as
    /// `convolution` wants them to compute the gradient of the image from that of the output (stride 1):
    /// [ceil(in/32)][kh][kw][out][32], zero-padded.
    void (*pack_convolution_gradient)(const apus_window *window, const float *w, float *packed);
    /// dw[kh][kw][in][out] += Σ_pixels x ⊗ dy of one image, any stride and dilation, dy [out_height][out_width][out].
    /// `x` is the image with its padding: [height][width][in] where `window` has none.
    void (*convolution_weight_gradient)(const apus_window *window, const float *x, const float *dy, float *dw,
                                        float *workspace);
    /// 2×2 max-pooling of stride 2 of x[height][width][channels], which also notes which of the four won, first wins;
    /// 4 where the maximum is not inside the clamp, through which no gradient flows.
    void (*max_pool_codes)(long height, long width, long channels, const float *x, apus_clamp clamp, float *y,
                           unsigned char *codes);
    /// The gradient of that pooling: dx[height][width][channels] written whole for even parts, the rest zero.
    void (*max_pool_gradient)(long height, long width, long channels, const float *dy, const unsigned char *codes,
                              float *dx);

    /// One step of LSTM cells. z[rows][4H] holds the sums of gates i, o, f, g, and becomes their activations.
    /// c = σ(f)·c_prev + σ(i)·tanh(g), tanh_c = tanh(c), h = σ(o)·tanh_c, each [rows][H]
    /// but h, whose rows lie h_row floats apart.
    void (*lstm_gates)(long rows, long H, float *z, const float *c_prev, float *c, float *tanh_c, float *h, long h_row);
    /// The gradient of that step: dz[rows][4H] and dc_prev from dh and dc (gradients of h and c).
    void (*lstm_gates_gradient)(long rows, long H, const float *gates, const float *c_prev, const float *tanh_c,
                                const float *dh, const float *dc, float *dz, float *dc_prev);
} apus_gradient_kernels;

#endif
