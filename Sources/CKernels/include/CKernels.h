/// Kernels of Apus: one template compiled once per instruction set, reached through a table of function pointers.
///
/// Dimension legend for every kernel: M, N, K the sizes of a matrix product C[M][N] = A[M][K] · B[K][N];
/// NHWC images [height][width][channels]; T time steps, H hidden units, I input features, n rows of a batch.
/// Sizes and strides are counted in floats. No kernel allocates; those that need scratch memory take `workspace`.
#ifndef APUS_CKERNELS_H
#define APUS_CKERNELS_H

#include "gemm.h"
#include "convolution.h"
#include "elementwise.h"
#include "optimizer.h"
#include "recurrent.h"
#include "gradients.h"
#include "threads.h"

/// The instruction set levels, in rising order of preference on one architecture.
typedef enum {
    APUS_LEVEL_BASELINE = 0, ///< SSE2 on x86-64, plain vectors elsewhere.
    APUS_LEVEL_NEON = 1,     ///< arm64.
    APUS_LEVEL_V3 = 2,       ///< x86-64-v3: AVX2 and FMA.
    APUS_LEVEL_V4 = 3,       ///< x86-64-v4: AVX-512 F, BW, CD, DQ, VL.
} apus_level;

/// All kernels of one instruction set level.
typedef struct {
    const char *name; ///< "v4", "v3", "neon" or "baseline".
    int lanes;        ///< Floats in one vector register.
    apus_elementwise_kernels elementwise;
    apus_gemm_kernels gemm;
    apus_convolution_kernels convolution;
    apus_recurrent_kernels recurrent;
    apus_optimizer_kernels optimizer;
    apus_gradient_kernels gradients;
} apus_kernels;

/// Whether this processor adds vectors on other units than those that multiply: 1 or 0.
int apus_adds_beside_multiplies(void);

/// The kernels of `level`, or NULL when this machine cannot run them.
const apus_kernels *apus_kernels_for_level(apus_level level);

#endif
