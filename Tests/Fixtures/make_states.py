#!/usr/bin/env python3
"""Writes recurrent networks whose first states are learned or computed, with PyTorch's gradients of them, for
Tests/TrainingTests/InitialStateGradientTests.swift.

    python Tests/Fixtures/make_states.py

Needs torch, onnx, numpy and safetensors. For each network Tests/Fixtures/states gets `<network>.onnx`, whose batch is free,
`<network>_fixed.onnx`, whose batch is 1, and `<network>.safetensors` with

    input.N        the rows of each input
    labels         [rows], a class for each
    gradient.NAME  the gradient of the mean cross-entropy by the parameter that the file calls so
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional


class Learned(nn.Module):
    """Two levels that begin with learned states, the same for all rows."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 5, num_layers=2, batch_first=True)
        self.h, self.c = nn.Parameter(torch.randn(2, 1, 5)), nn.Parameter(torch.randn(2, 1, 5))
        self.fc = nn.Linear(5, 3)

    def forward(self, x):
        states = [state.expand(-1, x.shape[0], -1).contiguous() for state in (self.h, self.c)]
        return self.fc(self.rnn(x, tuple(states))[0][:, -1])


class Computed(nn.Module):
    """States that another layer makes of another input."""

    def __init__(self):
        super().__init__()
        self.start, self.rnn, self.fc = nn.Linear(3, 5), nn.GRU(4, 5, batch_first=True), nn.Linear(5, 3)

    def forward(self, x, context):
        return self.fc(self.rnn(x, torch.tanh(self.start(context)).unsqueeze(0))[0][:, -1])


directory = pathlib.Path(__file__).parent / "states"
directory.mkdir(exist_ok=True)
for name, network, sizes in [("learned", Learned, [(6, 4)]), ("computed", Computed, [(6, 4), (3,)])]:
    torch.manual_seed(5)
    model = network()
    inputs = [torch.randn(7, *size) for size in sizes]
    labels = torch.arange(7) % 3
    functional.cross_entropy(model(*inputs), labels).backward()
    names = [f"x{index}" for index in range(len(inputs))]
    for suffix, rows, axes in [("", 7, {n: {0: "batch"} for n in names + ["y"]}), ("_fixed", 1, None)]:
        torch.onnx.export(
            model, tuple(x[:rows] for x in inputs), directory / f"{name}{suffix}.onnx", input_names=names,
            output_names=["y"], dynamic_axes=axes, dynamo=False, opset_version=17)
    tensors = {f"input.{index}": x for index, x in enumerate(inputs)} | {"labels": labels.float()}
    # Weights of recurrent layers have other layouts and names in the files.
    for parameter, value in model.named_parameters():
        if not parameter.startswith("rnn."):
            tensors[f"gradient.{parameter}"] = value.grad.contiguous()
    save_file(tensors, directory / f"{name}.safetensors")
