#!/usr/bin/env python3
"""Makes models as Keras 3 saves them, with what it answers, in Tests/ModelFormatsTests/Fixtures/keras3.

    python3 make_keras.py DIRECTORY      (needs keras 3.15, and PyTorch for one model: KERAS_BACKEND=torch)

Each model is a directory with model.keras, model.h5 and io.npz; NAME-weights has model.weights.h5 and config.json instead.
"""
import os
import sys

import keras
import numpy as np

layers = keras.layers
random = np.random.default_rng(7)


def normal(*shape):
    return random.normal(size=shape).astype("float32")


def save(name, model, inputs):
    for weight in model.weights:
        if "normalization_adapted" in weight.path:
            continue
        values = random.normal(0, 0.4, weight.shape).astype("float32")
        weight.assign(np.abs(values) + 0.5 if "variance" in weight.path else values)
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    arrays = {f"x{i}": x for i, x in enumerate(inputs)} | {f"y{i}": y.astype("float32") for i, y in enumerate(outputs)}
    for directory in [name, f"{name}-weights"]:
        os.makedirs(directory, exist_ok=True)
        np.savez_compressed(f"{directory}/io.npz", **arrays)
    model.save(f"{name}/model.keras")
    model.save(f"{name}/model.h5")
    model.save_weights(f"{name}-weights/model.weights.h5")
    with open(f"{name}-weights/config.json", "w") as file:
        file.write(model.to_json())


os.makedirs(sys.argv[1], exist_ok=True)
os.chdir(sys.argv[1])

# Masks, which a functional model writes down.
tokens, series = keras.Input((7,), dtype="int32", name="tokens"), keras.Input((7, 2), name="series")
x = layers.Embedding(20, 4, mask_zero=True)(tokens)
x = layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="sum")(x)
y = layers.Dense(3)(layers.Masking()(series))
x = layers.LSTM(3)(layers.Add()([x, y]))
ids, steps = random.integers(1, 20, (3, 7)).astype("int32"), normal(3, 7, 2)
ids[0, 4:], ids[1, 2], steps[0, 5:] = 0, 0, 0
save("masked", keras.Model([tokens, series], layers.Dense(2, activation="softmax")(x)), [ids, steps])

# States that one layer hands to another.
source, target = keras.Input((5, 3), name="source"), keras.Input((4, 2), name="target")
_, h, c = layers.LSTM(4, return_state=True)(source)
x = layers.LSTM(4, return_sequences=True)(target, initial_state=[h, c])
save("states", keras.Model([source, target], layers.Dense(2)(x)), [normal(3, 5, 3), normal(3, 4, 2)])

# Models in models, called twice, and partly frozen.
inner = keras.Input((6, 6, 2))
x = layers.BatchNormalization()(layers.Conv2D(3, 3, activation="relu")(inner))
encoder = keras.Model(inner, layers.GlobalMaxPooling2D()(x), name="encoder")
head = keras.Sequential([layers.Dense(4, activation="relu"), layers.BatchNormalization(), layers.Dense(3)], name="head")
a, b = keras.Input((6, 6, 2), name="a"), keras.Input((6, 6, 2), name="b")
x = layers.Concatenate()([encoder(a), encoder(b)])
outputs = {"second": layers.Dense(1, name="one")(x), "first": head(x)}
encoder.layers[1].trainable = False
model = keras.Model({"b": b, "a": a}, outputs)
images = [normal(3, 6, 6, 2), normal(3, 6, 6, 2)]


class Ordered:
    """The model with lists in the order in which Keras sorts its dictionaries."""

    def __getattr__(self, name):
        return getattr(model, name)

    def predict(self, inputs, verbose):
        answers = model.predict({"a": inputs[0], "b": inputs[1]}, verbose=verbose)
        return [answers["first"], answers["second"]]


save("nested", Ordered(), images)

# A convolutional network for each step.
frames = keras.Sequential([
    keras.Input((6, 6, 1)), layers.Conv2D(3, 3, activation="relu"), layers.BatchNormalization(), layers.MaxPooling2D(),
    layers.Flatten(), layers.Dense(3),
])
save("frames", keras.Sequential([
    keras.Input((4, 6, 6, 1)), layers.TimeDistributed(frames), layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)]),
    layers.Dense(2),
]), [normal(3, 4, 6, 6, 1)])

# Layers of images, activations that are layers, and arithmetic without layers.
image = keras.Input((7, 7, 2), name="image")
normalization = layers.Normalization(name="normalization_adapted")
normalization.adapt(normal(50, 7, 7, 2) * 3 + 1)
x = layers.Rescaling(0.5, offset=0.1)(normalization(image)) * 2.0 - 0.25
x = layers.SeparableConv2D(4, 3, depth_multiplier=2, activation=layers.LeakyReLU(0.2))(x)
x = layers.PReLU(shared_axes=[1, 2])(layers.Conv2DTranspose(3, 3, strides=2, padding="same")(x))
y = layers.ZeroPadding2D(((1, 0), (0, 1)))(layers.Cropping2D(((1, 0), (0, 1)))(x))
x = layers.LayerNormalization(center=False)(x + y)
x = layers.UpSampling2D(2, interpolation="bilinear")(layers.AveragePooling2D(2, padding="same")(x))
x = layers.Dense(3, activation="gelu")(layers.Permute((3, 1, 2))(x))
save("image", keras.Model(image, layers.Flatten()(x)), [normal(2, 7, 7, 2)])

# Pooling to wanted sizes, and normalisation along other dimensions than the last one.
image = keras.Input((6, 9, 2), name="image")
x = layers.BatchNormalization(axis=1)(layers.AdaptiveAveragePooling2D((4, 3))(image))
x = layers.BatchNormalization(axis=-2)(layers.AdaptiveMaxPooling2D((2, 3))(x))
y = layers.AdaptiveMaxPooling1D(3)(layers.AdaptiveAveragePooling1D(6)(layers.Reshape((9, 12))(image)))
save("adaptive", keras.Model(image, [layers.Flatten()(x), layers.Flatten()(y)]), [normal(2, 6, 9, 2)])

# Channels first, in which Keras computes on PyTorch.
if keras.backend.backend() == "torch":
    save("channels", keras.Sequential([
        keras.Input((2, 8, 7)), layers.ZeroPadding2D(1, data_format="channels_first"),
        layers.Conv2D(4, 3, strides=2, padding="same", data_format="channels_first"), layers.BatchNormalization(axis=1),
        layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, data_format="channels_first"),
        layers.SpatialDropout2D(0.5, data_format="channels_first"),
        layers.AveragePooling2D(2, padding="same", data_format="channels_first"),
        layers.Conv2DTranspose(3, 3, data_format="channels_first"), layers.UpSampling2D(2, data_format="channels_first"),
        layers.Flatten(data_format="channels_first"), layers.Dense(3),
    ]), [normal(2, 2, 8, 7)])

# Two sequences of one free length, joined step by step.
a, b = keras.Input((None, 2), name="a"), keras.Input((None, 2), name="b")
x = layers.Concatenate()([layers.Add()([layers.Dense(2)(a), b]), layers.LSTM(3, return_sequences=True)(b)])
save("joined", keras.Model([a, b], layers.GRU(3)(x)), [normal(3, 5, 2), normal(3, 5, 2)])

# Activations that are functions, and layers that change images in training only.
image = keras.Input((4, 4, 3), name="image")
x = layers.RandomRotation(0.2)(layers.RandomFlip("horizontal")(image))
x, ops = layers.RandomContrast(0.3)(layers.RandomZoom(0.1)(x)), keras.ops
parts = [ops.relu(x), ops.gelu(x), ops.gelu(x, approximate=False), ops.silu(x), ops.elu(x, 0.5), ops.exp(x)]
parts += [ops.leaky_relu(x, 0.1), ops.softmax(x), ops.softmax(x, axis=1), keras.activations.relu(x, max_value=0.5)]
parts += [ops.tanh(x) + ops.sigmoid(x)]
save("functions", keras.Model(image, layers.Flatten()(layers.Concatenate()(parts))), [normal(2, 4, 4, 3)])

# Weights of 16 bits.
keras.config.set_dtype_policy("bfloat16")
save("bfloat16", keras.Sequential([keras.Input((4,)), layers.Dense(3, use_bias=False)]), [np.eye(4, dtype="float32")])

# Volumes, whose slices stand before the other taps.
keras.config.set_dtype_policy("float32")
save("volumes", keras.Sequential([
    keras.Input((5, 6, 5, 3)), layers.Conv3D(16, (2, 3, 3), activation="relu"), layers.BatchNormalization(),
    layers.Conv3D(4, 3, padding="same"), layers.Conv3D(6, (3, 2, 1), groups=2), layers.LeakyReLU(),
    layers.Conv3DTranspose(3, (2, 3, 2), strides=(2, 1, 2)), layers.Flatten(), layers.Dense(3),
]), [normal(2, 5, 6, 5, 3)])
