#include "CKernels.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#define APUS_ISA v4
#define APUS_LEVEL_NAME "v4"
#define VL 16
#include "template/all.h"
#pragma clang attribute pop
#endif
