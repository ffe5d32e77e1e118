#include "CKernels.h"

#include <stddef.h>

// All of AMD's with AVX-512 are Zen 4 or newer: units that multiply and add, and as many more that only add.
int apus_adds_beside_multiplies(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_is("amd") != 0;
#else
    return 0;
#endif
}

#if defined(__x86_64__)
extern const apus_kernels apus_kernels_table_v4, apus_kernels_table_v3;
#elif defined(__aarch64__)
extern const apus_kernels apus_kernels_table_neon;
#endif
extern const apus_kernels apus_kernels_table_baseline;

// __builtin_cpu_supports also asks the operating system (XGETBV) whether it saves the wide registers.
const apus_kernels *apus_kernels_for_level(apus_level level) {
    switch (level) {
#if defined(__x86_64__)
    case APUS_LEVEL_V4:
        return __builtin_cpu_supports("x86-64-v4") ? &apus_kernels_table_v4 : NULL;
    case APUS_LEVEL_V3:
        return __builtin_cpu_supports("x86-64-v3") ? &apus_kernels_table_v3 : NULL;
#elif defined(__aarch64__)
    case APUS_LEVEL_NEON:
        return &apus_kernels_table_neon;
#endif
    case APUS_LEVEL_BASELINE:
        return &apus_kernels_table_baseline;
    default:
        return NULL;
    }
}
