#!/usr/bin/env python3
"""Writes PyTorch's gradients of golden models in training, for Tests/TrainingTests/TrainingGradientTests.swift.

    python Tests/Fixtures/make_training_gradients.py GOLDEN

GOLDEN is the directory of the original models. Needs torch, h5py and keras, which computes with torch. Models of Keras are
those of `Tests/ModelFormatsTests/Fixtures/golden-keras`; batch normalisation uses the statistics of the batch, dropout is
left out. `Tests/Fixtures/training/<model>.safetensors` gets

    input.N          the rows of the N-th input
    weights          [rows, outputs]; the loss is the mean over the rows of the outputs times these
    gradient.NAME    the loss's gradient by the tensor NAME of the native model, in PyTorch's layout
    sample.NAME      every 7th element of it instead, where it is large

and for the model of PyTorch `Tests/Fixtures/training/t_resnet18s/` its architecture and its state dict.
"""

import json
import os
import pathlib
import shutil
import sys

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy
import torch
from torch import nn
from torch.nn import functional

from make_gradients import LARGE, SAMPLE, write

KERAS_MODELS = ["k_bilstm2", "k_branches", "k_conv1d", "k_drop_bn", "k_lstm_text_mask", "k_seed_lstm"]
ROWS = 6


def dense(name, arrays):
    kernel, *bias = arrays
    return {f"{name}.weight": kernel.T} | ({f"{name}.bias": bias[0]} if bias else {})


def convolution(name, arrays):
    """Keras has the window first, then what goes in and what comes out; transposed ones the other way round."""
    kernel, *bias = arrays
    order = [kernel.ndim - 1, kernel.ndim - 2, *range(kernel.ndim - 2)]
    return {f"{name}.weight": kernel.transpose(order)} | ({f"{name}.bias": bias[0]} if bias else {})


def normalisation(name, arrays, variables):
    names = {"gamma": "weight", "beta": "bias"}
    return {f"{name}.{names[variable.name]}": array for array, variable in zip(arrays, variables)}


def lstm(name, arrays, suffix=""):
    """Both have the gates i, f, c, o; PyTorch's second bias does not exist here."""
    kernel, recurrent, bias = arrays
    return {
        f"{name}.weight_ih_l0{suffix}": kernel.T,
        f"{name}.weight_hh_l0{suffix}": recurrent.T,
        f"{name}.bias_ih_l0{suffix}": bias,
    }


def bidirectional(name, arrays):
    half = len(arrays) // 2
    return lstm(name, arrays[:half]) | lstm(name, arrays[half:], "_reverse")


CONVERSIONS = {
    "Dense": dense,
    "Conv1D": convolution,
    "Conv2D": convolution,
    "Conv2DTranspose": convolution,
    "BatchNormalization": normalisation,
    "LayerNormalization": normalisation,
    "LSTM": lstm,
    "Bidirectional": bidirectional,
    "Embedding": lambda name, arrays: {f"{name}.weight": arrays[0]},
}


def keras_gradients(golden, name):
    model = keras.models.load_model(golden / name / "model.keras")
    for layer in model._flatten_layers():
        for noise in ("rate", "stddev", "dropout", "recurrent_dropout"):
            # Layers only show what their cells have.
            if hasattr(layer, noise) and not hasattr(layer, "cell"):
                setattr(layer, noise, 0.0)
    data = numpy.load(golden / name / "io.npz")
    inputs = [torch.tensor(data[key][:ROWS]) for key in sorted(data.files) if key.startswith("x")]
    outputs = model(inputs if len(inputs) > 1 else inputs[0], training=True)
    weights, loss = loss_of(outputs)
    loss.backward()
    gradients = {}
    for layer in model.layers:
        if layer.trainable_variables:
            own = [variable.value.grad.cpu().numpy() for variable in layer.trainable_variables]
            convert = CONVERSIONS[type(layer).__name__]
            rest = [layer.trainable_variables] if convert is normalisation else []
            gradients |= convert(layer.name, own, *rest)
    return inputs, weights, gradients


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        return functional.relu(y + self.shortcut(x))


WIDTHS = [(8, 8, 1), (8, 8, 1), (8, 16, 2), (16, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1)]


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 8, 3, 1, 1, bias=False), nn.BatchNorm2d(8)
        self.layers = nn.Sequential(*(Block(*width) for width in WIDTHS))
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        x = self.layers(functional.relu(self.bn1(self.conv1(x))))
        return self.linear(x.mean((2, 3)))


def resnet_architecture():
    layers, previous = [], None

    def add(kind, name, inputs=None, **settings):
        nonlocal previous
        layers.append({"type": kind, "name": name} | ({"inputs": inputs} if inputs else {}) | settings)
        previous = name

    def convolution(name, normalisation, filters, size, stride, inputs=None):
        add("Conv2d", name, inputs, filters=filters, kernel_size=size, strides=stride, padding=size // 2, use_bias=False)
        add("BatchNorm2d", normalisation)

    convolution("conv1", "bn1", 8, 3, 1)
    add("ReLU", "relu")
    for index, (_, filters, stride) in enumerate(WIDTHS):
        name, start = f"layers.{index}", previous
        convolution(f"{name}.conv1", f"{name}.bn1", filters, 3, stride)
        add("ReLU", f"{name}.relu1")
        convolution(f"{name}.conv2", f"{name}.bn2", filters, 3, 1)
        other = start
        if stride != 1:
            convolution(f"{name}.shortcut.0", f"{name}.shortcut.1", filters, 1, stride, [start])
            other = f"{name}.shortcut.1"
        add("Add", f"{name}.sum", [f"{name}.bn2", other])
        add("ReLU", f"{name}.relu2")
    add("GlobalAveragePooling2D", "pool")
    add("Linear", "linear", units=10)
    return {"input_shape": [3, 32, 32], "layout": "channels_first", "initialization": "pytorch", "layers": layers}


def resnet_gradients(golden, directory):
    source = golden / "t_resnet18s"
    model = ResNet()
    model.load_state_dict(torch.load(source / "state_dict.pt"))
    data = numpy.load(source / "io.npz")
    rows = torch.tensor(data["x0" if "x0" in data.files else "x"])
    with torch.no_grad():
        answers = model.eval()(rows).numpy()
    assert numpy.abs(answers - data["y0" if "y0" in data.files else "y"]).max() < 1e-5
    weights, loss = loss_of(model.train()(rows[:ROWS]))
    loss.backward()
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "architecture.json").write_text(json.dumps(resnet_architecture(), indent=1) + "\n")
    shutil.copyfile(source / "state_dict.pt", directory / "model.pt")
    return [rows[:ROWS]], weights, {name: value.grad.numpy() for name, value in model.named_parameters()}


def loss_of(outputs):
    weights = torch.tensor(numpy.random.default_rng(1).uniform(-1, 1, outputs.shape).astype(numpy.float32))
    return weights, (outputs * weights).sum() / len(outputs)


def store(path, inputs, weights, gradients):
    tensors = {f"input.{index}": value.numpy().astype(numpy.float32) for index, value in enumerate(inputs)}
    tensors["weights"] = weights.numpy()
    for name, gradient in gradients.items():
        gradient = numpy.ascontiguousarray(gradient, dtype=numpy.float32)
        if gradient.size <= LARGE // 4:
            tensors[f"gradient.{name}"] = gradient
        else:
            tensors[f"sample.{name}"] = gradient.reshape(-1)[::SAMPLE].copy()
    write(path, tensors)


def main():
    golden, target = pathlib.Path(sys.argv[1]), pathlib.Path(__file__).parent / "training"
    for name in KERAS_MODELS:
        store(target / f"{name}.safetensors", *keras_gradients(golden, name))
    store(target / "t_resnet18s.safetensors", *resnet_gradients(golden, target / "t_resnet18s"))


if __name__ == "__main__":
    main()
