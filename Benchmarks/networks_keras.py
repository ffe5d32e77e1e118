"""The seed CNN and the seed LSTM in Keras; logits out, so that losses are computed as PyTorch does."""

import keras
from keras import layers

CLASSES = 10
HIDDEN = 50


def seed_cnn() -> keras.Sequential:
    """[batch, 28, 28, 1] to logits: 121,930 parameters, initialised as Keras does."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(CLASSES),
        ]
    )


def seed_lstm(steps: int) -> keras.Sequential:
    """[batch, steps, 1] to logits: one layer of 50, and a dense one on its last output."""
    return keras.Sequential([keras.Input((steps, 1)), layers.LSTM(HIDDEN), layers.Dense(CLASSES)])


def loss() -> keras.losses.Loss:
    """The mean cross-entropy of logits."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
