"""What a training job costs those who ask for predictions: latency with and without it, in alternating rounds.

    scripts/bench interference [--rounds 7] [--seconds 4] [--connections 2] [--preset seed-cnn] [--output FILE]

wrk drives POST /v1/models/digits-cnn/predict over loopback with one thread, while a job of the same server trains on
the digits with the server's own settings; in every other round the job is paused. wrk is in the session of the server,
as a remote client has no processor time to share with anybody here: between sessions, autogroup (sched(7)) would
measure how the kernel shares the machine between them.
"""

import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass

import numpy as np

import digits
import report
from processes import HOST, Server, free_port
from training_client import TrainingClient

MODEL = "digits-cnn"
EXAMPLE = report.ROOT / "models" / MODEL / "example.json"
REQUIRED_RATIO = 2.0
EPOCHS = 10_000
STATE_LIMIT = 60.0
SETTLE_SECONDS = 0.3


@dataclass
class Round:
    """What one load of `seconds` measured; `steps` are those that the job took meanwhile."""

    training: bool
    requests: int
    per_second: float
    p50_us: int
    p99_us: int
    errors: int
    steps: int


class Job:
    """A training that goes on for as long as it is wanted."""

    def __init__(self, client: TrainingClient, preset: str) -> None:
        arrays = io.BytesIO()
        np.savez_compressed(arrays, **digits.load("digits" if preset != "seed-lstm" else "seq28"))
        client.add_dataset("data", arrays.getvalue())
        self._client = client
        self._id = client.train(
            "trained", {"dataset": "data", "preset": preset, "epochs": EPOCHS, "batch_size": 32, "publish": "never"}
        )
        self._wait("running")

    def steps(self) -> int:
        return self._client.job(self._id).get("step") or 0

    def pause(self) -> None:
        self._client.act(self._id, "pause")
        self._wait("paused")

    def resume(self) -> None:
        self._client.act(self._id, "resume")
        self._wait("running")

    def cancel(self) -> None:
        self._client.act(self._id, "cancel")

    def _wait(self, state: str) -> None:
        end = time.monotonic() + STATE_LIMIT
        while (job := self._client.job(self._id))["state"] != state:
            if time.monotonic() > end:
                sys.exit(f"the job is still {job['state']} instead of {state}: {job.get('reason')}")
            time.sleep(0.05)
        time.sleep(SETTLE_SECONDS)


def load(port: int, seconds: int, connections: int, job: Job, training: bool) -> Round:
    """One bounded run of wrk."""
    url = f"http://{HOST}:{port}/v1/models/{MODEL}/predict"
    script = str(pathlib.Path(__file__).with_name("predict.lua"))
    command = ["wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "-s", script, url]
    before = job.steps()
    environment = os.environ | {"BODY": str(EXAMPLE)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds + 30, check=False)
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        sys.exit(f"wrk: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    result = json.loads(line.removeprefix("RESULT "))
    return Round(
        training=training,
        requests=result["requests"],
        per_second=result["requests"] / result["seconds"],
        p50_us=result["p50_us"],
        p99_us=result["p99_us"],
        errors=result["bad_status"] + result["broken"],
        steps=job.steps() - before,
    )


def ratios(rounds: list[Round], field: str) -> list[float]:
    """With the job, times without it, in each pair of rounds: a slow spell of the machine counts for both."""
    without = [getattr(r, field) for r in rounds if not r.training]
    beside = [getattr(r, field) for r in rounds if r.training]
    return [mine / theirs for mine, theirs in zip(beside, without)]


def print_rounds(rounds: list[Round]) -> None:
    """The table of medians."""
    rows = []
    for training in (False, True):
        mine = [r for r in rounds if r.training == training]
        rows.append(
            [
                "beside a job" if training else "alone",
                f"{report.median(r.per_second for r in mine):.0f}",
                f"{report.median(r.p50_us for r in mine):.0f}",
                f"{report.median(r.p99_us for r in mine):.0f}",
                f"{report.median(r.steps for r in mine):.0f}",
                sum(r.errors for r in mine),
            ]
        )
    report.print_table(["", "predictions/s", "p50 us", "p99 us", "steps trained", "errors"], rows)


def judge(rounds: list[Round]) -> bool:
    """Prints each requirement beside what was measured."""
    p50, p99 = (report.median(ratios(rounds, field)) for field in ("p50_us", "p99_us"))
    steps = sum(r.steps for r in rounds if r.training)
    errors = sum(r.errors for r in rounds)
    rows = [
        ["p99 beside a job, times alone", f"{p99:.2f}", f"<= {REQUIRED_RATIO:g}", p99 <= REQUIRED_RATIO],
        ["p50 beside a job, times alone", f"{p50:.2f}", f"<= {REQUIRED_RATIO:g}", p50 <= REQUIRED_RATIO],
        ["steps that the job took", steps, "> 0", steps > 0],
        ["requests without an answer of 200", errors, "0", errors == 0],
    ]
    print()
    report.print_table(["", "measured", "required", ""], [[*row[:3], report.verdict(row[3])] for row in rows])
    return all(row[3] for row in rows)


def main() -> int:
    parser = report.arguments("Latency of predictions with and without a training job.")
    parser.add_argument("--rounds", type=int, default=7, help="of each kind (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=4, help="of load in a round (default: %(default)s)")
    parser.add_argument("--connections", type=int, default=2, help="default: %(default)s")
    parser.add_argument("--preset", default="seed-cnn", help="what the job trains (default: %(default)s)")
    options = parser.parse_args()

    rounds: list[Round] = []
    with tempfile.TemporaryDirectory() as data:
        port = free_port()
        command = [str(options.apus.resolve()), "serve", "--models", str(report.ROOT / "models"), "--data", data]
        command += ["--host", HOST, "--port", str(port), "--log-level", "warning"]
        with Server("apus", command, port, new_session=False):
            job = Job(TrainingClient(port), options.preset)
            load(port, 2, options.connections, job, True)  # warm-up
            job.pause()
            for number in range(options.rounds):
                print(f"\rround {number + 1} of {options.rounds}", end="", file=sys.stderr, flush=True)
                # The job is paused at the start of each round and at its end.
                rounds.append(load(port, options.seconds, options.connections, job, False))
                job.resume()
                rounds.append(load(port, options.seconds, options.connections, job, True))
                job.pause()
            job.cancel()
    print(file=sys.stderr)
    print(f"One JSON digit a request, {options.connections} connections, medians of {options.rounds} rounds\n")
    print_rounds(rounds)
    passed = judge(rounds)
    result = {
        "connections": options.connections,
        "seconds": options.seconds,
        "preset": options.preset,
        "p50_ratios": ratios(rounds, "p50_us"),
        "p99_ratios": ratios(rounds, "p99_us"),
        "rounds": [asdict(r) for r in rounds],
    }
    return report.finish(result, passed, options.output, ["numpy"])


if __name__ == "__main__":
    sys.exit(main())
