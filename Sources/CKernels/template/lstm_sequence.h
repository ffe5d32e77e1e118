// One sequence, hidden units in lanes. The packed weights of 50 units are 43 kB, more than an L1 cache of 32 kB. Every other
// step therefore reads them from the end, so that what the step before read last is still there: only 10 kB a step come
// from the L2 cache. Whether hidden units are summed up or down follows from the step's number alone, for batches too.

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

/// What the shared vector [i.. f.. g.. o..], `rest` units each, holds of each gate, rotated to lane 0.
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

/// The cells of the shared vector, whose powers of two are computed at once.
INLINE void FN(lstm_shared_cell)(vf z, long rest, float *c, float *h) {
    FN(lstm_power) power = FN(lstm_exp2)(z), powers[4];
    vf mantissas[4], scales[4], state = load(c), hidden;
    FN(lstm_split_gates)(power.mantissa, rest, mantissas);
    FN(lstm_split_gates)(power.scale, rest, scales);
    UNROLL for (int gate = 0; gate < 4; gate++) powers[gate] = (FN(lstm_power)){mantissas[gate], scales[gate]};
    FN(lstm_cell_of_powers)(powers, &state, &hidden);
    store(c, state);
    store(h, hidden);
}

/// The cells of one block.
INLINE void FN(lstm_block_cell)(const vf gates[4], float *c, float *h) {
    vf state = load(c), hidden;
    FN(lstm_cell)(gates, &state, &hidden);
    store(c, state);
    store(h, hidden);
}

/// One step of one sequence.
typedef struct {
    const float *x;        ///< [I]: the step's inputs.
    const float *previous; ///< [H]: the hidden units before the step.
    float *c;              ///< [blocks·VL + VL], updated.
    float *h;              ///< [blocks·VL + VL], the hidden units after the step.
    /// The sums over bias and inputs, [vectors][VL], or NULL when they are still to be made.
    const float *projected;
    int isDescending; ///< Whether hidden units are added from the last to the first.
} FN(lstm_step);

/// One group of `blocks` blocks and `shared` (0 or 1) shared vectors; weights [K][4·blocks + shared][VL], units from
/// `unit` on. The accumulators stay in registers over all rows.
INLINE void FN(lstm_group_body)(const int blocks, const int shared, const FN(lstm_shape) *shape,
                                const FN(lstm_step) *step, const float *weights, long unit) {
    const int vectors = 4 * blocks + shared;
    const long row = vectors * VL, I = shape->inputs, H = shape->rows - 1 - I;
    vf sum[4 * LSTM_GROUP + 1];
    if (step->projected) {
        UNROLL for (int i = 0; i < vectors; i++) sum[i] = load(step->projected + 4 * unit + i * VL);
    } else {
        const float *w = weights;
        UNROLL for (int i = 0; i < vectors; i++) sum[i] = load(w + i * VL);
        for (long k = 0; k < I; k++) {
            w += row;
            vf input = (vf)step->x[k];
            UNROLL for (int i = 0; i < vectors; i++) sum[i] += input * load(w + i * VL);
        }
    }
    const long last = step->isDescending ? H - 1 : 0, by = step->isDescending ? -1 : 1;
    const float *w = weights + (1 + I + last) * row, *hidden = step->previous + last;
    for (long k = 0; k < H; k++, w += by * row, hidden += by) {
        vf unit_before = (vf)*hidden;
        UNROLL for (int i = 0; i < vectors; i++) sum[i] += unit_before * load(w + i * VL);
    }
    float *c = step->c + unit, *h = step->h + unit;
    const long end = blocks * VL;
    // The cells that the next step reads first come first.
    if (step->isDescending) {
        UNROLL for (int b = 0; b < blocks; b++) FN(lstm_block_cell)(sum + 4 * b, c + b * VL, h + b * VL);
        if (shared) FN(lstm_shared_cell)(sum[4 * blocks], shape->rest, c + end, h + end);
    } else {
        if (shared) FN(lstm_shared_cell)(sum[4 * blocks], shape->rest, c + end, h + end);
        UNROLL for (int b = blocks - 1; b >= 0; b--) FN(lstm_block_cell)(sum + 4 * b, c + b * VL, h + b * VL);
    }
}

/// One step of all groups.
INLINE void FN(lstm_step_run)(const FN(lstm_shape) *shape, const float *weights, const FN(lstm_step) *step) {
    for (long i = 0; i < shape->groups; i++) {
        long group = step->isDescending ? shape->groups - 1 - i : i;
        long block = FN(lstm_group_start)(shape, group), blocks = FN(lstm_group_start)(shape, group + 1) - block;
        int shared = shape->rest && group + 1 == shape->groups;
        const float *own = weights + shape->rows * 4 * block * VL;
#define LSTM_CASE(b, s) case 2 * b + s: FN(lstm_group_body)(b, s, shape, step, own, block * VL); break;
        switch (2 * blocks + shared) {
            LSTM_CASE(0, 1) LSTM_CASE(1, 0) LSTM_CASE(1, 1) LSTM_CASE(2, 0) LSTM_CASE(2, 1) LSTM_CASE(3, 0)
            LSTM_CASE(3, 1)
        }
#undef LSTM_CASE
    }
}
