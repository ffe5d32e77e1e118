// The one-dimensional transforms of Winograd's minimal filtering F(T, 3): T outputs of a filter of three taps from T + 2
// inputs by T + 2 multiplications (Winograd 1980, "Arithmetic complexity of computations"; Lavin & Gray 2015). They
// evaluate polynomials at points and interpolate. The points are chosen for small errors (Barabasz et al. 2020, "Error
// analysis and improving the accuracy of Winograd convolution for deep neural networks"): of 32 channels of random numbers
// the largest error is 3e-7 of the largest output with T = 2, 2e-6 with 4, 4e-6 with 5.
//
//     T = 2: 0, 1, -1, inf        T = 4: 0, 1, -1, 1/2, -2, inf        T = 5: 0, 1, -1, 2, -2, 1/2, inf

/// Points, and lines and columns of a transformed tile, of the largest T.
#define WINOGRAD_POINTS 7

/// G of one line of a kernel: at each point p (g0 + p g1 + p^2 g2) / N(p), with N the product of p's distances from the
/// others.
INLINE void winograd_kernel_line(const int T, const double g[3], double to[WINOGRAD_POINTS]) {
#pragma clang fp contract(off) // else levels with FMA round otherwise
    double even = g[0] + g[2], half = g[0] + 0.5 * g[1] + 0.25 * g[2], two = g[0] + 4 * g[2];
    to[T + 1] = g[2];
    switch (T) {
    case 2:
        to[0] = g[0];
        to[1] = 0.5 * (even + g[1]);
        to[2] = 0.5 * (even - g[1]);
        break;
    case 4:
        to[0] = g[0];
        to[1] = (even + g[1]) / 3;
        to[2] = (even - g[1]) / -3;
        to[3] = half * (-16.0 / 15);
        to[4] = (two - 2 * g[1]) / 15;
        break;
    default:
        to[0] = g[0] / -2;
        to[1] = (even + g[1]) / -3;
        to[2] = (even - g[1]) / 9;
        to[3] = (two + 2 * g[1]) / 36;
        to[4] = (two - 2 * g[1]) / -60;
        to[5] = half * (32.0 / 45);
    }
}

/// B transposed of one line of inputs: at each point what the product of (x - q) over the other points q makes of it.
INLINE void winograd_input_line(const int T, const vf d[WINOGRAD_POINTS], vf v[WINOGRAD_POINTS]) {
    if (T == 2) {
        v[0] = d[0] - d[2];
        v[1] = d[1] + d[2];
        v[2] = d[2] - d[1];
        v[3] = d[1] - d[3];
    } else if (T == 4) {
        vf e[4]; // times (x - 1/2) (x + 2)
        UNROLL for (int i = 0; i < 4; i++) e[i] = d[i + 2] + 1.5f * d[i + 1] - d[i];
        vf odd = d[3] - d[1], even = d[4] - d[2];
        v[0] = e[2] - e[0];
        v[1] = e[2] + e[1];
        v[2] = e[2] - e[1];
        v[3] = even + 2.f * odd;
        v[4] = even - 0.5f * odd;
        v[5] = e[3] - e[1];
    } else {
        vf e[6]; // times (x - 1/2)
        UNROLL for (int i = 0; i < 6; i++) e[i] = d[i + 1] - 0.5f * d[i];
        vf even = e[4] - 4.f * e[2], odd = e[3] - 4.f * e[1];
        vf even_two = e[4] - e[2], odd_two = 2.f * (e[3] - e[1]);
        v[0] = 4.f * e[0] - 5.f * e[2] + e[4];
        v[1] = even + odd;
        v[2] = even - odd;
        v[3] = even_two + odd_two;
        v[4] = even_two - odd_two;
        v[5] = 4.f * d[1] - 5.f * d[3] + d[5];
        v[6] = 4.f * e[1] - 5.f * e[3] + e[5];
    }
}

/// A transposed of one line of products: output j is the sum of p^j m(p), and the last one m(inf) more.
INLINE void winograd_output_line(const int T, const vf m[WINOGRAD_POINTS], vf y[WINOGRAD_POINTS]) {
    if (T == 2) {
        y[0] = m[0] + m[1] + m[2];
        y[1] = m[1] - m[2] - m[3];
        return;
    }
    vf even = m[1] + m[2], odd = m[1] - m[2];
    if (T == 4) {
        y[0] = m[0] + even + (m[3] + m[4]);
        y[1] = odd + (0.5f * m[3] - 2.f * m[4]);
        y[2] = even + (0.25f * m[3] + 4.f * m[4]);
        y[3] = odd + (0.125f * m[3] - 8.f * m[4]) + m[5];
    } else {
        vf even_two = m[3] + m[4], odd_two = m[3] - m[4];
        y[0] = m[0] + even + (even_two + m[5]);
        y[1] = odd + (2.f * odd_two + 0.5f * m[5]);
        y[2] = even + (4.f * even_two + 0.25f * m[5]);
        y[3] = odd + (8.f * odd_two + 0.125f * m[5]);
        y[4] = even + (16.f * even_two + 0.0625f * m[5]) + m[6];
    }
}
