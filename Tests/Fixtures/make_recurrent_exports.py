"""Makes Tests/Fixtures/golden/r_*: recurrent networks of PyTorch as its exporters write them, with PyTorch's answers.

Needs torch, onnx and onnxruntime. `python make_recurrent_exports.py KERAS_GOLDEN` also copies the ONNX files that tf2onnx
made of Keras's models (k_*) from that directory, with their answers as safetensors.
"""

import os
import shutil
import sys
import warnings

import numpy as np
import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
TARGET = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")
warnings.filterwarnings("ignore")


def save(path, tensors):
    """Writes a safetensors file of float32."""
    import json
    import struct
    header, data = {}, b""
    for name, array in tensors.items():
        array = np.ascontiguousarray(array, np.float32)
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [len(data), len(data) + array.nbytes]}
        data += array.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


class Recurrent(torch.nn.Module):
    """A recurrent layer and a linear one on its last step, or on all of them."""

    def __init__(self, kind, all_steps=False, packed=False, **settings):
        super().__init__()
        self.rnn = getattr(torch.nn, kind)(3, 5, **settings)
        self.fc = torch.nn.Linear(5 * (2 if settings.get("bidirectional") else 1), 2)
        self.all_steps, self.packed = all_steps, packed
        self.is_batch_first = settings.get("batch_first", False)

    def forward(self, x, lengths=None):
        if self.packed:
            x = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=True)
            y, _ = self.rnn(x)
            y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, batch_first=True)
            return self.fc(y.sum(1))
        y, _ = self.rnn(x)
        if self.all_steps:
            return self.fc(y).flatten(1)
        return self.fc(y[:, -1] if self.is_batch_first else y[-1])


def write(name, model, inputs, batch_axis=0):
    model.eval()
    folder = os.path.join(TARGET, name)
    os.makedirs(folder, exist_ok=True)
    with torch.no_grad():
        answer = model(*inputs).numpy()
    names = ["x", "lengths"][: len(inputs)]
    for exporter in ["legacy", "dynamo"]:
        path = os.path.join(folder, f"model_{exporter}.onnx")
        try:
            if exporter == "legacy":
                axes = {"x": {batch_axis: "batch"}, "lengths": {0: "batch"}}
                torch.onnx.export(
                    model, inputs, path, dynamo=False, opset_version=17, input_names=names, output_names=["y"],
                    dynamic_axes={name: axes[name] for name in names})
            else:
                batch = torch.export.Dim("batch", min=1)
                shapes = tuple({batch_axis if index == 0 else 0: batch} for index in range(len(inputs)))
                torch.onnx.export(
                    model, inputs, path, dynamo=True, input_names=names, output_names=["y"], dynamic_shapes=shapes,
                    external_data=False, verbose=False)
        except Exception as error:
            print(name, exporter, "is not exported:", type(error).__name__, str(error)[:120])
            if os.path.exists(path):
                os.remove(path)
            continue
        print(name, exporter, os.path.getsize(path))
    tensors = {f"input.{index}": value.numpy() for index, value in enumerate(inputs)}
    save(os.path.join(folder, "io.safetensors"), {**tensors, "output.0": answer})


def copy(golden, name):
    folder = os.path.join(TARGET, name)
    os.makedirs(folder, exist_ok=True)
    shutil.copyfile(os.path.join(golden, name, "model.onnx"), os.path.join(folder, "model.onnx"))
    os.chmod(os.path.join(folder, "model.onnx"), 0o644)
    answers = np.load(os.path.join(golden, name, "io.npz"))
    renamed = {key.replace("x", "input.").replace("y", "output."): value for key, value in answers.items()}
    renamed = {key + "0" if key.endswith(".") else key: value for key, value in renamed.items()}
    save(os.path.join(folder, "io.safetensors"), renamed)
    print(name, sorted(renamed))


torch.manual_seed(1)
x = torch.randn(4, 6, 3)
write("r_gru_all", Recurrent("GRU", all_steps=True, batch_first=True), (x,))
write("r_lstm3", Recurrent("LSTM", num_layers=3, bidirectional=True, dropout=0.3, batch_first=True), (x,))
write("r_rnn_time_first", Recurrent("RNN", nonlinearity="relu", num_layers=2), (x.transpose(0, 1).contiguous(),), 1)
write("r_lstm_packed", Recurrent("LSTM", packed=True, bidirectional=True, batch_first=True), (
    x, torch.tensor([6, 5, 2, 1])))
if len(sys.argv) > 1:
    for name in ["k_bilstm2", "k_drop_bn", "k_lstm_text_mask", "k_seed_lstm"]:
        copy(sys.argv[1], name)
