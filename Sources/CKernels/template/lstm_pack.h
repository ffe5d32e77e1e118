// Packed LSTM weights. K = 1 + I + H counts the rows of weights of one gate: the bias, the inputs, the hidden units. Where
// sums may be made in pairs (lstm_pairs.h) a row is added: the bias of such sums. The packed weights begin with a header,
// then come two layouts, one behind the other:
//
//   units in lanes   for one sequence: a block is VL units × 4 gates = 4 vectors; a group is up to LSTM_GROUP blocks,
//                    whose 4·LSTM_GROUP accumulators fit the registers: per group [K][4·blocks][VL]. When the units left
//                    over fit a quarter of a vector, all their gates share one more vector of the last group, of VL lanes
//                    or half as many: [K][shared lanes].
//   rows in lanes    for a batch: per LSTM_UNITS hidden units [K][units][4].

/// Blocks in one group: 12 accumulators, 13 with the shared vector.
#define LSTM_GROUP 3
/// Hidden units that one pass over rows in lanes computes, and the most vectors of rows: units × 4 gates × vectors of
/// accumulators. A second vector halves the reading of weights (8 % at 256 units) where there are 32 registers. Pairs
/// need registers beside the accumulators.
#if LSTM_CAN_PAIR
#define LSTM_UNITS 2
#else
#define LSTM_UNITS 3
#endif
#if VL == 16 || defined(__aarch64__)
#define LSTM_VECTORS 2
#else
#define LSTM_VECTORS 1
#endif
/// Floats of the header: one vector, so that what follows stays aligned. The first is 1 when the sums are made in pairs.
#define LSTM_HEADER VL

/// How the hidden units are cut into groups of blocks.
typedef struct {
    long rows;   ///< K, and 1 where pairs may be.
    long inputs; ///< I.
    long hidden; ///< H.
    long blocks; ///< Blocks of VL units.
    long rest;   ///< Units in the shared vector, 0 without one.
    long lanes;  ///< Lanes of the shared vector: 0, VL / 2 or VL.
    long groups;
} FN(lstm_shape);

INLINE FN(lstm_shape) FN(lstm_shape_of)(long input_size, long hidden_size) {
    FN(lstm_shape) shape = {
        .rows = 1 + input_size + hidden_size + LSTM_CAN_PAIR, .inputs = input_size, .hidden = hidden_size};
    long left = hidden_size % VL;
    shape.rest = 4 * left <= VL ? left : 0;
    shape.lanes = !shape.rest ? 0 : VL == 16 && 8 * shape.rest <= VL ? VL / 2 : VL;
    shape.blocks = (hidden_size - shape.rest + VL - 1) / VL;
    shape.groups = shape.blocks ? (shape.blocks + LSTM_GROUP - 1) / LSTM_GROUP : 1;
    return shape;
}

/// The first block of a group; groups differ by one block at most, because a small last group would wait on latency.
INLINE long FN(lstm_group_start)(const FN(lstm_shape) *shape, long group) {
    return shape->blocks * group / shape->groups;
}

/// Whether step t adds hidden units from the last to the first (lstm_sequence.h says why).
INLINE int FN(lstm_descends)(long t) { return t & 1; }

/// Vectors of gates over all groups.
INLINE long FN(lstm_vectors)(const FN(lstm_shape) *shape) { return 4 * shape->blocks + (shape->rest > 0); }

/// Floats of the units-in-lanes part.
INLINE long FN(lstm_units_size)(const FN(lstm_shape) *shape) {
    return shape->rows * (4 * shape->blocks * VL + shape->lanes);
}

static long FN(lstm_packed_size)(long input_size, long hidden_size) {
    FN(lstm_shape) shape = FN(lstm_shape_of)(input_size, hidden_size);
    return LSTM_HEADER + FN(lstm_units_size)(&shape) + shape.rows * hidden_size * 4;
}

/// The two layouts of packed weights.
INLINE const float *FN(lstm_units_weights)(const apus_lstm *lstm) { return lstm->packed + LSTM_HEADER; }
INLINE const float *FN(lstm_lanes_weights)(const apus_lstm *lstm, const FN(lstm_shape) *shape) {
    return lstm->packed + LSTM_HEADER + FN(lstm_units_size)(shape);
}

/// The weights as they come, and their sizes.
typedef struct {
    long input_size, hidden_size;
    const float *W, *R, *bias;
} FN(lstm_source);

INLINE float FN(lstm_scale)(long gate) { return gate == 2 ? LSTM_TANH_SCALE : LSTM_SIGMOID_SCALE; }

/// The pre-scaled weight of row k in `gate` of `unit`; 0 for the padding past the last unit.
static float FN(lstm_weight)(const FN(lstm_source) *source, long gate, long unit, long k) {
    long I = source->input_size, H = source->hidden_size;
    if (unit >= H || gate > 3) return 0.f;
    long row = gate * H + unit;
    float scale = FN(lstm_scale)(gate);
    if (k == 0) return source->bias[row] * scale;
    if (k <= I) return source->W[row * I + k - 1] * scale;
    if (k <= I + H) return source->R[row * H + k - 1 - I] * scale;
    return FN(lstm_paired_bias)(source->bias[row], source->R + row * H, H, scale);
}

static float *FN(lstm_pack_units)(const FN(lstm_source) *source, const FN(lstm_shape) *shape, float *packed) {
    for (long group = 0; group < shape->groups; group++) {
        long first = FN(lstm_group_start)(shape, group), end = FN(lstm_group_start)(shape, group + 1);
        for (long k = 0; k < shape->rows; k++)
            for (long block = first; block < end; block++)
                for (long gate = 0; gate < 4; gate++)
                    for (long lane = 0; lane < VL; lane++)
                        *packed++ = FN(lstm_weight)(source, gate, block * VL + lane, k);
    }
    for (long k = 0; k < shape->rows; k++)
        for (long lane = 0; lane < shape->lanes; lane++)
            *packed++ =
                FN(lstm_weight)(source, lane / shape->rest, shape->blocks * VL + lane % shape->rest, k);
    return packed;
}

static void FN(lstm_pack)(long input_size, long hidden_size, const float *W, const float *R, const float *bias,
                          float *packed) {
    FN(lstm_source) source = {input_size, hidden_size, W, R, bias};
    FN(lstm_shape) shape = FN(lstm_shape_of)(input_size, hidden_size);
    memset(packed, 0, LSTM_HEADER * sizeof(float));
    packed[0] = FN(lstm_pairs_pay)(R, hidden_size);
    packed = FN(lstm_pack_units)(&source, &shape, packed + LSTM_HEADER);
    for (long unit = 0; unit < hidden_size; unit += LSTM_UNITS)
        for (long k = 0; k < shape.rows; k++)
            for (long u = unit; u < unit + LSTM_UNITS && u < hidden_size; u++)
                for (long gate = 0; gate < 4; gate++) *packed++ = FN(lstm_weight)(&source, gate, u, k);
}
