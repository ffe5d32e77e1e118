#include "CKernels.h"
#define APUS_ISA baseline
#define APUS_LEVEL_NAME "baseline"
#define VL 4
#include "template/all.h"
