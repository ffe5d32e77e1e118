// The LSTM cell on one vector: gates in, new cell and hidden state out. The same code serves every layout, which is
// half of why a row of a batch gives the same bits as the row alone (the other half is the order of the sums).
//
// Gates arrive pre-scaled (lstm_pack.h): i, f, o by -log2(e) and g by -2·log2(e), so that with e = 2^gate
// σ = 1/(1+e) and tanh = (1-e)/(1+e): five powers of two and two divisions a cell.

#define LSTM_SIGMOID_SCALE (-1.4426950408889634f)
#define LSTM_TANH_SCALE (-2.885390081777927f)

/// 2^x as `mantissa`·`scale`, so that 1 ± 2^x is one fused multiply-add.
typedef struct {
    vf mantissa, scale;
} FN(lstm_power);

/// x is clamped to [-126, 40]: below, 2^x no longer changes 1 + 2^x; above, σ is under 1e-12, and a product of
/// three (1 + 2^x) still is finite. A NaN passes both clamps and reaches the mantissa (the scale is then arbitrary bits, but
/// NaN times anything is NaN). Relative error 1e-7: a polynomial of degree 5 for 2^f on [-½, ½], exact at 0.
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

/// gates i, f, g, o pre-scaled; *c becomes σ(f)·c + σ(i)·tanh(g), *h becomes σ(o)·tanh(c). The fractions are brought
/// to one denominator. |c| may reach 1e14 before a numerator can overflow.
INLINE void FN(lstm_cell)(vf i, vf f, vf g, vf o, vf *c, vf *h) {
    const vf one = (vf)1.f;
    FN(lstm_power) ei = FN(lstm_exp2)(i), ef = FN(lstm_exp2)(f), eg = FN(lstm_exp2)(g), eo = FN(lstm_exp2)(o);
    vf input = one + ei.mantissa * ei.scale;
    vf forget = one + ef.mantissa * ef.scale;
    vf output = one + eo.mantissa * eo.scale;
    vf candidate = input * (one + eg.mantissa * eg.scale);
    vf fresh = (one - eg.mantissa * eg.scale) * forget;
    vf state = (*c * candidate + fresh) / (forget * candidate);
    FN(lstm_power) ec = FN(lstm_exp2)(state * (vf)LSTM_TANH_SCALE);
    *c = state;
    *h = (one - ec.mantissa * ec.scale) / (output * (one + ec.mantissa * ec.scale));
}
