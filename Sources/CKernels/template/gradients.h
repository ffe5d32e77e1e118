// What training needs beside the kernels of inference.
#include "gradient_gemm.h"
#include "gradient_convolution.h"
#include "gradient_lstm.h"

#define GRADIENT_BINARY(name, ...)                                                                                    \
    static void FN(name)(const float *ys, const float *dys, float *dx, long count) {                                  \
        long i = 0;                                                                                                   \
        for (; i + VL <= count; i += VL) {                                                                            \
            vf y = load(ys + i), dy = load(dys + i);                                                                  \
            store(dx + i, __VA_ARGS__);                                                                               \
        }                                                                                                             \
        if (i < count) {                                                                                              \
            vf y = load_partial(ys + i, count - i), dy = load_partial(dys + i, count - i);                            \
            store_partial(dx + i, __VA_ARGS__, count - i);                                                            \
        }                                                                                                             \
    }
GRADIENT_BINARY(tanh_gradient, dy *((vf)1.f - y * y))
GRADIENT_BINARY(sigmoid_gradient, dy *y *((vf)1.f - y))

INLINE vf clamp_gradient_vector(vf y, vf dy, apus_clamp clamp) {
    return ((y > (vf)clamp.low) & (y < (vf)clamp.high)) ? dy : (vf)0.f;
}
static void FN(clamp_gradient)(const float *y, const float *dy, float *dx, long count, apus_clamp clamp) {
    long i = 0;
    for (; i + VL <= count; i += VL) store(dx + i, clamp_gradient_vector(load(y + i), load(dy + i), clamp));
    if (i < count) {
        vf gradient = clamp_gradient_vector(load_partial(y + i, count - i), load_partial(dy + i, count - i), clamp);
        store_partial(dx + i, gradient, count - i);
    }
}

#define GRADIENT_KERNELS                                                                                              \
    {                                                                                                                 \
        .gradient_workspace = FN(gradient_workspace), .gemm_rows = FN(gemm_rows), .sum_rows = FN(sum_rows),           \
        .clamp_gradient = FN(clamp_gradient), .tanh_gradient = FN(tanh_gradient),                                     \
        .sigmoid_gradient = FN(sigmoid_gradient), .pack_convolution_gradient = FN(pack_convolution_gradient),         \
        .convolution_weight_gradient = FN(convolution_weight_gradient), .max_pool_codes = FN(max_pool_codes),         \
        .max_pool_gradient = FN(max_pool_gradient), .lstm_gates = FN(lstm_gates),                                     \
        .lstm_gates_gradient = FN(lstm_gates_gradient),                                                               \
    }
