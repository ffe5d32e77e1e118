#!/usr/bin/env python3
"""Writes PyTorch's gradients of the golden models, for Tests/TrainingTests/GoldenGradientTests.swift.

    python Tests/Fixtures/make_gradients.py GOLDEN

GOLDEN is the directory of the original models (`t_seed_cnn/state_dict.pt`, `t_seed_cnn/io.npz`, `k_seed_cnn/model.h5`
and so on). Needs torch and h5py. For each model, `Tests/Fixtures/golden/<model>/gradients.safetensors` gets

    input        the rows
    labels       [rows], a class for each; every fourth is wrong, so that there is something to learn
    loss         [1], the mean cross-entropy of the rows
    gradient.N   its gradient by the N-th parameter of the ONNX file, in the order of the nodes and in ONNX's layout
    sample.N     every 7th element of it instead, where it is large
"""

import json
import pathlib
import struct
import sys

import h5py
import numpy
import torch
from torch import nn
from torch.nn import functional

SAMPLE = 7
LARGE = 16384


class SeedCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 32, 3), nn.Conv2d(32, 64, 3)
        self.fc1, self.fc2 = nn.Linear(1600, 64), nn.Linear(64, 10)

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        return self.fc2(functional.relu(self.fc1(x.flatten(1))))


class KerasCNN(SeedCNN):
    """The same with Keras's order of the pixels, [height, width, channels]."""

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.conv1(x.permute(0, 3, 1, 2))), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        return self.fc2(functional.relu(self.fc1(x.permute(0, 2, 3, 1).flatten(1))))


class Recurrent(nn.Module):
    def __init__(self, name, layer):
        super().__init__()
        self.name = name
        self.add_module(name, layer(1, 50, batch_first=True))
        self.fc = nn.Linear(50, 10)

    def forward(self, x):
        return self.fc(getattr(self, self.name)(x)[0][:, -1])


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10)
        )

    def forward(self, x):
        return self.classifier(self.features(x))


def plain(model):
    """Weights and biases of layer after layer, as they are."""
    return [parameter.grad for parameter in model.parameters()]


def keras(model):
    """Dense kernels are [features, units]."""
    return [gradient.T if gradient.ndim == 2 else gradient for gradient in plain(model)]


def recurrent(order):
    """W, R and B of ONNX, whose gates come in another order, then the dense layer."""

    def gradients(model):
        layer = getattr(model, model.name)

        def gates(gradient):
            parts = gradient.chunk(len(order))
            return torch.cat([parts[gate] for gate in order])

        biases = torch.cat([gates(layer.bias_ih_l0.grad), gates(layer.bias_hh_l0.grad)])
        own = [gates(layer.weight_ih_l0.grad), gates(layer.weight_hh_l0.grad), biases]
        return [gradient[None] for gradient in own] + [model.fc.weight.grad, model.fc.bias.grad]

    return gradients


MODELS = {
    "k_seed_cnn": (KerasCNN, keras),
    "t_gru": (lambda: Recurrent("rnn", nn.GRU), recurrent([1, 0, 2])),
    "t_lenet5": (LeNet, plain),
    "t_rnn_tanh": (lambda: Recurrent("rnn", nn.RNN), recurrent([0])),
    "t_seed_cnn": (SeedCNN, plain),
    "t_seed_lstm_seq28": (lambda: Recurrent("lstm", nn.LSTM), recurrent([0, 3, 1, 2])),
}


def keras_state(path):
    """The layers' kernels and biases in the order of the file's layer list, as PyTorch lays them out."""
    state = {}
    names = iter(["conv1", "conv2", "fc1", "fc2"])
    with h5py.File(path) as file:
        weights = file["model_weights"]
        for layer in weights.attrs["layer_names"]:
            own = [numpy.array(weights[layer][name]) for name in weights[layer].attrs["weight_names"]]
            if not own:
                continue
            name, (kernel, bias) = next(names), own
            kernel = kernel.transpose(3, 2, 0, 1) if kernel.ndim == 4 else kernel.T
            state[f"{name}.weight"], state[f"{name}.bias"] = torch.tensor(kernel.copy()), torch.tensor(bias)
    return state


def write(path, tensors):
    header, offset = {}, 0
    for name, array in tensors.items():
        end = offset + array.nbytes
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            file.write(numpy.ascontiguousarray(array, dtype="<f4").tobytes())


def main(golden):
    fixtures = pathlib.Path(__file__).parent / "golden"
    for name, (make, gradients) in MODELS.items():
        model = make()
        if name.startswith("k_"):
            model.load_state_dict(keras_state(golden / name / "model.h5"))
        else:
            model.load_state_dict(torch.load(golden / name / "state_dict.pt", weights_only=True))
        answers = numpy.load(golden / name / "io.npz")
        x = torch.tensor(answers[[key for key in answers.files if key.startswith("x")][0]])
        expected = answers[[key for key in answers.files if key.startswith("y")][0]]
        outputs = model(x)
        own = outputs.softmax(1) if name.startswith("k_") else outputs
        assert numpy.abs(own.detach().numpy() - expected).max() < 1e-5, name
        labels = outputs.argmax(1)
        labels[::4] = (labels[::4] + 1) % outputs.shape[1]
        loss = functional.cross_entropy(outputs, labels)
        loss.backward()
        tensors = {"input": x.numpy(), "labels": labels.numpy().astype("f4"), "loss": loss.detach().numpy().reshape(1)}
        for index, gradient in enumerate(gradients(model)):
            array = numpy.ascontiguousarray(gradient.numpy())
            if array.size > LARGE:
                tensors[f"sample.{index}"] = array.reshape(-1)[::SAMPLE].copy()
            else:
                tensors[f"gradient.{index}"] = array
        write(fixtures / name / "gradients.safetensors", tensors)
        largest = max(numpy.abs(array).max() for key, array in tensors.items() if "." in key)
        print(f"{name}: loss {loss.item():.4f}, largest gradient {largest:.4f}")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
