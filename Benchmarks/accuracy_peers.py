"""Trains the seed models in PyTorch and Keras over several seeds and stores what accuracy.py compares Apus with.

    scripts/bench accuracy-peers [--seeds 10] [--output Benchmarks/accuracy_peers.json]

Adam 1e-3, batch 32, cross-entropy, shuffled each epoch, one thread. The CNN is trained in PyTorch with its own
initialisers and with those of Keras, which are what Apus's preset has, and in Keras itself. Each run is stored when it
ends, and runs that are stored already are not made again.
"""

import argparse
import os
import pathlib
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["KERAS_BACKEND"] = "tensorflow"

import numpy as np

import digits
import learning_runs
from learning_runs import Run

BATCH = 32
LEARNING_RATE = 1e-3

Log = tuple[list[float], list[float]]


@dataclass(frozen=True)
class Task:
    """A network, initialised in one way, and the data and epochs it is trained for."""

    peer: str
    data: str
    epochs: int
    train: Callable[["Task", digits.Arrays, int], Log]


def tasks() -> list[Task]:
    return [
        Task("torch", "seq28", 60, train_torch),
        Task("torch", "seq100", 40, train_torch),
        Task("torch", "digits", 10, train_torch),
        Task("torch-glorot", "digits", 10, train_torch),
        Task("keras", "digits", 10, train_keras),
    ]


def train_torch(task: Task, arrays: digits.Arrays, seed: int) -> Log:
    """Trains as a plain loop does, data as tensors in memory."""
    import torch
    from torch.nn import functional

    import networks_torch

    torch.manual_seed(seed)
    model = networks_torch.seed_cnn() if task.data == "digits" else networks_torch.SeedLSTM()
    if task.peer == "torch-glorot":
        networks_torch.initialise_as_keras(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    tensors = {name: torch.from_numpy(values) for name, values in arrays.items()}
    if task.data == "digits":
        tensors |= {split: tensors[split][:, None].float() / 255 for split in ("x", "x_test")}
    losses, accuracies = [], []
    for _ in range(task.epochs):
        total = 0.0
        for rows in torch.randperm(len(tensors["x"])).split(BATCH):
            loss = functional.cross_entropy(model(tensors["x"][rows]), tensors["y"][rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(tensors["x"]))
        with torch.no_grad():
            answers = model(tensors["x_test"]).argmax(dim=1)
        accuracies.append((answers == tensors["y_test"]).double().mean().item())
    return losses, accuracies


def train_keras(task: Task, arrays: digits.Arrays, seed: int) -> Log:
    """Trains by `fit`."""
    import keras

    import networks_keras

    keras.utils.set_random_seed(seed)
    model = networks_keras.seed_cnn()
    model.compile(keras.optimizers.Adam(LEARNING_RATE), networks_keras.loss(), metrics=["accuracy"])
    images = {split: arrays[split][..., np.newaxis].astype(np.float32) / 255 for split in ("x", "x_test")}
    history = model.fit(
        images["x"],
        arrays["y"],
        batch_size=BATCH,
        epochs=task.epochs,
        validation_data=(images["x_test"], arrays["y_test"]),
        verbose=0,
    ).history
    return [float(value) for value in history["loss"]], [float(value) for value in history["val_accuracy"]]


def prepare() -> dict[str, str]:
    """Leaves the frameworks one thread each; their versions."""
    import keras
    import tensorflow
    import torch

    torch.set_num_threads(1)
    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "keras": keras.__version__,
        "tensorflow": tensorflow.__version__,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="The peers' accuracies and loss curves over several seeds.")
    parser.add_argument("--seeds", type=int, default=10, help="of each network (default: %(default)s)")
    parser.add_argument("--output", type=pathlib.Path, default=learning_runs.STORED, help="default: %(default)s")
    options = parser.parse_args()

    settings = {"batch_size": BATCH, "learning_rate": LEARNING_RATE, "versions": prepare()}
    runs = learning_runs.read(options.output)
    made = {(run.peer, run.data, run.seed) for run in runs}
    arrays = {name: digits.load(name) for name in digits.NAMES}
    for seed in range(1, options.seeds + 1):
        for task in tasks():
            if (task.peer, task.data, seed) in made:
                continue
            losses, accuracies = task.train(task, arrays[task.data], seed)
            print(f"{task.peer} {task.data} seed {seed}: {losses[-1]:.4f} {accuracies[-1]:.4f}", flush=True)
            runs.append(Run(task.peer, task.data, seed, losses, accuracies))
            learning_runs.write(options.output, runs, settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
