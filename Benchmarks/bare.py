"""What two bounds leave to a server on this machine.

    scripts/bench bare [--seconds 3] [--rounds 3] [--output FILE]

The generator shares the processors with the server, and a virtual machine does not have its processors all the time. So
the loads of `scripts/bench serve` and `overload` are put on a server that costs nothing (bare_server.c): the 99th
percentile at 70 % of its capacity, where a prediction is a wait of SPIN_US, and the processor time of both cores that a
refusal takes when its body is only dropped. Goodput of 90 % at twice a capacity of C leaves 2 cores * 0.1 / (1.1 C) for
each refusal. Nothing is required here.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import report
import serve
from serve_workloads import HERE, Server, Workload, apus_server, free_port, request

SPIN_US = 22
MANY = ["--connections", "512"]


def bare_server(program: pathlib.Path, *options: str) -> Server:
    port = free_port()
    return Server("bare", [str(program), str(port), *options], port)


def tail(apus: pathlib.Path, server: Server, seconds: int) -> float:
    """The 99th percentile at 70 % of the capacity, in unloaded medians."""
    opened = serve.open_loop(apus, server, request("apus", Workload("json", 1)), seconds)
    return opened["loaded"]["statuses"]["200"]["p99_us"] / opened["unloaded"]["statuses"]["200"]["p50_us"]


def main() -> int:
    parser = report.arguments("The bounds on a server that costs nothing.")
    parser.add_argument("--seconds", type=int, default=3, help="of each load (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="default: %(default)s")
    options = parser.parse_args()
    program = pathlib.Path(tempfile.mkdtemp()) / "bare_server"
    subprocess.run(["clang", "-O2", "-pthread", "-o", program, HERE / "bare_server.c"], check=True)
    large, cores = request("apus", Workload("json", 16)), os.cpu_count() or 1
    tails: dict[str, list[float]] = {"apus": [], "bare": []}
    allowed, dropped = [], []
    for _ in range(options.rounds):
        with apus_server(options.apus) as server:
            tails["apus"].append(tail(options.apus, server, options.seconds))
            few = serve.ask_apus(options.apus, server, large, options.seconds, "--connections", "32")
            allowed.append(cores * 1e6 * 0.1 / (1.1 * few["ok_per_second"]))
        with bare_server(program, "spin", str(SPIN_US)) as server:
            tails["bare"].append(tail(options.apus, server, options.seconds))
        with bare_server(program, "drop") as server:
            rate = ["--rate", "100000", "--tick", "500"]
            done = serve.ask_apus(options.apus, server, large, options.seconds, *MANY, *rate)
            dropped.append(cores * 1e6 * options.seconds / done["statuses"]["429"]["count"])
    report.print_table(["", "median", "lowest", "highest"], [
        [name, *(f"{value:.1f}" for value in (report.median(values), min(values), max(values)))]
        for name, values in [
            ("p99 at 70% of capacity, in unloaded p50s: Apus", tails["apus"]),
            (f"p99 at 70% of capacity, in unloaded p50s: a wait of {SPIN_US} us", tails["bare"]),
            (f"us of {cores} cores a refusal of {len(large.body)} bytes, if only dropped", dropped),
            ("us of them that 90% goodput at twice the capacity leaves", allowed),
        ]
    ])
    report.save({"tails": tails, "dropped_us": dropped, "allowed_us": allowed}, options.output, [])
    return 0


if __name__ == "__main__":
    sys.exit(main())
