"""The built executable, run for one answer in JSON."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np


class Apus:
    """The built executable."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path.resolve()

    def bench(self, model: pathlib.Path, batch: int, threads: int, seconds: float, time_option: list[str]) -> dict:
        """Runs of a model."""
        return self._bench("--model", str(model), *time_option, batch=batch, threads=threads, seconds=seconds)

    def bench_training(self, preset: str, sample: list[int], batch: int, threads: int, seconds: float) -> dict:
        """Training steps of a preset on samples of a shape."""
        shape = ",".join(map(str, sample))
        return self._bench("--preset", preset, "--sample", shape, batch=batch, threads=threads, seconds=seconds)

    def predict(self, model: pathlib.Path, values: np.ndarray, level: str | None = None) -> np.ndarray:
        """The model's answer; `level` forces an instruction set."""
        with tempfile.NamedTemporaryFile(suffix=".npy") as file:
            np.save(file, values)
            file.flush()
            answer = self._run("predict", "--model", str(model), "--input", file.name, level=level)
        return np.asarray(answer["predictions"], dtype=np.float32)

    def _bench(self, *what: str, batch: int, threads: int, seconds: float) -> dict:
        limits = ["--batch", str(batch), "--threads", str(threads), "--seconds", str(seconds)]
        return self._run("bench", *what, *limits, "--json")

    def _run(self, *arguments: str, level: str | None = None) -> dict:
        environment = os.environ | ({"APUS_ISA": level} if level else {})
        done = subprocess.run(
            [self._path, *arguments], capture_output=True, text=True, env=environment, timeout=120, check=False
        )
        command = " ".join(["apus", *arguments])
        if done.returncode != 0:
            sys.exit(f"{command}: exit status {done.returncode}\n{done.stderr}")
        try:
            return json.loads(done.stdout)
        except json.JSONDecodeError as error:
            sys.exit(f"{command}: printed no JSON ({error})\n{done.stdout[:500]}")
