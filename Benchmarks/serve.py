"""Apus's server against FastAPI + onnxruntime, MLServer and PyTriton, on this machine, in alternating rounds of one run.

    scripts/bench serve [--rounds 3] [--seconds 8] [--connections 1,8,32,128] [--servers apus,fastapi,…] [--output FILE]

wrk posts one digit or 16, as JSON or as binary data, over loopback with two threads, which share the machine's cores with
the servers. Processor time is what a server's processes used during a round, divided by its predictions. The peers have
onnxruntime on one thread and, but for PyTriton, two workers: fastapi_peer.py, mlserver_peer.py, pytriton_peer.py. What of
them is not installed, or does not start, is said and left out.

At the end `apus bench --url` asks Apus alone: now and then (unloaded), as fast as it is answered (its capacity), and at
70 % of that by a schedule that does not wait for answers. All three with the same generator, which has the cores in
common with the server: what it takes is part of the capacity.
"""

import argparse
import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass

import numpy as np

import report
import serve_workloads as workloads
from processes import HOST, Server
from serve_workloads import WORKLOADS, Request, Workload

DIGIT = 7
TOLERANCE = 1e-4
REQUIRED_RATIO = {"json": 5.0, "binary": 3.0}
REQUIRED_READY_MS = 100.0
REQUIRED_MEMORY_MIB = 40.0
REQUIRED_P99 = 3.0
OPEN_LOOP_SHARE = 0.7
UNLOADED_RATE = 200
STARTS = 5


@dataclass
class Round:
    """What one load of `seconds` measured."""

    server: str
    workload: str
    connections: int
    per_second: float
    p50_us: int
    p99_us: int
    cpu_us: float
    rss_mib: float
    errors: int


def ask(server: Server, request: Request) -> tuple[dict[str, str], bytes]:
    """The answer to one request."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=30)
    try:
        connection.request(
            "POST", request.path, request.body, {"Content-Type": request.content_type} | request.fields)
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        sys.exit(f"{server.name}: {response.status} {body[:500]!r}")
    return {name.lower(): value for name, value in response.getheaders()}, body


def check_answers(servers: list[Server]) -> None:
    """All must see the 7 and give the same probabilities before their speed is worth comparing."""
    for workload in WORKLOADS:
        answers = []
        for server in servers:
            if (request := workloads.request(server.name, workload)) is None:
                continue
            answer = workloads.predictions(server.name, workload, *ask(server, request))
            if answer.shape != (workload.rows, 10) or set(answer.argmax(axis=1)) != {DIGIT}:
                sys.exit(f"{server.name}: {workload.name}: did not recognise the {DIGIT}: {answer}")
            answers.append(answer)
        worst = max(float(np.max(np.abs(answers[0] - answer))) for answer in answers)
        if not worst <= TOLERANCE:
            sys.exit(f"{workload.name}: the servers' answers differ by {worst}")


def load(server: Server, workload: Workload, request: Request, connections: int, seconds: int) -> Round:
    """One bounded run of wrk."""
    url = f"http://{HOST}:{server.port}{request.path}"
    script = str(pathlib.Path(__file__).with_name("predict.lua"))
    threads = str(min(2, connections))
    command = ["wrk", "-t", threads, "-c", str(connections), "-d", f"{seconds}s", "--timeout", "20s", "-s", script, url]
    fields = "\n".join(f"{name}: {value}" for name, value in request.fields.items())
    with tempfile.NamedTemporaryFile() as body:
        body.write(request.body)
        body.flush()
        before = server.cpu_seconds()
        done = subprocess.run(
            command,
            env=os.environ | {"BODY": body.name, "TYPE": request.content_type, "FIELDS": fields},
            capture_output=True, text=True, timeout=seconds + 60, check=False,
        )
    cpu = server.cpu_seconds() - before
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        sys.exit(f"wrk: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    result = json.loads(line.removeprefix("RESULT "))
    rows = (result["requests"] - result["bad_status"]) * workload.rows
    return Round(
        server.name, workload.name, connections, rows / result["seconds"], result["p50_us"], result["p99_us"],
        cpu * 1e6 / max(rows, 1), server.memory_mib("VmRSS"), result["bad_status"] + result["broken"],
    )


def ask_apus(apus: pathlib.Path, server: Server, request: Request, seconds: int, *options: str) -> dict:
    """One load of `apus bench --url`."""
    with tempfile.NamedTemporaryFile() as body:
        body.write(request.body)
        body.flush()
        command = [
            str(apus.resolve()), "bench", "--url", f"http://{HOST}:{server.port}{request.path}", "--body", body.name,
            "--seconds", str(seconds), "--json", *options,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
    if done.returncode != 0:
        sys.exit(f"apus bench: exit status {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def open_loop(apus: pathlib.Path, server: Server, request: Request, seconds: int) -> dict:
    """The capacity, and the latencies without load and at a share of the capacity."""
    many = ["--connections", "64"]
    unloaded = ask_apus(apus, server, request, seconds, *many, "--rate", str(UNLOADED_RATE))
    capacity = ask_apus(apus, server, request, seconds, *many)
    rate = OPEN_LOOP_SHARE * capacity["ok_per_second"]
    loaded = ask_apus(apus, server, request, seconds, *many, "--rate", f"{rate:.1f}")
    return {"rate": rate, "unloaded": unloaded, "capacity": capacity, "loaded": loaded}


def starts_ms(apus: pathlib.Path) -> list[float]:
    """Milliseconds from exec to ready with every model in models/, for several starts."""
    times = []
    for _ in range(STARTS):
        with workloads.apus_server(apus) as server:
            times.append(server.ready_seconds * 1000)
    return times


def started(stack: ExitStack, options: argparse.Namespace) -> list[Server]:
    """The servers that start; says which do not."""
    folder = tempfile.TemporaryDirectory()
    stack.enter_context(folder)
    makers = {
        "apus": lambda: workloads.apus_server(options.apus),
        "fastapi": workloads.fastapi_server,
        "mlserver": lambda: workloads.mlserver_server(options.mlserver, folder),
        "pytriton": lambda: workloads.pytriton_server(options.pytriton),
    }
    servers = []
    for name in options.servers.split(","):
        environment = getattr(options, name) if name in ("mlserver", "pytriton") else pathlib.Path(".")
        if environment is None or not environment.exists():
            print(f"{name}: not measured, because it is not installed")
            continue
        try:
            servers.append(stack.enter_context(makers[name]()))
        except SystemExit as error:
            if name == "apus":
                raise
            print(f"{name}: not measured: {error}")
    return servers


def best(rounds: list[Round], server: str, workload: Workload) -> float:
    """The most predictions a second, over the numbers of connections, of the medians of the rounds."""
    mine = [r for r in rounds if r.server == server and r.workload == workload.name]
    return max((median_of(mine, count, "per_second") for count in {r.connections for r in mine}), default=0.0)


def median_of(rounds: list[Round], connections: int, column: str) -> float:
    return report.median(getattr(r, column) for r in rounds if r.connections == connections)


def print_rounds(servers: list[Server], rounds: list[Round], counts: list[int]) -> None:
    """A table for each workload, of medians."""
    header = ["", "connections", "predictions/s", "p50 us", "p99 us", "cpu us/prediction", "RSS MiB", "errors"]
    for workload in WORKLOADS:
        rows = []
        for server in servers:
            mine = [r for r in rounds if r.server == server.name and r.workload == workload.name]
            for count in counts if mine else []:
                columns = ["per_second", "p50_us", "p99_us", "cpu_us", "rss_mib"]
                numbers = [median_of(mine, count, column) for column in columns]
                errors = sum(r.errors for r in mine if r.connections == count)
                cells = [f"{n:.0f}" for n in numbers[:3]] + [f"{n:.1f}" for n in numbers[3:]]
                rows.append([server.name, count, *cells, errors])
        print(f"\n{workload.name} a request\n")
        report.print_table(header, rows)


def judge(requirements: list[tuple[str, float, str, bool]]) -> bool:
    """Prints each requirement beside what was measured."""
    print()
    rows = [[name, f"{value:.2f}", limit, report.verdict(passed)] for name, value, limit, passed in requirements]
    report.print_table(["apus", "measured", "required", ""], rows)
    return all(passed for *_, passed in requirements)


def requirements(
    servers: list[Server], rounds: list[Round], starts: list[float], memory: float, relation: float
) -> list[tuple[str, float, str, bool]]:
    """What has to be, and whether it is."""
    found = []
    peers = [server.name for server in servers if server.name != "apus"]
    for workload in WORKLOADS:
        others = max((best(rounds, peer, workload) for peer in peers), default=0.0)
        if others:
            ratio, needed = best(rounds, "apus", workload) / others, REQUIRED_RATIO[workload.form]
            found.append((f"{workload.name}, times the best peer's predictions/s", ratio, f">= {needed:g}", ratio >= needed))
    ready, errors = report.median(starts), sum(r.errors for r in rounds if r.server == "apus")
    name = f"p99 at {OPEN_LOOP_SHARE:.0%} of capacity, times the unloaded p50"
    return found + [
        (name, relation, f"< {REQUIRED_P99:g}", relation < REQUIRED_P99),
        ("ms from exec to ready", ready, f"< {REQUIRED_READY_MS:g}", ready < REQUIRED_READY_MS),
        ("RSS MiB after the load", memory, f"< {REQUIRED_MEMORY_MIB:g}", memory < REQUIRED_MEMORY_MIB),
        ("requests without an answer of 200", errors, "0", errors == 0),
    ]


def parse() -> argparse.Namespace:
    parser = report.arguments("Apus's server against FastAPI + onnxruntime, MLServer and PyTriton.")
    parser.add_argument("--rounds", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--seconds", type=int, default=8, help="of each load (default: %(default)s)")
    parser.add_argument("--connections", default="1,8,32,128", help="default: %(default)s")
    parser.add_argument("--servers", default="apus,fastapi,mlserver,pytriton", help="default: %(default)s")
    parser.add_argument("--mlserver", type=pathlib.Path, help="the environment MLServer is in")
    parser.add_argument("--pytriton", type=pathlib.Path, help="the environment PyTriton is in")
    return parser.parse_args()


def main() -> int:
    options = parse()
    counts = [int(count) for count in options.connections.split(",")]
    starts = starts_ms(options.apus)
    rounds: list[Round] = []
    with ExitStack() as stack:
        servers = started(stack, options)
        check_answers(servers)
        asked = [
            (server, workload, request)
            for workload in WORKLOADS
            for server in servers
            if (request := workloads.request(server.name, workload)) is not None
        ]
        for server, workload, request in asked:
            load(server, workload, request, max(counts), 1)  # warm-up: every worker up, every cache filled
        for number in range(options.rounds):
            print(f"\rround {number + 1} of {options.rounds}", end="", file=sys.stderr, flush=True)
            for count in counts:
                # Who goes first changes with the round, so that neither always inherits the other's heat.
                for server, workload, request in asked if number % 2 == 0 else reversed(asked):
                    rounds.append(load(server, workload, request, count, options.seconds))
        print(file=sys.stderr)
        print_rounds(servers, rounds, counts)
        memory = servers[0].memory_mib("VmRSS")
        time.sleep(3)  # what is free goes back to the system in the second after a load
        print(f"RSS MiB three seconds later: {servers[0].memory_mib('VmRSS'):.1f}")
        opened = open_loop(options.apus, servers[0], workloads.request("apus", WORKLOADS[0]), options.seconds)
    unloaded = opened["unloaded"]["statuses"]["200"]["p50_us"]
    p99 = opened["loaded"]["statuses"].get("200", {}).get("p99_us", float("inf"))
    print(f"\n{WORKLOADS[0].name} at {opened['rate']:.0f}/s: p99 {p99:.0f} us; unloaded p50 {unloaded:.0f} us")
    passed = judge(requirements(servers, rounds, starts, memory, p99 / unloaded))
    result = {
        "seconds": options.seconds, "ready_ms": starts, "open_loop": opened, "rounds": [asdict(r) for r in rounds],
    }
    return report.finish(result, passed, options.output, ["fastapi", "onnxruntime"])


if __name__ == "__main__":
    sys.exit(main())
