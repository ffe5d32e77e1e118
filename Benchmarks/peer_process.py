"""A framework in a process of its own, asked over a pipe to time training steps; both ends of the pipe are here.

A process, because thread counts cannot be changed once a framework has started. It lives from round to round, so that
rounds follow each other quickly, and ends when the pipe is closed, however its parent ends. Requests and answers are
one line of JSON each.
"""

import gc
import json
import os
import pathlib
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import report

WARM_UP_STEPS = 20
FEWEST_RUNS = 3


@dataclass(frozen=True)
class Workload:
    """A training step to time: `way` is one of those the peer knows."""

    way: str
    model: str
    batch: int


@dataclass(frozen=True)
class Step:
    """`run` makes `count` training steps."""

    run: Callable[[], object]
    count: int = 1


class PeerProcess:
    """`script` with so many threads; leaving the `with` block ends it."""

    def __init__(self, script: str, threads: int) -> None:
        self._name = script
        self._threads = threads

    def __enter__(self) -> "PeerProcess":
        threads = str(self._threads)
        limits = {name: threads for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        self._process = subprocess.Popen(
            [sys.executable, str(pathlib.Path(__file__).with_name(self._name)), threads],
            env=os.environ | limits | {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def samples_per_second(self, workload: Workload, seconds: float) -> float:
        """Times the workload for about so long."""
        request = asdict(workload) | {"seconds": seconds}
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            sys.exit(f"{self._name} with {self._threads} thread(s) ended: {request}")
        return workload.batch * 1e6 / json.loads(answer)["median_us"]


def answer_requests(make: Callable[[Workload], Step]) -> None:
    """The child's side: times what it is asked for until the pipe is closed. Each workload is made once."""
    # What frameworks print must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    made: dict[Workload, Step] = {}
    for line in sys.stdin:
        request = json.loads(line)
        seconds = request.pop("seconds")
        workload = Workload(**request)
        if workload not in made:
            made[workload] = make(workload)
            repeat(made[workload].run, -(-WARM_UP_STEPS // made[workload].count))
        print(json.dumps({"median_us": median_us(made[workload], seconds)}), file=answers, flush=True)


def repeat(run: Callable[[], object], times: int) -> None:
    for _ in range(times):
        run()


def median_us(step: Step, seconds: float) -> float:
    """The median time of one step, in us, of as many runs as fit into `seconds`, and of a few at least."""
    clock, times = time.perf_counter_ns, []
    step.run()
    gc.disable()
    started = clock()
    end = started + int(seconds * 1e9)
    while started < end or len(times) < FEWEST_RUNS:
        step.run()
        now = clock()
        times.append(now - started)
        started = now
    gc.enable()
    return report.median(times) / 1000 / step.count
