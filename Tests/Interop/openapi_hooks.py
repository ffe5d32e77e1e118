"""What schemathesis cannot know of the API: files that are valid, and tensors whose data fit their shape.

Requests that are meant to be wrong stay as they are.
"""

import base64
import io
import json
import math
import os
import pathlib
import tarfile
import urllib.request
import zipfile

import numpy as np
import schemathesis
from hypothesis import strategies
from PIL import Image

PIXELS = 784
BASE = os.environ["APUS_URL"]
MODEL = pathlib.Path(__file__).resolve().parent.parent.parent / "models/digits-lstm/1/model.onnx"


def _image(kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.arange(PIXELS, dtype=np.uint8).reshape(28, 28)).save(file, kind)
    return file.getvalue()


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def _lines(columns: int) -> str:
    names = ",".join(f"c{index}" for index in range(columns))
    return "\n".join([names, *(",".join(str(row * column % 7) for column in range(columns)) for row in range(4))]) + "\n"


def _tar(mode: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        archive.add(MODEL, "model.onnx")
    return file.getvalue()


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("train.csv", _lines(3))
    return file.getvalue()


# Rows that either of the shipped models takes: flat digits, or sequences of 784 steps.
ROWS = {
    "application/octet-stream": np.zeros(PIXELS, dtype="<f4").tobytes(),
    "application/x-npy": _npy(np.zeros((2, PIXELS), dtype=np.float32)),
    "application/x-npz": _npz(x=np.zeros((2, PIXELS), dtype=np.float32)),
    "text/csv": _lines(PIXELS).encode(),
    "application/jsonl": (json.dumps([0.5] * PIXELS) + "\n").encode() * 2,
    "image/png": _image("PNG"),
    "image/jpeg": _image("JPEG"),
}
DATASETS = {
    "application/x-npy": _npy(np.arange(12, dtype=np.float32).reshape(4, 3)),
    "application/x-npz": _npz(x=np.zeros((4, 3), dtype=np.float32), y=np.arange(4) % 2),
    "text/csv": _lines(3).encode(),
    "application/jsonl": b'{"a": 1, "b": 2}\n{"a": 3, "b": 4}\n',
    "application/zip": _zip(),
}
FILE = {"b64": base64.b64encode(ROWS["image/png"]).decode()}
IMAGES = {"image/png", "image/jpeg", "multipart/form-data"}
VERSIONS = {"application/x-tar": _tar("w"), "application/gzip": _tar("w:gz")}
for media_type, body in (ROWS | DATASETS | VERSIONS).items():
    schemathesis.openapi.media_type(media_type, strategies.just(body))

with urllib.request.urlopen(f"{BASE}/openapi.json") as answer:
    PATHS = json.load(answer)["paths"]


def _example(path: str) -> object:
    """The example of a request in JSON: of a shipped model, or of digits-lstm, which all others are copies of."""
    prefix, _, rest = path.partition("/models/")
    path = path if path in PATHS else f"{prefix}/models/digits-lstm/{rest.partition('/')[2]}"
    return PATHS[path]["post"]["requestBody"]["content"]["application/json"]["example"]


def _fit(tensors: object) -> None:
    """Gives tensors as many elements as their shapes have."""
    for tensor in tensors if isinstance(tensors, list) else []:
        shape = [min(int(size), 3) if place == 0 else min(int(size), 64) for place, size in enumerate(tensor["shape"])]
        tensor["shape"] = shape
        tensor["data"] = [0.5] * math.prod(shape)
        tensor.pop("parameters", None)


def _alike(rows: list) -> list:
    """Rows in the form of the first one, with real images in base64: more than a schema can say."""
    first = FILE if isinstance(rows[0], dict) and "b64" in rows[0] else rows[0]
    form = sorted(first) if isinstance(first, dict) else type(first)
    return [
        row if row and first is not FILE and (sorted(row) if isinstance(row, dict) else type(row)) == form else first
        for row in rows
    ]


def _put(case: schemathesis.Case, body: bytes) -> None:
    """Replaces a body by a file, which stays right although no schema can say so."""
    object.__setattr__(case, "body", body)
    case._sync_validated_hashes()  # pylint: disable=protected-access


@schemathesis.hook
def filter_case(context, case):
    """Leaves out requests that are meant to be wrong for a field in their head that nobody knows: HTTP wants it ignored."""
    return "x-schemathesis-unknown-property" not in (case.headers or {})


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts what is valid into requests that are meant to be."""
    if case.meta is not None and not case.meta.generation.mode.is_positive:
        return
    if "{model}" in case.operation.path and case.media_type in IMAGES:
        # Versions that were uploaded take none.
        case.path_parameters = case.path_parameters | {"model": "digits-lstm"}
    path, model = case.operation.path, case.path_parameters.get("model")
    if path == "/v1/datasets" and case.method == "POST":
        # With data the name stands in the query.
        if case.media_type in DATASETS:
            _put(case, body=DATASETS[case.media_type])
            case.query = {"name": f"d{os.urandom(6).hex()}"}
        elif isinstance(case.body, dict):
            case.body = {"name": case.body["name"], "path": "rows.csv"}
    elif case.media_type in ROWS:
        _put(case, body=ROWS[case.media_type])
    elif path in {"/v1/models/digits-cnn/predict", "/v1/models/digits-lstm/predict"} and isinstance(case.body, dict):
        for name in ("instances", "inputs"):
            if isinstance(case.body.get(name), list) and case.body[name]:
                case.body[name] = _alike(case.body[name])
    elif path.endswith("/infer"):
        if "{model}" not in path:
            _fit(case.body["inputs"])
        elif example := _example(f"/v2/models/{model}/infer"):
            case.body = example
    elif "{model}" in path and path.endswith(("predict", "preprocess")):
        if example := _example(f"/v1/models/{model}/predict"):
            case.body = example
    elif path.endswith(":regress"):
        # The shipped models have classes and no values.
        case.path_parameters = case.path_parameters | {"model": "nobody"}
    elif path.endswith(":classify") and _example(f"/v1/models/{model}/predict"):
        name = _example(f"/v2/models/{model}/infer")["inputs"][0]["name"]
        case.body = {"examples": [{name: _example(f"/v1/models/{model}/predict")["instances"][0]}]}


@schemathesis.hook
def after_call(context, case, response):
    """Loads again what was unloaded, so that all that comes later has models to ask."""
    if case.operation.path.endswith("/unload") and response.status_code == 200:
        path = case.operation.path.removesuffix("/unload") + "/load"
        for name, value in case.path_parameters.items():
            path = path.replace(f"{{{name}}}", str(value))
        urllib.request.urlopen(urllib.request.Request(BASE + path, data=b"", method="POST")).close()
