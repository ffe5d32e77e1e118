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

/// Floats of workspace for `vectors` vectors of rows: the inputs of a step, two buffers of hidden units, the cell states,
/// the products of pairs.
INLINE long FN(lstm_lanes_workspace)(const apus_lstm *lstm, long vectors) {
    return (lstm->input_size + 3 * lstm->hidden_size + 1) * vectors * VL;
}

/// One step of a batch.
typedef struct {
    const float *x;        ///< [I][lanes]: the step's inputs.
    const float *previous; ///< [H][lanes]: the hidden units before the step.
    float *c;              ///< [H][lanes], updated.
    float *h;              ///< [H][lanes], the hidden units after the step.
    float *products;       ///< [lanes]: Σ h0·h1 of the pairs.
    int isDescending;      ///< Whether hidden units are added from the last to the first.
    int isPaired;          ///< Whether they are added in triples of a pair and a single.
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
                vf weight = splat(w + u * 4 + g);
                UNROLL for (int v = 0; v < vectors; v++) sum[u][g][v] += term[v] * weight;
            }
    }
}

/// Adds `count` triples of terms, each 3·`by` rows after the one before.
INLINE void FN(lstm_lanes_add_triples)(const int units, const int vectors, long count, const float *terms,
                                       const float *w, long by, FN(lstm_lanes_sums) sum) {
    const long lanes = vectors * VL, row = units * 4;
    for (long k = 0; k < count; k++, terms += 3 * by * lanes, w += 3 * by * row) {
        vf h[3][LSTM_VECTORS];
        UNROLL for (int i = 0; i < 3; i++)
            UNROLL for (int v = 0; v < vectors; v++) h[i][v] = load(terms + i * lanes + v * VL);
        UNROLL for (int u = 0; u < units; u++)
            UNROLL for (int g = 0; g < 4; g++) {
                const float *at = w + u * 4 + g;
                vf w0 = splat(at), w1 = splat(at + row), w2 = splat(at + 2 * row);
                UNROLL for (int v = 0; v < vectors; v++) {
                    sum[u][g][v] += h[2][v] * w2;
                    sum[u][g][v] += (w0 + h[1][v]) * (w1 + h[0][v]);
                }
            }
    }
}

/// Σ h0·h1 of the pairs, in the order of lstm_add_triples.
INLINE void FN(lstm_lanes_products)(const int vectors, long H, const FN(lstm_lanes_step) *step) {
    const long lanes = vectors * VL, triples = H / 3, by = step->isDescending ? -3 * lanes : 3 * lanes;
    const float *h = step->previous + (step->isDescending ? 3 * (triples - 1) * lanes : 0);
    vf sum[LSTM_VECTORS] = {0};
    for (long k = 0; k < triples; k++, h += by)
        UNROLL for (int v = 0; v < vectors; v++) sum[v] += load(h + v * VL) * load(h + lanes + v * VL);
    UNROLL for (int v = 0; v < vectors; v++) store(step->products + v * VL, sum[v]);
}

/// Adds the hidden units; `w` is the row of the first.
INLINE void FN(lstm_lanes_add_hidden)(const int units, const int vectors, const int paired, long H,
                                      const FN(lstm_lanes_step) *step, const float *w, FN(lstm_lanes_sums) sum) {
    const long lanes = vectors * VL, row = units * 4, by = step->isDescending ? -1 : 1;
    const long triples = paired ? H / 3 : 0, singles = H - 3 * triples;
    const long last = step->isDescending ? H - 1 : 3 * triples, first = step->isDescending ? 3 * (triples - 1) : 0;
    const float *h = step->previous;
    if (step->isDescending)
        FN(lstm_lanes_add)(units, vectors, singles, h + last * lanes, w + last * row, by, sum);
    if (paired)
        FN(lstm_lanes_add_triples)(units, vectors, triples, h + first * lanes, w + first * row, by, sum);
    if (!step->isDescending)
        FN(lstm_lanes_add)(units, vectors, singles, h + last * lanes, w + last * row, by, sum);
    if (!paired) return;
    UNROLL for (int u = 0; u < units; u++)
        UNROLL for (int g = 0; g < 4; g++)
            UNROLL for (int v = 0; v < vectors; v++) sum[u][g][v] -= load(step->products + v * VL);
}

/// `units` hidden units of all lanes, from `unit` on; weights [K][units][4].
INLINE void FN(lstm_lanes_units)(const int units, const int vectors, const int paired, const FN(lstm_shape) *shape,
                                 const float *w, const FN(lstm_lanes_step) *step, long unit) {
    const long lanes = vectors * VL, I = shape->inputs, H = shape->hidden;
    float *c = step->c + unit * lanes, *h = step->h + unit * lanes;
    const float *bias = w + (paired ? 1 + I + H : 0) * units * 4;
    FN(lstm_lanes_sums) sum;
    UNROLL for (int u = 0; u < units; u++)
        UNROLL for (int g = 0; g < 4; g++)
            UNROLL for (int v = 0; v < vectors; v++) sum[u][g][v] = splat(bias + u * 4 + g);
    FN(lstm_lanes_add)(units, vectors, I, step->x, w + units * 4, 1, sum);
    FN(lstm_lanes_add_hidden)(units, vectors, paired, H, step, w + (1 + I) * units * 4, sum);
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
INLINE void FN(lstm_lanes_step_run)(const int vectors, const int paired, const FN(lstm_shape) *shape, const float *w,
                                    const FN(lstm_lanes_step) *step) {
    const long H = shape->hidden;
    if (paired) FN(lstm_lanes_products)(vectors, H, step);
    long unit = 0;
    for (; unit + LSTM_UNITS <= H; unit += LSTM_UNITS, w += shape->rows * LSTM_UNITS * 4)
        FN(lstm_lanes_units)(LSTM_UNITS, vectors, paired, shape, w, step, unit);
#if LSTM_UNITS > 2
    if (H - unit == 2) FN(lstm_lanes_units)(2, vectors, paired, shape, w, step, unit);
#endif
    if (H - unit == 1) FN(lstm_lanes_units)(1, vectors, paired, shape, w, step, unit);
}

/// Rows row ..< row + count of the batch, 1 ≤ count ≤ vectors·VL; lanes past `count` compute on zeros.
INLINE void FN(lstm_lanes)(const int vectors, const apus_lstm *lstm, const apus_sequences *s, long row, long count,
                           float *workspace) {
    const FN(lstm_shape) shape = FN(lstm_shape_of)(lstm->input_size, lstm->hidden_size);
    const long I = lstm->input_size, H = lstm->hidden_size, lanes = vectors * VL, state = row * s->state_row;
    const float *weights = FN(lstm_lanes_weights)(lstm, &shape);
    float *x = workspace, *h = x + I * lanes, *next = h + H * lanes, *c = next + H * lanes;
    float *products = c + H * lanes;
    memset(workspace, 0, (size_t)FN(lstm_lanes_workspace)(lstm, vectors) * sizeof(float));
    if (s->h0) FN(lstm_transpose)(count, H, s->h0 + state, s->state_row, h, lanes);
    if (s->c0) FN(lstm_transpose)(count, H, s->c0 + state, s->state_row, c, lanes);
    for (long t = 0; t < s->T; t++) {
        FN(lstm_transpose)(count, I, s->x + row * s->x_row + t * s->x_time, s->x_row, x, lanes);
        const int isPaired = FN(lstm_pairs)(lstm, s, t);
        FN(lstm_lanes_step) step = {x, h, c, next, products, FN(lstm_descends)(t), isPaired};
        if (LSTM_CAN_PAIR && isPaired) FN(lstm_lanes_step_run)(vectors, LSTM_CAN_PAIR, &shape, weights, &step);
        else FN(lstm_lanes_step_run)(vectors, 0, &shape, weights, &step);
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
