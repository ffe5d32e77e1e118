"""How fast a model of about 400 MB is ready to serve, and how much memory it then takes.

    scripts/bench load [--rounds 5] [--only TEXT] [--models DIRECTORY] [--output FILE]

Five networks (convolutions before a large dense layer, convolutions alone, dense layers alone, an LSTM, a GRU), each as
`model.safetensors`, PyTorch's `model.pt`, `model.npz`, `model.onnx`, and Keras's `model.keras` and `model.h5`. A round
reads the file into memory that is already there and into new memory, starts `apus serve` on it until it is ready, and
loads it in PyTorch; the file is in the page cache each time. Required: the server is ready in under twice the time of
reading into new memory, and then holds no more than 1.25 times the file beside what a server of a small model holds;
3×3 convolutions, which are kept transformed (16 numbers for 9), hold 16/9 times as much. The most that a server has held
is reported too.
"""

import argparse
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from torch import nn

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras

import report
from processes import HOST, Server, free_port

REQUIRED_TIME = 2.0
REQUIRED_MEMORY = 1.25
RANDOM_ELEMENTS = 1 << 16
FORMATS = ("safetensors", "pt", "npz", "onnx", "keras", "h5")


def networks() -> dict[str, tuple[dict, dict[str, tuple[int, ...]]]]:
    """Each network's architecture.json, and the shapes of its tensors."""

    def linear(name: str, inputs: int, units: int) -> dict[str, tuple[int, ...]]:
        return {f"{name}.weight": (units, inputs), f"{name}.bias": (units,)}

    def convolution(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
        return {f"{name}.weight": (outputs, inputs, 3, 3), f"{name}.bias": (outputs,)}

    pytorch = {"initialization": "pytorch", "layout": "channels_first"}
    block = {"type": "Conv2d", "kernel_size": 3, "padding": 1, "activation": "relu"}
    return {
        "small": (
            pytorch | {"input_shape": [8], "layers": [{"type": "Linear", "name": "fc", "units": 4}]},
            linear("fc", 8, 4),
        ),
        "convolutions": (
            pytorch
            | {
                "input_shape": [3, 32, 32],
                "layers": [
                    block | {"name": "c1", "filters": 64}, {"type": "MaxPool2d"},
                    block | {"name": "c2", "filters": 512}, {"type": "MaxPool2d"}, {"type": "Flatten"},
                    {"type": "Linear", "name": "fc1", "units": 3000, "activation": "relu"},
                    {"type": "Linear", "name": "fc2", "units": 10},
                ],
            },
            convolution("c1", 3, 64) | convolution("c2", 64, 512) | linear("fc1", 32768, 3000) | linear("fc2", 3000, 10),
        ),
        "dense": (
            pytorch
            | {
                "input_shape": [7000],
                "layers": [
                    {"type": "Linear", "name": name, "units": 7000, "activation": "relu"} for name in ("fc1", "fc2")
                ]
                + [{"type": "Linear", "name": "fc3", "units": 10}],
            },
            linear("fc1", 7000, 7000) | linear("fc2", 7000, 7000) | linear("fc3", 7000, 10),
        ),
        "deep": (
            pytorch
            | {
                "input_shape": [1024, 4, 4],
                "layers": [block | {"name": f"c{index}", "filters": 1024} for index in range(10)]
                + [{"type": "Flatten"}, {"type": "Linear", "name": "fc", "units": 10}],
            },
            dict(entry for index in range(10) for entry in convolution(f"c{index}", 1024, 1024).items())
            | linear("fc", 16384, 10),
        ),
        "lstm": recurrent("LSTM", 4, 3500),
        "gru": recurrent("GRU", 3, 4000),
    }


def recurrent(kind: str, gates: int, units: int) -> tuple[dict, dict[str, tuple[int, ...]]]:
    name = kind.lower()
    return (
        {
            "initialization": "pytorch",
            "input_shape": [2, units],
            "layers": [{"type": kind, "name": name, "units": units}, {"type": "Linear", "name": "fc", "units": 10}],
        },
        {f"{name}.weight_{part}_l0": (gates * units, units) for part in ("ih", "hh")}
        | {f"{name}.bias_{part}_l0": (gates * units,) for part in ("ih", "hh")}
        | {"fc.weight": (10, units), "fc.bias": (10,)},
    )


def keras_layers(network: str) -> list:
    """The network's layers as Keras has them, its input first."""
    layers = keras.layers
    match network:
        case "dense":
            return [keras.Input((7000,)), *(layers.Dense(7000, activation="relu") for _ in range(2)), layers.Dense(10)]
        case "convolutions":
            same = {"padding": "same", "activation": "relu"}
            return [
                keras.Input((32, 32, 3)), layers.Conv2D(64, 3, **same), layers.MaxPool2D(),
                layers.Conv2D(512, 3, **same), layers.MaxPool2D(), layers.Flatten(), layers.Dense(3000, activation="relu"),
                layers.Dense(10),
            ]
        case "deep":
            deep = [layers.Conv2D(1024, 3, padding="same", activation="relu") for _ in range(10)]
            return [keras.Input((4, 4, 1024)), *deep, layers.Flatten(), layers.Dense(10)]
        case "lstm":
            return [keras.Input((2, 3500)), layers.LSTM(3500, recurrent_initializer="random_normal"), layers.Dense(10)]
        case _:
            return [keras.Input((2, 4000)), layers.GRU(4000, recurrent_initializer="random_normal"), layers.Dense(10)]


def tensors(shapes: dict[str, tuple[int, ...]]) -> dict[str, torch.Tensor]:
    """Small random numbers, the same ones over and over."""
    generator = np.random.default_rng(3)
    values = generator.standard_normal(RANDOM_ELEMENTS, dtype=np.float32) / 100
    return {name: torch.from_numpy(np.resize(values, shape)) for name, shape in shapes.items()}


def write_safetensors(path: pathlib.Path, state: dict[str, torch.Tensor]) -> None:
    header, offset = {}, 0
    for name, tensor in state.items():
        header[name] = {
            "dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + 4 * tensor.numel()]
        }
        offset += 4 * tensor.numel()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in state.values():
            file.write(tensor.numpy().data)


def write_model(folder: pathlib.Path, network: str, suffix: str, apus: pathlib.Path) -> pathlib.Path:
    """A repository with one model; as it was, when it is there."""
    version = folder / f"{network}_{suffix}" / network / "1"
    path = version / f"model.{suffix}"
    if path.exists():
        return path
    version.mkdir(parents=True, exist_ok=True)
    if suffix in ("keras", "h5"):
        keras.Sequential(keras_layers(network)).save(path)
        return path
    architecture, shapes = networks()[network]
    if suffix in ("npz", "onnx"):
        source = write_model(folder, network, "safetensors", apus)
        subprocess.run([apus, "convert", source.parent, path], check=True, stdout=subprocess.DEVNULL)
    elif suffix == "pt":
        torch.save(tensors(shapes), path)
    else:
        write_safetensors(path, tensors(shapes))
    if suffix != "onnx":
        (version / "architecture.json").write_text(json.dumps(architecture))
    return path


def read_seconds(path: pathlib.Path, buffer: bytearray) -> float:
    """Reads a file into memory that has been touched before."""
    start = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        view = memoryview(buffer)
        while count := file.readinto(view):
            view = view[count:]
    return time.perf_counter() - start


def fresh_read_seconds(path: pathlib.Path) -> float:
    """Reads a file into new memory, which the system has to make first."""
    start = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        file.read()
    return time.perf_counter() - start


def torch_seconds(path: pathlib.Path) -> float | None:
    if path.suffix != ".pt":
        return None
    start = time.perf_counter()
    state = torch.load(path, weights_only=True)
    sum(float(tensor.flatten()[0]) for tensor in state.values())
    return time.perf_counter() - start


def serve(apus: pathlib.Path, path: pathlib.Path) -> tuple[float, float, float]:
    """Seconds from the start of a server to its readiness, and the bytes it then holds and has held at most."""
    port = free_port()
    command = [str(apus.resolve()), "serve", "--models", str(path.parent.parent.parent)]
    with Server("apus", [*command, "--host", HOST, "--port", str(port)], port) as server:
        resident, peak = server.memory_mib("VmRSS"), server.memory_mib("VmHWM")
        return server.ready_seconds, resident * 1024**2, peak * 1024**2


def main() -> None:
    parser = report.arguments(__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="measure the models whose name holds this text")
    parser.add_argument("--models", type=pathlib.Path, help="keep the models here for the next run (12 GB)")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder, apus = options.models or pathlib.Path(temporary), options.apus.resolve()
        small = write_model(folder, "small", "safetensors", apus)
        idle = min(serve(options.apus, small)[1] for _ in range(3))
        for network in networks():
            for suffix in FORMATS if network != "small" else ():
                name = f"{network} .{suffix}"
                if options.only in name:
                    path = write_model(folder, network, suffix, apus)
                    rows.append(measure(name, path, options, idle, 16 / 9 if network == "deep" else 1))
                    if not options.models and suffix != "safetensors":
                        shutil.rmtree(path.parents[2])
            if not options.models and network != "small":
                shutil.rmtree(folder / f"{network}_safetensors", ignore_errors=True)
    if options.output:
        options.output.write_text(json.dumps({"idle_bytes": idle, "models": rows}, indent=1))
    sys.exit(0 if all(row["met"] for row in rows) else 1)


def measure(name: str, path: pathlib.Path, options: argparse.Namespace, idle: int, growth: float) -> dict:
    size = path.stat().st_size
    buffer = bytearray(size)
    read_seconds(path, buffer)
    rounds = []
    for _ in range(options.rounds):
        reading, fresh = read_seconds(path, buffer), fresh_read_seconds(path)
        ready, resident, peak = serve(options.apus, path)
        rounds.append((ready / fresh, ready / reading, reading, fresh, ready, torch_seconds(path), resident, peak))
    ratio = report.median(sorted(row[0] for row in rounds))
    resident = max(row[6] for row in rounds)
    peak = max(row[7] for row in rounds)
    best = [min(row[place] for row in rounds) for place in range(2, 5)]
    peer = min((row[5] for row in rounds if row[5]), default=None)
    met = ratio < REQUIRED_TIME and resident - idle < REQUIRED_MEMORY * growth * size
    print(
        f"{name:26} {size / 1e6:6.0f} MB  read {best[0]:.3f} s, into new memory {best[1]:.3f} s  "
        f"ready {best[2]:.3f} s (median {ratio:.2f}x)  "
        + (f"torch.load {peer:.3f} s  " if peer else "")
        + f"holds {(resident - idle) / size:.2f}x, at most {(peak - idle) / size:.2f}x the file  "
        + ("" if met else "MISSED"),
        flush=True,
    )
    return {
        "name": name, "bytes": size, "read_seconds": best[0], "read_new_seconds": best[1], "ready_seconds": best[2],
        "median_ratio": ratio, "torch_seconds": peer, "resident_bytes": resident, "peak_bytes": peak, "met": met,
    }


if __name__ == "__main__":
    main()
