// Gradients of the convolution and of its pooling, one NHWC image at a time.

static void FN(pack_convolution_gradient)(const apus_window *g, const float *w, float *packed) {
    long taps = g->kernel_height * g->kernel_width, in = g->in_channels, out = g->out_channels;
    memset(packed, 0, (size_t)FN(packed_b_size)(in, taps * out) * sizeof(float));
    for (long c = 0; c < in; c++) {
        float *column = packed + c / BLOCK * (taps * out * BLOCK) + c % BLOCK;
        for (long t = 0; t < taps; t++)
            for (long o = 0; o < out; o++)
                column[((taps - 1 - t) * out + o) * BLOCK] = w[(o * in + c) * taps + t];
    }
}

/// The tile of one kernel row, or of all of them when a row is so short that they fit one tile: factors of kernel tap
/// (y, x) and channel c at pixel p lie at x[((y·dilation + p.y·stride)·width + x·dilation + p.x·stride)·in + c].
static void FN(convolution_weight_gradient)(const apus_window *w, const float *x, const float *dy, float *dw,
                                            float *workspace) {
    long in = w->in_channels, out = w->out_channels, row = w->width * in;
    if (w->out_height <= 0 || w->out_width <= 0) return;
    long pixels = w->out_height * w->out_width, taps_run = w->dilation_width == 1 ? w->kernel_width * in : in;
    long runs_x = w->dilation_width == 1 ? 1 : w->kernel_width;
    gradient_tile tile = {
        .a_step = w->stride_width * in, .a_jump = w->stride_height * row - w->out_width * w->stride_width * in,
        .K = w->out_width, .runs = w->out_height, .ldc = out,
    };
    // A 3×3 kernel on one channel has three taps a row: nine rows in one tile fill the pipeline, three do not.
    int joined = taps_run == 3 && w->kernel_height > 1 && w->kernel_height * 3 <= TILE_ROWS && runs_x == 1;
    for (long n = 0; n < out; n += BLOCK) {
        long columns = smaller(BLOCK, out - n);
        if (columns < BLOCK) gradient_pad_columns(pixels, columns, dy + n, out, workspace);
        for (long h = 0; h < columns; h += TILE_COLUMNS) {
            tile.b = columns < BLOCK ? workspace + h : dy + n + h;
            tile.b_step = columns < BLOCK ? BLOCK : out;
            tile.columns = columns - h;
            if (joined) {
                for (long i = 0; i < w->kernel_height; i++) tile.groups[i] = x + i * w->dilation_height * row;
                tile.c = dw + n + h;
                gradient_tiles[tile_vectors(tile.columns) - 1][w->kernel_height * 3 - 1](&tile);
                continue;
            }
            for (long i = 0; i < w->kernel_height; i++) {
                for (long j = 0; j < runs_x; j++) {
                    tile.c = dw + (i * runs_x + j) * taps_run * out + n + h;
                    gradient_tile_rows(taps_run, x + i * w->dilation_height * row + j * w->dilation_width * in, tile);
                }
            }
        }
    }
}

typedef uint8_t vcode __attribute__((ext_vector_type(VL)));

/// V maxima of a 2×2 window and which element won.
INLINE void pool_codes(const float *x, long row, long channels, apus_clamp clamp, float *y, unsigned char *codes) {
    vf best = load(x);
    vi code = (vi)0;
    const float *others[3] = {x + channels, x + row, x + row + channels};
    UNROLL for (int k = 0; k < 3; k++) {
        vf other = load(others[k]);
        vi wins = other > best;
        best = wins ? other : best;
        code = wins ? (vi)(k + 1) : code;
    }
    vi passes = (best > (vf)clamp.low) & (best < (vf)clamp.high);
    code = passes ? code : (vi)4;
    store(y, clamped(best, clamp));
    vcode bytes = __builtin_convertvector(code, vcode);
    memcpy(codes, &bytes, VL);
}

static void FN(max_pool_codes)(long height, long width, long channels, const float *x, apus_clamp clamp, float *y,
                               unsigned char *codes) {
    long row = width * channels;
    for (long i = 0; i < height / 2; i++) {
        for (long j = 0; j < width / 2; j++, y += channels, codes += channels) {
            const float *window = x + 2 * i * row + 2 * j * channels;
            long c = 0;
            for (; c + VL <= channels; c += VL) pool_codes(window + c, row, channels, clamp, y + c, codes + c);
            for (; c < channels; c++) {
                float four[4] = {window[c], window[c + channels], window[c + row], window[c + row + channels]};
                int best = 0;
                for (int k = 1; k < 4; k++) best = four[k] > four[best] ? k : best;
                codes[c] = four[best] > clamp.low && four[best] < clamp.high ? (unsigned char)best : 4;
                float low = four[best] < clamp.low ? clamp.low : four[best];
                y[c] = low > clamp.high ? clamp.high : low;
            }
        }
    }
}

static void FN(max_pool_gradient)(long height, long width, long channels, const float *dy, const unsigned char *codes,
                                  float *dx) {
    long row = width * channels;
    for (long i = 0; i < height / 2; i++) {
        for (long j = 0; j < width / 2; j++, dy += channels, codes += channels) {
            float *window = dx + 2 * i * row + 2 * j * channels;
            float *four[4] = {window, window + channels, window + row, window + row + channels};
            long c = 0;
            for (; c + VL <= channels; c += VL) {
                vcode bytes;
                memcpy(&bytes, codes + c, VL);
                vi code = __builtin_convertvector(bytes, vi);
                vf gradient = load(dy + c);
                UNROLL for (int k = 0; k < 4; k++) store(four[k] + c, code == (vi)k ? gradient : (vf)0.f);
            }
            for (; c < channels; c++)
                for (int k = 0; k < 4; k++) four[k][c] = codes[c] == k ? dy[c] : 0.f;
        }
        if (width % 2)
            for (int k = 0; k < 2; k++)
                memset(dx + (2 * i + k) * row + (width - 1) * channels, 0, (size_t)channels * sizeof(float));
    }
    if (height % 2) memset(dx + (height - 1) * row, 0, (size_t)row * sizeof(float));
}
