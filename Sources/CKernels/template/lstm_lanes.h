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

/// Floats of workspace for `vectors` vectors of rows: two buffers of terms and the cell states.
INLINE long FN(lstm_lanes_workspace)(const apus_lstm *lstm, long vectors) {
    return (2 * (lstm->input_size + 1 + lstm->hidden_size) + lstm->hidden_size) * vectors * VL;
}

/// `units` hidden units of all lanes; weights [K][units][4], terms [K][lanes], c and h [units][lanes].
INLINE void FN(lstm_lanes_units)(const int units, const int vectors, long K, const float *w, const float *terms,
                                 float *c, float *h) {
    vf sum[LSTM_UNITS][4][LSTM_VECTORS];
    UNROLL for (int u = 0; u < units; u++)
        UNROLL for (int g = 0; g < 4; g++)
            UNROLL for (int v = 0; v < vectors; v++) sum[u][g][v] = (vf)0.f;
    for (long k = 0; k < K; k++) {
        vf term[LSTM_VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) term[v] = load(terms + v * VL);
        UNROLL for (int u = 0; u < units; u++)
            UNROLL for (int g = 0; g < 4; g++) {
                vf weight = (vf)w[u * 4 + g];
                UNROLL for (int v = 0; v < vectors; v++) sum[u][g][v] += term[v] * weight;
            }
        terms += vectors * VL;
        w += units * 4;
    }
    UNROLL for (int u = 0; u < units; u++)
        UNROLL for (int v = 0; v < vectors; v++) {
            long at = (u * vectors + v) * VL;
            vf state = load(c + at), hidden;
            FN(lstm_cell)(sum[u][0][v], sum[u][1][v], sum[u][2][v], sum[u][3][v], &state, &hidden);
            store(c + at, state);
            store(h + at, hidden);
        }
}

/// One step of all hidden units.
INLINE void FN(lstm_lanes_step)(const int vectors, long K, long H, const float *w, const float *terms, float *c,
                                float *h) {
    const long lanes = vectors * VL;
    long unit = 0;
    for (; unit + LSTM_UNITS <= H; unit += LSTM_UNITS, w += K * LSTM_UNITS * 4)
        FN(lstm_lanes_units)(LSTM_UNITS, vectors, K, w, terms, c + unit * lanes, h + unit * lanes);
    if (H - unit == 2) FN(lstm_lanes_units)(2, vectors, K, w, terms, c + unit * lanes, h + unit * lanes);
    if (H - unit == 1) FN(lstm_lanes_units)(1, vectors, K, w, terms, c + unit * lanes, h + unit * lanes);
}

/// Rows row ..< row + count of the batch, 1 ≤ count ≤ vectors·VL; lanes past `count` compute on zeros.
INLINE void FN(lstm_lanes)(const int vectors, const apus_lstm *lstm, const apus_sequences *s, long row, long count,
                           float *workspace) {
    const FN(lstm_shape) shape = FN(lstm_shape_of)(lstm->input_size, lstm->hidden_size);
    const long I = lstm->input_size, H = lstm->hidden_size, K = shape.terms, lanes = vectors * VL;
    const float *weights = lstm->packed + FN(lstm_units_size)(&shape);
    float *terms = workspace, *next = terms + K * lanes, *c = next + K * lanes;
    const long hidden = (I + 1) * lanes, state = row * s->state_row;
    memset(workspace, 0, (size_t)FN(lstm_lanes_workspace)(lstm, vectors) * sizeof(float));
    for (long lane = 0; lane < lanes; lane++) terms[I * lanes + lane] = next[I * lanes + lane] = 1.f;
    if (s->h0) FN(lstm_transpose)(count, H, s->h0 + state, s->state_row, terms + hidden, lanes);
    if (s->c0) FN(lstm_transpose)(count, H, s->c0 + state, s->state_row, c, lanes);
    for (long t = 0; t < s->T; t++) {
        FN(lstm_transpose)(count, I, s->x + row * s->x_row + t * s->x_time, s->x_row, terms, lanes);
        FN(lstm_lanes_step)(vectors, K, H, weights, terms, c, next + hidden);
        float *swap = terms;
        terms = next;
        next = swap;
        if (s->y)
            FN(lstm_transpose)(H, count, terms + hidden, lanes, s->y + row * s->y_row + t * s->y_time, s->y_row);
    }
    if (s->h_out) FN(lstm_transpose)(H, count, terms + hidden, lanes, s->h_out + state, s->state_row);
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
