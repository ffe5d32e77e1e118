"""What Apus does with twice as many requests as it can answer.

    scripts/bench overload [--seconds 60] [--connections 512] [--deadline 500] [--output FILE]

`apus bench --url` first asks as fast as it is answered, over so few connections that nothing is refused, which is the
capacity: good answers a second, with the generator on the same machine. Then requests leave at twice that rate, by a
schedule that does not wait for answers, each with a deadline, and with so many rows that the queue is full before the
connections are. The generator shares the processors with the server, so it looks only every TICK_US at what is due and
what has come, which the latencies include. Required: as many good answers a second as 90 % of the capacity; the others
are 429 or 503 with Retry-After, or 504 after the deadline, and every request has one.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import report
from serve_workloads import HOST, MODEL, Workload, apus_server, request

REQUIRED_GOODPUT = 0.9
TICK_US = 500
REFUSALS = {"429", "503", "504"}


def bench(apus: pathlib.Path, port: int, body: pathlib.Path, *options: str) -> dict:
    """One load."""
    url = f"http://{HOST}:{port}/v1/models/{MODEL}/predict"
    command = [str(apus.resolve()), "bench", "--url", url, "--body", str(body), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        sys.exit(f"apus bench: exit status {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def main() -> int:
    parser = report.arguments("Apus at twice its capacity.")
    parser.add_argument("--seconds", type=int, default=60, help="of overload (default: %(default)s)")
    parser.add_argument("--rows", type=int, default=16, help="of each request (default: %(default)s)")
    parser.add_argument("--connections", type=int, default=512, help="default: %(default)s")
    parser.add_argument("--deadline", type=int, default=500, help="of each request, in ms (default: %(default)s)")
    options = parser.parse_args()
    body = pathlib.Path(tempfile.mkdtemp()) / "body.json"
    body.write_bytes(request("apus", Workload("json", options.rows)).body)
    connections = ["--connections", str(options.connections)]
    with apus_server(options.apus) as server:
        few = ["--connections", "32"]  # fewer rows than the queue has room for
        bench(options.apus, server.port, body, *few, "--seconds", "1")
        capacity = bench(options.apus, server.port, body, *few, "--seconds", str(max(2, options.seconds // 6)))
        rate = 2 * capacity["ok_per_second"]
        overload = bench(
            options.apus, server.port, body, *connections, "--seconds", str(options.seconds), "--rate", f"{rate:.1f}",
            "--tick", str(TICK_US), "--header", f"X-Request-Timeout-Ms: {options.deadline}",
        )
        memory = server.memory_mib("VmHWM")
    statuses = overload["statuses"]
    others = {status: entry for status, entry in statuses.items() if status != "200"}
    goodput = overload["ok_per_second"] / capacity["ok_per_second"]
    rows = [[f"answers of {status}", entry["count"], f"{entry['p50_us'] / 1000:.1f}", f"{entry['p99_us'] / 1000:.1f}",
             f"{entry['max_us'] / 1000:.1f}"] for status, entry in statuses.items()]
    capable = capacity["ok_per_second"]
    print(
        f"{options.rows} rows a request: capacity {capable:.0f}/s, asked {rate:.0f}/s for {options.seconds} s, "
        f"peak {memory:.0f} MiB\n"
    )
    report.print_table(["", "count", "p50 ms", "p99 ms", "max ms"], rows)
    told = all(entry["with_retry_after"] == entry["count"] for status, entry in others.items() if status != "504")
    requirements = [
        ["goodput, share of capacity", f"{goodput:.2f}", f">= {REQUIRED_GOODPUT:g}", goodput >= REQUIRED_GOODPUT],
        ["other answers", " ".join(sorted(others)) or "-", "429 503 504", set(others) <= REFUSALS],
        ["refusals with Retry-After", "all" if told else "not all", "all", told],
        ["requests without an answer", overload["broken"] + overload["unanswered"], "0",
         overload["broken"] + overload["unanswered"] == 0],
    ]
    print()
    report.print_table(["", "measured", "required", ""], [[*row[:3], report.verdict(row[3])] for row in requirements])
    passed = all(row[3] for row in requirements)
    return report.finish({"capacity": capacity, "overload": overload}, passed, options.output, [])


if __name__ == "__main__":
    sys.exit(main())
