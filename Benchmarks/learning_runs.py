"""What trainings with different seeds gave: kept in a file, and compared by accuracy.py."""

import json
import pathlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import report

STORED = pathlib.Path(__file__).with_name("accuracy_peers.json")


@dataclass
class Run:
    """One training. `train_loss` is the mean over each epoch's rows, each before the update it takes part in;
    `test_accuracy` that of the 1,000 test digits after each epoch, or after the last one alone."""

    peer: str
    data: str
    seed: int
    train_loss: list[float]
    test_accuracy: list[float]

    def rounded(self) -> dict:
        """For JSON, with the digits that mean something."""
        losses = [round(loss, 5) for loss in self.train_loss]
        return asdict(self) | {"train_loss": losses, "test_accuracy": [round(value, 4) for value in self.test_accuracy]}


def read(path: pathlib.Path) -> list[Run]:
    """The runs of a file; none when there is no file."""
    return [Run(**run) for run in json.loads(path.read_text())["runs"]] if path.exists() else []


def write(path: pathlib.Path, runs: Sequence[Run], settings: dict) -> None:
    """One line a run, in order, so that a change of one is seen as one."""
    ordered = sorted(runs, key=lambda run: (run.data, run.peer, run.seed))
    lines = ",\n".join("    " + json.dumps(run.rounded()) for run in ordered)
    head = json.dumps(settings, indent=2).removesuffix("\n}")
    path.write_text(f'{head},\n  "runs": [\n{lines}\n  ]\n}}\n')


def accuracies(runs: Sequence[Run]) -> list[float]:
    """After the last epoch, in ascending order."""
    return sorted(run.test_accuracy[-1] for run in runs)


def curve(runs: Sequence[Run], of: Callable[[list[float]], float] = report.median) -> list[float]:
    """The training loss of each epoch, over the seeds: their median, or their `min` or `max`."""
    return [of(list(losses)) for losses in zip(*(run.train_loss for run in runs))]
