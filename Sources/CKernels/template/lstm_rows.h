// Whole sequences, one after another, hidden units in lanes (lstm_sequence.h).

/// From this many inputs on they are projected ahead of the steps (lstm_project.h). Measured with AVX-512: even at 8
/// inputs, 1.7 times as fast at 50 inputs and 50 units.
#define LSTM_PROJECT_INPUTS 8

/// Floats of h or c: whole vectors, and one more that the shared vector's units may spill into.
INLINE long FN(lstm_padded)(const FN(lstm_shape) *shape) { return (shape->blocks + 1) * VL; }

static long FN(lstm_rows_workspace)(const apus_lstm *lstm) {
    FN(lstm_shape) shape = FN(lstm_shape_of)(lstm->input_size, lstm->hidden_size);
    long ahead = lstm->input_size >= LSTM_PROJECT_INPUTS ? LSTM_AHEAD * FN(lstm_vectors)(&shape) * VL : 0;
    return 3 * FN(lstm_padded)(&shape) + ahead;
}

/// Copies `from`, or zeros when it is NULL, and zeros the padding.
INLINE void FN(lstm_initial)(float *to, const float *from, long count, long padded) {
    memset(to, 0, (size_t)padded * sizeof(float));
    if (from) memcpy(to, from, (size_t)count * sizeof(float));
}

static void FN(lstm_row)(const apus_lstm *lstm, const apus_sequences *s, long row, float *workspace) {
    const FN(lstm_shape) shape = FN(lstm_shape_of)(lstm->input_size, lstm->hidden_size);
    const long I = lstm->input_size, H = lstm->hidden_size;
    const long padded = FN(lstm_padded)(&shape), width = FN(lstm_vectors)(&shape) * VL;
    // Two buffers of hidden units, one read and one written, swapped each step.
    float *h = workspace, *next = h + padded, *c = next + padded, *z = c + padded;
    FN(lstm_initial)(h, s->h0 ? s->h0 + row * s->state_row : NULL, H, padded);
    FN(lstm_initial)(c, s->c0 ? s->c0 + row * s->state_row : NULL, H, padded);
    const float *weights = FN(lstm_units_weights)(lstm);
    const float *x = s->x + row * s->x_row;
    float *y = s->y ? s->y + row * s->y_row : NULL;
    long projected = 0, phase = 0; // Steps whose sums z holds, and the one among them.
    for (long t = 0; t < s->T; t++, x += s->x_time) {
        const int isPaired = FN(lstm_pairs)(lstm, s, t);
        if (I >= LSTM_PROJECT_INPUTS && ++phase >= projected) {
            // All of them have the same bias: the first step's may be another one.
            long left = s->T - t < LSTM_AHEAD ? s->T - t : LSTM_AHEAD;
            projected = FN(lstm_pairs)(lstm, s, t + 1) == isPaired ? left : 1;
            phase = 0;
            FN(lstm_project)(&shape, weights, isPaired ? 1 + I + H : 0, projected, x, s->x_time, z);
        }
        FN(lstm_step) step = {x, h, c, next, projected ? z + phase * width : NULL, FN(lstm_descends)(t), isPaired};
        FN(lstm_step_run)(&shape, weights, &step);
        float *swap = h;
        h = next;
        next = swap;
        if (y) memcpy(y + t * s->y_time, h, (size_t)H * sizeof(float));
    }
    if (s->h_out) memcpy(s->h_out + row * s->state_row, h, (size_t)H * sizeof(float));
    if (s->c_out) memcpy(s->c_out + row * s->state_row, c, (size_t)H * sizeof(float));
}
