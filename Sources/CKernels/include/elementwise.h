#ifndef APUS_ELEMENTWISE_H
#define APUS_ELEMENTWISE_H

#include "gemm.h"

/// Elementwise functions and row reductions. x and y may be the same buffer.
typedef struct {
    void (*exp)(const float *x, float *y, long count);     ///< ≤ 3 ulp; overflow gives inf, underflow 0 or a subnormal's neighbour, NaN stays.
    void (*tanh)(const float *x, float *y, long count);    ///< ≤ 3 ulp.
    void (*sigmoid)(const float *x, float *y, long count); ///< ≤ 3 ulp.
    void (*clamp)(const float *x, float *y, long count, apus_clamp clamp);
    void (*add)(const float *a, const float *b, float *y, long count);
    void (*subtract)(const float *a, const float *b, float *y, long count);
    void (*multiply)(const float *a, const float *b, float *y, long count);
    void (*divide)(const float *a, const float *b, float *y, long count);
    void (*softmax)(const float *x, float *y, long rows, long columns);     ///< Over the last axis, maximum subtracted.
    void (*log_softmax)(const float *x, float *y, long rows, long columns); ///< Over the last axis.
} apus_elementwise_kernels;

#endif
