"""A peer of serve.py: the seed CNN in onnxruntime behind PyTriton, as its documentation writes it.

    python pytriton_peer.py MODEL PORT GRPC-PORT METRICS-PORT

onnxruntime on one thread; Triton joins requests into batches of up to 128 rows.
"""

import sys

import numpy as np
import onnxruntime
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

model, *ports = sys.argv[1:]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
input_name = session.get_inputs()[0].name


@batch
def infer(image: np.ndarray) -> dict[str, np.ndarray]:
    return {"predictions": session.run(None, {input_name: image})[0]}


config = TritonConfig(
    http_address="127.0.0.1", http_port=int(ports[0]), grpc_port=int(ports[1]), metrics_port=int(ports[2])
)
with Triton(config=config) as triton:
    triton.bind(
        model_name="digits-cnn",
        infer_func=infer,
        inputs=[Tensor(name="image", dtype=np.float32, shape=(28, 28, 1))],
        outputs=[Tensor(name="predictions", dtype=np.float32, shape=(10,))],
        config=ModelConfig(max_batch_size=128, batcher=DynamicBatcher()),
    )
    triton.serve()
