// One step of LSTM cells for training: gates are kept for the gradient. Gate order i, o, f, g (ONNX).
//
// The last vector of a row overlaps the one before it instead of being partial, where a row has at least one vector: its
// elements are computed twice from inputs that no store touches.

INLINE void lstm_gates_vector(const vf z[4], vf c_prev, vf out[7]) {
    vf i = vector_sigmoid(z[0]), o = vector_sigmoid(z[1]), f = vector_sigmoid(z[2]), g = vector_tanh(z[3]);
    vf c = f * c_prev + i * g, tanh_c = vector_tanh(c);
    out[0] = i, out[1] = o, out[2] = f, out[3] = g, out[4] = c, out[5] = tanh_c, out[6] = o * tanh_c;
}

INLINE void lstm_gates_gradient_vector(const vf gates[4], vf c_prev, vf tanh_c, vf dh, vf dc, vf out[5]) {
    vf one = (vf)1.f, i = gates[0], o = gates[1], f = gates[2], g = gates[3];
    vf total = dc + dh * o * (one - tanh_c * tanh_c);
    out[0] = total * g * i * (one - i);
    out[1] = dh * tanh_c * o * (one - o);
    out[2] = total * c_prev * f * (one - f);
    out[3] = total * i * (one - g * g);
    out[4] = total * f;
}

static void FN(lstm_gates)(long rows, long H, float *z, const float *c_prev, float *c, float *tanh_c, float *h,
                           long h_row) {
    long whole = H / VL * VL;
    for (long r = 0; r < rows; r++, z += 4 * H, c_prev += H, c += H, tanh_c += H, h += h_row) {
        // z is read and written: the vector that overlaps reads its sums before the one before it replaces them.
        vf last[4] = {0};
        long tail = H > whole && H >= VL ? H - VL : -1;
        if (tail >= 0) UNROLL for (int k = 0; k < 4; k++) last[k] = load(z + k * H + tail);
        for (long j = 0; j < whole; j += VL) {
            vf gates[4], out[7];
            UNROLL for (int k = 0; k < 4; k++) gates[k] = load(z + k * H + j);
            lstm_gates_vector(gates, load(c_prev + j), out);
            UNROLL for (int k = 0; k < 4; k++) store(z + k * H + j, out[k]);
            store(c + j, out[4]), store(tanh_c + j, out[5]), store(h + j, out[6]);
        }
        if (tail >= 0) {
            vf out[7];
            lstm_gates_vector(last, load(c_prev + tail), out);
            UNROLL for (int k = 0; k < 4; k++) store(z + k * H + tail, out[k]);
            store(c + tail, out[4]), store(tanh_c + tail, out[5]), store(h + tail, out[6]);
        } else if (H > whole) {
            vf gates[4], out[7];
            UNROLL for (int k = 0; k < 4; k++) gates[k] = load_partial(z + k * H, H);
            lstm_gates_vector(gates, load_partial(c_prev, H), out);
            UNROLL for (int k = 0; k < 4; k++) store_partial(z + k * H, out[k], H);
            store_partial(c, out[4], H), store_partial(tanh_c, out[5], H), store_partial(h, out[6], H);
        }
    }
}

static void FN(lstm_gates_gradient)(long rows, long H, const float *gates, const float *c_prev, const float *tanh_c,
                                    const float *dh, const float *dc, float *dz, float *dc_prev) {
    for (long r = 0; r < rows; r++) {
        long j = 0;
        while (j < H) {
            vf g[4], out[5];
            if (H < VL) {
                UNROLL for (int k = 0; k < 4; k++) g[k] = load_partial(gates + k * H, H);
                lstm_gates_gradient_vector(g, load_partial(c_prev, H), load_partial(tanh_c, H), load_partial(dh, H),
                                           load_partial(dc, H), out);
                UNROLL for (int k = 0; k < 4; k++) store_partial(dz + k * H, out[k], H);
                store_partial(dc_prev, out[4], H);
                break;
            }
            UNROLL for (int k = 0; k < 4; k++) g[k] = load(gates + k * H + j);
            lstm_gates_gradient_vector(g, load(c_prev + j), load(tanh_c + j), load(dh + j), load(dc + j), out);
            UNROLL for (int k = 0; k < 4; k++) store(dz + k * H + j, out[k]);
            store(dc_prev + j, out[4]);
            j += VL;
            if (j < H && j + VL > H) j = H - VL;
        }
        gates += 4 * H, dz += 4 * H, c_prev += H, tanh_c += H, dh += H, dc += H, dc_prev += H;
    }
}
