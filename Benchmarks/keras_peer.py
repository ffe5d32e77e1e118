"""Training steps in Keras on TensorFlow, by `fit` and by a step written by hand: peer_process.py asks for them."""

import sys

import keras
import numpy as np
import tensorflow

import networks_keras
from peer_process import Step, Workload, answer_requests

SEQUENCE = 28
SEED = 7
# Rows of what `fit` is called with: enough that its own overhead is small.
FIT_ROWS = {"seed-cnn": 1024, "seed-lstm": 8192}


def make(workload: Workload) -> Step:
    """Adam, cross-entropy, one batch of random samples that stays in place."""
    keras.utils.set_random_seed(SEED)
    random = np.random.default_rng(SEED)
    if workload.model == "seed-cnn":
        model, shape = networks_keras.seed_cnn(), (28, 28, 1)
    else:
        model, shape = networks_keras.seed_lstm(SEQUENCE), (SEQUENCE, 1)
    samples = tensorflow.constant(random.random((workload.batch, *shape), dtype=np.float32))
    classes = tensorflow.constant(random.integers(networks_keras.CLASSES, size=workload.batch))
    if workload.way == "fit":
        return fit(model, samples, classes, FIT_ROWS[workload.model] // workload.batch)
    return function(model, samples, classes, compiled=workload.way == "xla")


def fit(model: keras.Model, samples: tensorflow.Tensor, classes: tensorflow.Tensor, steps: int) -> Step:
    """`fit` as it is by default, over the same batch again and again."""
    batches = tensorflow.data.Dataset.from_tensors((samples, classes)).repeat(steps)
    model.compile(keras.optimizers.Adam(1e-3), networks_keras.loss())
    return Step(lambda: model.fit(batches, shuffle=False, verbose=0), steps)


def function(
    model: keras.Model, samples: tensorflow.Tensor, classes: tensorflow.Tensor, compiled: bool
) -> Step:
    """One `tf.function` of forward, loss, backward and Adam; `compiled` by XLA or not."""
    loss, optimizer = networks_keras.loss(), keras.optimizers.Adam(1e-3)
    optimizer.build(model.trainable_variables)

    @tensorflow.function(jit_compile=compiled)
    def step(samples: tensorflow.Tensor, classes: tensorflow.Tensor) -> tensorflow.Tensor:
        with tensorflow.GradientTape() as tape:
            error = loss(classes, model(samples, training=True))
        optimizer.apply(tape.gradient(error, model.trainable_variables), model.trainable_variables)
        return error

    return Step(lambda: step(samples, classes))


if __name__ == "__main__":
    tensorflow.config.threading.set_intra_op_parallelism_threads(int(sys.argv[1]))
    tensorflow.config.threading.set_inter_op_parallelism_threads(int(sys.argv[1]))
    answer_requests(make)
