// Pooling of one NHWC image: channels in lanes, taps outside the image skipped.

/// Vectors of channels that one pass over a window takes.
#define POOL_VECTORS 4

/// V vectors of channels of one output pixel, `count` channels of the last one. With `average` the sum times `scale`,
/// otherwise the maximum.
INLINE void pool_pixel(const int V, const int average, const apus_window *w, axis_taps rows, axis_taps columns,
                       long count, float scale, const float *x, float *y) {
    vf best[POOL_VECTORS];
    UNROLL for (int v = 0; v < V; v++) best[v] = average ? (vf)0.f : (vf)-__builtin_inff();
    for (long i = rows.first; i < rows.end; i++) {
        const float *line = x + (rows.origin + i * w->dilation_height) * w->width * w->in_channels;
        for (long j = columns.first; j < columns.end; j++) {
            const float *pixel = line + (columns.origin + j * w->dilation_width) * w->in_channels;
            UNROLL for (int v = 0; v < V; v++) {
                vf value = count == VL ? load(pixel + v * VL) : load_partial(pixel + v * VL, count);
                best[v] = average ? best[v] + value : maximum(best[v], value);
            }
        }
    }
    UNROLL for (int v = 0; v < V; v++) {
        vf result = average ? best[v] * (vf)scale : best[v];
        if (count == VL) store(y + v * VL, result);
        else store_partial(y + v * VL, result, count);
    }
}

INLINE void pool(const int average, int count_padding, const apus_window *w, const float *x, float *y) {
    long channels = w->in_channels;
    for (long row = 0; row < w->out_height; row++) {
        axis_taps rows = window_rows(w, row);
        for (long column = 0; column < w->out_width; column++, y += channels) {
            axis_taps columns = window_columns(w, column);
            long elements = count_padding ? w->kernel_height * w->kernel_width
                                          : (rows.end - rows.first) * (columns.end - columns.first);
            float scale = 1.f / (float)larger(elements, 1);
            long c = 0;
            for (; c + POOL_VECTORS * VL <= channels; c += POOL_VECTORS * VL)
                pool_pixel(POOL_VECTORS, average, w, rows, columns, VL, scale, x + c, y + c);
            for (; c + VL <= channels; c += VL)
                pool_pixel(1, average, w, rows, columns, VL, scale, x + c, y + c);
            if (c < channels) pool_pixel(1, average, w, rows, columns, channels - c, scale, x + c, y + c);
        }
    }
}

static void FN(max_pool)(const apus_window *w, const float *x, float *y) { pool(0, 0, w, x, y); }
static void FN(average_pool)(const apus_window *w, int count_padding, const float *x, float *y) {
    pool(1, count_padding, w, x, y);
}
