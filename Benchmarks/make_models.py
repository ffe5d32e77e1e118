"""Writes the ONNX models that engine.py measures: the project's two seed architectures with seeded random weights.

    python Benchmarks/make_models.py DIRECTORY

Made instead of stored, in the form PyTorch exports (NCHW, `input` -> `output`, the batch dimension free), because
the time a model takes does not depend on what its weights are.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SEED = 20240607
CLASSES = 10
HIDDEN = 50


class Weights:
    """Named initializers, uniform in +-1/sqrt(fan_in) as PyTorch draws them."""

    def __init__(self) -> None:
        self.tensors: list[onnx.TensorProto] = []
        self._random = np.random.default_rng(SEED)

    def uniform(self, name: str, shape: list[int], fan_in: int) -> str:
        bound = fan_in**-0.5
        return self.constant(name, self._random.uniform(-bound, bound, shape).astype(np.float32))

    def constant(self, name: str, values: np.ndarray) -> str:
        self.tensors.append(numpy_helper.from_array(values, name))
        return name


def seed_cnn() -> onnx.ModelProto:
    """Conv 32, pool, conv 64, pool, dense 64, dense 10 over [b, 1, 28, 28]: 121,930 parameters."""
    weights = Weights()

    def convolution(name: str, source: str, inputs: int, outputs: int) -> list[onnx.NodeProto]:
        kernel = weights.uniform(f"{name}.weight", [outputs, inputs, 3, 3], inputs * 9)
        bias = weights.uniform(f"{name}.bias", [outputs], inputs * 9)
        return [
            helper.make_node("Conv", [source, kernel, bias], [f"{name}.sum"], kernel_shape=[3, 3]),
            helper.make_node("Relu", [f"{name}.sum"], [f"{name}.relu"]),
            helper.make_node("MaxPool", [f"{name}.relu"], [name], kernel_shape=[2, 2], strides=[2, 2]),
        ]

    def dense(name: str, source: str, target: str, inputs: int, outputs: int) -> onnx.NodeProto:
        kernel = weights.uniform(f"{name}.weight", [outputs, inputs], inputs)
        bias = weights.uniform(f"{name}.bias", [outputs], inputs)
        return helper.make_node("Gemm", [source, kernel, bias], [target], transB=1)

    nodes = [
        *convolution("conv1", "input", 1, 32),
        *convolution("conv2", "conv1", 32, 64),
        helper.make_node("Flatten", ["conv2"], ["flat"], axis=1),
        dense("fc1", "flat", "fc1", 64 * 5 * 5, 64),
        helper.make_node("Relu", ["fc1"], ["fc1.relu"]),
        dense("fc2", "fc1.relu", "output", 64, CLASSES),
    ]
    return model("seed_cnn", nodes, ["b", 1, 28, 28], weights)


def seed_lstm(steps: int) -> onnx.ModelProto:
    """One LSTM layer of 50 over [b, steps, 1], then dense 10 on its last output: 11,110 parameters."""
    weights = Weights()
    gates = 4 * HIDDEN
    last = weights.constant("last", np.array(-1, dtype=np.int64))
    direction = weights.constant("direction", np.array([1], dtype=np.int64))
    lstm = [
        weights.uniform("lstm.W", [1, gates, 1], HIDDEN),
        weights.uniform("lstm.R", [1, gates, HIDDEN], HIDDEN),
        weights.uniform("lstm.B", [1, 2 * gates], HIDDEN),
    ]
    dense = [weights.uniform("fc.weight", [CLASSES, HIDDEN], HIDDEN), weights.uniform("fc.bias", [CLASSES], HIDDEN)]
    nodes = [
        helper.make_node("Transpose", ["input"], ["steps"], perm=[1, 0, 2]),
        helper.make_node("LSTM", ["steps", *lstm], ["states"], hidden_size=HIDDEN),
        helper.make_node("Squeeze", ["states", direction], ["sequence"]),
        helper.make_node("Gather", ["sequence", last], ["state"], axis=0),
        helper.make_node("Gemm", ["state", *dense], ["output"], transB=1),
    ]
    return model(f"seed_lstm_t{steps}", nodes, ["b", steps, 1], weights)


def model(name: str, nodes: list[onnx.NodeProto], input_shape: list[str | int], weights: Weights) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, input_shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["b", CLASSES])],
        weights.tensors,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made, full_check=True)
    return made


def write(directory: pathlib.Path) -> None:
    """Writes the three models to `directory`, which is made when missing."""
    directory.mkdir(parents=True, exist_ok=True)
    for made in (seed_cnn(), seed_lstm(28), seed_lstm(100)):
        onnx.save(made, directory / f"{made.graph.name}.onnx")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(pathlib.Path(sys.argv[1]))
