// One sequence, hidden units in lanes. The packed weights of 50 units are 43 kB and stay in the L1 cache.

/// `v` with its lanes rotated down by `s`, a constant.
#define LSTM_LANE(s, l) (((s) + (l)) % VL)
#if VL == 16
#define LSTM_ROTATE(v, s)                                                                                            \
    __builtin_shufflevector(v, v, LSTM_LANE(s, 0), LSTM_LANE(s, 1), LSTM_LANE(s, 2), LSTM_LANE(s, 3),                \
                            LSTM_LANE(s, 4), LSTM_LANE(s, 5), LSTM_LANE(s, 6), LSTM_LANE(s, 7), LSTM_LANE(s, 8),     \
                            LSTM_LANE(s, 9), LSTM_LANE(s, 10), LSTM_LANE(s, 11), LSTM_LANE(s, 12),                   \
                            LSTM_LANE(s, 13), LSTM_LANE(s, 14), LSTM_LANE(s, 15))
#elif VL == 8
#define LSTM_ROTATE(v, s)                                                                                            \
    __builtin_shufflevector(v, v, LSTM_LANE(s, 0), LSTM_LANE(s, 1), LSTM_LANE(s, 2), LSTM_LANE(s, 3),                \
                            LSTM_LANE(s, 4), LSTM_LANE(s, 5), LSTM_LANE(s, 6), LSTM_LANE(s, 7))
#else
#define LSTM_ROTATE(v, s)                                                                                            \
    __builtin_shufflevector(v, v, LSTM_LANE(s, 0), LSTM_LANE(s, 1), LSTM_LANE(s, 2), LSTM_LANE(s, 3))
#endif

/// The gates of the shared vector [i.. f.. g.. o..], `rest` units each, each rotated to lane 0.
INLINE void FN(lstm_split_gates)(vf z, long rest, vf gates[4]) {
    gates[0] = z;
#define LSTM_SPLIT(r) (gates[1] = LSTM_ROTATE(z, r), gates[2] = LSTM_ROTATE(z, 2 * r), gates[3] = LSTM_ROTATE(z, 3 * r))
    switch (rest) {
#if VL == 16
    case 4: LSTM_SPLIT(4); break;
    case 3: LSTM_SPLIT(3); break;
#endif
#if VL >= 8
    case 2: LSTM_SPLIT(2); break;
#endif
    default: LSTM_SPLIT(1);
    }
#undef LSTM_SPLIT
}

/// The state of one step of one sequence.
typedef struct {
    const float *terms; ///< [K]: the step's inputs, 1, the hidden units before the step.
    float *c;           ///< [blocks·VL + VL], updated.
    float *h;           ///< [blocks·VL + VL], the hidden units after the step.
    /// Sums over the inputs so far, [vectors][VL], or NULL to start from zero at term 0.
    const float *projected;
    long first;         ///< The first term still to be added.
} FN(lstm_step);

/// One group of `blocks` blocks and `shared` (0 or 1) shared vectors; weights [K][4·blocks + shared][VL], units from
/// `unit` on. The accumulators stay in registers over all K terms.
INLINE void FN(lstm_group_body)(const int blocks, const int shared, const FN(lstm_shape) *shape,
                                const FN(lstm_step) *step, const float *weights, long unit) {
    const int vectors = 4 * blocks + shared;
    vf sum[4 * LSTM_GROUP + 1];
    if (step->projected) {
        UNROLL for (int i = 0; i < vectors; i++) sum[i] = load(step->projected + 4 * unit + i * VL);
    } else {
        UNROLL for (int i = 0; i < vectors; i++) sum[i] = (vf)0.f;
    }
    const float *w = weights + step->first * vectors * VL;
    for (long k = step->first; k < shape->terms; k++) {
        vf term = (vf)step->terms[k];
        UNROLL for (int i = 0; i < vectors; i++) sum[i] += term * load(w + i * VL);
        w += vectors * VL;
    }
    UNROLL for (int b = 0; b < blocks; b++) {
        vf c = load(step->c + unit + b * VL), h;
        FN(lstm_cell)(sum[4 * b], sum[4 * b + 1], sum[4 * b + 2], sum[4 * b + 3], &c, &h);
        store(step->c + unit + b * VL, c);
        store(step->h + unit + b * VL, h);
    }
    if (shared) {
        long at = unit + blocks * VL;
        vf gates[4], c = load(step->c + at), h;
        FN(lstm_split_gates)(sum[4 * blocks], shape->rest, gates);
        FN(lstm_cell)(gates[0], gates[1], gates[2], gates[3], &c, &h);
        store(step->c + at, c);
        store(step->h + at, h);
    }
}

/// One step of all groups.
INLINE void FN(lstm_step_run)(const FN(lstm_shape) *shape, const float *weights, const FN(lstm_step) *step) {
    for (long group = 0; group < shape->groups; group++) {
        long block = FN(lstm_group_start)(shape, group), blocks = FN(lstm_group_start)(shape, group + 1) - block;
        int shared = shape->rest && group + 1 == shape->groups;
#define LSTM_CASE(b, s) case 2 * b + s: FN(lstm_group_body)(b, s, shape, step, weights, block * VL); break;
        switch (2 * blocks + shared) {
            LSTM_CASE(0, 1) LSTM_CASE(1, 0) LSTM_CASE(1, 1) LSTM_CASE(2, 0) LSTM_CASE(2, 1) LSTM_CASE(3, 0)
            LSTM_CASE(3, 1)
        }
#undef LSTM_CASE
        weights += shape->terms * (4 * blocks + shared) * VL;
    }
}
