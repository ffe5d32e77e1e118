// Recurrent layers (contract: include/recurrent.h). K = 1 + inputs + hidden units: the rows of a gate's weights.
#include "lstm_cell.h"
#include "lstm_pairs.h"
#include "lstm_pack.h"
#include "lstm_sequence.h"
#include "lstm_project.h"
#include "lstm_rows.h"
#include "lstm_lanes.h"

/// What a cell costs in vector multiply-adds, and the floats of weights up to which most of them come from the L1 and the
/// L2 cache; a multiply-add then takes 1 and 2 times its own time, beyond that 3½ (measured at 50 to 256 units).
#define LSTM_CELL_COST 75
#define LSTM_L1_FLOATS 12000
#define LSTM_L2_FLOATS 300000

/// Whether `rows` < VL rows go faster in the lanes of one vector (some idle) than one after another. Measured with AVX-512
/// and pairs: from 10 rows on at 50 hidden units, 9 at 64, 7 at 128, 6 at 256; predicted 11, 8, 7, 7.
INLINE int FN(lstm_prefers_lanes)(const apus_lstm *lstm, long rows) {
    FN(lstm_shape) shape = FN(lstm_shape_of)(lstm->input_size, lstm->hidden_size);
    // Inputs that are projected ahead cost one multiply-add a weight, wherever the weights are.
    long projected = lstm->input_size >= LSTM_PROJECT_INPUTS ? lstm->input_size : 0, terms = shape.rows - projected;
    long vectors = FN(lstm_vectors)(&shape), cells = shape.blocks + (shape.rest > 0), size = vectors * terms * VL;
    long halves = size <= LSTM_L1_FLOATS ? 2 : size <= LSTM_L2_FLOATS ? 4 : 7;
    long row = vectors * (projected + terms * halves / 2) + cells * LSTM_CELL_COST;
    long gate = LSTM_CAN_PAIR && lstm->packed[0] != 0.f ? shape.rows - shape.hidden / 4 : shape.rows;
    long lanes = lstm->hidden_size * (4 * gate + LSTM_CELL_COST);
    return lanes < rows * row;
}

static long FN(lstm_workspace)(const apus_lstm *lstm, long n, long T) {
    (void)T;
    long vectors = n > VL ? LSTM_VECTORS : 1;
    long rows = FN(lstm_rows_workspace)(lstm), lanes = FN(lstm_lanes_workspace)(lstm, vectors);
    return rows > lanes ? rows : lanes;
}

static void FN(lstm)(const apus_lstm *lstm, const apus_sequences *sequences, float *workspace) {
    const long n = sequences->n;
    long row = 0;
#if LSTM_VECTORS == 2
    for (; row + 2 * VL <= n; row += 2 * VL) FN(lstm_lanes_2)(lstm, sequences, row, 2 * VL, workspace);
    if (n - row > VL && FN(lstm_prefers_lanes)(lstm, n - row - VL)) {
        FN(lstm_lanes_2)(lstm, sequences, row, n - row, workspace);
        return;
    }
#endif
    for (; row + VL <= n; row += VL) FN(lstm_lanes_1)(lstm, sequences, row, VL, workspace);
    if (row < n && FN(lstm_prefers_lanes)(lstm, n - row)) {
        FN(lstm_lanes_1)(lstm, sequences, row, n - row, workspace);
        return;
    }
    for (; row < n; row++) FN(lstm_row)(lstm, sequences, row, workspace);
}

#define RECURRENT_KERNELS                                                                                            \
    {.lstm_packed_size = FN(lstm_packed_size),                                                                       \
     .lstm_pack = FN(lstm_pack),                                                                                     \
     .lstm_workspace = FN(lstm_workspace),                                                                           \
     .lstm = FN(lstm)}
