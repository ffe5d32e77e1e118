"""Makes Tests/ModelFormatsTests/Fixtures/sequences: networks of Keras with sequences, masks and several inputs.

Each file has the architecture as JSON (the bytes of the tensor "architecture"), the weights by the names and in the
layouts that Apus wants, and inputs with Keras's answers. Needs keras with the TensorFlow backend.
"""

import json
import os
import struct
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import numpy as np
from keras import layers as L

TARGET = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../ModelFormatsTests/Fixtures/sequences")


def save(path, tensors):
    """Writes a safetensors file."""
    header, data = {}, b""
    names = {np.dtype(np.float32): "F32", np.dtype(np.uint8): "U8"}
    for name in sorted(tensors, key=lambda name: (-tensors[name].dtype.itemsize, name)):
        array = np.ascontiguousarray(tensors[name])
        header[name] = {
            "dtype": names[array.dtype], "shape": list(array.shape),
            "data_offsets": [len(data), len(data) + array.nbytes],
        }
        data += array.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def turned(matrix, order):
    """A Keras matrix [in, gates · units] as PyTorch's [gates · units, in], its gates in another order."""
    blocks = np.split(matrix.T, len(order))
    return np.concatenate([blocks[gate] for gate in order])


def cell_weights(cell, name, suffix):
    order = {"LSTMCell": [0, 1, 2, 3], "GRUCell": [1, 0, 2], "SimpleRNNCell": [0]}[type(cell).__name__]
    weights = cell.get_weights()
    result = {
        f"{name}.weight_ih_{suffix}": turned(weights[0], order),
        f"{name}.weight_hh_{suffix}": turned(weights[1], order),
    }
    if len(weights) > 2:
        for bias, place in zip(np.atleast_2d(weights[2]), ["ih", "hh"]):
            result[f"{name}.bias_{place}_{suffix}"] = turned(bias[None], order)[:, 0]
    return result


def rnn_weights(layer, name, reverse=""):
    cells = layer.cell.cells if isinstance(layer.cell, L.StackedRNNCells) else [layer.cell]
    result = {}
    for index, cell in enumerate(cells):
        result.update(cell_weights(cell, name, f"l{index}{reverse}"))
    return result


def weights(layer, name=None):
    """The tensors of a layer."""
    name = name or layer.name
    if isinstance(layer, L.Bidirectional):
        return {**rnn_weights(layer.forward_layer, name), **rnn_weights(layer.backward_layer, name, "_reverse")}
    if isinstance(layer, L.RNN):
        return rnn_weights(layer, name)
    if isinstance(layer, L.TimeDistributed):
        if isinstance(layer.layer, keras.Sequential):
            return {k: v for inner in layer.layer.layers for k, v in weights(inner, f"{name}.{inner.name}").items()}
        return weights(layer.layer, name)
    values = layer.get_weights()
    if isinstance(layer, L.Embedding):
        return {f"{name}.weight": values[0]}
    if isinstance(layer, L.Dense):
        values[0] = values[0].T
    if isinstance(layer, L.Conv1D):
        values[0] = values[0].transpose(2, 1, 0)
    if isinstance(layer, L.Conv2D):
        values[0] = values[0].transpose(3, 2, 0, 1)
    return dict(zip([f"{name}.weight", f"{name}.bias"], values))


def write(name, model, architecture, inputs):
    rng = np.random.default_rng(len(name))
    for variable in model.weights:
        if "seed" not in variable.name:
            variable.assign(rng.uniform(-0.6, 0.6, variable.shape))
    answers = model.predict(inputs, verbose=0)
    answers = answers if isinstance(answers, (list, tuple)) else [answers]
    tensors = {"architecture": np.frombuffer(json.dumps(architecture).encode(), np.uint8)}
    for layer in model.layers:
        if layer.weights:
            tensors.update(weights(layer))
    for index, value in enumerate(inputs):
        tensors[f"input.{index}"] = value
    for index, value in enumerate(answers):
        tensors[f"output.{index}"] = np.asarray(value)
    tensors = {k: v if v.dtype == np.uint8 else v.astype(np.float32) for k, v in tensors.items()}
    assert all(np.isfinite(v).all() for k, v in tensors.items()), name
    save(os.path.join(TARGET, f"{name}.safetensors"), tensors)
    print(name, [a.shape for a in answers])


def sequence(steps, features, value, seed=1):
    """Rows with steps that do not count at the start, in the middle and at the end; one without any."""
    x = np.random.default_rng(seed).normal(size=(6, steps, features)).astype(np.float32)
    for row, places in enumerate([[], [steps - 1], [0, 1], [2], [1, 3, steps - 2, steps - 1], list(range(steps))]):
        x[row, places] = value
    return x


def tokens(steps, words, seed=2):
    x = np.random.default_rng(seed).integers(1, words, size=(6, steps)).astype(np.float32)
    for row, places in enumerate([[], [steps - 1, steps - 2], [0], [2, 3], [1, steps - 1], [0, 1, 2]]):
        x[row, places] = 0
    return x


def masked():
    x = keras.Input((7, 3))
    y = L.Masking(-1.0, name="masking")(x)
    y = L.LSTM(4, return_sequences=True, name="lstm")(y)
    y = L.TimeDistributed(L.Dense(3, activation="tanh"), name="steps")(y)
    y = L.GRU(4, return_sequences=True, reset_after=False, name="gru")(y)
    y = L.SimpleRNN(3, return_sequences=True, name="rnn")(y)
    write("masked", keras.Model(x, y), {"input_shape": [None, 3], "layers": [
        {"type": "Masking", "mask_value": -1}, {"type": "LSTM", "units": 4, "return_sequences": True, "name": "lstm"},
        {"type": "TimeDistributed", "layer": {"type": "Dense", "units": 3, "activation": "tanh"}, "name": "steps"},
        {"type": "GRU", "units": 4, "return_sequences": True, "reset_after": False, "name": "gru"},
        {"type": "SimpleRNN", "units": 3, "return_sequences": True, "name": "rnn"}]}, [sequence(7, 3, -1.0)])


def masked_last():
    x = keras.Input((7, 3))
    y = L.Masking(name="masking")(x)
    a = L.LSTM(4, name="a")(y)
    b = L.GRU(4, go_backwards=True, name="b")(y)
    c = L.LSTM(3, zero_output_for_mask=True, name="c")(y)
    d = L.SimpleRNN(3, zero_output_for_mask=True, return_sequences=True, go_backwards=True, name="d")(y)
    e = L.LSTM(3, go_backwards=True, return_sequences=True, name="e")(y)
    f = L.Flatten(name="f")(L.Concatenate(name="de")([d, e]))
    write("masked_last", keras.Model(x, L.Concatenate(name="all")([a, b, c, f])), {"input_shape": [7, 3], "layers": [
        {"type": "Masking", "name": "m"}, {"type": "LSTM", "units": 4, "name": "a"},
        {"type": "GRU", "units": 4, "go_backwards": True, "name": "b", "inputs": ["m"]},
        {"type": "LSTM", "units": 3, "zero_output_for_mask": True, "name": "c", "inputs": ["m"]},
        {"type": "SimpleRNN", "units": 3, "zero_output_for_mask": True, "return_sequences": True, "go_backwards": True,
         "name": "d", "inputs": ["m"]},
        {"type": "LSTM", "units": 3, "return_sequences": True, "go_backwards": True, "name": "e", "inputs": ["m"]},
        {"type": "Concatenate", "inputs": ["d", "e"]}, {"type": "Flatten", "name": "f"},
        {"type": "Concatenate", "inputs": ["a", "b", "c", "f"]}]}, [sequence(7, 3, 0.0, seed=4)])


def bidirectional():
    x = keras.Input((6,))
    y = L.Embedding(9, 4, mask_zero=True, name="words")(x)
    y = L.Bidirectional(L.GRU(3, return_sequences=True, reset_after=False), merge_mode="sum", name="sum")(y)
    y = L.Bidirectional(
        L.LSTM(3, return_sequences=True), backward_layer=L.GRU(3, return_sequences=True, go_backwards=True),
        merge_mode="mul", name="mul")(y)
    y = L.Bidirectional(L.SimpleRNN(4, activation="relu", return_sequences=True), name="concat")(y)
    a, b = L.Bidirectional(L.LSTM(3, return_sequences=True), merge_mode=None, name="none")(y)
    c = L.Bidirectional(L.GRU(2), merge_mode="ave", name="ave")(a)
    d = L.Bidirectional(L.LSTM(2), name="last")(b)
    bi = {"type": "Bidirectional"}
    write("bidirectional", keras.Model(x, L.Concatenate(name="all")([c, d])), {"input_shape": [None], "layers": [
        {"type": "Embedding", "input_dim": 9, "output_dim": 4, "mask_zero": True, "name": "words"},
        {**bi, "layer": {"type": "GRU", "units": 3, "return_sequences": True, "reset_after": False},
         "merge_mode": "sum", "name": "sum"},
        {**bi, "layer": {"type": "LSTM", "units": 3, "return_sequences": True},
         "backward_layer": {"type": "GRU", "units": 3, "return_sequences": True, "go_backwards": True},
         "merge_mode": "mul", "name": "mul"},
        {**bi, "layer": {"type": "SimpleRNN", "units": 4, "activation": "relu", "return_sequences": True},
         "name": "concat"},
        {**bi, "layer": {"type": "LSTM", "units": 3, "return_sequences": True}, "merge_mode": "none", "name": "none"},
        {**bi, "layer": {"type": "GRU", "units": 2}, "merge_mode": "ave", "name": "ave", "inputs": ["none"]},
        {**bi, "layer": {"type": "LSTM", "units": 2}, "name": "last", "inputs": ["none:1"]},
        {"type": "Concatenate", "inputs": ["ave", "last"]}]}, [tokens(6, 9)])


def activations():
    x = keras.Input((5, 3))
    y = L.Masking(name="masking")(x)
    y = L.LSTM(4, activation="softsign", recurrent_activation="hard_sigmoid", return_sequences=True, name="a")(y)
    y = L.GRU(4, activation="elu", recurrent_activation="hard_sigmoid", return_sequences=True, name="b")(y)
    y = L.GRU(4, activation="softplus", reset_after=False, use_bias=False, return_sequences=True, name="c")(y)
    y = L.SimpleRNN(3, activation="linear", use_bias=False, return_sequences=True, name="d")(y)
    y = L.Bidirectional(L.LSTM(3, activation="elu", recurrent_activation="softplus"), name="e")(y)
    write("activations", keras.Model(x, y), {"input_shape": [None, 3], "layers": [
        {"type": "Masking"},
        {"type": "LSTM", "units": 4, "activation": "softsign", "recurrent_activation": "hard_sigmoid",
         "return_sequences": True, "name": "a"},
        {"type": "GRU", "units": 4, "activation": "elu", "recurrent_activation": "hard_sigmoid",
         "return_sequences": True, "name": "b"},
        {"type": "GRU", "units": 4, "activation": "softplus", "reset_after": False, "use_bias": False,
         "return_sequences": True, "name": "c"},
        {"type": "SimpleRNN", "units": 3, "activation": "linear", "use_bias": False, "return_sequences": True,
         "name": "d"},
        {"type": "Bidirectional", "name": "e",
         "layer": {"type": "LSTM", "units": 3, "activation": "elu", "recurrent_activation": "softplus"}}]},
        [sequence(5, 3, 0.0, seed=5)])


def cells():
    x = keras.Input((6, 3))
    y = L.Masking(name="masking")(x)
    y = L.RNN([L.LSTMCell(4), L.GRUCell(3), L.SimpleRNNCell(3)], return_sequences=True, name="stack")(y)
    y = L.RNN(L.GRUCell(4, reset_after=False), return_sequences=True, name="gru")(y)
    y = L.Bidirectional(L.RNN([L.LSTMCell(3), L.LSTMCell(2)]), name="both")(y)
    write("cells", keras.Model(x, y), {"input_shape": [None, 3], "layers": [
        {"type": "Masking"},
        {"type": "RNN", "name": "stack", "return_sequences": True, "cell": {"type": "StackedRNNCells", "cells": [
            {"type": "LSTMCell", "units": 4}, {"type": "GRUCell", "units": 3}, {"type": "SimpleRNNCell", "units": 3}]}},
        {"type": "RNN", "name": "gru", "return_sequences": True,
         "cell": {"type": "GRUCell", "units": 4, "reset_after": False}},
        {"type": "Bidirectional", "name": "both", "layer": {"type": "RNN", "cell": {
            "type": "StackedRNNCells", "cells": [{"type": "LSTMCell", "units": 3}, {"type": "LSTMCell", "units": 2}]}}}]},
        [sequence(6, 3, 0.0, seed=6)])


def states():
    a, b = keras.Input((5, 3), name="a"), keras.Input((4, 2), name="b")
    _, h, c = L.LSTM(4, return_state=True, name="encoder")(L.Masking(name="masking")(a))
    y = L.LSTM(4, return_sequences=True, name="decoder")(b, initial_state=[h, c])
    _, s, t = L.Bidirectional(L.GRU(3, return_state=True), name="both")(a)
    z = L.Bidirectional(L.GRU(3, return_sequences=True, reset_after=False), name="two")(b, initial_state=[s, t])
    model = keras.Model([a, b], [L.Concatenate(name="all")([y, z]), h])
    write("states", model, {
        "inputs": [{"name": "a", "shape": [5, 3]}, {"name": "b", "shape": [4, 2]}], "outputs": ["all", "encoder:1"],
        "layers": [
            {"type": "Masking", "inputs": ["a"]}, {"type": "LSTM", "units": 4, "return_state": True, "name": "encoder"},
            {"type": "LSTM", "units": 4, "return_sequences": True, "name": "decoder",
             "inputs": ["b", "encoder:1", "encoder:2"]},
            {"type": "Bidirectional", "layer": {"type": "GRU", "units": 3, "return_state": True}, "name": "both",
             "inputs": ["a"]},
            {"type": "Bidirectional", "name": "two", "inputs": ["b", "both:1", "both:2"],
             "layer": {"type": "GRU", "units": 3, "return_sequences": True, "reset_after": False}},
            {"type": "Concatenate", "name": "all", "inputs": ["decoder", "two"]}]},
        [sequence(5, 3, 0.0, seed=7), sequence(4, 2, 0.5, seed=8)])


def video():
    x = keras.Input((4, 7, 6, 2))
    y = L.TimeDistributed(L.Conv2D(3, 3, activation="relu"), name="conv")(x)
    y = L.TimeDistributed(L.MaxPooling2D(2), name="pool")(y)
    inner = keras.Sequential([
        keras.Input((2, 2, 3)), L.Conv2D(4, 2, padding="same", activation="tanh", name="conv2d"),
        L.AveragePooling2D((1, 2), name="average"), L.Flatten(name="flatten"), L.Dense(5, name="dense")])
    y = L.TimeDistributed(inner, name="frames")(y)
    y = L.LSTM(3, name="lstm")(y)
    write("video", keras.Model(x, y), {"input_shape": [4, 7, 6, 2], "layers": [
        {"type": "TimeDistributed", "name": "conv",
         "layer": {"type": "Conv2D", "filters": 3, "kernel_size": 3, "activation": "relu"}},
        {"type": "TimeDistributed", "name": "pool", "layer": {"type": "MaxPooling2D", "pool_size": 2}},
        {"type": "TimeDistributed", "name": "frames", "layers": [
            {"type": "Conv2D", "filters": 4, "kernel_size": 2, "padding": "same", "activation": "tanh"},
            {"type": "AveragePooling2D", "pool_size": [1, 2]}, {"type": "Flatten"},
            {"type": "Dense", "units": 5, "name": "dense"}]},
        {"type": "LSTM", "units": 3, "name": "lstm"}]},
        [np.random.default_rng(9).normal(size=(5, 4, 7, 6, 2)).astype(np.float32)])


def joins():
    a, b, c = keras.Input((5, 3), name="a"), keras.Input((5, 3), name="b"), keras.Input((3,), name="c")
    ma, mb = L.Masking(name="ma")(a), L.Masking(name="mb")(b)
    parts = [
        L.LSTM(2, name="l1")(L.Maximum(name="maximum")([ma, mb])),
        L.LSTM(2, name="l2")(L.Average(name="average")([ma, mb, ma])),
        L.GRU(2, name="l3")(L.Minimum(name="minimum")([ma, b])),
        L.GlobalAveragePooling1D(name="pool")(L.Concatenate(axis=1, name="long")([ma, mb])),
        L.GlobalAveragePooling1D(name="pool2")(L.Concatenate(axis=1, name="long2")([ma, b])),
        L.LSTM(2, name="l4")(L.Concatenate(name="wide")([ma, mb])),
        L.LSTM(2, name="l5")(L.Multiply(name="both")([ma, mb])), L.LSTM(2, name="l6")(L.Multiply(name="one")([ma, b])),
        L.Flatten(name="f1")(L.Dot(axes=2, name="d1")([a, b])),
        L.Flatten(name="f2")(L.Dot(axes=(1, -2), normalize=True, name="d2")([a, b])),
        L.Dot(axes=(2, 1), name="d3")([a, c]), L.Dot(axes=1, normalize=True, name="d4")([c, c]),
        L.Flatten(name="f3")(L.Permute((2, 1), name="permute")(a)),
        L.Flatten(name="f4")(L.Multiply(name="product")([a, L.RepeatVector(5, name="repeat")(c)])),
        L.Flatten(name="f5")(L.Add(name="sum")([a, c])),
        L.Flatten(name="f6")(L.Subtract(name="difference")([a, b])),
    ]
    layers = [
        {"type": "Masking", "name": "ma", "inputs": ["a"]}, {"type": "Masking", "name": "mb", "inputs": ["b"]},
        {"type": "Maximum", "inputs": ["ma", "mb"]}, {"type": "LSTM", "units": 2, "name": "l1"},
        {"type": "Average", "inputs": ["ma", "mb", "ma"]}, {"type": "LSTM", "units": 2, "name": "l2"},
        {"type": "Minimum", "inputs": ["ma", "b"]}, {"type": "GRU", "units": 2, "name": "l3"},
        {"type": "Concatenate", "axis": 1, "inputs": ["ma", "mb"]}, {"type": "GlobalAveragePooling1D", "name": "pool"},
        {"type": "Concatenate", "axis": 1, "inputs": ["ma", "b"]}, {"type": "GlobalAveragePooling1D", "name": "pool2"},
        {"type": "Concatenate", "inputs": ["ma", "mb"]}, {"type": "LSTM", "units": 2, "name": "l4"},
        {"type": "Multiply", "inputs": ["ma", "mb"]}, {"type": "LSTM", "units": 2, "name": "l5"},
        {"type": "Multiply", "inputs": ["ma", "b"]}, {"type": "LSTM", "units": 2, "name": "l6"},
        {"type": "Dot", "axes": 2, "inputs": ["a", "b"]}, {"type": "Flatten", "name": "f1"},
        {"type": "Dot", "axes": [1, -2], "normalize": True, "inputs": ["a", "b"]}, {"type": "Flatten", "name": "f2"},
        {"type": "Dot", "axes": [2, 1], "inputs": ["a", "c"], "name": "d3"},
        {"type": "Dot", "axes": 1, "normalize": True, "inputs": ["c", "c"], "name": "d4"},
        {"type": "Permute", "dims": [2, 1], "inputs": ["a"]}, {"type": "Flatten", "name": "f3"},
        {"type": "RepeatVector", "n": 5, "inputs": ["c"], "name": "repeat"},
        {"type": "Multiply", "inputs": ["a", "repeat"]}, {"type": "Flatten", "name": "f4"},
        {"type": "Add", "inputs": ["a", "c"]}, {"type": "Flatten", "name": "f5"},
        {"type": "Subtract", "inputs": ["a", "b"]}, {"type": "Flatten", "name": "f6"},
        {"type": "Concatenate", "inputs": [
            "l1", "l2", "l3", "pool", "pool2", "l4", "l5", "l6", "f1", "f2", "d3", "d4", "f3", "f4", "f5", "f6"]}]
    inputs = [sequence(5, 3, 0.0, seed=10), np.roll(sequence(5, 3, 0.0, seed=11), 1, axis=0),
              np.random.default_rng(12).normal(size=(6, 3)).astype(np.float32)]
    # Nothing to average in a row of padding alone.
    inputs[0][5, 2] = 1
    write("joins", keras.Model([a, b, c], L.Concatenate(name="all")(parts)), {
        "inputs": [{"name": "a", "shape": [5, 3]}, {"name": "b", "shape": [5, 3]}, {"name": "c", "shape": [3]}],
        "layers": layers}, inputs)


def noise():
    x = keras.Input((4, 3))
    y = L.Masking(name="masking")(x)
    for layer in [L.SpatialDropout1D(0.3), L.GaussianNoise(0.2), L.GaussianDropout(0.3), L.AlphaDropout(0.1),
                  L.Identity(), L.ActivityRegularization(l2=0.1), L.Dropout(0.4, noise_shape=(None, 1, None))]:
        y = layer(y)
    y = L.LSTM(3, dropout=0.2, name="lstm")(y)
    write("noise", keras.Model(x, y), {"input_shape": [4, 3], "layers": [
        {"type": "Masking"}, {"type": "SpatialDropout1D", "rate": 0.3}, {"type": "GaussianNoise", "stddev": 0.2},
        {"type": "GaussianDropout", "rate": 0.3}, {"type": "AlphaDropout", "rate": 0.1}, {"type": "Identity"},
        {"type": "ActivityRegularization"}, {"type": "Dropout", "rate": 0.4, "noise_shape": [None, 1, None]},
        {"type": "LSTM", "units": 3, "dropout": 0.2, "name": "lstm"}]}, [sequence(4, 3, 0.0, seed=13)])


os.makedirs(TARGET, exist_ok=True)
wanted = sys.argv[1:]
for make in [masked, masked_last, bidirectional, activations, cells, states, video, joins, noise]:
    if not wanted or make.__name__ in wanted:
        make()
