"""Training steps in PyTorch, eager: peer_process.py asks for them."""

import sys

import torch
from torch.nn import functional

import networks_torch
from peer_process import Step, Workload, answer_requests

SEQUENCE = 28
SEED = 7


def make(workload: Workload) -> Step:
    """Adam, cross-entropy, one batch of random samples that stays in place."""
    torch.manual_seed(SEED)
    if workload.model == "seed-cnn":
        model, samples = networks_torch.seed_cnn(), torch.rand(workload.batch, 1, 28, 28)
    else:
        model, samples = networks_torch.SeedLSTM(), torch.rand(workload.batch, SEQUENCE, 1)
    classes = torch.randint(networks_torch.CLASSES, (workload.batch,))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=workload.way == "fused")

    def run() -> None:
        loss = functional.cross_entropy(model(samples), classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return Step(run)


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[1]))
    torch.set_num_interop_threads(1)
    answer_requests(make)
