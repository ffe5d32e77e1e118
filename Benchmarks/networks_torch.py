"""The seed CNN and the seed LSTM in PyTorch."""

import torch
from torch import nn

CLASSES = 10
HIDDEN = 50


def seed_cnn() -> nn.Sequential:
    """[batch, 1, 28, 28] to logits: 121,930 parameters, initialised as PyTorch does."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 5 * 5, 64),
        nn.ReLU(),
        nn.Linear(64, CLASSES),
    )


class SeedLSTM(nn.Module):
    """[batch, steps, 1] to logits: one layer of 50, and a linear one on its last output; 11,110 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(1, HIDDEN, batch_first=True)
        self.fc = nn.Linear(HIDDEN, CLASSES)

    def forward(self, sequences: torch.Tensor) -> torch.Tensor:
        states, _ = self.lstm(sequences)
        return self.fc(states[:, -1])


def initialise_as_keras(model: nn.Module) -> None:
    """Glorot's uniform weights and biases of zero, Keras's defaults."""
    for name, values in model.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(values)
        else:
            nn.init.xavier_uniform_(values)
