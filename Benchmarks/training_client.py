"""Apus's API for training, as `curl` uses it."""

import http.client
import json
import sys
import time

import numpy as np

from processes import HOST

FINAL_STATES = {"succeeded", "failed", "cancelled"}
POLL_SECONDS = 0.5
REQUEST_LIMIT = 120
PREDICT_ROWS = 100


def show(progress: str) -> None:
    """Replaces the line of progress."""
    if sys.stderr.isatty():
        print(f"\r{progress}\033[K", end="", file=sys.stderr, flush=True)


class TrainingClient:
    """Talks to the server on `port`; every answer that is not a success ends the program with its words."""

    def __init__(self, port: int) -> None:
        self._port = port

    def add_dataset(self, name: str, npz: bytes) -> None:
        self._request("POST", f"/v1/datasets?name={name}", npz, "application/x-npz")

    def train(self, model: str, request: dict) -> str:
        """Submits a job; its id."""
        return self._post(f"/v1/models/{model}/train", request)["id"]

    def job(self, job: str) -> dict:
        """The job as it is now."""
        return self._request("GET", f"/v1/jobs/{job}")

    def act(self, job: str, action: str) -> None:
        """`pause`, `resume` or `cancel`."""
        self._post(f"/v1/jobs/{job}/{action}", {})

    def wait(self, job: str, limit: float) -> dict:
        """The job at its end, which must be a success; a terminal sees how far it is until then."""
        end = time.monotonic() + limit
        while True:
            now = self._request("GET", f"/v1/jobs/{job}")
            show(f"{now['model']}: {now['state']}, epoch {now.get('epoch')} of {now.get('epochs')}")
            if now["state"] in FINAL_STATES:
                break
            if time.monotonic() > end:
                sys.exit(f"job {job} is still {now['state']} after {limit} s")
            time.sleep(POLL_SECONDS)
        show("")
        if now["state"] != "succeeded":
            sys.exit(f"job {job} {now['state']}: {now.get('reason')} {now.get('error')}")
        return now

    def losses(self, job: str) -> list[float]:
        """The training loss of each epoch."""
        answer = self._request("GET", f"/v1/jobs/{job}/metrics")
        found = [event["metrics"].get("train_loss") for event in answer["metrics"]]
        return [loss for loss in found if loss is not None]

    def accuracy(self, model: str, rows: np.ndarray, classes: np.ndarray) -> float:
        """The share of rows that the version which serves now recognises, asked as clients ask."""
        hits = 0
        for start in range(0, len(rows), PREDICT_ROWS):
            part = slice(start, start + PREDICT_ROWS)
            answer = self._post(f"/v1/models/{model}/predict", {"instances": rows[part].tolist()})
            hits += int((np.argmax(answer["predictions"], axis=1) == classes[part]).sum())
        return hits / len(rows)

    def _post(self, path: str, body: dict) -> dict:
        return self._request("POST", path, json.dumps(body).encode(), "application/json")

    def _request(self, method: str, path: str, body: bytes | None = None, media_type: str | None = None) -> dict:
        connection = http.client.HTTPConnection(HOST, self._port, timeout=REQUEST_LIMIT)
        try:
            connection.request(method, path, body, {"Content-Type": media_type} if media_type else {})
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        if response.status not in (200, 201, 202):
            sys.exit(f"{method} {path}: {response.status} {text[:1000].decode(errors='replace')}")
        return json.loads(text)
