#!/usr/bin/env python3
"""Makes models as Keras 2 saves them, with what it answers, in Tests/ModelFormatsTests/Fixtures/keras2.

    python3 make_keras2.py DIRECTORY      (needs tensorflow 2.13)

Each model is a directory with model.keras, model.h5 and io.npz; NAME-weights has model.weights.h5 and config.json instead.
"""
import os
import sys

import numpy as np
from tensorflow import keras

layers = keras.layers
random = np.random.default_rng(7)


def normal(*shape):
    return random.normal(size=shape).astype("float32")


def save(name, model, inputs):
    for weight in model.weights:
        values = random.normal(0, 0.4, weight.shape).astype("float32")
        weight.assign(np.abs(values) + 0.5 if "variance" in weight.name else values)
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    arrays = {f"x{i}": x for i, x in enumerate(inputs)} | {f"y{i}": y for i, y in enumerate(outputs)}
    for directory in [name, f"{name}-weights"]:
        os.makedirs(directory, exist_ok=True)
        np.savez_compressed(f"{directory}/io.npz", **arrays)
    model.save(f"{name}/model.keras", save_format="keras")
    model.save(f"{name}/model.h5", save_format="h5")
    model.save_weights(f"{name}-weights/model.weights.h5")
    with open(f"{name}-weights/config.json", "w") as file:
        file.write(model.to_json())


os.makedirs(sys.argv[1], exist_ok=True)
os.chdir(sys.argv[1])

image = keras.Input((8, 8, 3), name="image")
x = layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False)(image)
x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
y = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
y = layers.ReLU(6.0)(layers.BatchNormalization()(y))
y = layers.BatchNormalization()(layers.Conv2D(4, 1, use_bias=False)(y))
x = layers.GlobalAveragePooling2D()(layers.Add()([x, y]))
save("mobilenet", keras.Model(image, layers.Dense(3, activation="softmax")(layers.Dropout(0.2)(x))), [normal(3, 8, 8, 3)])

model = keras.Sequential([
    layers.Embedding(20, 4, mask_zero=True, input_length=8),
    layers.Bidirectional(layers.LSTM(3, return_sequences=True, dropout=0.2)),
    layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
    layers.Bidirectional(layers.LSTM(2)),
    layers.Dense(1, activation="sigmoid"),
])
model.build((None, 8))
tokens = random.integers(1, 20, (3, 8)).astype("int32")
tokens[1, 5:] = 0
tokens[2, 2] = 0
save("text", model, [tokens])

save("gru", keras.Sequential([
    layers.Conv1D(4, 3, padding="causal", activation="relu", input_shape=(None, 2)),
    layers.GRU(3, reset_after=False, return_sequences=True),
    layers.GRU(3, return_sequences=True),
    layers.LSTM(3, recurrent_activation="hard_sigmoid", return_sequences=True),
    layers.TimeDistributed(layers.Dense(3, activation="hard_sigmoid")),
    layers.SimpleRNN(2),
]), [normal(3, 6, 2)])

encoder = keras.Sequential([
    layers.Conv2D(3, 3, activation="relu", input_shape=(6, 6, 2)),
    layers.BatchNormalization(),
    layers.GlobalMaxPooling2D(),
], name="encoder")
inner = keras.Input((6,))
head = keras.Model(inner, layers.Dense(4, activation="tanh")(inner), name="head")
shared = layers.Dense(3, activation="relu", name="shared")
a, b, c = keras.Input((6, 6, 2), name="a"), keras.Input((6, 6, 2), name="b"), keras.Input((4,), name="c")
x = head(layers.Concatenate()([encoder(a), encoder(b)]))
x = layers.Subtract()([shared(x), shared(c)])
outputs = [layers.Dense(2, name="first")(x), layers.Dense(1, activation="sigmoid", name="second")(x)]
encoder.trainable = False
save("nested", keras.Model([a, b, c], outputs), [normal(3, 6, 6, 2), normal(3, 6, 6, 2), normal(3, 4)])

a, b, c = keras.Input((6,), name="a"), keras.Input((6, 3), name="b"), keras.Input((6, 3), name="c")
x = layers.Embedding(9, 3, mask_zero=True)(a)
y = layers.Masking(0.0)(b)
joined = [
    layers.Add()([x, y]), layers.Multiply()([x, y]), layers.Maximum()([x, y]), layers.Average()([x, y, c]),
    layers.Minimum()([c, x]), layers.Concatenate()([x, y]), layers.Concatenate()([y, c]),
    layers.Add()([c, layers.Masking(1.0)(c)]),
]
outputs = [layers.LSTM(2, name=f"r{i}")(value) for i, value in enumerate(joined)]
outputs += [layers.GlobalAveragePooling1D(name="mean")(joined[1]), layers.Reshape((18,), name="plain")(joined[2])]
tokens = random.integers(1, 9, (3, 6)).astype("int32")
tokens[0, 4:] = 0
tokens[1, 1] = 0
first, second = normal(3, 6, 3), normal(3, 6, 3)
first[0, 2:5] = 0
first[2, 5:] = 0
second[1, 3:] = 1
save("masks", keras.Model([a, b, c], outputs), [tokens, first, second])
