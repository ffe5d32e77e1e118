#ifndef APUS_OPTIMIZER_H
#define APUS_OPTIMIZER_H

/// What happens to a gradient g and its parameter p before the rule sees them:
/// g = clamp(g · scale, ±limit) + decay · p, then p = p · shrink.
typedef struct {
    float scale;  ///< 1, or the factor of clipping by norm.
    float limit;  ///< Infinity, or the bound of clipping by value.
    float decay;  ///< Coupled (L2) weight decay; 0 for none.
    float shrink; ///< 1 - rate · decoupled weight decay; 1 for none.
} apus_gradient_adjustment;

/// p -= rate · (g or v or, Nesterov, feed · g + momentum · v) with v = momentum · v + feed · g.
typedef struct {
    float rate;
    float momentum;
    float feed;   ///< What of the gradient enters the velocity.
    int nesterov; ///< Whether to look ahead; needs a velocity.
} apus_sgd_step;

/// m += feed1 · (g - m), v = beta2 · v + feed2 · g², p -= rate · m / (√v · root + epsilon).
typedef struct {
    float rate;    ///< Learning rate over the first moment's bias correction.
    float feed1;   ///< 1 - beta1.
    float beta2;
    float feed2;   ///< 1 - beta2.
    float root;    ///< 1 / √ of the second moment's bias correction.
    float epsilon;
} apus_adam_step;

/// v = smoothing · v + feed · g², centred: a += feed · (g - a) and v - a² below; the direction is g over the root;
/// with momentum b = momentum · b + inner · direction, p -= outer · b; without p -= inner · outer · direction.
typedef struct {
    float smoothing;
    float feed;    ///< 1 - smoothing.
    float epsilon;
    int inside;    ///< √(v + epsilon) instead of √v + epsilon.
    float momentum;
    float inner, outer; ///< One of them is the learning rate, the other 1.
} apus_rmsprop_step;

/// a += g², p -= rate · g over the root.
typedef struct {
    float rate;
    float epsilon;
    int inside; ///< √(a + epsilon) instead of √a + epsilon.
} apus_adagrad_step;

/// One step of an optimizer over `count` parameters p with gradients g, in one pass. Element by element, so that any
/// split of a range gives the same bits. Slots below 1e-30 become zero: subnormal numbers would make every later step
/// slow. Buffers must not overlap.
typedef struct {
    void (*sgd)(float *p, float *velocity, const float *g, long count, apus_gradient_adjustment adjustment,
                apus_sgd_step step); ///< `velocity` is NULL for no momentum.
    void (*adam)(float *p, float *m, float *v, const float *g, long count, apus_gradient_adjustment adjustment,
                 apus_adam_step step);
    void (*rmsprop)(float *p, float *v, float *average, float *buffer, const float *g, long count,
                    apus_gradient_adjustment adjustment,
                    apus_rmsprop_step step); ///< `average` is NULL unless centred, `buffer` without momentum.
    void (*adagrad)(float *p, float *sum, const float *g, long count, apus_gradient_adjustment adjustment,
                    apus_adagrad_step step);
    double (*sum_of_squares)(const float *x, long count); ///< Σ x² in double, in an order fixed by `count` and level.
} apus_optimizer_kernels;

#endif
