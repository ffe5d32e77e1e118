// First layer of small image networks: one input channel, kernel 3×3, stride 1, no padding, fused with bias, clamp and
// 2×2 max-pooling. One iteration computes the four outputs of one pooling window from its 4×4 pixels, so nothing but the
// pooled result is stored.
//
// Along the rows it is Winograd's minimal filtering F(2, 3) (Winograd 1980, "Arithmetic Complexity of Computations"): two
// outputs from four pixels with four instead of six multiplications. All channels share the transformed pixels, which are
// kept for the rows of one window; the twelve transformed taps stay in registers. Measured on Zen 4: 0.7 times the time of
// the direct sum.

/// Columns of windows whose pixels are transformed at once: 4 KiB for four rows.
#define FIRST_STRIP 64

typedef float first_pixels[4][FIRST_STRIP * 4];

/// Bᵀ d of F(2, 3) for each window of one row of pixels: (a - c, b + c, c - b, b - d).
INLINE void first_transform(const float *x, long windows, float *to) {
    typedef float four __attribute__((ext_vector_type(4), aligned(4)));
    for (long j = 0; j < windows; j++) {
        four p = *(const four *)(x + 2 * j);
        four signs = {-1.f, 1.f, -1.f, -1.f};
        *(four *)(to + 4 * j) =
            __builtin_shufflevector(p, p, 0, 1, 2, 1) + signs * __builtin_shufflevector(p, p, 2, 2, 1, 3);
    }
}

/// One vector of channels of the windows of one row. `w` and `bias` at the first channel, w with `ldw` floats a tap;
/// row i of the windows' pixels at pixels[(row + i) % 4].
INLINE void first_pool_row(const first_pixels pixels, long row, long windows, const float *w, long ldw, vf bias,
                           apus_clamp clamp, float *y, long out_channels, long columns) {
    vf taps[3][4];
    UNROLL for (int i = 0; i < 3; i++) {
        vf a = load(w + 3 * i * ldw), b = load(w + (3 * i + 1) * ldw), c = load(w + (3 * i + 2) * ldw);
        taps[i][0] = a;
        taps[i][1] = 0.5f * (a + c + b);
        taps[i][2] = 0.5f * (a + c - b);
        taps[i][3] = c;
    }
    const float *rows[4];
    UNROLL for (int i = 0; i < 4; i++) rows[i] = pixels[(row + i) % 4];
    for (long j = 0; j < windows; j++, y += out_channels) {
        vf sums[2][4];
        UNROLL for (int i = 0; i < 4; i++) {
            UNROLL for (int k = 0; k < 4; k++) {
                vf pixel = splat(rows[i] + 4 * j + k);
                if (i == 0) sums[0][k] = pixel * taps[0][k];
                else if (i < 3) sums[0][k] += pixel * taps[i][k];
                if (i == 1) sums[1][k] = pixel * taps[0][k];
                else if (i > 1) sums[1][k] += pixel * taps[i - 1][k];
            }
        }
        vf best[2];
        UNROLL for (int q = 0; q < 2; q++) {
            vf *m = sums[q];
            best[q] = maximum(m[0] + (m[1] + m[2]), (m[1] - m[2]) - m[3]);
        }
        vf result = clamped(maximum(best[0], best[1]) + bias, clamp);
        if (columns >= VL) store(y, result);
        else store_partial(y, result, columns);
    }
}

static void FN(convolution_first_pool)(long height, long width, long out_channels, const float *x, const float *w,
                                       const float *bias, apus_clamp clamp, float *y) {
    long padded = (out_channels + BLOCK - 1) / BLOCK * BLOCK, across = (width - 2) / 2;
    if (height < 4) return;
    for (long left = 0; left < across; left += FIRST_STRIP) {
        long windows = smaller(FIRST_STRIP, across - left);
        first_pixels pixels;
        for (long row = 0, ready = 0; row + 4 <= height; row += 2) {
            for (; ready < row + 4; ready++) first_transform(x + ready * width + 2 * left, windows, pixels[ready % 4]);
            float *to = y + (row / 2 * across + left) * out_channels;
            for (long n = 0; n < out_channels; n += VL)
                first_pool_row(pixels, row, windows, w + n, padded, load(bias + n), clamp, to + n, out_channels,
                               out_channels - n);
        }
    }
}
