#!/usr/bin/env python3
"""Makes nn_reference.json: what PyTorch computes for the perception network, in double precision.

    /usr/bin/python3 tests/reference/nn_reference.py > tests/reference/nn_reference.json

Inputs and parameters come from a formula that tests/unit/test_nn_reference.c repeats, so that the dump
holds results only: number i of a sequence is its hash to [-1, 1), an exact multiple of 2^-23. Of long
tensors every (1 + n // 16)-th number is kept."""

import json

import torch
from torch import nn
from torch.nn import functional

BATCH = 4
STEPS = 3
NAMES = ["conv1", "conv2", "fc1", "fc2"]


def sequence(first, count):
    i = torch.arange(first, first + count, dtype=torch.int64)
    h = (i * 2654435761) % 2**32
    h = ((h ^ (h >> 15)) * 2246822519) % 2**32
    h = h ^ (h >> 13)
    return (h >> 8).to(torch.float64) / 2**23 - 1


def network():
    net = nn.Module()
    net.conv1, net.conv2 = nn.Conv2d(1, 16, 5), nn.Conv2d(16, 32, 5)
    net.fc1, net.fc2 = nn.Linear(512, 128), nn.Linear(128, 10)
    net.double()
    offset = 0
    with torch.no_grad():
        for name in NAMES:
            layer = getattr(net, name)
            # A power of two near sqrt(2 / fan-in), so that scaling is exact.
            scale = {"conv1": 0.25, "conv2": 0.125, "fc1": 0.125, "fc2": 0.125}[name]
            for p in (layer.weight, layer.bias):
                p.copy_(sequence(offset, p.numel()).view_as(p) * scale)
                offset += p.numel()
    assert offset == 80202
    return net


def forward(net, x):
    x = functional.max_pool2d(functional.relu(net.conv1(x)), 2)
    x = functional.max_pool2d(functional.relu(net.conv2(x)), 2)
    embedding = functional.relu(net.fc1(x.flatten(1)))
    return embedding, net.fc2(embedding)


def some(tensor):
    flat = tensor.detach().flatten()
    return [float(f"{v:.9g}") for v in flat[:: 1 + flat.numel() // 16].tolist()]


def parameters(net):
    return [(f"{n}.{part}", getattr(getattr(net, n), part)) for n in NAMES for part in ("weight", "bias")]


def train(net, optimiser, x, labels):
    """The losses before each step, and the parameters after the last."""
    losses = []
    for _ in range(STEPS):
        optimiser.zero_grad()
        loss = functional.cross_entropy(forward(net, x)[1], labels)
        loss.backward()
        losses.append(loss.item())
        optimiser.step()
    return {"losses": losses, "parameters": {name: some(p) for name, p in parameters(net)}}


def main():
    x = (sequence(1000000, BATCH * 784) + 1).view(BATCH, 1, 28, 28) / 2
    labels = torch.tensor([3, 0, 9, 5])
    net = network()
    embedding, logits = forward(net, x)
    loss = functional.cross_entropy(logits, labels)
    loss.backward()
    out = {"torch": torch.__version__, "labels": labels.tolist(), "logits": logits.flatten().tolist(),
           "embedding": some(embedding), "loss": loss.item(),
           "gradients": {name: some(p.grad) for name, p in parameters(net)}}
    net = network()
    out["sgd"] = train(net, torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=0.01), x, labels)
    net = network()
    out["adam"] = train(net, torch.optim.Adam(net.parameters(), lr=0.001, betas=(0.9, 0.99), eps=0.001,
                                              weight_decay=0.01), x, labels)
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()
