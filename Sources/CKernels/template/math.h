// exp, tanh and the logistic function of one vector, each within 3 ulp of the exact value over the whole range.

/// exp(x) = 2^n · e^r with n = round(x / ln 2), |r| ≤ ln 2 / 2: e^r here, n (in [-127, 128] for |x| < 88.7) in `n`.
/// The polynomial is that of Cephes expf (Moshier 1992); ln 2 is split in two so that n · (high part) is exact.
INLINE vf exp_reduced(vf x, vi *n) {
    // Adding 1.5·2^23 rounds to an integer, which then is in the low bits of the mantissa.
    vf shifted = x * (vf)1.44269504088896341f + (vf)12582912.f;
    *n = (vi)shifted - (vi)0x4b400000;
    vf count = shifted - (vf)12582912.f;
    vf r = count * (vf)-0.693145751953125f + x;
    r = count * (vf)-1.42860682030941723e-6f + r;
    vf p = (vf)1.9875691500e-4f;
    p = p * r + (vf)1.3981999507e-3f;
    p = p * r + (vf)8.3334519073e-3f;
    p = p * r + (vf)4.1665795894e-2f;
    p = p * r + (vf)1.6666665459e-1f;
    p = p * r + (vf)5.0000001201e-1f;
    vf square = r * r;
    p = p * square + r;
    return p + (vf)1.f;
}

/// e^x. Overflow gives +inf, underflow a subnormal or 0, NaN stays NaN.
INLINE vf vector_exp(vf x) {
    // Past these bounds the result is 0 or inf anyway; within them both halves of n are exponents of normal numbers.
    x = vmin((vf)130.f, vmax((vf)-150.f, x));
    vi n;
    vf p = exp_reduced(x, &n);
    // Two scalings, because 2^n alone is no normal number at the ends; only the second one can round.
    vi half = n >> 1;
    vf first = (vf)((half + 127) << 23), second = (vf)((n - half + 127) << 23);
    return p * first * second;
}

/// tanh x: an odd polynomial (Cephes tanhf) below 0.625, 1 - 2 / (e^2|x| + 1) above. Keeps -0 and NaN.
INLINE vf vector_tanh(vf x) {
    vi sign = (vi)x & (vi)0x80000000;
    vf a = (vf)((vi)x & (vi)0x7fffffff);
    vf z = a * a;
    vf p = (vf)-5.70498872745e-3f;
    p = p * z + (vf)2.06390887954e-2f;
    p = p * z + (vf)-5.37397155531e-2f;
    p = p * z + (vf)1.33314422036e-1f;
    p = p * z + (vf)-3.33332819422e-1f;
    vf small = p * z * a + a;
    vi n;
    vf e = exp_reduced(vmin((vf)20.f, a + a), &n); // tanh 10 rounds to 1
    e *= (vf)((n + 127) << 23); // a product, since adding n to the exponent's bits would make a number of NaN
    vf big = (vf)1.f - (vf)2.f / (e + (vf)1.f);
    vf magnitude = a < (vf)0.625f ? small : big;
    return (vf)((vi)magnitude | sign);
}

/// 1 / (1 + e^-x), as e^x / (1 + e^x) for negative x, where 1 + e^-x would overflow.
INLINE vf vector_sigmoid(vf x) {
    vf e = vector_exp((vf)((vi)x | (vi)0x80000000));
    vf one = (vf)1.f;
    vf numerator = x < (vf)0.f ? e : one;
    return numerator / (one + e);
}
