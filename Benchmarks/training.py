"""Training steps in Apus against PyTorch and Keras: samples/s, in alternating rounds of one run.

    scripts/bench training [--rounds 7] [--seconds 0.5] [--output FILE]

A step is forward, loss, backward and Adam over one batch of random samples that stays in place. The peers are PyTorch,
eager, with Adam as it is by default and fused, and Keras on TensorFlow: its `fit`, and a `tf.function` written by
hand, as it is by default and compiled by XLA. Each peer has a process for each number of threads, which lives from
round to round; Apus is timed by its own `apus bench`.
"""

import contextlib
import itertools
import sys
from dataclasses import asdict, dataclass, field

import report
from apus import Apus
from peer_process import PeerProcess, Workload

SAMPLES = {"seed-cnn": [28, 28, 1], "seed-lstm": [28, 1]}
BATCHES = (32, 128)
THREADS = (1, 2)
FIRST_SECONDS = 0.05
REQUIRED_RATIO = 1.5
# What two threads must give over one: the median of the rounds, and each of them.
REQUIRED_SCALING = {"seed-cnn": (1.5, 1.0), "seed-lstm": (0.97, 0.0)}
APUS = "apus"
PACKAGES = ["torch", "keras", "tensorflow-cpu"]


@dataclass(frozen=True)
class Peer:
    """A way to train: its name in the tables, and which process knows it by which word."""

    name: str
    script: str
    way: str


PEERS = [
    Peer("torch", "torch_peer.py", "eager"),
    Peer("torch, fused Adam", "torch_peer.py", "fused"),
    Peer("keras fit", "keras_peer.py", "fit"),
    Peer("tf.function", "keras_peer.py", "function"),
    Peer("tf.function, XLA", "keras_peer.py", "xla"),
]
SIDES = [peer.name for peer in PEERS] + [APUS]


@dataclass
class Case:
    """A network at a batch size with so many threads, and samples/s of each side in each round."""

    model: str
    batch: int
    threads: int
    rates: dict[str, list[float]] = field(default_factory=lambda: {side: [] for side in SIDES})

    @property
    def fastest_peer(self) -> str:
        return max((peer.name for peer in PEERS), key=lambda name: report.median(self.rates[name]))

    def ratios(self) -> list[float]:
        """How many times as fast as the fastest peer, round by round: a slow spell of the machine counts for both."""
        return sorted(mine / theirs for mine, theirs in zip(self.rates[APUS], self.rates[self.fastest_peer]))

    @property
    def passed(self) -> bool:
        return report.median(self.ratios()) >= REQUIRED_RATIO


@dataclass
class Scaling:
    """Apus with two threads over one, round by round."""

    model: str
    batch: int
    ratios: list[float]

    @property
    def passed(self) -> bool:
        median, worst = REQUIRED_SCALING[self.model]
        return report.median(self.ratios) >= median and self.ratios[0] >= worst


def scalings(cases: list[Case]) -> list[Scaling]:
    rates = {(case.model, case.batch, case.threads): case.rates[APUS] for case in cases}
    pairs = [(model, batch, rates[model, batch, 1], rates[model, batch, 2]) for model in SAMPLES for batch in BATCHES]
    return [Scaling(model, batch, sorted(b / a for a, b in zip(one, two))) for model, batch, one, two in pairs]


class Sides:
    """Apus, and the processes of the peers."""

    def __init__(self, apus: Apus, processes: dict[tuple[str, int], PeerProcess]) -> None:
        self._apus = apus
        self._processes = processes

    def measure(self, side: str, case: Case, seconds: float) -> None:
        """One side of a round."""
        if side == APUS:
            result = self._apus.bench_training(case.model, SAMPLES[case.model], case.batch, case.threads, seconds)
            rate = result["samples_per_second"]
        else:
            peer = next(peer for peer in PEERS if peer.name == side)
            process = self._processes[peer.script, case.threads]
            rate = process.samples_per_second(Workload(peer.way, case.model, case.batch), seconds)
        case.rates[side].append(rate)


def print_rates(cases: list[Case], threads: int) -> None:
    print(f"\nTraining, median samples/s, {threads} thread(s)\n")
    rows = []
    for case in cases:
        if case.threads != threads:
            continue
        ratios = case.ratios()
        rates = [f"{report.median(case.rates[side]):.0f}" for side in SIDES]
        limits = [f"{report.median(ratios):.2f}", f"{ratios[0]:.2f}-{ratios[-1]:.2f}", f"{REQUIRED_RATIO:.1f}"]
        rows.append([case.model, case.batch, *rates, *limits, report.verdict(case.passed)])
    report.print_table(["model", "batch", *SIDES, "ratio", "rounds", "required", ""], rows)


def print_scalings(all_scalings: list[Scaling]) -> None:
    print("\nApus, two threads over one\n")
    rows = []
    for scaling in all_scalings:
        ratios, (median, worst) = scaling.ratios, REQUIRED_SCALING[scaling.model]
        required = f"{median:g}, each {worst:g}" if worst > 0 else f"{median:g}"
        spread = f"{ratios[0]:.2f}-{ratios[-1]:.2f}"
        verdict = report.verdict(scaling.passed)
        rows.append([scaling.model, scaling.batch, f"{report.median(ratios):.2f}", spread, required, verdict])
    report.print_table(["model", "batch", "ratio", "rounds", "required", ""], rows)


def measure(apus: Apus, rounds: int, seconds: float) -> list[Case]:
    """All cases, in rounds. A round has both numbers of threads of a case next to each other."""
    cases = [Case(*key) for key in itertools.product(SAMPLES, BATCHES, THREADS)]
    with contextlib.ExitStack() as stack:
        scripts = sorted({peer.script for peer in PEERS})
        keys = itertools.product(scripts, THREADS)
        sides = Sides(apus, {key: stack.enter_context(PeerProcess(*key)) for key in keys})
        for case, side in itertools.product(cases, SIDES):
            sides.measure(side, case, FIRST_SECONDS)  # what is made at first use is made now
            case.rates[side].clear()
        for number in range(rounds):
            print(f"\rround {number + 1} of {rounds}", end="", file=sys.stderr, flush=True)
            for case in cases:
                # Who runs first changes with the round, so that nobody always inherits the same neighbour's heat.
                for side in SIDES if number % 2 == 0 else reversed(SIDES):
                    sides.measure(side, case, seconds)
        print(file=sys.stderr)
    return cases


def main() -> int:
    parser = report.arguments("Apus's training steps against PyTorch and Keras.")
    parser.add_argument("--rounds", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=0.5, help="of each side in a round (default: %(default)s)")
    options = parser.parse_args()

    cases = measure(Apus(options.apus), options.rounds, options.seconds)
    for threads in THREADS:
        print_rates(cases, threads)
    all_scalings = scalings(cases)
    print_scalings(all_scalings)

    result = {
        "seconds": options.seconds,
        "cases": [
            asdict(case) | {"fastest_peer": case.fastest_peer, "ratio": report.median(case.ratios())} for case in cases
        ],
        "scalings": [asdict(scaling) | {"ratio": report.median(scaling.ratios)} for scaling in all_scalings],
    }
    passed = all(case.passed for case in cases) and all(scaling.passed for scaling in all_scalings)
    return report.finish(result, passed, options.output, PACKAGES)


if __name__ == "__main__":
    sys.exit(main())
