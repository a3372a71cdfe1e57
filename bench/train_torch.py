#!/usr/bin/env python3
"""The peer of bench_train.c: the same network, batch and optimiser in PyTorch on one thread,
as installed (default) and with channels-last tensors. One JSON line for each figure."""

import json
import statistics
import time

import torch
from torch import nn

BATCH = 32
IMAGES = 2048
ROUNDS = 5


def network():
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(512, 128), nn.ReLU(), nn.Linear(128, 10))


def median_seconds(work):
    work()
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def measure(peer, memory_format):
    net = network().to(memory_format=memory_format)
    assert sum(p.numel() for p in net.parameters()) == 80202
    images = torch.rand(IMAGES, 1, 28, 28).contiguous(memory_format=memory_format)
    labels = torch.randint(0, 10, (IMAGES,))
    loss_of = nn.CrossEntropyLoss()
    optimiser = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    batches = list(zip(images.split(BATCH), labels.split(BATCH)))

    def train():
        for x, y in batches:
            optimiser.zero_grad()
            loss_of(net(x), y).backward()
            optimiser.step()

    def infer():
        with torch.no_grad():
            for x in images.split(1):
                net(x)

    about = {"peer": peer, "version": torch.__version__, "threads": 1}
    print(json.dumps({"bench": "train_perception", **about, "batch": BATCH,
                      "images_per_s": round(IMAGES / median_seconds(train))}))
    print(json.dumps({"bench": "infer_perception", **about, "batch": 1,
                      "us": round(median_seconds(infer) / IMAGES * 1e6, 1)}), flush=True)


def main():
    torch.set_num_threads(1)
    measure("torch", torch.contiguous_format)
    measure("torch-channels-last", torch.channels_last)


if __name__ == "__main__":
    main()
