#!/usr/bin/env python3
"""Writes models of Keras whose layers are called several times, before and after some steps of Keras's own training, for
Tests/TrainingTests/Trainer/SharedLayerTests.swift.

    python Tests/Fixtures/make_shared.py

Needs keras 3 with tensorflow. For each model Tests/Fixtures/shared/<model> gets

    before.keras, after.keras  the model, and what three steps of plain gradient descent over all rows made of it
    data.npz                   x, the rows of all inputs beside each other, and y
"""

import pathlib

import keras
import numpy

layers = keras.layers
STEPS, RATE = 3, 0.5


def twins():
    """Two texts through the same embedding and the same model."""
    embedding = layers.Embedding(8, 3)
    tower = keras.Sequential([keras.Input((5, 3)), layers.GRU(4), layers.Dense(3, activation="tanh")], name="tower")
    left, right = keras.Input((5,), name="left"), keras.Input((5,), name="right")
    difference = layers.Subtract()([tower(embedding(left)), tower(embedding(right))])
    model = keras.Model([left, right], layers.Dense(1, activation="sigmoid")(difference))
    x = [numpy.random.randint(0, 8, (12, 5)).astype("float32") for _ in range(2)]
    return model, x, "binary_crossentropy", numpy.random.randint(0, 2, 12)


def folded():
    """An image through the same convolution and normalization twice."""
    convolution, norm = layers.Conv2D(2, 3, padding="same", activation="tanh"), layers.BatchNormalization(momentum=0.9)
    image = y = keras.Input((6, 6, 2), name="image")
    for _ in range(2):
        y = norm(convolution(y))
    model = keras.Model(image, layers.Dense(2)(layers.Flatten()(y)))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return model, [numpy.random.normal(size=(10, 6, 6, 2)).astype("float32")], loss, numpy.random.randint(0, 2, 10)


for make in [twins, folded]:
    keras.utils.set_random_seed(4)
    model, x, loss, y = make()
    directory = pathlib.Path(__file__).parent / "shared" / make.__name__
    directory.mkdir(parents=True, exist_ok=True)
    model.save(directory / "before.keras")
    model.compile(keras.optimizers.SGD(RATE), loss)
    model.fit(x, y, batch_size=len(y), epochs=STEPS, shuffle=False, verbose=0)
    model.save(directory / "after.keras")
    rows = numpy.concatenate(x, 1) if len(x) > 1 else x[0]
    numpy.savez(directory / "data.npz", x=rows, y=y.astype("int64"))
    print(make.__name__, [float(w) for w in model.get_weights()[0].flatten()[:3]])
