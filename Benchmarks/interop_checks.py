"""What the checks with programs of others share."""

import json
import pathlib
import struct
import sys
import traceback
import urllib.error
import urllib.request

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
CNN = "digits-cnn"
LSTM = "digits-lstm"


def fixture() -> dict[str, np.ndarray]:
    """The test digits and what onnxruntime answers to them."""
    data = (ROOT / "Tests/Fixtures/digits.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    types = {"F32": "<f4", "U8": "u1", "I64": "<i8", "I32": "<i4", "F64": "<f8"}
    arrays = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        raw = data[8 + length + start : 8 + length + end]
        arrays[name] = np.frombuffer(raw, dtype=types[entry["dtype"]]).reshape(entry["shape"])
    return arrays


class Checks:
    """Runs the functions whose names begin with `check_`, against a server with the shipped models."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        data = fixture()
        self.labels = data["labels"].astype(int).reshape(-1)
        self.pixels = data["images"].reshape(-1, 28, 28)
        self.images = (self.pixels.astype(np.float32) / 255).reshape(-1, 28, 28, 1)
        self.reference = data[f"reference.{CNN}"].astype(np.float32).reshape(-1, 10)
        self.reference_lstm = data[f"reference.{LSTM}"].astype(np.float32).reshape(-1, 10)

    def run(self) -> tuple[int, int]:
        """Prints each check; gives how many passed and how many failed."""
        names = [name for name in dir(self) if name.startswith("check_")]
        failed = 0
        for name in names:
            try:
                getattr(self, name)()
                print(f"passed  {name[6:].replace('_', ' ')}")
            except Exception:  # pylint: disable=broad-exception-caught
                failed += 1
                print(f"FAILED  {name[6:].replace('_', ' ')}")
                traceback.print_exc(limit=-2, file=sys.stdout)
        return len(names) - failed, failed

    def expect(self, answer: np.ndarray, count: int, tolerance: float = 1e-4) -> None:
        """That the first digits were seen."""
        assert answer.shape == (count, 10), answer.shape
        np.testing.assert_allclose(answer, self.reference[:count], atol=tolerance)

    def request(
        self, path: str, body: bytes | None = None, **fields: str
    ) -> tuple[int, dict[str, str], bytes]:
        """One request as it is: the status, the fields in lower case, and the body."""
        names = {name.replace("_", "-"): value for name, value in fields.items()}
        request = urllib.request.Request(self.base + path, data=body, headers=names)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, {k.lower(): v for k, v in response.headers.items()}, response.read()
        except urllib.error.HTTPError as error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()

    def json(self, path: str, body: object | None = None) -> dict:
        """An answer of 200 in JSON."""
        data = None if body is None else json.dumps(body).encode()
        status, _, answer = self.request(path, data, Content_Type="application/json")
        assert status == 200, (status, answer)
        return json.loads(answer)


def finish(counts: list[tuple[int, int]]) -> None:
    """Ends the program with its verdict."""
    passed, failed = (sum(count) for count in zip(*counts))
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
