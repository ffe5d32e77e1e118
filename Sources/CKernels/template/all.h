// Every kernel of one level. The including file has set APUS_ISA, VL and the target attribute.
#include "vector.h"
#include "math.h"
#include "elementwise.h"
#include "gemm.h"
#include "convolution.h"
#include "recurrent.h"
#include "optimizer.h"
#include "gradients.h"

const apus_kernels FN(apus_kernels_table) = {
    .name = APUS_LEVEL_NAME,
    .lanes = VL,
    .elementwise = ELEMENTWISE_KERNELS,
    .gemm = GEMM_KERNELS,
    .convolution = CONVOLUTION_KERNELS,
    .recurrent = RECURRENT_KERNELS,
    .optimizer = OPTIMIZER_KERNELS,
    .gradients = GRADIENT_KERNELS,
};
