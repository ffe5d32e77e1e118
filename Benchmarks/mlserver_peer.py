"""A peer of serve.py: the seed CNN in onnxruntime as a runtime of MLServer's, as its documentation writes it.

onnxruntime on one thread, MLServer's default of rows decoded by NumpyCodec. `write_settings` makes the folder that
`mlserver start` takes.
"""

import json
import os
import pathlib

import numpy as np

SETTINGS = {"host": "127.0.0.1", "debug": False}


def write_settings(folder: pathlib.Path, ports: list[int], workers: int) -> None:
    """What MLServer needs besides this file."""
    http, grpc, metrics = ports
    settings = SETTINGS | {"http_port": http, "grpc_port": grpc, "metrics_port": metrics, "parallel_workers": workers}
    settings |= {"metrics_dir": str(folder)}
    (folder / "settings.json").write_text(json.dumps(settings))
    model = {"name": "digits-cnn", "implementation": "mlserver_peer.Digits"}
    model |= {"max_batch_size": 128, "max_batch_time": 0.001}
    (folder / "model-settings.json").write_text(json.dumps(model))


if "PEER_MODEL" in os.environ:  # imported by MLServer, not by serve.py
    import onnxruntime
    from mlserver import MLModel
    from mlserver.codecs import NumpyCodec
    from mlserver.types import InferenceRequest, InferenceResponse

    class Digits(MLModel):
        """The model."""

        async def load(self) -> bool:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            providers = ["CPUExecutionProvider"]
            self._session = onnxruntime.InferenceSession(os.environ["PEER_MODEL"], options, providers=providers)
            self._input = self._session.get_inputs()[0].name
            return True

        async def predict(self, payload: InferenceRequest) -> InferenceResponse:
            images = NumpyCodec.decode_input(payload.inputs[0]).astype(np.float32)
            predictions = self._session.run(None, {self._input: images})[0]
            outputs = [NumpyCodec.encode_output("predictions", predictions)]
            return InferenceResponse(model_name=self.name, model_version="1", outputs=outputs)
