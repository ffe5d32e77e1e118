// Optimizer steps: one pass over parameters, gradients and slots. The last elements run through the same vector code
// as all others, so that a parameter's new value does not depend on where a range was split.

/// Loads a vector, or the first `count` elements of one.
INLINE vf load_some(const float *p, long count) { return count >= VL ? load(p) : load_partial(p, count); }
/// Stores a vector, or the first `count` elements of one.
INLINE void store_some(float *p, vf v, long count) {
    if (count >= VL) {
        store(p, v);
    } else {
        store_partial(p, v, count);
    }
}
INLINE vf square_root(vf v) { return __builtin_elementwise_sqrt(v); }
/// Zero instead of what would decay into subnormal numbers and stay there: a product with one costs 100 cycles.
INLINE vf without_dust(vf v) {
    vf magnitude = (vf)((vi)v & (vi)0x7fffffff);
    return magnitude < (vf)1e-30f ? (vf)0.f : v;
}
INLINE vf adjusted_gradient(vf g, vf p, apus_gradient_adjustment a) {
    vf scaled = g * (vf)a.scale;
    vf limited = vmin((vf)a.limit, vmax((vf)-a.limit, scaled));
    return limited + (vf)a.decay * p;
}

static void FN(sgd)(float *p, float *velocity, const float *g, long count, apus_gradient_adjustment adjustment,
                    apus_sgd_step step) {
    for (long i = 0; i < count; i += VL) {
        long left = count - i;
        vf parameter = load_some(p + i, left);
        vf direction = adjusted_gradient(load_some(g + i, left), parameter, adjustment);
        if (velocity) {
            vf fed = (vf)step.feed * direction;
            vf v = without_dust((vf)step.momentum * load_some(velocity + i, left) + fed);
            store_some(velocity + i, v, left);
            direction = step.nesterov ? (vf)step.momentum * v + fed : v;
        }
        store_some(p + i, parameter * (vf)adjustment.shrink - (vf)step.rate * direction, left);
    }
}

static void FN(adam)(float *p, float *m, float *v, const float *g, long count, apus_gradient_adjustment adjustment,
                     apus_adam_step step) {
    for (long i = 0; i < count; i += VL) {
        long left = count - i;
        vf parameter = load_some(p + i, left);
        vf gradient = adjusted_gradient(load_some(g + i, left), parameter, adjustment);
        vf first = load_some(m + i, left), second = load_some(v + i, left);
        first = without_dust((gradient - first) * (vf)step.feed1 + first);
        second = without_dust((vf)step.feed2 * gradient * gradient + second * (vf)step.beta2);
        store_some(m + i, first, left);
        store_some(v + i, second, left);
        vf direction = first / (square_root(second) * (vf)step.root + (vf)step.epsilon);
        store_some(p + i, parameter * (vf)adjustment.shrink - (vf)step.rate * direction, left);
    }
}

static void FN(rmsprop)(float *p, float *v, float *average, float *buffer, const float *g, long count,
                        apus_gradient_adjustment adjustment, apus_rmsprop_step step) {
    vf inside = (vf)(step.inside ? step.epsilon : 0.f), outside = (vf)(step.inside ? 0.f : step.epsilon);
    for (long i = 0; i < count; i += VL) {
        long left = count - i;
        vf parameter = load_some(p + i, left);
        vf gradient = adjusted_gradient(load_some(g + i, left), parameter, adjustment);
        vf square = load_some(v + i, left);
        square = without_dust((vf)step.feed * gradient * gradient + square * (vf)step.smoothing);
        store_some(v + i, square, left);
        if (average) {
            vf mean = load_some(average + i, left);
            mean = without_dust((gradient - mean) * (vf)step.feed + mean);
            store_some(average + i, mean, left);
            square = vmax(square - mean * mean, (vf)0.f);
        }
        vf direction = gradient / (square_root(square + inside) + outside) * (vf)step.inner;
        if (buffer) {
            direction = without_dust((vf)step.momentum * load_some(buffer + i, left) + direction);
            store_some(buffer + i, direction, left);
        }
        store_some(p + i, parameter * (vf)adjustment.shrink - (vf)step.outer * direction, left);
    }
}

static void FN(adagrad)(float *p, float *sum, const float *g, long count, apus_gradient_adjustment adjustment,
                        apus_adagrad_step step) {
    vf inside = (vf)(step.inside ? step.epsilon : 0.f), outside = (vf)(step.inside ? 0.f : step.epsilon);
    for (long i = 0; i < count; i += VL) {
        long left = count - i;
        vf parameter = load_some(p + i, left);
        vf gradient = adjusted_gradient(load_some(g + i, left), parameter, adjustment);
        vf squares = without_dust(gradient * gradient + load_some(sum + i, left));
        store_some(sum + i, squares, left);
        vf direction = gradient / (square_root(squares + inside) + outside);
        store_some(p + i, parameter * (vf)adjustment.shrink - (vf)step.rate * direction, left);
    }
}

/// Half a register's worth of doubles a sum, four sums at once to hide the additions' latency.
static double FN(sum_of_squares)(const float *x, long count) {
    typedef double vd __attribute__((ext_vector_type(VL)));
    vd first = (vd)0.0, second = (vd)0.0;
    long i = 0;
    for (; i + 2 * VL <= count; i += 2 * VL) {
        vd a = __builtin_convertvector(load(x + i), vd), b = __builtin_convertvector(load(x + i + VL), vd);
        first += a * a;
        second += b * b;
    }
    for (; i < count; i += VL) {
        vd a = __builtin_convertvector(load_some(x + i, count - i), vd);
        first += a * a;
    }
    first += second;
    double sum = 0.0;
    UNROLL for (int l = 0; l < VL; l++) sum += first[l];
    return sum;
}

#define OPTIMIZER_KERNELS                                                                                             \
    {                                                                                                                 \
        .sgd = FN(sgd), .adam = FN(adam), .rmsprop = FN(rmsprop), .adagrad = FN(adagrad),                             \
        .sum_of_squares = FN(sum_of_squares),                                                                         \
    }
