// Elementwise functions and softmax. The last elements run through the same vector code as all others, so a value's
// result does not depend on its place.

#define ELEMENTWISE_UNARY(name, ...)                                                                                  \
    static void FN(name)(const float *x, float *y, long count) {                                                      \
        long i = 0;                                                                                                   \
        for (; i + VL <= count; i += VL) {                                                                            \
            vf v = load(x + i);                                                                                       \
            store(y + i, __VA_ARGS__);                                                                                \
        }                                                                                                             \
        if (i < count) {                                                                                              \
            vf v = load_partial(x + i, count - i);                                                                    \
            store_partial(y + i, __VA_ARGS__, count - i);                                                             \
        }                                                                                                             \
    }
#define ELEMENTWISE_BINARY(name, operation)                                                                           \
    static void FN(name)(const float *a, const float *b, float *y, long count) {                                      \
        long i = 0;                                                                                                   \
        for (; i + VL <= count; i += VL) store(y + i, load(a + i) operation load(b + i));                             \
        if (i < count) {                                                                                              \
            vf v = load_partial(a + i, count - i) operation load_partial(b + i, count - i);                           \
            store_partial(y + i, v, count - i);                                                                       \
        }                                                                                                             \
    }

ELEMENTWISE_UNARY(exp, vector_exp(v))
ELEMENTWISE_UNARY(tanh, vector_tanh(v))
ELEMENTWISE_UNARY(sigmoid, vector_sigmoid(v))
ELEMENTWISE_BINARY(add, +)
ELEMENTWISE_BINARY(subtract, -)
ELEMENTWISE_BINARY(multiply, *)
ELEMENTWISE_BINARY(divide, /)

static void FN(clamp)(const float *x, float *y, long count, apus_clamp clamp) {
    long i = 0;
    for (; i + VL <= count; i += VL) store(y + i, clamped(load(x + i), clamp));
    if (i < count) store_partial(y + i, clamped(load_partial(x + i, count - i), clamp), count - i);
}

/// The largest of `columns` > 0 floats. A NaN may or may not win; the exponentials bring it back.
INLINE float row_maximum(const float *x, long columns) {
    float best = x[0];
    long i = 0;
    if (columns >= VL) {
        vf lanes = load(x);
        for (i = VL; i + VL <= columns; i += VL) lanes = vmax(load(x + i), lanes);
        UNROLL for (int l = 0; l < VL; l++) best = best > lanes[l] ? best : lanes[l];
    }
    for (; i < columns; i++) best = best > x[i] ? best : x[i];
    return best;
}

/// Σ e^(x - maximum) of one row; the terms go to y unless it is NULL.
INLINE float row_exponentials(const float *x, float *y, long columns, float maximum) {
    vf sums = (vf)0.f;
    long i = 0;
    for (; i + VL <= columns; i += VL) {
        vf e = vector_exp(load(x + i) - (vf)maximum);
        if (y) store(y + i, e);
        sums += e;
    }
    if (i < columns) {
        float tail[VL] = {0};
        store_partial(tail, vector_exp(load_partial(x + i, columns - i) - (vf)maximum), columns - i);
        if (y) store_partial(y + i, load(tail), columns - i);
        sums += load(tail);
    }
    float sum = 0.f;
    UNROLL for (int l = 0; l < VL; l++) sum += sums[l];
    return sum;
}

static void FN(softmax)(const float *x, float *y, long rows, long columns) {
    for (long r = 0; r < rows && columns > 0; r++, x += columns, y += columns) {
        vf sum = (vf)row_exponentials(x, y, columns, row_maximum(x, columns));
        long i = 0;
        for (; i + VL <= columns; i += VL) store(y + i, load(y + i) / sum);
        if (i < columns) store_partial(y + i, load_partial(y + i, columns - i) / sum, columns - i);
    }
}

static void FN(log_softmax)(const float *x, float *y, long rows, long columns) {
    for (long r = 0; r < rows && columns > 0; r++, x += columns, y += columns) {
        float maximum = row_maximum(x, columns);
        vf shift = (vf)maximum, logarithm = (vf)__builtin_logf(row_exponentials(x, NULL, columns, maximum));
        long i = 0;
        for (; i + VL <= columns; i += VL) store(y + i, load(x + i) - shift - logarithm);
        if (i < columns) store_partial(y + i, load_partial(x + i, columns - i) - shift - logarithm, columns - i);
    }
}

#define ELEMENTWISE_KERNELS                                                                                           \
    {                                                                                                                 \
        .exp = FN(exp), .tanh = FN(tanh), .sigmoid = FN(sigmoid), .clamp = FN(clamp), .add = FN(add),                 \
        .subtract = FN(subtract), .multiply = FN(multiply), .divide = FN(divide), .softmax = FN(softmax),             \
        .log_softmax = FN(log_softmax),                                                                               \
    }
