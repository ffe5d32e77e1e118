"""Other servers' own clients against Apus: prints each check with passed or failed.

    python Benchmarks/interop.py APUS
"""

import contextlib
import gzip
import io
import json
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterator

import numpy as np
import tritonclient.http as triton
from PIL import Image
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text
from tritonclient.utils import InferenceServerException

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


@contextlib.contextmanager
def server(apus: str) -> Iterator[int]:
    """A running Apus with a copy of the shipped models; gives its port."""
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(ROOT / "models", f"{directory}/models")
        command = [apus, "serve", "--port", "0", "--models", f"{directory}/models", "--data", f"{directory}/data"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=directory)
        try:
            port = None
            for line in process.stderr:
                if found := re.search(r"port=(\d+)", line):
                    port = int(found[1])
                if re.search(r"\bready\b", line) and port:
                    break
            if port is None:
                sys.exit("apus serve did not start")
            yield port
        finally:
            process.terminate()
            process.communicate(timeout=30)


class Checks:
    """Runs the functions whose names begin with `check_`."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.client = triton.InferenceServerClient(f"127.0.0.1:{port}")
        data = fixture()
        self.labels = data["labels"].astype(int).reshape(-1)
        self.pixels = data["images"].reshape(-1, 28, 28)
        self.images = (self.pixels.astype(np.float32) / 255).reshape(-1, 28, 28, 1)
        self.reference = data[f"reference.{CNN}"].astype(np.float32).reshape(-1, 10)
        self.input = self.client.get_model_metadata(CNN)["inputs"][0]["name"]
        self.output = self.client.get_model_metadata(CNN)["outputs"][0]["name"]

    def run(self) -> int:
        failed = 0
        for name in [name for name in dir(self) if name.startswith("check_")]:
            try:
                getattr(self, name)()
                print(f"passed  {name[6:].replace('_', ' ')}")
            except Exception:  # pylint: disable=broad-exception-caught
                failed += 1
                print(f"FAILED  {name[6:].replace('_', ' ')}")
                traceback.print_exc(limit=-2, file=sys.stdout)
        return failed

    # What the checks share

    def infer_input(self, count: int, binary: bool = True, datatype: str = "FP32") -> triton.InferInput:
        tensor = triton.InferInput(self.input, [count, 28, 28, 1], datatype)
        types = {"FP32": np.float32, "FP64": np.float64, "FP16": np.float16}
        tensor.set_data_from_numpy(self.images[:count].astype(types[datatype]), binary_data=binary)
        return tensor

    def expect(self, answer: np.ndarray, count: int, tolerance: float = 1e-4) -> None:
        assert answer.shape == (count, 10), answer.shape
        np.testing.assert_allclose(answer, self.reference[:count], atol=tolerance)

    def request(
        self, path: str, body: bytes | None = None, **fields: str
    ) -> tuple[int, dict[str, str], bytes]:
        names = {name.replace("_", "-"): value for name, value in fields.items()}
        request = urllib.request.Request(self.base + path, data=body, headers=names)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, {k.lower(): v for k, v in response.headers.items()}, response.read()
        except urllib.error.HTTPError as error:
            return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()

    def json(self, path: str, body: object | None = None) -> dict:
        data = None if body is None else json.dumps(body).encode()
        status, _, answer = self.request(path, data, Content_Type="application/json")
        assert status == 200, (status, answer)
        return json.loads(answer)

    def refused(self, what: Callable[[], object], text: str) -> None:
        try:
            what()
        except InferenceServerException as error:
            assert text in str(error), error
            return
        raise AssertionError("was not refused")

    # tritonclient

    def check_triton_health(self) -> None:
        assert self.client.is_server_live()
        assert self.client.is_server_ready()
        assert self.client.is_model_ready(CNN)
        assert self.client.is_model_ready(CNN, "1")
        assert not self.client.is_model_ready("nobody")

    def check_triton_server_metadata(self) -> None:
        metadata = self.client.get_server_metadata()
        assert metadata["name"] == "apus" and "binary_tensor_data" in metadata["extensions"]

    def check_triton_model_metadata(self) -> None:
        metadata = self.client.get_model_metadata(CNN)
        assert metadata["inputs"] == [{"name": self.input, "datatype": "FP32", "shape": [-1, 28, 28, 1]}], metadata
        assert metadata["outputs"][0]["shape"] == [-1, 10] and metadata["versions"] == ["1"]

    def check_triton_model_config(self) -> None:
        config = self.client.get_model_config(CNN)
        assert config["max_batch_size"] == 128 and config["input"][0]["data_type"] == "TYPE_FP32", config

    def check_triton_infer_binary(self) -> None:
        result = self.client.infer(CNN, [self.infer_input(16)])
        self.expect(result.as_numpy(self.output), 16)

    def check_triton_infer_json_both_ways(self) -> None:
        outputs = [triton.InferRequestedOutput(self.output, binary_data=False)]
        result = self.client.infer(CNN, [self.infer_input(3, binary=False)], outputs=outputs, request_id="r-7")
        self.expect(result.as_numpy(self.output), 3)
        response = result.get_response()
        assert response["id"] == "r-7" and response["model_version"] == "1" and "data" in response["outputs"][0]

    def check_triton_infer_json_in_binary_out(self) -> None:
        outputs = [triton.InferRequestedOutput(self.output, binary_data=True)]
        result = self.client.infer(CNN, [self.infer_input(2, binary=False)], outputs=outputs)
        self.expect(result.as_numpy(self.output), 2)

    def check_triton_infer_of_other_types(self) -> None:
        self.expect(self.client.infer(CNN, [self.infer_input(2, datatype="FP64")]).as_numpy(self.output), 2)
        half = self.client.infer(CNN, [self.infer_input(2, datatype="FP16")]).as_numpy(self.output)
        self.expect(half, 2, tolerance=5e-3)

    def check_triton_infer_a_version(self) -> None:
        self.expect(self.client.infer(CNN, [self.infer_input(1)], model_version="1").as_numpy(self.output), 1)

    def check_triton_infer_compressed(self) -> None:
        for coding in ["gzip", "deflate"]:
            result = self.client.infer(
                CNN, [self.infer_input(64)], request_compression_algorithm=coding,
                response_compression_algorithm=coding,
            )
            self.expect(result.as_numpy(self.output), 64)

    def check_triton_infer_asynchronously(self) -> None:
        with triton.InferenceServerClient(self.base[7:], concurrency=4) as client:
            waiting = [client.async_infer(CNN, [self.infer_input(count)]) for count in range(1, 9)]
            for count, request in enumerate(waiting, start=1):
                self.expect(request.get_result().as_numpy(self.output), count)

    def check_triton_infer_many_rows(self) -> None:
        self.expect(self.client.infer(CNN, [self.infer_input(1000)]).as_numpy(self.output), 1000)

    def check_triton_infer_with_timeout_and_priority(self) -> None:
        result = self.client.infer(
            CNN, [self.infer_input(1)], timeout=10_000_000, priority=1, parameters={"custom": "x"})
        self.expect(result.as_numpy(self.output), 1)

    def check_triton_classification(self) -> None:
        for binary in [True, False]:
            outputs = [triton.InferRequestedOutput(self.output, binary_data=binary, class_count=3)]
            answer = self.client.infer(CNN, [self.infer_input(2)], outputs=outputs).as_numpy(self.output)
            assert answer.shape == (2, 3), answer
            for row in range(2):
                best = answer[row][0].decode() if isinstance(answer[row][0], bytes) else answer[row][0]
                score, index, label = best.split(":")
                assert int(index) == self.reference[row].argmax() and label == index
                assert abs(float(score) - self.reference[row].max()) < 1e-4

    def check_triton_sequence_of_free_length(self) -> None:
        metadata = self.client.get_model_metadata(LSTM)
        assert metadata["inputs"][0]["shape"][1] == -1, metadata
        for steps in [5, 28]:
            tensor = triton.InferInput(metadata["inputs"][0]["name"], [2, steps, 1], "FP32")
            tensor.set_data_from_numpy(np.zeros((2, steps, 1), dtype=np.float32))
            answer = self.client.infer(LSTM, [tensor]).as_numpy(metadata["outputs"][0]["name"])
            assert answer.shape == (2, 10)

    def check_triton_errors_are_said(self) -> None:
        self.refused(lambda: self.client.infer("nobody", [self.infer_input(1)]), "nobody")
        self.refused(lambda: self.client.infer(CNN, [self.infer_input(1)], model_version="9"), "version 9")
        wrong = triton.InferInput(self.input, [1, 27, 28, 1], "FP32")
        wrong.set_data_from_numpy(np.zeros((1, 27, 28, 1), dtype=np.float32))
        self.refused(lambda: self.client.infer(CNN, [wrong]), "27")
        unknown = triton.InferInput("nose", [1, 28, 28, 1], "FP32")
        unknown.set_data_from_numpy(self.images[:1])
        self.refused(lambda: self.client.infer(CNN, [unknown]), "nose")
        outputs = [triton.InferRequestedOutput("mouth")]
        self.refused(lambda: self.client.infer(CNN, [self.infer_input(1)], outputs=outputs), "mouth")

    def check_triton_statistics(self) -> None:
        before = self.client.get_inference_statistics(CNN)["model_stats"][0]
        self.client.infer(CNN, [self.infer_input(5)])
        after = self.client.get_inference_statistics(CNN, "1")["model_stats"][0]
        assert after["inference_count"] - before["inference_count"] == 5
        assert after["inference_stats"]["success"]["count"] - before["inference_stats"]["success"]["count"] == 1
        assert after["last_inference"] > 1_600_000_000_000
        assert len(self.client.get_inference_statistics()["model_stats"]) == 2

    def check_triton_repository(self) -> None:
        index = self.client.get_model_repository_index()
        assert {entry["name"]: entry["state"] for entry in index} == {CNN: "READY", LSTM: "READY"}, index
        self.client.unload_model(LSTM)
        assert not self.client.is_model_ready(LSTM)
        self.client.load_model(LSTM)
        assert self.client.is_model_ready(LSTM)
        self.refused(lambda: self.client.load_model("nobody"), "nobody")
        self.refused(lambda: self.client.load_model(CNN, config="{}"), "parameters.config")

    def check_triton_raw_binary_request(self) -> None:
        body = self.images[:1].tobytes()
        status, fields, answer = self.request(
            f"/v2/models/{CNN}/infer", body, Inference_Header_Content_Length="0",
            Content_Type="application/octet-stream",
        )
        assert status == 200, answer
        length = int(fields["inference-header-content-length"])
        assert json.loads(answer[:length])["outputs"][0]["parameters"]["binary_data_size"] == 40
        self.expect(np.frombuffer(answer[length:], dtype=np.float32).reshape(1, 10), 1)

    # TensorFlow Serving's request forms

    def check_tensorflow_rows(self) -> None:
        answer = self.json(f"/v1/models/{CNN}:predict", {"instances": self.images[:2].tolist()})
        self.expect(np.array(answer["predictions"]), 2)

    def check_tensorflow_columns(self) -> None:
        images = self.images[:2].tolist()
        for inputs in [images, {self.input: images}]:
            body = {"signature_name": "serving_default", "inputs": inputs}
            self.expect(np.array(self.json(f"/v1/models/{CNN}:predict", body)["outputs"]), 2)

    def check_tensorflow_status_and_metadata(self) -> None:
        status = self.json(f"/v1/models/{CNN}")
        assert status["model_version_status"][0]["state"] == "AVAILABLE"
        metadata = self.json(f"/v1/models/{CNN}/versions/1/metadata")
        signature = metadata["metadata"]["signature_def"]["signature_def"]["serving_default"]
        assert metadata["model_spec"]["name"] == CNN and signature["inputs"][self.input]["dtype"] == "DT_FLOAT"

    def check_tensorflow_classify(self) -> None:
        body = {"examples": [{self.input: self.images[0].tolist()}]}
        results = self.json(f"/v1/models/{CNN}:classify", body)["results"]
        label, score = max(results[0], key=lambda pair: pair[1])
        assert int(label) == self.reference[0].argmax() and abs(score - self.reference[0].max()) < 1e-4

    # Bodies people have

    def check_body_npy_and_npz(self) -> None:
        path = f"/v1/models/{CNN}/predict"
        file = io.BytesIO()
        np.save(file, self.images[:4])
        status, _, answer = self.request(
            path, file.getvalue(), Content_Type="application/x-npy", Accept="application/x-npy")
        assert status == 200, answer
        self.expect(np.load(io.BytesIO(answer)), 4)
        file = io.BytesIO()
        np.savez_compressed(file, x=self.images[:4])
        status, _, answer = self.request(path, file.getvalue(), Content_Type="application/x-npz")
        assert status == 200, answer
        self.expect(np.array(json.loads(answer)["predictions"]), 4)

    def check_body_raw_floats(self) -> None:
        status, _, answer = self.request(
            f"/v1/models/{CNN}/predict", self.images[:4].tobytes(), Content_Type="application/octet-stream",
            Accept="application/octet-stream",
        )
        assert status == 200, answer
        self.expect(np.frombuffer(answer, dtype="<f4").reshape(4, 10), 4)

    def check_body_csv(self) -> None:
        lines = "\n".join(",".join(f"{x:.8g}" for x in row.reshape(-1)) for row in self.images[:2])
        status, _, answer = self.request(f"/v1/models/{CNN}/predict", lines.encode(), Content_Type="text/csv")
        assert status == 200, answer
        self.expect(np.array(json.loads(answer)["predictions"]), 2)

    def check_body_image_needs_preprocessing(self) -> None:
        file = io.BytesIO()
        Image.fromarray(self.pixels[0].astype(np.uint8)).save(file, "PNG")
        status, _, answer = self.request(f"/v1/models/{CNN}/predict", file.getvalue(), Content_Type="image/png")
        assert status == 400 and b"preprocessing" in answer, answer

    def check_body_compressed(self) -> None:
        body = json.dumps({"instances": self.images[:8].tolist()}).encode()
        raw = zlib.compressobj(wbits=-15)
        for coding, packed in [
            ("gzip", gzip.compress(body)), ("deflate", zlib.compress(body)),
            ("deflate", raw.compress(body) + raw.flush()),
        ]:
            status, _, answer = self.request(
                f"/v1/models/{CNN}/predict", packed, Content_Type="application/json", Content_Encoding=coding)
            assert status == 200, answer
            self.expect(np.array(json.loads(answer)["predictions"]), 8)

    def check_answer_compressed(self) -> None:
        body = json.dumps({"instances": self.images[:64].tolist()}).encode()
        status, fields, answer = self.request(
            f"/v1/models/{CNN}/predict", body, Content_Type="application/json", Accept_Encoding="gzip, deflate")
        assert status == 200 and fields["content-encoding"] == "gzip", fields
        self.expect(np.array(json.loads(gzip.decompress(answer))["predictions"]), 64)

    def check_a_bomb_is_refused(self) -> None:
        bomb = gzip.compress(b" " * (1 << 28))
        status, _, answer = self.request(
            f"/v1/models/{CNN}/predict", bomb, Content_Type="application/json", Content_Encoding="gzip")
        assert status == 413, (status, answer)

    def check_top_k(self) -> None:
        answer = self.json(f"/v1/models/{CNN}/predict?top_k=2", {"instances": self.images[:1].tolist()})
        best = answer["top_k"][0]
        assert len(best) == 2 and best[0]["index"] == self.reference[0].argmax()

    # Prometheus

    def check_metrics_parse(self) -> None:
        status, fields, text = self.request("/metrics")
        assert status == 200 and "version=0.0.4" in fields["content-type"]
        families = {family.name: family for family in parse_text(text.decode())}
        assert families["apus_inference_compute_seconds"].type == "histogram"
        assert "nv_inference_request_success" in text.decode()
        status, fields, text = self.request("/metrics", Accept="application/openmetrics-text")
        assert status == 200 and "openmetrics-text" in fields["content-type"]
        families = {family.name: family for family in parse_openmetrics(text.decode())}
        assert families["apus_inference_requests"].type == "counter"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python Benchmarks/interop.py APUS")
    with server(str(pathlib.Path(sys.argv[1]).resolve())) as port:
        checks = Checks(port)
        failed = checks.run()
    total = len([name for name in dir(Checks) if name.startswith("check_")])
    print(f"{total - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
