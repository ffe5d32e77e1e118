// The sums over bias and inputs for several steps at once, units in lanes: the input weights are then read once for
// LSTM_STEPS steps, which pays as soon as they do not stay in the L1 cache beside the recurrent weights.
// Every sum is the one that lstm_group_body would have made, term by term.

/// Steps that share one reading of the weights.
#define LSTM_STEPS 6
/// Steps projected ahead; a multiple of LSTM_STEPS, small enough that the sums stay in the L2 cache.
#define LSTM_AHEAD 24

/// `steps` × `width` vectors: z[step][width] = w[0][width] + Σ_k x[step][k] · w[1 + k][width], k in rising order.
INLINE void FN(lstm_project_tile)(const int steps, const int width, long inputs, const float *x, long x_time,
                                  const float *w, long w_stride, float *z, long z_stride) {
    vf sum[LSTM_STEPS][2];
    UNROLL for (int s = 0; s < steps; s++) UNROLL for (int v = 0; v < width; v++) sum[s][v] = load(w + v * VL);
    w += w_stride;
    // Two moving pointers, each for steps 0, 1, 2 after it: x86 addresses them with one scaled index register.
    const float *term[2] = {x, x + 3 * x_time};
    for (long k = 0; k < inputs; k++, term[0]++, term[1]++, w += w_stride) {
        vf weight[2];
        UNROLL for (int v = 0; v < width; v++) weight[v] = load(w + v * VL);
        UNROLL for (int s = 0; s < steps; s++) {
            vf factor = (vf)term[s / 3][s % 3 * x_time];
            UNROLL for (int v = 0; v < width; v++) sum[s][v] += factor * weight[v];
        }
    }
    UNROLL for (int s = 0; s < steps; s++)
        UNROLL for (int v = 0; v < width; v++) store(z + s * z_stride + v * VL, sum[s][v]);
}

/// The tile for 1 ≤ steps ≤ LSTM_STEPS.
INLINE void FN(lstm_project_steps)(long steps, const int width, long inputs, const float *x, long x_time,
                                   const float *w, long w_stride, float *z, long z_stride) {
#define LSTM_CASE(s) case s: FN(lstm_project_tile)(s, width, inputs, x, x_time, w, w_stride, z, z_stride); break;
    switch (steps) { LSTM_CASE(1) LSTM_CASE(2) LSTM_CASE(3) LSTM_CASE(4) LSTM_CASE(5) LSTM_CASE(6) }
#undef LSTM_CASE
}

/// z[steps][vectors][VL] = the sums over bias and inputs of `steps` ≤ LSTM_AHEAD steps; x is the first step's input.
static void FN(lstm_project)(const FN(lstm_shape) *shape, const float *weights, long inputs, long steps,
                             const float *x, long x_time, float *z) {
    long z_stride = FN(lstm_vectors)(shape) * VL;
    for (long group = 0; group < shape->groups; group++) {
        long blocks = FN(lstm_group_start)(shape, group + 1) - FN(lstm_group_start)(shape, group);
        long vectors = 4 * blocks + (shape->rest && group + 1 == shape->groups), stride = vectors * VL;
        for (long t = 0; t < steps; t += LSTM_STEPS) {
            long count = steps - t < LSTM_STEPS ? steps - t : LSTM_STEPS, v = 0;
            const float *xt = x + t * x_time;
            float *zt = z + t * z_stride;
            for (; v + 2 <= vectors; v += 2)
                FN(lstm_project_steps)(count, 2, inputs, xt, x_time, weights + v * VL, stride, zt + v * VL, z_stride);
            if (v < vectors)
                FN(lstm_project_steps)(count, 1, inputs, xt, x_time, weights + v * VL, stride, zt + v * VL, z_stride);
        }
        weights += shape->rows * stride;
        z += stride;
    }
}
