"""The servers of serve.py, and the requests each of them takes."""

import json
import pathlib
import socket
import sys
import tempfile
from dataclasses import dataclass, field

import numpy as np

import mlserver_peer
import report
from processes import HOST, Server, free_port

MODEL = "digits-cnn"
MODEL_FILE = report.ROOT / "models" / MODEL / "1" / "model.onnx"
PEER_WORKERS = 2
HERE = pathlib.Path(__file__).parent


@dataclass
class Request:
    """What is sent again and again."""

    path: str
    body: bytes
    content_type: str = "application/json"
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Workload:
    """Digits in a form: `json` or `binary`."""

    form: str
    rows: int

    @property
    def name(self) -> str:
        return f"{self.form}, {self.rows} digit{'' if self.rows == 1 else 's'}"


WORKLOADS = [Workload(form, rows) for form in ["json", "binary"] for rows in [1, 16]]


def images(rows: int) -> np.ndarray:
    """The digit of the example, several times over."""
    example = json.loads((report.ROOT / "models" / MODEL / "example.json").read_text())["instances"][0]
    digit = np.asarray(example, dtype=np.float32).reshape(28, 28, 1)
    return np.stack([digit] * rows)


def request(server: str, workload: Workload) -> Request | None:
    """How a server is asked; None for what it does not take."""
    data = images(workload.rows)
    if workload.form == "json" and server in ("apus", "fastapi"):
        body = json.dumps({"instances": np.round(data.reshape(-1, 28, 28), 4).tolist()}, separators=(",", ":"))
        return Request(f"/v1/models/{MODEL}/predict", body.encode())
    if server == "fastapi":
        return Request(f"/v1/models/{MODEL}/binary", data.tobytes(), "application/octet-stream")
    path = f"/v2/models/{MODEL}/infer"
    name = {"apus": "keras_tensor", "mlserver": "image", "pytriton": "image"}[server]
    tensor = {"name": name, "shape": list(data.shape), "datatype": "FP32"}
    if workload.form == "json":
        tensor["data"] = np.round(data, 4).reshape(-1).tolist()
        return Request(path, json.dumps({"inputs": [tensor]}, separators=(",", ":")).encode())
    if server == "mlserver":
        return None  # it answers 422 to the binary tensor extension
    tensor["parameters"] = {"binary_data_size": data.nbytes}
    head = json.dumps({"inputs": [tensor], "parameters": {"binary_data_output": True}}, separators=(",", ":")).encode()
    fields = {"Inference-Header-Content-Length": str(len(head))}
    return Request(path, head + data.tobytes(), "application/octet-stream", fields)


def predictions(server: str, workload: Workload, fields: dict[str, str], body: bytes) -> np.ndarray:
    """The scores in an answer."""
    if workload.form == "binary":
        start = 0 if server == "fastapi" else int(fields["inference-header-content-length"])
        return np.frombuffer(body[start:], dtype="<f4").reshape(-1, 10)
    document = json.loads(body)
    scores = document["predictions"] if "predictions" in document else document["outputs"][0]["data"]
    return np.asarray(scores, dtype=np.float32).reshape(-1, 10)


def apus_server(apus: pathlib.Path) -> Server:
    port = free_port()
    address = ["--host", HOST, "--port", str(port)]
    return Server("apus", [str(apus.resolve()), "serve", "--models", str(report.ROOT / "models"), *address], port)


def fastapi_server() -> Server:
    port = free_port()
    options = ["--app-dir", str(HERE), "--workers", str(PEER_WORKERS)]
    options += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    command = [sys.executable, "-m", "uvicorn", "fastapi_peer:app", "--host", HOST, "--port", str(port), *options]
    return Server("fastapi", command, port, {"PEER_MODEL": str(MODEL_FILE)})


def mlserver_server(environment: pathlib.Path, folder: tempfile.TemporaryDirectory) -> Server:
    ports = free_ports(3)
    mlserver_peer.write_settings(pathlib.Path(folder.name), ports, PEER_WORKERS)
    command = [str(environment / "bin" / "mlserver"), "start", folder.name]
    variables = {"PEER_MODEL": str(MODEL_FILE), "PYTHONPATH": str(HERE)}
    return Server("mlserver", command, ports[0], variables, ready_path=f"/v2/models/{MODEL}/ready")


def pytriton_server(environment: pathlib.Path) -> Server:
    ports = free_ports(3)
    command = [str(environment / "bin" / "python"), str(HERE / "pytriton_peer.py"), str(MODEL_FILE), *map(str, ports)]
    return Server("pytriton", command, ports[0], ready_path=f"/v2/models/{MODEL}/ready")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
