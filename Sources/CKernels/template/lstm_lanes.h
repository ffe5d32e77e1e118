// A batch, rows in lanes: `vectors` (up to LSTM_VECTORS) vectors of rows × LSTM_UNITS hidden units × 4 gates of
// accumulators. All arrays are transposed to [feature][lane], so that no unit is padded and nothing moves across lanes.

/// to[column][row] = from[row][column], in tiles of 4 × 4.
static void FN(lstm_transpose)(long rows, long columns, const float *from, long from_row, float *to, long to_row) {
    typedef float v4 __attribute__((ext_vector_type(4)));
    typedef float v4_unaligned __attribute__((ext_vector_type(4), aligned(4)));
    long r = 0;
    for (; r + 4 <= rows; r += 4) {
        const float *source = from + r * from_row;
        long column = 0;
        for (; column + 4 <= columns; column += 4) {
            v4 row[4];
            UNROLL for (int i = 0; i < 4; i++) row[i] = *(const v4_unaligned *)(source + i * from_row + column);
            v4 a = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
            v4 b = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
            v4 c = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
            v4 d = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
            float *target = to + column * to_row + r;
            *(v4_unaligned *)target = __builtin_shufflevector(a, b, 0, 1, 4, 5);
            *(v4_unaligned *)(target + to_row) = __builtin_shufflevector(a, b, 2, 3, 6, 7);
            *(v4_unaligned *)(target + 2 * to_row) = __builtin_shufflevector(c, d, 0, 1, 4, 5);
            *(v4_unaligned *)(target + 3 * to_row) = __builtin_shufflevector(c, d, 2, 3, 6, 7);
        }
        for (; column < columns; column++)
            UNROLL for (int i = 0; i < 4; i++) to[column * to_row + r + i] = source[i * from_row + column];
    }
    for (; r < rows; r++)
        for (long column = 0; column < columns; column++) to[column * to_row + r] = from[r * from_row + column];
}

/// Floats of workspace for `vectors` vectors of rows: the inputs of a step, two buffers of hidden units, the cell states.
INLINE long FN(lstm_lanes_workspace)(const apus_lstm *lstm, long vectors) {
    return (lstm->input_size + 3 * lstm->hidden_size) * vectors * VL;
}

/// One step of a batch.
typedef struct {
    const float *x;        ///< [I][lanes]: the step's inputs.
    const float *previous; ///< [H][lanes]: the hidden units before the step.
    float *c;              ///< [H][lanes], updated.
    float *h;              ///< [H][lanes], the hidden units after the step.
    int isDescending;      ///< Whether hidden units are added from the last to the first.
} FN(lstm_lanes_step);

typedef vf FN(lstm_lanes_sums)[LSTM_UNITS][4][LSTM_VECTORS];

/// Adds `count` terms with weights [count][units][4], each `by` (1 or -1) rows behind the one before.
INLINE void FN(lstm_lanes_add)(const int units, const int vectors, long count, const float *terms, const float *w,
                               long by, FN(lstm_lanes_sums) sum) {
    for (long k = 0; k < count; k++, terms += by * vectors * VL, w += by * units * 4) {
        vf term[LSTM_VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) term[v] = load(terms + v * VL);
        UNROLL for (int u = 0; u < units; u++)
            UNROLL for (int g = 0; g < 4; g++) {
                vf weight = (vf)w[u * 4 + g];
                UNROLL for (int v = 0; v < vectors; v++) sum[u][g][v] += term[v] * weight;
            }
    }
}

/// `units` hidden units of all lanes, from `unit` on; weights [K][units][4].
INLINE void FN(lstm_lanes_units)(const int units, const int vectors, const FN(lstm_shape) *shape, const float *w,
                                 const FN(lstm_lanes_step) *step, long unit) {
    const long lanes = vectors * VL, I = shape->inputs, H = shape->rows - 1 - I;
    float *c = step->c + unit * lanes, *h = step->h + unit * lanes;
    FN(lstm_lanes_sums) sum;
    UNROLL for (int u = 0; u < units; u++)
        UNROLL for (int g = 0; g < 4; g++)
            UNROLL for (int v = 0; v < vectors; v++) sum[u][g][v] = (vf)w[u * 4 + g];
    FN(lstm_lanes_add)(units, vectors, I, step->x, w + units * 4, 1, sum);
    const long first = step->isDescending ? H - 1 : 0;
    FN(lstm_lanes_add)(units, vectors, H, step->previous + first * lanes, w + (1 + I + first) * units * 4,
                       step->isDescending ? -1 : 1, sum);
    UNROLL for (int u = 0; u < units; u++)
        UNROLL for (int v = 0; v < vectors; v++) {
            long at = (u * vectors + v) * VL;
            vf state = load(c + at), hidden;
            const vf gates[4] = {sum[u][0][v], sum[u][1][v], sum[u][2][v], sum[u][3][v]};
            FN(lstm_cell)(gates, &state, &hidden);
            store(c + at, state);
            store(h + at, hidden);
        }
}

/// One step of all hidden units.
INLINE void FN(lstm_lanes_step_run)(const int vectors, const FN(lstm_shape) *shape, const float *w,
                                    const FN(lstm_lanes_step) *step) {
    const long H = shape->rows - 1 - shape->inputs;
    long unit = 0;
    for (; unit + LSTM_UNITS <= H; unit += LSTM_UNITS, w += shape->rows * LSTM_UNITS * 4)
        FN(lstm_lanes_units)(LSTM_UNITS, vectors, shape, w, step, unit);
    if (H - unit == 2) FN(lstm_lanes_units)(2, vectors, shape, w, step, unit);
    if (H - unit == 1) FN(lstm_lanes_units)(1, vectors, shape, w, step, unit);
}

/// Rows row ..< row + count of the batch, 1 ≤ count ≤ vectors·VL; lanes past `count` compute on zeros.
INLINE void FN(lstm_lanes)(const int vectors, const apus_lstm *lstm, const apus_sequences *s, long row, long count,
                           float *workspace) {
    const FN(lstm_shape) shape = FN(lstm_shape_of)(lstm->input_size, lstm->hidden_size);
    const long I = lstm->input_size, H = lstm->hidden_size, lanes = vectors * VL, state = row * s->state_row;
    const float *weights = lstm->packed + FN(lstm_units_size)(&shape);
    float *x = workspace, *h = x + I * lanes, *next = h + H * lanes, *c = next + H * lanes;
    memset(workspace, 0, (size_t)FN(lstm_lanes_workspace)(lstm, vectors) * sizeof(float));
    if (s->h0) FN(lstm_transpose)(count, H, s->h0 + state, s->state_row, h, lanes);
    if (s->c0) FN(lstm_transpose)(count, H, s->c0 + state, s->state_row, c, lanes);
    for (long t = 0; t < s->T; t++) {
        FN(lstm_transpose)(count, I, s->x + row * s->x_row + t * s->x_time, s->x_row, x, lanes);
        FN(lstm_lanes_step) step = {x, h, c, next, FN(lstm_descends)(t)};
        FN(lstm_lanes_step_run)(vectors, &shape, weights, &step);
        float *swap = h;
        h = next;
        next = swap;
        if (s->y)
            FN(lstm_transpose)(H, count, h, lanes, s->y + row * s->y_row + t * s->y_time, s->y_row);
    }
    if (s->h_out) FN(lstm_transpose)(H, count, h, lanes, s->h_out + state, s->state_row);
    if (s->c_out) FN(lstm_transpose)(H, count, c, lanes, s->c_out + state, s->state_row);
}

static __attribute__((noinline)) void FN(lstm_lanes_1)(const apus_lstm *lstm, const apus_sequences *s, long row,
                                                       long count, float *workspace) {
    FN(lstm_lanes)(1, lstm, s, row, count, workspace);
}
#if LSTM_VECTORS == 2
static __attribute__((noinline)) void FN(lstm_lanes_2)(const apus_lstm *lstm, const apus_sequences *s, long row,
                                                       long count, float *workspace) {
    FN(lstm_lanes)(2, lstm, s, row, count, workspace);
}
#endif
