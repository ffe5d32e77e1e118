#include "CKernels.h"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define APUS_ISA v3
#define APUS_LEVEL_NAME "v3"
#define VL 8
#include "template/all.h"
#pragma clang attribute pop
#endif
