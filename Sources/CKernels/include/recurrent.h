#ifndef APUS_RECURRENT_H
#define APUS_RECURRENT_H

/// One direction of one LSTM layer. Gate order everywhere: i, f, g, o.
/// c' = σ(f)·c + σ(i)·tanh(g), h' = σ(o)·tanh(c'), gates = W·x + b + R·h  (Hochreiter & Schmidhuber 1997; Gers 2000).
typedef struct {
    long input_size, hidden_size;
    /// From `lstm_pack`, for this level only.
    const float *packed;
} apus_lstm;

/// Where a batch of sequences lies: element (row, t, feature) of x at x[row*x_row + t*x_time + feature]; strides may be
/// negative (a reverse direction starts at its last step). y (all hidden states) and the final states may be NULL, as
/// may the initial states, which then are zero. h0, c0, h_out, c_out are [n][H] with row stride `state_row`; h_out may
/// be h0 and c_out may be c0. With T = 0 the final states are the initial ones and x is not read.
typedef struct {
    long n, T;
    const float *x;
    long x_row, x_time;
    const float *h0, *c0;
    float *y;
    long y_row, y_time;
    float *h_out, *c_out;
    long state_row;
} apus_sequences;

/// Recurrent layers. A row of a batch gives the same bits as the row alone: a gate's sum starts with its bias, the inputs
/// follow in rising order, then the hidden units, in rising order in even steps and in falling order in odd ones. Where the
/// processor gains from it and the weights are not large, two of every three hidden units are added as one product
/// (template/lstm_pairs.h).
typedef struct {
    /// Floats of `lstm_pack`'s result.
    long (*lstm_packed_size)(long input_size, long hidden_size);
    /// W [4][H][I], R [4][H][H], bias [4][H] (input and recurrent bias summed), gate order i, f, g, o.
    void (*lstm_pack)(long input_size, long hidden_size, const float *W, const float *R, const float *bias,
                      float *packed);
    /// Floats of workspace for `lstm` over n sequences of T steps.
    long (*lstm_workspace)(const apus_lstm *lstm, long n, long T);
    /// Chooses one sequence at a time or sequences in lanes by n.
    void (*lstm)(const apus_lstm *lstm, const apus_sequences *sequences, float *workspace);
} apus_recurrent_kernels;

#endif
