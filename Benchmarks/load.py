"""How fast a model of about 400 MB is ready to serve, and how much memory it then takes.

    scripts/bench load [--rounds 5] [--output FILE]

Three networks (convolutions before a large dense layer, dense layers alone, an LSTM), each as `model.safetensors` and as
PyTorch's `model.pt`; the dense one as `model.npz`, `model.onnx`, and Keras's `model.keras` and `model.h5` too. A round reads the file into memory that is already there, starts `apus serve` on it until it is
ready, and loads it in PyTorch; the file is in the page cache each time. Required: the server is ready in under twice the
time of reading, and then holds no more than 1.25 times the file beside what a server of a small model holds.
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
        "lstm": (
            {
                "initialization": "pytorch",
                "input_shape": [None, 3500],
                "layers": [{"type": "LSTM", "name": "lstm", "units": 3500}, {"type": "Linear", "name": "fc", "units": 10}],
            },
            {
                "lstm.weight_ih_l0": (14000, 3500), "lstm.weight_hh_l0": (14000, 3500),
                "lstm.bias_ih_l0": (14000,), "lstm.bias_hh_l0": (14000,),
            }
            | linear("fc", 3500, 10),
        ),
    }


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


def convert(apus: pathlib.Path, source: pathlib.Path, suffix: str) -> pathlib.Path:
    """The model of a version in another format, in a repository of its own."""
    network = source.parent.parent.name
    version = source.parents[2].parent / f"{network}_{suffix}" / network / "1"
    version.mkdir(parents=True)
    path = version / f"model.{suffix}"
    subprocess.run([apus, "convert", source.parent, path], check=True, capture_output=True)
    if suffix == "npz":
        shutil.copy(source.parent / "architecture.json", version)
    return path


def write_keras(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """The network of dense layers as Keras saves it."""
    layers = [keras.layers.Dense(7000, activation="relu") for _ in range(2)] + [keras.layers.Dense(10)]
    model = keras.Sequential([keras.Input((7000,)), *layers])
    files = {}
    for suffix in ("keras", "h5"):
        version = folder / f"dense_{suffix}" / "dense" / "1"
        version.mkdir(parents=True)
        files[f"dense .{suffix}"] = path = version / f"model.{suffix}"
        model.save(path)
    return files


def write_models(folder: pathlib.Path, apus: pathlib.Path) -> dict[str, pathlib.Path]:
    """A repository for each network and format."""
    files = {}
    for network, (architecture, shapes) in networks().items():
        state = tensors(shapes)
        for suffix in ("safetensors", "pt"):
            version = folder / f"{network}_{suffix}" / network / "1"
            version.mkdir(parents=True)
            (version / "architecture.json").write_text(json.dumps(architecture))
            path = version / f"model.{suffix}"
            if suffix == "pt":
                torch.save(state, path)
            else:
                write_safetensors(path, state)
            files[f"{network} .{suffix}"] = path
    for suffix in ("npz", "onnx"):
        files[f"dense .{suffix}"] = convert(apus, files["dense .safetensors"], suffix)
    return files | write_keras(folder)


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
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        files = write_models(pathlib.Path(folder), options.apus.resolve())
        idle = min(serve(options.apus, files["small .safetensors"])[1] for _ in range(3))
        for name, path in files.items():
            if not name.startswith("small"):
                rows.append(measure(name, path, options, idle))
    if options.output:
        options.output.write_text(json.dumps({"idle_bytes": idle, "models": rows}, indent=1))
    sys.exit(0 if all(row["met"] for row in rows) else 1)


def measure(name: str, path: pathlib.Path, options: argparse.Namespace, idle: int) -> dict:
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
    met = ratio < REQUIRED_TIME and resident - idle < REQUIRED_MEMORY * size
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
