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
    int isPaired;     ///< Whether they are added in triples of a pair and a single.
} FN(lstm_step);

/// A row of a group's weights: 4·blocks vectors and `lanes` lanes of the shared one.
typedef struct {
    const float *blocks, *shared;
} FN(lstm_weights);
INLINE FN(lstm_weights) FN(lstm_weights_row)(const int blocks, const int lanes, FN(lstm_weights) w, long row) {
    return (FN(lstm_weights)){w.blocks + row * 4 * blocks * VL, w.shared + row * lanes};
}

/// A weight vector of the row: those of the blocks, then the shared one.
INLINE vf FN(lstm_row_vector)(const int blocks, const int lanes, FN(lstm_weights) w, const int i) {
    return i < 4 * blocks ? load(w.blocks + i * VL) : load_lanes(w.shared, lanes);
}

/// Adds `count` terms, each `by` (1 or -1) rows after the one before.
INLINE void FN(lstm_add)(const int blocks, const int lanes, long count, const float *terms, FN(lstm_weights) w, long by,
                         vf *sum) {
    for (long k = 0; k < count; k++, terms += by, w = FN(lstm_weights_row)(blocks, lanes, w, by)) {
        vf term = splat(terms);
        UNROLL for (int i = 0; i < 4 * blocks + (lanes > 0); i++)
            sum[i] += term * FN(lstm_row_vector)(blocks, lanes, w, i);
    }
}

/// Adds `count` triples of terms, each 3·`by` rows after the one before, and returns Σ h0·h1 of their pairs.
INLINE vf FN(lstm_add_triples)(const int blocks, const int lanes, long count, const float *terms, FN(lstm_weights) w,
                               long by, vf *sum) {
    vf products = (vf)0.f;
    for (long k = 0; k < count; k++, terms += 3 * by, w = FN(lstm_weights_row)(blocks, lanes, w, 3 * by)) {
        const FN(lstm_weights) w1 = FN(lstm_weights_row)(blocks, lanes, w, 1);
        const FN(lstm_weights) w2 = FN(lstm_weights_row)(blocks, lanes, w, 2);
        vf h0 = splat(terms), h1 = splat(terms + 1), h2 = splat(terms + 2);
        products += h0 * h1;
        UNROLL for (int i = 0; i < 4 * blocks + (lanes > 0); i++) {
            sum[i] += h2 * FN(lstm_row_vector)(blocks, lanes, w2, i);
            sum[i] += (FN(lstm_row_vector)(blocks, lanes, w, i) + h1) * (FN(lstm_row_vector)(blocks, lanes, w1, i) + h0);
        }
    }
    return products;
}

/// Adds the hidden units; `w` is the row of the first.
INLINE void FN(lstm_add_hidden)(const int blocks, const int lanes, const int paired, long H, const FN(lstm_step) *step,
                                FN(lstm_weights) w, vf *sum) {
    const float *h = step->previous;
    const long triples = paired ? H / 3 : 0, singles = H - 3 * triples, by = step->isDescending ? -1 : 1;
    const long last = step->isDescending ? H - 1 : 3 * triples;
    const FN(lstm_weights) single = FN(lstm_weights_row)(blocks, lanes, w, last);
    if (step->isDescending) FN(lstm_add)(blocks, lanes, singles, h + last, single, by, sum);
    if (paired) {
        const long first = step->isDescending ? 3 * (triples - 1) : 0;
        const FN(lstm_weights) start = FN(lstm_weights_row)(blocks, lanes, w, first);
        vf products = FN(lstm_add_triples)(blocks, lanes, triples, h + first, start, by, sum);
        if (!step->isDescending) FN(lstm_add)(blocks, lanes, singles, h + last, single, by, sum);
        UNROLL for (int i = 0; i < 4 * blocks + (lanes > 0); i++) sum[i] -= products;
    } else if (!step->isDescending) {
        FN(lstm_add)(blocks, lanes, singles, h + last, single, by, sum);
    }
}

/// One group of `blocks` blocks and, unless `lanes` is 0, the shared vector; its weights begin at `w`, its units at
/// `unit`. The accumulators stay in registers over all rows.
INLINE void FN(lstm_group_body)(const int blocks, const int lanes, const int paired, const FN(lstm_shape) *shape,
                                const FN(lstm_step) *step, FN(lstm_weights) w, long unit) {
    const long I = shape->inputs, H = shape->hidden;
    vf sum[4 * LSTM_GROUP + 1];
    if (step->projected) {
        UNROLL for (int i = 0; i < 4 * blocks + (lanes > 0); i++) sum[i] = load(step->projected + 4 * unit + i * VL);
    } else {
        const FN(lstm_weights) bias = FN(lstm_weights_row)(blocks, lanes, w, paired ? 1 + I + H : 0);
        UNROLL for (int i = 0; i < 4 * blocks + (lanes > 0); i++)
            sum[i] = FN(lstm_row_vector)(blocks, lanes, bias, i);
        FN(lstm_add)(blocks, lanes, I, step->x, FN(lstm_weights_row)(blocks, lanes, w, 1), 1, sum);
    }
    FN(lstm_add_hidden)(blocks, lanes, paired, H, step, FN(lstm_weights_row)(blocks, lanes, w, 1 + I), sum);
    float *c = step->c + unit, *h = step->h + unit;
    const long end = blocks * VL;
    // The cells that the next step reads first come first.
    if (step->isDescending) {
        UNROLL for (int b = 0; b < blocks; b++) FN(lstm_block_cell)(sum + 4 * b, c + b * VL, h + b * VL);
        if (lanes) FN(lstm_shared_cell)(sum[4 * blocks], shape->rest, c + end, h + end);
    } else {
        if (lanes) FN(lstm_shared_cell)(sum[4 * blocks], shape->rest, c + end, h + end);
        UNROLL for (int b = blocks - 1; b >= 0; b--) FN(lstm_block_cell)(sum + 4 * b, c + b * VL, h + b * VL);
    }
}

/// One group of any size.
INLINE void FN(lstm_any_group)(const int paired, const FN(lstm_shape) *shape, const FN(lstm_step) *step,
                           FN(lstm_weights) w, long blocks, long lanes, long unit) {
#define LSTM_CASE(b, l) case 3 * b + l: FN(lstm_group_body)(b, l * (VL / 2), paired, shape, step, w, unit); break;
    switch (3 * blocks + lanes / (VL / 2)) {
        LSTM_CASE(0, 2) LSTM_CASE(1, 0) LSTM_CASE(1, 2) LSTM_CASE(2, 0) LSTM_CASE(2, 2) LSTM_CASE(3, 0) LSTM_CASE(3, 2)
#if VL == 16
        LSTM_CASE(0, 1) LSTM_CASE(1, 1) LSTM_CASE(2, 1) LSTM_CASE(3, 1)
#endif
    }
#undef LSTM_CASE
}

// Functions of their own: inlined into the loop over steps they cost 2 to 4 % in spilled registers.
static __attribute__((noinline)) void FN(lstm_group)(const FN(lstm_shape) *shape, const FN(lstm_step) *step,
                                                     FN(lstm_weights) w, long blocks, long lanes, long unit) {
    FN(lstm_any_group)(0, shape, step, w, blocks, lanes, unit);
}
#if LSTM_CAN_PAIR
static __attribute__((noinline)) void FN(lstm_paired_group)(const FN(lstm_shape) *shape, const FN(lstm_step) *step,
                                                            FN(lstm_weights) w, long blocks, long lanes, long unit) {
    FN(lstm_any_group)(1, shape, step, w, blocks, lanes, unit);
}
#endif

/// One step of all groups; `weights` as lstm_units_weights has them.
INLINE void FN(lstm_step_run)(const FN(lstm_shape) *shape, const float *weights, const FN(lstm_step) *step) {
    const float *shared = weights + shape->rows * 4 * shape->blocks * VL;
    for (long i = 0; i < shape->groups; i++) {
        long group = step->isDescending ? shape->groups - 1 - i : i;
        long block = FN(lstm_group_start)(shape, group), blocks = FN(lstm_group_start)(shape, group + 1) - block;
        long lanes = group + 1 == shape->groups ? shape->lanes : 0;
        const FN(lstm_weights) w = {weights + shape->rows * 4 * block * VL, shared};
#if LSTM_CAN_PAIR
        if (step->isPaired) {
            FN(lstm_paired_group)(shape, step, w, blocks, lanes, block * VL);
            continue;
        }
#endif
        FN(lstm_group)(shape, step, w, blocks, lanes, block * VL);
    }
}
