// Depthwise convolution of one NHWC image: channels in lanes, taps outside the image skipped.

/// The taps of one output along one axis that lie inside the image: [first, end), and the position of tap 0.
typedef struct {
    long first, end, origin;
} axis_taps;

/// ceil(a / b), without the slow division in the common case.
INLINE long quotient_up(long a, long b) { return b == 1 ? a : (a + b - 1) / b; }

INLINE axis_taps valid_taps(long output, long stride, long pad, long dilation, long kernel, long size) {
    long origin = output * stride - pad;
    long first = origin >= 0 ? 0 : quotient_up(-origin, dilation);
    long end = origin >= size ? 0 : quotient_up(size - origin, dilation);
    end = smaller(end, kernel);
    return (axis_taps){first, larger(first, end), origin};
}
INLINE axis_taps window_rows(const apus_window *w, long row) {
    return valid_taps(row, w->stride_height, w->pad_top, w->dilation_height, w->kernel_height, w->height);
}
INLINE axis_taps window_columns(const apus_window *w, long column) {
    return valid_taps(column, w->stride_width, w->pad_left, w->dilation_width, w->kernel_width, w->width);
}

/// Output pixels that share the loads of the weights.
#define DEPTHWISE_PIXELS 4

/// One vector of channels (`count` < VL of them, or VL) of P neighbouring output pixels with the same taps. K is the
/// size of a square window wholly inside the image, which unrolls the loops over it, or 0.
INLINE void depthwise_pixels(const int P, const int K, const apus_window *w, axis_taps rows, axis_taps columns,
                             long count, const float *x, const float *weights, vf bias, apus_clamp clamp, float *y) {
    long channels = w->in_channels, step = w->stride_width * channels;
    vf sums[DEPTHWISE_PIXELS];
    UNROLL for (int p = 0; p < P; p++) sums[p] = (vf)0.f;
    for (long i = K ? 0 : rows.first; i < (K ? K : rows.end); i++) {
        const float *line = x + (rows.origin + i * w->dilation_height) * w->width * channels;
        for (long j = K ? 0 : columns.first; j < (K ? K : columns.end); j++) {
            const float *pixel = line + (columns.origin + j * w->dilation_width) * channels;
            const float *tap = weights + (i * w->kernel_width + j) * channels;
            vf weight = count == VL ? load(tap) : load_partial(tap, count);
            UNROLL for (int p = 0; p < P; p++) {
                const float *from = pixel + p * step;
                sums[p] += (count == VL ? load(from) : load_partial(from, count)) * weight;
            }
        }
    }
    UNROLL for (int p = 0; p < P; p++) {
        vf result = clamped(sums[p] + bias, clamp);
        if (count == VL) store(y + p * channels, result);
        else store_partial(y + p * channels, result, count);
    }
}

/// One row of output, `count` channels from the first that x, weights and y point at.
INLINE void depthwise_row(const apus_window *w, long row, long count, const float *x, const float *weights, vf bias,
                          apus_clamp clamp, float *y) {
    axis_taps rows = window_rows(w, row);
    int three = w->kernel_height == 3 && w->kernel_width == 3 && rows.end - rows.first == 3;
    for (long column = 0; column < w->out_width;) {
        axis_taps columns = window_columns(w, column);
        // Between a first pixel with all taps and a last one with all taps every pixel has them all.
        axis_taps last = window_columns(w, column + DEPTHWISE_PIXELS - 1);
        float *to = y + (row * w->out_width + column) * w->out_channels;
        if (column + DEPTHWISE_PIXELS > w->out_width || columns.first > 0 || last.end < w->kernel_width) {
            depthwise_pixels(1, 0, w, rows, columns, count, x, weights, bias, clamp, to);
            column++;
            continue;
        }
        if (three) depthwise_pixels(DEPTHWISE_PIXELS, 3, w, rows, columns, count, x, weights, bias, clamp, to);
        else depthwise_pixels(DEPTHWISE_PIXELS, 0, w, rows, columns, count, x, weights, bias, clamp, to);
        column += DEPTHWISE_PIXELS;
    }
}

static void FN(depthwise)(const apus_window *window, const float *x, const float *w, const float *bias,
                          apus_clamp clamp, float *y) {
    for (long row = 0; row < window->out_height; row++) {
        long c = 0;
        for (; c + VL <= window->in_channels; c += VL) {
            vf b = bias ? load(bias + c) : (vf)0.f;
            depthwise_row(window, row, VL, x + c, w + c, b, clamp, y + c);
        }
        long count = window->in_channels - c;
        if (count == 0) continue;
        vf b = bias ? load_partial(bias + c, count) : (vf)0.f;
        depthwise_row(window, row, count, x + c, w + c, b, clamp, y + c);
    }
}
