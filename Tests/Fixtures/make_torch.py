"""Makes Tests/ModelFormatsTests/Fixtures/torch with PyTorch: files as torch.save writes them, and what networks answer.

The three state_dicts of networks trained on digits there (gru, rnn_tanh and the checkpoint lstm_seq28) belong to the
ONNX files in Tests/Fixtures/golden; they are not made again here.

    python3 Tests/Fixtures/make_torch.py
"""

import pathlib
import sys

import numpy as np
import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent.parent / "ModelFormatsTests/Fixtures/torch"


class Residual(nn.Module):
    """Convolutions with normalisation, a stride and two shortcuts."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 6, 3, stride=2, padding=1)
        self.shortcut = nn.Conv2d(4, 6, 1, stride=2)
        self.fc = nn.Linear(6, 3)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = torch.relu(self.conv2(x) + self.shortcut(x))
        return self.fc(x.mean((2, 3)))


class Text(nn.Module):
    """An embedding, three bidirectional layers of LSTM and the last step of both directions."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(11, 5)
        self.lstm = nn.LSTM(5, 4, num_layers=3, bidirectional=True, batch_first=True, dropout=0.3)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        _, (hidden, _) = self.lstm(self.embedding(x.long()))
        return self.fc(torch.cat([hidden[-2], hidden[-1]], 1))


def networks():
    """Networks by name, each with the shape of a sample."""
    yield "lenet", (1, 12, 10), nn.Sequential(
        nn.Conv2d(1, 4, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(4, 6, 3), nn.Tanh(), nn.Flatten(),
        nn.Linear(6 * 4 * 3, 3))
    yield "pooled", (2, 9, 11), nn.Sequential(
        nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1), nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3))
    yield "series", (3, 11), nn.Sequential(
        nn.Conv1d(3, 4, 3), nn.BatchNorm1d(4), nn.ReLU(), nn.MaxPool1d(2), nn.Flatten(), nn.Linear(16, 2))
    yield "residual", (3, 6, 8), Residual()
    yield "text", (6,), Text()
    yield "perceptron", (5,), nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 2))


def save_networks():
    for name, shape, network in networks():
        torch.manual_seed(3)
        for parameter in network.parameters():
            nn.init.normal_(parameter, std=0.5)
        for module in network.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                nn.init.uniform_(module.running_mean, -0.5, 0.5)
                nn.init.uniform_(module.running_var, 0.5, 1.5)
        network.eval()
        x = torch.randint(0, 11, (4, *shape)).float() if name == "text" else torch.randn(4, *shape)
        with torch.no_grad():
            y = network(x)
        torch.save(network.state_dict(), FOLDER / f"{name}.pt")
        np.savez(FOLDER / f"{name}.npz", x=x.numpy(), y=y.numpy())


def save_tensors():
    """One tensor of each type and each kind of view, and the same as float32."""
    base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) - 11.5
    tensors = {
        "plain": base, "transposed": base.permute(2, 0, 1), "shared": base[1], "strided": base[:, ::2, 1::2],
        "expanded": torch.tensor([[1.5], [2.5]]).expand(2, 3), "scalar": torch.tensor(7.25),
        "empty": torch.zeros(0, 3), "parameter": nn.Parameter(torch.tensor([1.0, -2.0])),
    }
    for name in ["float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool",
                 "float8_e5m2", "float8_e4m3fn", "uint16", "uint32", "uint64"]:
        values = torch.tensor([0.0, 1.0, 2.0, 3.5 if "float" in name else 3.0])
        tensors[name] = values.to(getattr(torch, name))
    for protocol in [2, 3, 4, 5]:
        torch.save(tensors, FOLDER / f"tensors{protocol}.pt", pickle_protocol=protocol)
    np.savez(FOLDER / "tensors.npz", **{name: tensor.detach().float().numpy() for name, tensor in tensors.items()})


def save_checkpoints():
    """What people wrap a state_dict in."""
    layer = nn.Linear(2, 1)
    nn.init.constant_(layer.weight, 2)
    nn.init.constant_(layer.bias, 3)
    state = nn.Sequential(layer).state_dict()
    optimizer = torch.optim.Adam(layer.parameters())
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    nn.init.constant_(layer.weight, 2)
    nn.init.constant_(layer.bias, 3)
    wrapped = {f"module.{name}": tensor for name, tensor in state.items()}
    compiled = {f"_orig_mod.module.{name}": tensor for name, tensor in state.items()}
    for name, content in {
        "checkpoint": {"epoch": 3, "model_state_dict": state, "optimizer_state_dict": optimizer.state_dict(),
                       "loss": torch.tensor(0.5), "args": {"lr": 0.1, "name": "x"}},
        "parallel": wrapped, "compiled": {"model": compiled},
        "nested": {"version": 1, "training": {"ema_decay": 0.9, "network": {"state_dict": state}}},
        "two": {"generator": state, "discriminator": dict(state)},
        "none": {"epoch": 3, "history": [0.1, 0.2]}, "list": [torch.ones(2)],
    }.items():
        torch.save(content, FOLDER / f"{name}.pt")
    torch.save(nn.Sequential(layer, nn.ReLU()), FOLDER / "module.pt")
    torch.save(state, FOLDER / "legacy.pt", _use_new_zipfile_serialization=False)
    torch.jit.script(nn.Sequential(layer, nn.ReLU())).save(FOLDER / "torchscript.pt")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    save_networks()
    save_tensors()
    save_checkpoints()
    sys.stdout.write("".join(f"{path.name} {path.stat().st_size}\n" for path in sorted(FOLDER.iterdir())))
