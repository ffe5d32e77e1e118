"""What Apus learns, trained through its API, against what PyTorch and Keras learned on the same digits.

    scripts/bench accuracy [--seeds 12] [--threads 1] [--data digits seq28 seq100] [--output FILE]

Apus serves on a free port with directories of its own, gets the data sets uploaded and trains its presets with each
seed, as `curl` would have it do. The peers' runs are read from accuracy_peers.json, which `scripts/bench
accuracy-peers` makes; the median loss of every epoch must lie within what PyTorch's seeds span. The version that serves
after each job must recognise as many test digits as the job says.
"""

import io
import pathlib
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

import digits
import learning_runs
import report
from learning_runs import Run
from processes import HOST, Server, free_port
from training_client import TrainingClient

APUS = "apus"
BATCH = 32
LEARNING_RATE = 0.001
JOB_LIMIT = 3600
# How far below its PyTorch's an LSTM's median accuracy may lie, and a CNN's median at all.
ACCURACY_MARGIN = 0.02
CNN_ACCURACY = 0.96
ROUNDING = 0.0005


@dataclass(frozen=True)
class Task:
    """A preset on a data set, and the peer that is trained in the same way from the same kind of initial weights."""

    data: str
    preset: str
    epochs: int
    peer: str


TASKS = [
    Task("digits", "seed-cnn", 10, "torch-glorot"),
    Task("seq28", "seed-lstm", 60, "torch"),
    Task("seq100", "seed-lstm", 40, "torch"),
]


@dataclass(frozen=True)
class Comparison:
    """Apus's runs of a task beside its peer's."""

    task: Task
    runs: list[Run]
    peer_runs: list[Run]

    @property
    def required(self) -> float:
        """The least median accuracy."""
        if self.task.preset == "seed-cnn":
            return CNN_ACCURACY
        return report.median(learning_runs.accuracies(self.peer_runs)) - ACCURACY_MARGIN

    @property
    def accuracy_passed(self) -> bool:
        return report.median(learning_runs.accuracies(self.runs)) >= self.required

    def epochs_outside(self) -> list[int]:
        """The epochs whose median loss lies outside of what the peer's seeds span, from 1."""
        least, most = learning_runs.curve(self.peer_runs, min), learning_runs.curve(self.peer_runs, max)
        spans = zip(learning_runs.curve(self.runs), least, most, strict=True)
        return [
            epoch
            for epoch, (loss, low, high) in enumerate(spans, start=1)
            if not low <= loss <= high
        ]

    @property
    def passed(self) -> bool:
        return self.accuracy_passed and not self.epochs_outside()


def apus_server(apus: pathlib.Path, directory: pathlib.Path) -> Server:
    """A server without models, whose directories are in `directory`."""
    port = free_port()
    (directory / "models").mkdir()
    places = ["--models", str(directory / "models"), "--data", str(directory / "data")]
    command = [str(apus.resolve()), "serve", *places, "--host", HOST, "--port", str(port), "--log-level", "warning"]
    # The jobs have the machine for themselves, so they need not wait for idle moments of others.
    return Server(APUS, command, port, {"APUS_TRAINING_PRIORITY": "normal"})


def train(client: TrainingClient, task: Task, arrays: digits.Arrays, seed: int, threads: int) -> Run:
    """One job, and what came of it."""
    request = {
        "dataset": task.data,
        "preset": task.preset,
        "epochs": task.epochs,
        "batch_size": BATCH,
        "seed": seed,
        "threads": threads,
        "optimizer": {"name": "adam", "learning_rate": LEARNING_RATE},
        "publish": "always",
    }
    model = f"my-{task.data}"
    job = client.wait(client.train(model, request), JOB_LIMIT)
    accuracy = job["metrics"]["test_accuracy"]
    served = client.accuracy(model, arrays["x_test"], arrays["y_test"])
    if abs(served - accuracy) > ROUNDING:
        sys.exit(f"{model}: the job says {accuracy}, the served version recognises {served} of the test digits")
    return Run(APUS, task.data, seed, client.losses(job["id"]), [accuracy])


def train_all(apus: pathlib.Path, tasks: Sequence[Task], seeds: int, threads: int) -> list[Run]:
    runs = []
    with tempfile.TemporaryDirectory() as made, apus_server(apus, pathlib.Path(made)) as server:
        client = TrainingClient(server.port)
        for task in tasks:
            arrays = digits.load(task.data)
            with io.BytesIO() as npz:
                np.savez_compressed(npz, **arrays)
                client.add_dataset(task.data, npz.getvalue())
            for seed in range(1, seeds + 1):
                runs.append(train(client, task, arrays, seed, threads))
                last = runs[-1]
                outcome = f"loss {last.train_loss[-1]:.4f}, accuracy {last.test_accuracy[-1]:.3f}"
                print(f"{task.data} seed {seed}: {outcome}", file=sys.stderr)
    return runs


def print_accuracies(comparisons: Sequence[Comparison], everyone: Sequence[Run]) -> None:
    print("\nTest accuracy over the seeds\n")
    rows = []
    for comparison in comparisons:
        for name in sorted({run.peer for run in everyone if run.data == comparison.task.data}):
            runs = [run for run in everyone if (run.peer, run.data) == (name, comparison.task.data)]
            rows.append([comparison.task.data, name, *spread(learning_runs.accuracies(runs), len(runs)), "", ""])
        verdict = report.verdict(comparison.accuracy_passed)
        numbers = spread(learning_runs.accuracies(comparison.runs), len(comparison.runs))
        rows.append([comparison.task.data, APUS, *numbers, f">= {comparison.required:.3f}", verdict])
    report.print_table(["data", "", "seeds", "median", "least", "most", "required", ""], rows)


def spread(values: Sequence[float], count: int) -> list[object]:
    return [count, *(f"{value:.3f}" for value in (report.median(values), values[0], values[-1]))]


def print_curves(comparison: Comparison) -> None:
    """The losses of some epochs: all of ten, every so many of more."""
    task, outside = comparison.task, comparison.epochs_outside()
    print(f"\nTraining loss, {task.data}: median (least-most) over the seeds; required within {task.peer}'s\n")
    shown = sorted({1, *range(0, task.epochs + 1, -(-task.epochs // 10)), *outside} - {0})
    mine, theirs = comparison.runs, comparison.peer_runs
    curves = [[learning_runs.curve(runs, of) for of in (report.median, min, max)] for runs in (theirs, mine)]
    rows = []
    for epoch in shown:
        cells = ["{:.4f} ({:.4f}-{:.4f})".format(*(curve[epoch - 1] for curve in side)) for side in curves]
        rows.append([epoch, *cells, report.verdict(epoch not in outside)])
    report.print_table(["epoch", task.peer, APUS, ""], rows)


def main() -> int:
    parser = report.arguments("What Apus learns against what PyTorch and Keras learned.")
    parser.add_argument("--seeds", type=int, default=12, help="of each preset (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="of each job (default: %(default)s)")
    parser.add_argument("--data", nargs="+", choices=digits.NAMES, default=digits.NAMES, help="only these data sets")
    options = parser.parse_args()

    tasks = [task for task in TASKS if task.data in options.data]
    peers = learning_runs.read(learning_runs.STORED)
    for task in tasks:
        if not any((run.peer, run.data) == (task.peer, task.data) for run in peers):
            sys.exit(f"{task.peer} was not trained on {task.data} yet: scripts/bench accuracy-peers")

    runs = train_all(options.apus, tasks, options.seeds, options.threads)
    comparisons = [
        Comparison(
            task,
            [run for run in runs if run.data == task.data],
            [run for run in peers if (run.peer, run.data) == (task.peer, task.data)],
        )
        for task in tasks
    ]
    print_accuracies(comparisons, peers)
    for comparison in comparisons:
        print_curves(comparison)
    result = {"threads": options.threads, "runs": [run.rounded() for run in runs]}
    return report.finish(result, all(comparison.passed for comparison in comparisons), options.output, ["mlxtend"])


if __name__ == "__main__":
    sys.exit(main())
