"""Apus's server against FastAPI + onnxruntime: one JSON digit a request, on this machine, in alternating rounds.

    scripts/bench serve [--rounds 3] [--seconds 8] [--connections 32] [--output FILE]

wrk drives POST /v1/models/digits-cnn/predict over loopback with two threads, which share the machine's cores with the
servers. Processor time is what the server's processes used during a round, divided by the requests it answered.
The peer is fastapi_peer.py under uvicorn with two workers.
"""

import http.client
import json
import os
import pathlib
import subprocess
import sys
from dataclasses import asdict, dataclass

import numpy as np

import report
from processes import HOST, Server, free_port

MODEL = "digits-cnn"
DIGIT = 7
EXAMPLE = report.ROOT / "models" / MODEL / "example.json"
TOLERANCE = 1e-4
REQUIRED_RATIO = 5.0
REQUIRED_READY_MS = 100.0
REQUIRED_MEMORY_MIB = 40.0
WRK_THREADS = 2
PEER_WORKERS = 2
STARTS = 5


@dataclass
class Round:
    """What one load of `seconds` measured."""

    server: str
    requests: int
    per_second: float
    p50_us: int
    p99_us: int
    cpu_us_per_request: float
    refused: int
    broken: int


def apus_server(apus: pathlib.Path) -> Server:
    port = free_port()
    address = ["--host", HOST, "--port", str(port)]
    return Server("apus", [str(apus.resolve()), "serve", "--models", str(report.ROOT / "models"), *address], port)


def peer_server() -> Server:
    port = free_port()
    options = ["--app-dir", str(pathlib.Path(__file__).parent), "--workers", str(PEER_WORKERS)]
    options += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    command = [sys.executable, "-m", "uvicorn", "fastapi_peer:app", "--host", HOST, "--port", str(port), *options]
    environment = {"PEER_MODEL": str(report.ROOT / "models" / MODEL / "1" / "model.onnx")}
    return Server("fastapi", command, port, environment)


def predict(server: Server, body: bytes) -> np.ndarray:
    """The answer to one request."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=10)
    try:
        connection.request("POST", f"/v1/models/{MODEL}/predict", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read()
    finally:
        connection.close()
    if response.status != 200:
        sys.exit(f"{server.name}: {response.status} {text[:500]!r}")
    return np.asarray(json.loads(text)["predictions"], dtype=np.float32)


def load(server: Server, body: pathlib.Path, seconds: int, connections: int) -> Round:
    """One bounded run of wrk."""
    url = f"http://{HOST}:{server.port}/v1/models/{MODEL}/predict"
    script = str(pathlib.Path(__file__).with_name("predict.lua"))
    command = ["wrk", "-t", str(WRK_THREADS), "-c", str(connections), "-d", f"{seconds}s", "-s", script, url]
    before = server.cpu_seconds()
    done = subprocess.run(
        command,
        env=os.environ | {"BODY": str(body)},
        capture_output=True,
        text=True,
        timeout=seconds + 30,
        check=False,
    )
    cpu = server.cpu_seconds() - before
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        sys.exit(f"wrk: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    result = json.loads(line.removeprefix("RESULT "))
    requests = result["requests"]
    return Round(
        server=server.name,
        requests=requests,
        per_second=requests / result["seconds"],
        p50_us=result["p50_us"],
        p99_us=result["p99_us"],
        cpu_us_per_request=cpu * 1e6 / max(requests, 1),
        refused=result["bad_status"],
        broken=result["broken"],
    )


def starts_ms(apus: pathlib.Path) -> list[float]:
    """Milliseconds from exec to ready with every model in models/, for several starts."""
    times = []
    for _ in range(STARTS):
        with apus_server(apus) as server:
            times.append(server.ready_seconds * 1000)
    return times


def check_answers(servers: list[Server], body: bytes) -> None:
    """Both must see the 7 and give the same probabilities before their speed is worth comparing."""
    answers = [predict(server, body) for server in servers]
    for server, answer in zip(servers, answers):
        if answer.shape != (1, 10) or int(answer.argmax()) != DIGIT:
            sys.exit(f"{server.name}: did not recognise the {DIGIT}: {answer}")
    worst = float(np.max(np.abs(answers[0] - answers[1])))
    if not worst <= TOLERANCE:
        sys.exit(f"the servers' answers differ by {worst}")


def ratios(rounds: list[Round]) -> list[float]:
    """How many times the peer's predictions/s in each round: a slow spell of the machine counts for both sides."""
    apus = [r.per_second for r in rounds if r.server == "apus"]
    peer = [r.per_second for r in rounds if r.server == "fastapi"]
    return [mine / theirs for mine, theirs in zip(apus, peer)]


def print_rounds(servers: list[Server], rounds: list[Round]) -> None:
    """The table of medians."""
    rows = []
    for server in servers:
        mine = [r for r in rounds if r.server == server.name]
        rows.append(
            [
                server.name,
                f"{report.median(r.per_second for r in mine):.0f}",
                f"{report.median(r.p50_us for r in mine):.0f}",
                f"{report.median(r.p99_us for r in mine):.0f}",
                f"{report.median(r.cpu_us_per_request for r in mine):.1f}",
                f"{server.memory_mib('VmRSS'):.1f}",
                f"{server.memory_mib('VmHWM'):.1f}",
                f"{server.ready_seconds * 1000:.0f}",
                sum(r.refused + r.broken for r in mine),
            ]
        )
    header = ["", "predictions/s", "p50 us", "p99 us", "cpu us/request", "RSS MiB", "peak MiB", "ready ms", "errors"]
    report.print_table(header, rows)


def judge(ratio: float, ready_ms: float, memory_mib: float, errors: int) -> bool:
    """Prints each requirement beside what was measured."""
    rows = [
        ["predictions/s, times the peer's", f"{ratio:.2f}", f">= {REQUIRED_RATIO:g}", ratio >= REQUIRED_RATIO],
        ["ms from exec to ready", f"{ready_ms:.1f}", f"< {REQUIRED_READY_MS:g}", ready_ms < REQUIRED_READY_MS],
        ["RSS MiB after the load", f"{memory_mib:.1f}", f"< {REQUIRED_MEMORY_MIB:g}", memory_mib < REQUIRED_MEMORY_MIB],
        ["requests without an answer of 200", errors, "0", errors == 0],
    ]
    print()
    report.print_table(["apus", "measured", "required", ""], [[*row[:3], "pass" if row[3] else "FAIL"] for row in rows])
    return all(row[3] for row in rows)


def main() -> int:
    parser = report.arguments("Apus's server against FastAPI + onnxruntime.")
    parser.add_argument("--rounds", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--seconds", type=int, default=8, help="of load for each server in a round (%(default)s)")
    parser.add_argument("--connections", type=int, default=32, help="default: %(default)s")
    parser.add_argument("--body", type=pathlib.Path, default=EXAMPLE, help="the request: a 7 (default: its example)")
    options = parser.parse_args()
    body = options.body

    starts = starts_ms(options.apus)
    with apus_server(options.apus) as apus, peer_server() as peer:
        servers = [apus, peer]
        check_answers(servers, body.read_bytes())
        for server in servers:
            load(server, body, 2, options.connections)  # warm-up: every worker up, every cache filled
        rounds: list[Round] = []
        for number in range(options.rounds):
            print(f"\rround {number + 1} of {options.rounds}", end="", file=sys.stderr, flush=True)
            # Who goes first changes with the round, so that neither always inherits the other's heat.
            for server in servers if number % 2 == 0 else reversed(servers):
                rounds.append(load(server, body, options.seconds, options.connections))
        print(file=sys.stderr)

        print(f"One JSON digit a request, {options.connections} connections, medians of {options.rounds} rounds\n")
        print_rounds(servers, rounds)
        memory = {"rss_mib": apus.memory_mib("VmRSS"), "peak_mib": apus.memory_mib("VmHWM")}
        peer_memory = {"rss_mib": peer.memory_mib("VmRSS"), "peak_mib": peer.memory_mib("VmHWM")}

    ratio = report.median(ratios(rounds))
    ready = report.median(starts)
    errors = sum(r.refused + r.broken for r in rounds if r.server == "apus")
    passed = judge(ratio, ready, memory["rss_mib"], errors)
    result = {
        "connections": options.connections,
        "seconds": options.seconds,
        "ratio": ratio,
        "ratios": ratios(rounds),
        "ready_ms": starts,
        "memory": {"apus": memory, "fastapi": peer_memory},
        "rounds": [asdict(r) for r in rounds],
    }
    return report.finish(result, passed, options.output, ["fastapi", "onnxruntime"])


if __name__ == "__main__":
    sys.exit(main())
