// The LSTM cell on one vector: gates in, new cell and hidden state out. The same code serves every layout, which is
// half of why a row of a batch gives the same bits as the row alone (the other half is the order of the sums).
//
// Gates arrive pre-scaled (lstm_pack.h): i, f, o by -log2(e) and g by -2·log2(e), so that with e = 2^gate
// σ = 1/(1+e) and tanh = (1-e)/(1+e): five powers of two and two divisions a cell.

#define LSTM_SIGMOID_SCALE (-1.4426950408889634f)
#define LSTM_TANH_SCALE (-2.885390081777927f)

/// 2^x as `mantissa`·`scale`, so that 1 ± 2^x is one fused multiply-add. Relative error 1e-7, exact at 0. A NaN stays one.
typedef struct {
    vf mantissa, scale;
} FN(lstm_power);
INLINE vf FN(lstm_one_plus)(FN(lstm_power) power) { return (vf)1.f + power.mantissa * power.scale; }
INLINE vf FN(lstm_one_minus)(FN(lstm_power) power) { return (vf)1.f - power.mantissa * power.scale; }

#if VL == 16
/// 2^(n + j/16 + r) with |r| ≤ 1/32: a cubic for 2^r and a table for 2^(j/16). n is kept within ±40: 2^-40 no longer
/// changes 1 + 2^x; above, σ is under 1e-12, and a product of three (1 + 2^x) still is finite.
INLINE FN(lstm_power) FN(lstm_exp2)(vf x) {
    // The bits of 2^(j/16), less j in the four bits below the exponent, where the sum with 16n + j puts it.
    const vi roots = {0x3f800000, 0x3f7daac3, 0x3f7b95c2, 0x3f79c3d3, 0x3f7837f0, 0x3f76f532, 0x3f75fed7, 0x3f75583f,
                      0x3f7504f3, 0x3f7508a4, 0x3f75672a, 0x3f76248c, 0x3f7744fd, 0x3f78ccdf, 0x3f7ac0c7, 0x3f7d257d};
    // x, or 40 with its sign where that is smaller. A NaN becomes 40, but remains in r.
    enum { SMALLER_MAGNITUDE = 2, SIXTEENTHS = 0x40, ALL = -1, CURRENT_ROUNDING = 4 };
    vf bounded = __builtin_ia32_rangeps512_mask(x, (vf)40.f, SMALLER_MAGNITUDE, x, ALL, CURRENT_ROUNDING);
    vi sixteenths = (vi)(bounded + (vf)786432.f); // 1.5·2^19 puts 16n + j into the low mantissa bits.
    vf r = __builtin_ia32_reduceps512_mask(x, SIXTEENTHS, x, ALL, CURRENT_ROUNDING);
    vf p = (vf)0.05550411f;
    p = p * r + (vf)0.24022651f;
    p = p * r + (vf)0.69314718f;
    p = p * r + (vf)1.f;
    vi root = (vi)__builtin_ia32_permvarsf512((vf)roots, sixteenths);
    return (FN(lstm_power)){p, (vf)(root + (sixteenths << 19))};
}
#else
/// A polynomial of degree 5 for 2^f on [-½, ½]. x is clamped to [-126, 40].
INLINE FN(lstm_power) FN(lstm_exp2)(vf x) {
    // 1.5·2^23 puts the integer part into the low mantissa bits, 127 biases it into an exponent.
    const vf rounder = (vf)(12582912.f + 127.f);
    x = vmin((vf)40.f, vmax((vf)(-126.f), x));
    vf shifted = x + rounder;
    vf f = x - (shifted - rounder);
    vf p = (vf)0.0013264723820611835f;
    p = p * f + (vf)0.009671512991189957f;
    p = p * f + (vf)0.05550733581185341f;
    p = p * f + (vf)0.24022242426872253f;
    p = p * f + (vf)0.6931470036506653f;
    p = p * f + (vf)1.f;
    return (FN(lstm_power)){p, (vf)((vi)shifted << 23)};
}
#endif

/// A cell from the powers of two of its gates i, f, g, o: *c becomes σ(f)·c + σ(i)·tanh(g), *h becomes σ(o)·tanh(c). The
/// fractions are brought to one denominator. |c| may reach 1e14 before a numerator can overflow.
INLINE void FN(lstm_cell_of_powers)(const FN(lstm_power) gates[4], vf *c, vf *h) {
    vf forget = FN(lstm_one_plus)(gates[1]);
    vf candidate = FN(lstm_one_plus)(gates[0]) * FN(lstm_one_plus)(gates[2]);
    vf fresh = FN(lstm_one_minus)(gates[2]) * forget;
    vf output = FN(lstm_one_plus)(gates[3]);
    vf state = (*c * candidate + fresh) / (forget * candidate);
    FN(lstm_power) power = FN(lstm_exp2)(state * (vf)LSTM_TANH_SCALE);
    *c = state;
    *h = FN(lstm_one_minus)(power) / (output * FN(lstm_one_plus)(power));
}

/// A cell from its pre-scaled gates i, f, g, o.
INLINE void FN(lstm_cell)(const vf gates[4], vf *c, vf *h) {
    FN(lstm_power) powers[4];
    UNROLL for (int gate = 0; gate < 4; gate++) powers[gate] = FN(lstm_exp2)(gates[gate]);
    FN(lstm_cell_of_powers)(powers, c, h);
}
