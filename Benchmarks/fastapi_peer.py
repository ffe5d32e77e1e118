"""The peer of serve.py: the seed CNN behind FastAPI and onnxruntime, written the way their documentation does.

`await request.json()`, one numpy array, `session.run`, a JSON response. It is spared what would only slow it down:
no pydantic model of 784 floats, no thread hop (a run takes tens of microseconds), onnxruntime on one thread in each
worker, and orjson to print the numpy array without a list in between. uvicorn's httptools and uvloop do the rest.
Binary bodies are the numbers themselves, in and out.
"""

import os

import numpy as np
import onnxruntime
import orjson
from fastapi import FastAPI, Request, Response

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["PEER_MODEL"], options, providers=["CPUExecutionProvider"])
input_name = session.get_inputs()[0].name
app = FastAPI()


@app.get("/readyz")
async def ready() -> Response:
    return Response()


@app.post("/v1/models/digits-cnn/binary")
async def predict_binary(request: Request) -> Response:
    images = np.frombuffer(await request.body(), dtype=np.float32).reshape(-1, 28, 28, 1)
    predictions = session.run(None, {input_name: images})[0]
    return Response(predictions.tobytes(), media_type="application/octet-stream")


@app.post("/v1/models/digits-cnn/predict")
async def predict(request: Request) -> Response:
    body = await request.json()
    images = np.asarray(body["instances"], dtype=np.float32).reshape(-1, 28, 28, 1)
    predictions = session.run(None, {input_name: images})[0]
    answer = {"predictions": predictions, "model_name": "digits-cnn", "model_version": "1"}
    return Response(orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json")
