// Vector types of the level that includes this: VL floats a register (16, 8 or 4).
// Included once per instruction set, before the other templates.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define APUS_CONCAT_(a, b) a##_##b
#define APUS_CONCAT(a, b) APUS_CONCAT_(a, b)
/// The name of `x` at this level, e.g. FN(gemm_packed) → gemm_packed_v4.
#define FN(x) APUS_CONCAT(x, APUS_ISA)
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

/// Columns in one block of packed weights, the same at every level, so that packed weights are portable.
#define BLOCK 32

typedef float vf __attribute__((ext_vector_type(VL)));
/// A float at any address, as files have them.
typedef float loose_float __attribute__((aligned(1)));
typedef float vf_unaligned __attribute__((ext_vector_type(VL), aligned(4)));
typedef int32_t vi __attribute__((ext_vector_type(VL)));

INLINE vf load(const float *p) { return *(const vf_unaligned *)p; }
/// Every lane is *p. Measured on Zen 4: a 512-bit vbroadcastss from memory also takes a slot of the units that add and
/// multiply; vpbroadcastd does not, and two of them run in a cycle where vbroadcastss runs once.
INLINE vf splat(const float *p) {
#if VL == 16
    vf v;
    __asm__("vpbroadcastd %1, %0" : "=v"(v) : "m"(*p));
    return v;
#else
    return (vf)*p;
#endif
}
/// Loads `lanes` floats, VL or VL / 2; the rest are zero.
INLINE vf load_lanes(const float *p, const int lanes) {
#if VL == 16
    typedef float half __attribute__((ext_vector_type(8), aligned(4)));
    if (lanes == VL / 2)
        return __builtin_shufflevector(*(const half *)p, (half)0.f, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#endif
    return load(p);
}
INLINE void store(float *p, vf v) { *(vf_unaligned *)p = v; }
/// A NaN in the second operand is kept, as in maxps: clamp(x) = vmin(high, vmax(low, x)) hands NaN through.
INLINE vf vmax(vf a, vf b) { return a > b ? a : b; }
INLINE vf vmin(vf a, vf b) { return a < b ? a : b; }
/// The larger of a and b; NaN when either is NaN (IEEE 754-2019 maximum but for the sign of zero).
INLINE vf maximum(vf a, vf b) {
    vf larger = vmax(a, b);
#if VL == 16
    __asm__("" : "+v"(larger)); // else clang makes two comparisons and an OR of masks of the comparison and maxps
#endif
    return a != a ? a : larger;
}
INLINE vf clamped(vf v, apus_clamp clamp) { return vmin((vf)clamp.high, vmax((vf)clamp.low, v)); }

// Moves `count` < VL floats in pieces of 8, 4, 2 and 1: four tests instead of a call of memcpy.
INLINE void copy_partial(float *to, const float *from, long count) {
#if VL > 8
    if (count & 8) {
        memcpy(to, from, 8 * sizeof(float));
        to += 8, from += 8;
    }
#endif
#if VL > 4
    if (count & 4) {
        memcpy(to, from, 4 * sizeof(float));
        to += 4, from += 4;
    }
#endif
    if (count & 2) {
        memcpy(to, from, 2 * sizeof(float));
        to += 2, from += 2;
    }
    if (count & 1) *to = *from;
}
/// Loads the first `count` < VL floats; the rest are zero.
INLINE vf load_partial(const float *p, long count) {
    float lanes[VL] = {0};
    copy_partial(lanes, p, count);
    return load(lanes);
}
/// Stores the first `count` < VL floats.
INLINE void store_partial(float *p, vf v, long count) {
    float lanes[VL];
    store(lanes, v);
    copy_partial(p, lanes, count);
}
