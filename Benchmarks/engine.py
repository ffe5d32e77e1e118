"""Apus's engine against onnxruntime: time per call, in alternating rounds of one run, and equal answers.

    scripts/bench engine [--rounds 7] [--seconds 0.4] [--threads 1] [--models DIR] [--output FILE]

One call is one run of the model over a batch of random float32 input. onnxruntime runs as it does by default apart
from its thread counts, and with input and output bound once (`run_with_iobinding`), which spares it the copies and
most of the Python of `run`; Apus is timed by its own `apus bench`. The required ratios are those for one thread.
"""

import gc
import pathlib
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field

import numpy as np
import onnxruntime

import make_models
import report
from apus import Apus

SEED = 7
PEER_TOLERANCE = 1e-4
LEVEL_TOLERANCE = 1e-5


@dataclass
class Case:
    """One row of the table: a model at a batch size, what it must reach and what each round measured, in us."""

    model: str
    batch: int
    required: float
    peer_us: list[float] = field(default_factory=list)
    apus_us: list[float] = field(default_factory=list)
    apus_rounds: list[dict] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """How many times as fast as the peer: the median of the rounds' ratios, so that a slow spell of the machine
        counts for both sides or for neither."""
        return report.median(self.ratios())

    def ratios(self) -> list[float]:
        return sorted(peer / apus for peer, apus in zip(self.peer_us, self.apus_us))


def cases() -> list[Case]:
    return [
        *(Case("seed_cnn", batch, 2.0) for batch in (1, 8, 32, 128)),
        *(Case(f"seed_lstm_t{steps}", *limit) for steps in (28, 100) for limit in ((1, 3.0), (32, 2.0))),
    ]


class Peer:
    """onnxruntime with the model at `path`."""

    def __init__(self, path: pathlib.Path, threads: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0]

    def input(self, batch: int, random: np.random.Generator, steps: int) -> np.ndarray:
        """Random values in the model's input shape: `batch` rows, and `steps` for a free time dimension."""
        shape = [batch, *self._input.shape[1:]]
        if (free := self._free_time()) is not None:
            shape[free] = steps
        return random.random(shape, dtype=np.float32)

    def time_option(self, steps: int) -> list[str]:
        """What `apus bench` must be told when the time dimension is free."""
        return [] if self._free_time() is None else ["--time", str(steps)]

    def _free_time(self) -> int | None:
        return next((i for i, size in enumerate(self._input.shape) if i > 0 and not isinstance(size, int)), None)

    def outputs(self, values: np.ndarray) -> np.ndarray:
        return self._session.run(None, {self._input.name: values})[0]

    def measure(self, values: np.ndarray, seconds: float) -> float:
        """The median time of one call, in us, of as many as fit into `seconds`."""
        binding = self._session.io_binding()
        binding.bind_cpu_input(self._input.name, values)
        target = onnxruntime.OrtValue.ortvalue_from_numpy(np.empty_like(self.outputs(values)))
        binding.bind_ortvalue_output(self._session.get_outputs()[0].name, target)
        run, clock, times = self._session.run_with_iobinding, time.perf_counter_ns, []
        for _ in range(10):
            run(binding)
        gc.disable()
        end = clock() + int(seconds * 1e9)
        started = clock()
        while started < end:
            run(binding)
            now = clock()
            times.append(now - started)
            started = now
        gc.enable()
        return report.median(times) / 1000


def difference(left: np.ndarray, right: np.ndarray) -> float:
    """The largest absolute difference; infinite when the shapes differ or a value is not a number."""
    if left.shape != right.shape:
        return float("inf")
    worst = float(np.max(np.abs(left - right)))
    return worst if np.isfinite(worst) else float("inf")


def has_v3() -> bool:
    """Whether this machine can run the level that is compared with the one it chooses itself."""
    flags = next((line.split() for line in open("/proc/cpuinfo") if line.startswith("flags")), [])
    return {"avx2", "fma", "bmi2"} <= set(flags)


def check_answers(
    all_cases: list[Case], peers: dict[str, Peer], apus: Apus, directory: pathlib.Path, steps: int
) -> list[dict]:
    """Every case's answers against onnxruntime's, and those of instruction set level v3 against the default's."""
    random = np.random.default_rng(SEED)
    checks = []
    for case in all_cases:
        path, peer = directory / f"{case.model}.onnx", peers[case.model]
        values = peer.input(case.batch, random, steps)
        answer = apus.predict(path, values)
        check = {"model": case.model, "batch": case.batch, "peer": difference(answer, peer.outputs(values))}
        check["passed"] = check["peer"] <= PEER_TOLERANCE
        if has_v3():
            check["v3"] = difference(apus.predict(path, values, level="v3"), answer)
            check["passed"] = check["passed"] and check["v3"] <= LEVEL_TOLERANCE
        checks.append(check)
    return checks


def print_checks(checks: list[dict]) -> None:
    print(f"Largest difference (onnxruntime: at most {PEER_TOLERANCE:g}; v3: at most {LEVEL_TOLERANCE:g})\n")
    rows = []
    for check in checks:
        v3 = f"{check['v3']:.1e}" if "v3" in check else "-"
        verdict = report.verdict(check["passed"])
        rows.append([check["model"], check["batch"], f"{check['peer']:.1e}", v3, verdict])
    report.print_table(["model", "batch", "onnxruntime", "v3", ""], rows)


def print_times(all_cases: list[Case], threads: int) -> None:
    print(f"\nMedian us per call, {threads} thread(s)\n")
    rows = []
    for case in all_cases:
        spread = case.ratios()
        numbers = [f"{report.median(case.peer_us):.1f}", f"{report.median(case.apus_us):.1f}", f"{case.ratio:.2f}"]
        limits = [f"{spread[0]:.2f}-{spread[-1]:.2f}"]
        if threads == 1:
            limits += [f"{case.required:.1f}", report.verdict(case.ratio >= case.required)]
        else:
            limits += ["-", ""]
        rows.append([case.model, case.batch, *numbers, *limits])
    report.print_table(["model", "batch", "onnxruntime", "apus", "ratio", "rounds", "required", ""], rows)


def main() -> int:
    parser = report.arguments("Apus's engine against onnxruntime.")
    parser.add_argument("--models", type=pathlib.Path, help="a directory with the ONNX files (default: made anew)")
    parser.add_argument("--rounds", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=0.4, help="of each side in a round (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="of both engines (default: %(default)s)")
    parser.add_argument("--time", type=int, default=28, help="steps where the model leaves them free (%(default)s)")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as made:
        directory = options.models or pathlib.Path(made)
        if not options.models:
            make_models.write(directory)
        return measure(options, directory)


def measure(options, directory: pathlib.Path) -> int:
    apus, all_cases = Apus(options.apus), cases()
    peers = {case.model: Peer(directory / f"{case.model}.onnx", options.threads) for case in all_cases}
    checks = check_answers(all_cases, peers, apus, directory, options.time)
    print_checks(checks)

    random = np.random.default_rng(SEED)
    for number in range(options.rounds):
        print(f"\rround {number + 1} of {options.rounds}", end="", file=sys.stderr, flush=True)
        for case in all_cases:
            peer = peers[case.model]
            values = peer.input(case.batch, random, options.time)

            def run_peer() -> None:
                case.peer_us.append(peer.measure(values, options.seconds))

            def run_apus() -> None:
                path, time_option = directory / f"{case.model}.onnx", peer.time_option(options.time)
                case.apus_rounds.append(apus.bench(path, case.batch, options.threads, options.seconds, time_option))
                case.apus_us.append(case.apus_rounds[-1]["median_us"])

            # Who runs first changes with the round, so that neither always inherits the other's heat.
            for run in (run_peer, run_apus) if number % 2 == 0 else (run_apus, run_peer):
                run()
    print(file=sys.stderr)
    print_times(all_cases, options.threads)

    fast = options.threads != 1 or all(case.ratio >= case.required for case in all_cases)
    result = {
        "threads": options.threads,
        "seconds": options.seconds,
        "cases": [asdict(case) | {"ratio": case.ratio} for case in all_cases],
        "answers": checks,
    }
    return report.finish(result, fast and all(check["passed"] for check in checks), options.output, ["onnxruntime"])


if __name__ == "__main__":
    sys.exit(main())
