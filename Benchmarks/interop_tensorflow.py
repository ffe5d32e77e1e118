"""The request forms of TensorFlow Serving's documents (g3doc/api_rest.md) against Apus, with its example model, too."""

import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper

from interop_checks import CNN, LSTM, Checks

HALF = "half_plus_two"


def add_half_plus_two(models: pathlib.Path) -> None:
    """The model of TensorFlow Serving's examples: y = x / 2 + 2 for single numbers."""
    constants = [helper.make_tensor(name, TensorProto.FLOAT, [], [value]) for name, value in [("a", 0.5), ("b", 2.0)]]
    nodes = [helper.make_node("Mul", ["x", "a"], ["ax"]), helper.make_node("Add", ["ax", "b"], ["y"])]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch"]) for name in ["x", "y"]]
    graph = helper.make_graph(nodes, "half_plus_two", ends[:1], ends[1:], constants)
    for version in ["1", "123"]:
        (models / HALF / version).mkdir(parents=True)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
        onnx.save(model, str(models / HALF / version / "model.onnx"))


class TensorFlowChecks(Checks):
    """What the documents show."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.input = self.json(f"/v2/models/{CNN}")["inputs"][0]["name"]

    def check_tensorflow_example_of_predict(self) -> None:
        assert self.json(f"/v1/models/{HALF}:predict", {"instances": [1.0, 2.0, 5.0]})["predictions"] == [2.5, 3.0, 4.5]

    def check_tensorflow_example_of_regress(self) -> None:
        body = {"signature_name": "serving_default", "examples": [{"x": 1.0}, {"x": 2.0}]}
        assert self.json(f"/v1/models/{HALF}:regress", body)["results"] == [2.5, 3.0]

    def check_tensorflow_columns_of_the_example(self) -> None:
        assert self.json(f"/v1/models/{HALF}:predict", {"inputs": [1.0, 2.0]})["outputs"] == [2.5, 3.0]
        assert self.json(f"/v1/models/{HALF}:predict", {"inputs": {"x": [1.0, 2.0]}})["outputs"] == [2.5, 3.0]

    def check_tensorflow_rows_by_name(self) -> None:
        body = {"instances": [{"x": 1.0}, {"x": 5.0}]}
        assert self.json(f"/v1/models/{HALF}:predict", body)["predictions"] == [2.5, 4.5]

    def check_tensorflow_versions(self) -> None:
        path = f"/v1/models/{HALF}/versions/123"
        assert self.json(f"{path}:predict", {"instances": [1.0]})["predictions"] == [2.5]
        status = self.json(path)["model_version_status"]
        expected = {"version": "123", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
        assert status == [expected], status

    def check_tensorflow_labels(self) -> None:
        assert self.json(f"/v1/models/{HALF}/labels/stable:predict", {"instances": [2.0]})["predictions"] == [3.0]
        assert self.json(f"/v1/models/{HALF}/labels/stable/metadata")["model_spec"]["version"] == "123"

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
        assert metadata["model_spec"]["name"] == CNN
        tensor = signature["inputs"][self.input]
        assert tensor["dtype"] == "DT_FLOAT" and tensor["tensor_shape"]["dim"][1] == {"size": "28", "name": ""}
        assert signature["method_name"] == "tensorflow/serving/predict"

    def check_tensorflow_classify(self) -> None:
        body = {"examples": [{self.input: self.images[0].tolist()}]}
        results = self.json(f"/v1/models/{CNN}:classify", body)["results"]
        label, score = max(results[0], key=lambda pair: pair[1])
        assert int(label) == self.reference[0].argmax() and abs(score - self.reference[0].max()) < 1e-4

    def check_tensorflow_classify_with_a_context(self) -> None:
        name = self.json(f"/v2/models/{LSTM}")["inputs"][0]["name"]
        body = {"context": {name: [0.5] * 28}, "examples": [{}, {}]}
        results = self.json(f"/v1/models/{LSTM}:classify", body)["results"]
        assert len(results) == 2 and results[0] == results[1]

    def check_tensorflow_errors(self) -> None:
        for path, body, status, text in [
            ("/v1/models/half:predict", {"instances": [1.0]}, 404, "half"),
            (f"/v1/models/{HALF}/versions/9:predict", {"instances": [1.0]}, 404, "9"),
            (f"/v1/models/{HALF}:predict", {"instances": [1.0], "inputs": [1.0]}, 400, "inputs"),
            (f"/v1/models/{HALF}:predict", {}, 400, "instances"),
            (f"/v1/models/{HALF}:predict", {"signature_name": "other", "instances": [1.0]}, 400, "signature_name"),
        ]:
            found, fields, answer = self.request(path, json.dumps(body).encode(), Content_Type="application/json")
            assert found == status and text in json.loads(answer)["error"], (path, found, answer)
            assert fields["content-type"] == "application/json"
