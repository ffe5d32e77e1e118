"""The repository under stress: reloads under load, a thousand models, and health while everything is busy.

    scripts/bench repository [--reloads 10000] [--models 1000] [--seconds 20] [--output FILE]

Everything goes through one server at a time on loopback. wrk asks for predictions of one JSON digit throughout the
first and the third part, so that a request that fails is seen.
"""

import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import report
from processes import HOST, Server, free_port

MODEL = "digits-cnn"
SMALL_MODEL = "digits-lstm"
PREDICT = f"/v1/models/{MODEL}/predict"
EXAMPLE = report.ROOT / "models" / MODEL / "example.json"
HEALTH = ["/livez", "/readyz", "/startupz", "/v2/health/live", "/v2/health/ready"]
INDEX_LIMIT_MS = 50.0
HEALTH_LIMIT_MS = 10.0
# What the memory may grow by, from the end of the first tenth of the reloads to the end, as a share and in MiB.
GROWTH_SHARE = 1.1
GROWTH_MIB = 8.0
SAMPLES = 40
INDEX_ROUNDS = 50
WRK_SECONDS = 4
PROBE_PAUSE = 0.005


class Client:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=120)

    def request(self, method: str, path: str) -> tuple[int, bytes, float]:
        """Status, body and milliseconds."""
        start = time.perf_counter()
        self._connection.request(method, path)
        response = self._connection.getresponse()
        body = response.read()
        return response.status, body, (time.perf_counter() - start) * 1e3


class Load(threading.Thread):
    """wrk, in bounded runs one behind the other, until it is told to end."""

    def __init__(self, port: int, connections: int) -> None:
        super().__init__(daemon=True)
        self.requests = 0
        self.failed = 0
        self._url = f"http://{HOST}:{port}{PREDICT}"
        self._connections = connections
        self._over = threading.Event()

    def run(self) -> None:
        script = str(pathlib.Path(__file__).with_name("predict.lua"))
        command = ["wrk", "-t", "1", "-c", str(self._connections), "-d", f"{WRK_SECONDS}s", "-s", script, self._url]
        environment = os.environ | {"BODY": str(EXAMPLE)}
        while not self._over.is_set():
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=WRK_SECONDS + 30, check=False
            )
            line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT ")), None)
            if line is None:
                self.failed += 1
                print(f"wrk: exit status {done.returncode}\n{done.stdout}{done.stderr}", file=sys.stderr)
                return
            result = json.loads(line.removeprefix("RESULT "))
            self.requests += result["requests"]
            self.failed += result["bad_status"] + result["broken"]

    def end(self) -> None:
        self._over.set()
        self.join()


def serve(apus: pathlib.Path, models: str, data: str) -> Server:
    port = free_port()
    command = [str(apus.resolve()), "serve", "--models", models, "--data", data, "--host", HOST, "--port", str(port)]
    return Server("apus", [*command, "--log-level", "warning"], port)


def copy_model(name: str, folder: str, new_name: str) -> None:
    shutil.copytree(report.ROOT / "models" / name, pathlib.Path(folder) / new_name)


def measure_reloads(apus: pathlib.Path, count: int) -> dict:
    """Reloads under load: what failed, and the memory of the server as they went on."""
    with tempfile.TemporaryDirectory() as models, tempfile.TemporaryDirectory() as data:
        copy_model(MODEL, models, MODEL)
        with serve(apus, models, data) as server:
            load = Load(server.port, connections=4)
            load.start()
            client = Client(server.port)
            memory, refused, start = [], 0, time.monotonic()
            for number in range(1, count + 1):
                status, body, _ = client.request("POST", f"/v1/models/{MODEL}/reload")
                if status != 200:
                    refused += 1
                    print(f"reload {number}: {status} {body[:300]!r}", file=sys.stderr)
                if number % max(1, count // SAMPLES) == 0:
                    memory.append(server.memory_mib("VmRSS"))
                    print(f"\rreload {number} of {count}: {memory[-1]:.0f} MiB", end="", file=sys.stderr, flush=True)
            seconds = time.monotonic() - start
            load.end()
    print(file=sys.stderr)
    return {
        "reloads": count,
        "refused": refused,
        "reloads_per_second": count / seconds,
        "requests": load.requests,
        "failed_requests": load.failed,
        "memory_mib": memory,
    }


def measure_models(apus: pathlib.Path, count: int) -> dict:
    """A repository of many models: its start, its memory, and its index."""
    with tempfile.TemporaryDirectory() as models, tempfile.TemporaryDirectory() as data:
        for number in range(count):
            copy_model(SMALL_MODEL, models, f"model-{number:04}")
        with serve(apus, models, data) as server:
            client = Client(server.port)
            times = {}
            for method, path in [("GET", "/v1/models"), ("POST", "/v2/repository/index")]:
                answers = [client.request(method, path) for _ in range(INDEX_ROUNDS)]
                times[path] = [milliseconds for _, _, milliseconds in answers]
                found = json.loads(answers[-1][1])
                index = found["index"] if isinstance(found, dict) else found
                if len(index) != count or any(entry["state"].lower() != "ready" for entry in index):
                    sys.exit(f"{path}: expected {count} versions that are ready, got {len(index)}")
            return {
                "models": count,
                "ready_seconds": server.ready_seconds,
                "memory_mib": server.memory_mib("VmRSS"),
                "index_ms": times,
            }


def measure_health(apus: pathlib.Path, seconds: float) -> dict:
    """Health while every core computes and a model loads again and again."""
    with tempfile.TemporaryDirectory() as models, tempfile.TemporaryDirectory() as data:
        copy_model(MODEL, models, MODEL)
        copy_model(MODEL, models, "loading")
        with serve(apus, models, data) as server:
            load = Load(server.port, connections=4 * (os.cpu_count() or 1))
            load.start()
            over = threading.Event()
            reloads = 0

            def reload() -> None:
                nonlocal reloads
                client = Client(server.port)
                while not over.is_set():
                    client.request("POST", "/v1/models/loading/reload")
                    reloads += 1

            reloading = threading.Thread(target=reload, daemon=True)
            reloading.start()
            client = Client(server.port)
            times, bad = [], 0
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                for path in HEALTH:
                    status, _, milliseconds = client.request("GET", path)
                    times.append(milliseconds)
                    bad += status != 200
                time.sleep(PROBE_PAUSE)
            over.set()
            reloading.join()
            load.end()
    return {"probes": len(times), "bad": bad, "reloads": reloads, "requests": load.requests, "health_ms": times}


def share(values: list[float], part: float) -> float:
    """The value that so much of all values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def judge(result: dict) -> bool:
    """Prints each requirement beside what was measured."""
    rows = []
    if reloads := result.get("reloads"):
        settled, last = reloads["memory_mib"][len(reloads["memory_mib"]) // 10], reloads["memory_mib"][-1]
        limit = max(settled * GROWTH_SHARE, settled + GROWTH_MIB)
        rows += [
            [f"{reloads['reloads']} reloads, {reloads['reloads_per_second']:.0f}/s: refused", reloads["refused"], "0"],
            [f"of {reloads['requests']} predictions meanwhile, without 200", reloads["failed_requests"], "0"],
            [f"MiB at the end, {settled:.0f} after a tenth", f"{last:.0f}", f"<= {limit:.0f}"],
        ]
        rows[-3].append(reloads["refused"] == 0)
        rows[-2].append(reloads["failed_requests"] == 0)
        rows[-1].append(last <= limit)
    if models := result.get("models"):
        rows.append([f"{models['models']} models: s from start to ready", f"{models['ready_seconds']:.2f}", "", True])
        rows.append(["MiB of memory", f"{models['memory_mib']:.0f}", "", True])
        for path, times in models["index_ms"].items():
            worst = share(times, 0.99)
            rows.append(
                [f"{path}, ms, p50 {report.median(times):.1f}, p99", f"{worst:.1f}", f"<= {INDEX_LIMIT_MS:g}"]
            )
            rows[-1].append(worst <= INDEX_LIMIT_MS)
    if health := result.get("health"):
        times = health["health_ms"]
        worst = share(times, 0.99)
        label = f"{health['probes']} health probes, ms, p50 {report.median(times):.2f}, max {max(times):.1f}, p99"
        rows.append([label, f"{worst:.2f}", f"<= {HEALTH_LIMIT_MS:g}", worst <= HEALTH_LIMIT_MS])
        rows.append([f"beside {health['reloads']} loads: probes without 200", health["bad"], "0", health["bad"] == 0])
    report.print_table(["", "measured", "required", ""], [[*row[:3], report.verdict(row[3])] for row in rows])
    return all(row[3] for row in rows)


def main() -> int:
    parser = report.arguments("Reloads under load, a thousand models, health while everything is busy.")
    parser.add_argument("--reloads", type=int, default=10_000, help="0 leaves them out (default: %(default)s)")
    parser.add_argument("--models", type=int, default=1000, help="0 leaves them out (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=20, help="of health probes, 0 for none (default: %(default)s)")
    options = parser.parse_args()
    result = {}
    if options.reloads:
        result["reloads"] = measure_reloads(options.apus, options.reloads)
    if options.models:
        result["models"] = measure_models(options.apus, options.models)
    if options.seconds:
        result["health"] = measure_health(options.apus, options.seconds)
    passed = judge(result)
    return report.finish(result, passed, options.output, [])


if __name__ == "__main__":
    sys.exit(main())
