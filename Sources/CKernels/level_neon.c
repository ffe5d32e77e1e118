#include "CKernels.h"
#if defined(__aarch64__)
#define APUS_ISA neon
#define APUS_LEVEL_NAME "neon"
#define VL 4
#include "template/all.h"
#endif
