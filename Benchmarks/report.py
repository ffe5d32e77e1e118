"""What the benchmarks share: the apus binary's path, the table, the verdict, the result file."""

import argparse
import importlib.metadata
import json
import os
import pathlib
import platform
import statistics
from collections.abc import Iterable, Sequence

ROOT = pathlib.Path(__file__).resolve().parent.parent


def arguments(description: str) -> argparse.ArgumentParser:
    """A parser with the options all benchmarks have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--apus", required=True, type=pathlib.Path, help="the built executable")
    parser.add_argument("--output", type=pathlib.Path, help="write every measured number to this file, as JSON")
    return parser


def machine(peers: Sequence[str]) -> dict[str, str | int]:
    """Where and with which peers the numbers were taken; `peers` are packages of the environment."""
    model = next(
        (line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    return {"cpu": model, "cores": os.cpu_count() or 1, **{peer: importlib.metadata.version(peer) for peer in peers}}


def median(values: Iterable[float]) -> float:
    return float(statistics.median(values))


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns as wide as their widest cell, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    for row in cells:
        print("  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:]))]).rstrip())


def verdict(passed: bool) -> str:
    """The last cell of a row that has a requirement."""
    return "pass" if passed else "FAIL"


def save(result: dict, output: pathlib.Path | None, peers: Sequence[str]) -> None:
    """Writes the result where it was asked for."""
    if output:
        output.write_text(json.dumps({"machine": machine(peers), **result}, indent=2) + "\n")


def finish(result: dict, passed: bool, output: pathlib.Path | None, peers: Sequence[str]) -> int:
    """Writes the result where it was asked for, prints the verdict and returns the exit status."""
    save({**result, "passed": passed}, output, peers)
    print("\nPASS" if passed else "\nFAIL")
    return 0 if passed else 1
