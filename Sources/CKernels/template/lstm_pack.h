// Packed LSTM weights. K = 1 + I + H counts the rows of weights of one gate: the bias, the inputs, the hidden units. Two
// layouts lie behind one another:
//
//   units in lanes   for one sequence: a block is VL units × 4 gates = 4 vectors; a group is up to LSTM_GROUP blocks,
//                    whose 4·LSTM_GROUP accumulators fit the registers: per group [K][vectors][VL]. When the units
//                    left over fit a quarter of a vector, all their gates share one more vector of the last group.
//   rows in lanes    for a batch: per LSTM_UNITS hidden units [K][units][4].

/// Blocks in one group: 12 accumulators, 13 with the shared vector.
#define LSTM_GROUP 3
/// Hidden units that one pass over rows in lanes computes, and the most vectors of rows: units × 4 gates × vectors of
/// accumulators. A second vector halves the reading of weights (8 % at 256 units) where there are 32 registers.
#define LSTM_UNITS 3
#if VL == 16 || defined(__aarch64__)
#define LSTM_VECTORS 2
#else
#define LSTM_VECTORS 1
#endif

/// How the hidden units are cut into groups of blocks.
typedef struct {
    long rows;   ///< K.
    long inputs; ///< I.
    long blocks; ///< Blocks of VL units.
    long rest;   ///< Units in the shared vector, 0 without one.
    long groups;
} FN(lstm_shape);

INLINE FN(lstm_shape) FN(lstm_shape_of)(long input_size, long hidden_size) {
    FN(lstm_shape) shape = {.rows = 1 + input_size + hidden_size, .inputs = input_size};
    long left = hidden_size % VL;
    shape.rest = 4 * left <= VL ? left : 0;
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
INLINE long FN(lstm_units_size)(const FN(lstm_shape) *shape) { return shape->rows * FN(lstm_vectors)(shape) * VL; }

static long FN(lstm_packed_size)(long input_size, long hidden_size) {
    FN(lstm_shape) shape = FN(lstm_shape_of)(input_size, hidden_size);
    return FN(lstm_units_size)(&shape) + shape.rows * hidden_size * 4;
}

/// The weights as they come, and their sizes.
typedef struct {
    long input_size, hidden_size;
    const float *W, *R, *bias;
} FN(lstm_source);

/// The pre-scaled weight of row k in `gate` of `unit`; 0 for the padding past the last unit.
static float FN(lstm_weight)(const FN(lstm_source) *source, long gate, long unit, long k) {
    long I = source->input_size, H = source->hidden_size;
    if (unit >= H || gate > 3) return 0.f;
    long row = gate * H + unit;
    float weight = k == 0 ? source->bias[row] : k <= I ? source->W[row * I + k - 1] : source->R[row * H + k - 1 - I];
    return weight * (gate == 2 ? LSTM_TANH_SCALE : LSTM_SIGMOID_SCALE);
}

static float *FN(lstm_pack_units)(const FN(lstm_source) *source, const FN(lstm_shape) *shape, float *packed) {
    for (long group = 0; group < shape->groups; group++) {
        long first = FN(lstm_group_start)(shape, group), end = FN(lstm_group_start)(shape, group + 1);
        for (long k = 0; k < shape->rows; k++) {
            for (long block = first; block < end; block++)
                for (long gate = 0; gate < 4; gate++)
                    for (long lane = 0; lane < VL; lane++)
                        *packed++ = FN(lstm_weight)(source, gate, block * VL + lane, k);
            if (!shape->rest || group + 1 < shape->groups) continue;
            for (long lane = 0; lane < VL; lane++)
                *packed++ = FN(lstm_weight)(source, lane / shape->rest, end * VL + lane % shape->rest, k);
        }
    }
    return packed;
}

static void FN(lstm_pack)(long input_size, long hidden_size, const float *W, const float *R, const float *bias,
                          float *packed) {
    FN(lstm_source) source = {input_size, hidden_size, W, R, bias};
    FN(lstm_shape) shape = FN(lstm_shape_of)(input_size, hidden_size);
    packed = FN(lstm_pack_units)(&source, &shape, packed);
    for (long unit = 0; unit < hidden_size; unit += LSTM_UNITS)
        for (long k = 0; k < shape.rows; k++)
            for (long u = unit; u < unit + LSTM_UNITS && u < hidden_size; u++)
                for (long gate = 0; gate < 4; gate++) *packed++ = FN(lstm_weight)(&source, gate, u, k);
}
