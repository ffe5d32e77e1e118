// The sums over bias and inputs for several steps at once, units in lanes: the input weights are then read once for
// LSTM_STEPS steps, which pays as soon as they do not stay in the L1 cache beside the recurrent weights.
// Every sum is the one that lstm_group_body would have made, term by term.

/// Steps that share one reading of the weights.
#define LSTM_STEPS 6
/// Steps projected ahead; a multiple of LSTM_STEPS, small enough that the sums stay in the L2 cache.
#define LSTM_AHEAD 24

/// One or two vectors of weights: of the bias, and of the rows of inputs, `stride` floats apart.
typedef struct {
    const float *bias, *inputs;
    long stride;
} FN(lstm_columns);

/// `steps` × `width` vectors of `lanes` lanes: z[step][width] = bias[width] + Σ_k x[step][k] · inputs[k][width], k in
/// rising order.
INLINE void FN(lstm_project_tile)(const int steps, const int width, const int lanes, long inputs, const float *x,
                                  long x_time, const FN(lstm_columns) *columns, float *z, long z_stride) {
    const float *w = columns->inputs;
    vf sum[LSTM_STEPS][2];
    UNROLL for (int s = 0; s < steps; s++)
        UNROLL for (int v = 0; v < width; v++) sum[s][v] = load_lanes(columns->bias + v * VL, lanes);
    // Two moving pointers, each for steps 0, 1, 2 after it: x86 addresses them with one scaled index register.
    const float *term[2] = {x, x + 3 * x_time};
    for (long k = 0; k < inputs; k++, term[0]++, term[1]++, w += columns->stride) {
        vf weight[2];
        UNROLL for (int v = 0; v < width; v++) weight[v] = load_lanes(w + v * VL, lanes);
        UNROLL for (int s = 0; s < steps; s++) {
            vf factor = splat(term[s / 3] + s % 3 * x_time);
            UNROLL for (int v = 0; v < width; v++) sum[s][v] += factor * weight[v];
        }
    }
    UNROLL for (int s = 0; s < steps; s++)
        UNROLL for (int v = 0; v < width; v++) store(z + s * z_stride + v * VL, sum[s][v]);
}

/// The tiles of any number of steps.
INLINE void FN(lstm_project_columns)(long steps, const int width, const int lanes, long inputs, const float *x,
                                     long x_time, const FN(lstm_columns) *columns, float *z, long z_stride) {
    for (long t = 0; t < steps; t += LSTM_STEPS, x += LSTM_STEPS * x_time, z += LSTM_STEPS * z_stride) {
#define LSTM_CASE(s) case s: FN(lstm_project_tile)(s, width, lanes, inputs, x, x_time, columns, z, z_stride); break;
        switch (steps - t < LSTM_STEPS ? steps - t : LSTM_STEPS) {
            LSTM_CASE(1) LSTM_CASE(2) LSTM_CASE(3) LSTM_CASE(4) LSTM_CASE(5) LSTM_CASE(6)
        }
#undef LSTM_CASE
    }
}

/// z[steps][vectors][VL] = the sums over inputs and the bias, which is row `bias`, of `steps` ≤ LSTM_AHEAD steps; x is the
/// first step's input, `w` the weights as lstm_units_weights has them.
static void FN(lstm_project)(const FN(lstm_shape) *shape, const float *w, long bias, long steps, const float *x,
                             long x_time, float *z) {
    const long I = shape->inputs, z_stride = FN(lstm_vectors)(shape) * VL;
    for (long group = 0; group < shape->groups; group++) {
        long blocks = FN(lstm_group_start)(shape, group + 1) - FN(lstm_group_start)(shape, group);
        const long stride = 4 * blocks * VL;
        for (long column = 0; column < stride; column += 2 * VL, z += 2 * VL) {
            const FN(lstm_columns) columns = {w + bias * stride + column, w + stride + column, stride};
            FN(lstm_project_columns)(steps, 2, VL, I, x, x_time, &columns, z, z_stride);
        }
        w += shape->rows * stride;
    }
    const FN(lstm_columns) shared = {w + bias * shape->lanes, w + shape->lanes, shape->lanes};
    if (shape->lanes == VL) FN(lstm_project_columns)(steps, 1, VL, I, x, x_time, &shared, z, z_stride);
#if VL == 16
    if (shape->lanes == VL / 2) FN(lstm_project_columns)(steps, 1, VL / 2, I, x, x_time, &shared, z, z_stride);
#endif
}
