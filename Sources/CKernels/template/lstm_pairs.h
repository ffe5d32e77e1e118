// Sums in pairs. Two terms of a sum may be had from one multiplication (S. Winograd, "A new algorithm for inner product",
// IEEE Transactions on Computers C-17, 1968):
//
//     w0·h0 + w1·h1 = (w0 + h1)·(w1 + h0) - w0·w1 - h0·h1
//
// Σ w0·w1 belongs to the weights and is taken off the bias when they are packed; Σ h0·h1 is the same for all gates of
// all units. Where additions have units of their own beside the multipliers, as AMD's Zen has, two additions and a
// multiply-add run beside the plain multiply-add of a third term, three terms in the time of two: hidden units are summed
// in triples of a pair and a single (a batch at 50 units takes 0.78 of the time; one sequence waits for its weights and
// gains nothing). Hidden units lie within ±1, so no digits are lost as long as weights are not large;
// initial states come from outside, and the first step from them is summed plainly.

#if VL == 16
#define LSTM_CAN_PAIR 1
#else
#define LSTM_CAN_PAIR 0
#endif
/// The largest recurrent weight of sums in pairs: what is taken off is at most its square for each pair.
#define LSTM_PAIR_LIMIT 2.f

/// The pre-scaled bias less Σ w0·w1 of one gate's recurrent weights.
INLINE float FN(lstm_paired_bias)(float bias, const float *weights, long count, float scale) {
    double sum = (double)bias * scale;
    for (long k = 0; k + 3 <= count; k += 3)
        sum -= (double)(weights[k] * scale) * (double)(weights[k + 1] * scale);
    return (float)sum;
}

/// 1 when this processor gains from pairs and the recurrent weights [4][H][H] allow them, else 0.
static float FN(lstm_pairs_pay)(const float *R, long hidden_size) {
    if (!LSTM_CAN_PAIR || !apus_adds_beside_multiplies()) return 0.f;
    for (long i = 0; i < 4 * hidden_size * hidden_size; i++)
        if (!(R[i] <= LSTM_PAIR_LIMIT && R[i] >= -LSTM_PAIR_LIMIT)) return 0.f;
    return 1.f;
}

/// Whether step t sums in pairs.
INLINE int FN(lstm_pairs)(const apus_lstm *lstm, const apus_sequences *s, long t) {
    return LSTM_CAN_PAIR && lstm->packed[0] != 0.f && (t > 0 || !s->h0);
}
