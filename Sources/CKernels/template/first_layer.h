// First layer of small image networks: one input channel, kernel 3×3, stride 1, no padding, fused with bias, clamp and
// 2×2 max-pooling. The nine taps stay in registers; one iteration computes the four outputs of one pooling window from
// its 4×4 pixels, so nothing but the pooled result is stored.

#if VL == 16 || defined(__aarch64__)
#define FIRST_VECTORS 2 // 18 taps, 2 biases and 8 sums of 32 registers
#else
#define FIRST_VECTORS 1 // 9 taps and 4 sums of 16 registers
#endif

/// V vectors of channels of all pooled pixels. w and bias at the first of them, w with `ldw` floats a tap.
INLINE void first_pool_channels(const int V, long height, long width, long out_channels, long columns, const float *x,
                                const float *w, long ldw, const float *bias, apus_clamp clamp, float *y) {
    vf taps[9][FIRST_VECTORS], offsets[FIRST_VECTORS];
    UNROLL for (int t = 0; t < 9; t++) UNROLL for (int v = 0; v < V; v++) taps[t][v] = load(w + t * ldw + v * VL);
    UNROLL for (int v = 0; v < V; v++) offsets[v] = load(bias + v * VL);
    for (long row = 0; row + 1 < height - 2; row += 2) {
        for (long column = 0; column + 1 < width - 2; column += 2) {
            const float *pixel = x + row * width + column;
            vf sums[4][FIRST_VECTORS];
            UNROLL for (int q = 0; q < 4; q++) UNROLL for (int v = 0; v < V; v++) sums[q][v] = (vf)0.f;
            UNROLL for (int i = 0; i < 4; i++) {
                UNROLL for (int j = 0; j < 4; j++) {
                    vf input = splat(pixel + i * width + j);
                    UNROLL for (int q = 0; q < 4; q++) {
                        int ti = i - q / 2, tj = j - q % 2;
                        if (ti < 0 || ti > 2 || tj < 0 || tj > 2) continue;
                        UNROLL for (int v = 0; v < V; v++) sums[q][v] += input * taps[ti * 3 + tj][v];
                    }
                }
            }
            UNROLL for (int v = 0; v < V; v++) {
                vf best = maximum(maximum(sums[0][v], sums[1][v]), maximum(sums[2][v], sums[3][v]));
                vf result = clamped(best + offsets[v], clamp);
                if (columns - v * VL >= VL) store(y + v * VL, result);
                else store_partial(y + v * VL, result, columns - v * VL);
            }
            y += out_channels;
        }
    }
}

static void FN(convolution_first_pool)(long height, long width, long out_channels, const float *x, const float *w,
                                       const float *bias, apus_clamp clamp, float *y) {
    long padded = (out_channels + BLOCK - 1) / BLOCK * BLOCK;
    for (long n = 0; n < out_channels;) {
        long columns = out_channels - n;
        if (FIRST_VECTORS == 2 && columns > VL) {
            first_pool_channels(FIRST_VECTORS, height, width, out_channels, columns, x, w + n, padded, bias + n, clamp,
                                y + n);
            n += FIRST_VECTORS * VL;
        } else {
            first_pool_channels(1, height, width, out_channels, columns, x, w + n, padded, bias + n, clamp, y + n);
            n += VL;
        }
    }
}
