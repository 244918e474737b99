"""Some of the workloads of workloads.rs in PyTorch, to be run beside it: `python benches/pytorch.py --threads 1`.

Needs `pip install torch`. The same shapes, optimizers and batches, fused optimizers, 10 warm-ups, the median of at least 30 calls.
"""

import argparse
import statistics
import time

import torch
from torch import nn

options = argparse.ArgumentParser()
options.add_argument("--threads", type=int, default=1)
options.add_argument("--budget", type=float, default=1.5)
options = options.parse_args()
torch.set_num_threads(options.threads)


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )


def mlp_small():
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def mlp_large():
    return nn.Sequential(nn.Linear(784, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 10))


def tiny_mlp():
    return nn.Sequential(nn.Linear(16, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 4))


class Last(nn.Module):
    """A recurrent layer, and a classifier of its last step."""

    def __init__(self, kind, inputs, units):
        super().__init__()
        self.memory, self.logits = kind(inputs, units, batch_first=True), nn.Linear(units, 10)

    def forward(self, x):
        return self.logits(self.memory(x)[0][:, -1])


class Step(nn.Module):
    """A step of a stream, from the state that the step before left."""

    def __init__(self):
        super().__init__()
        self.cell, self.state = nn.LSTMCell(64, 128), (torch.zeros(1, 128), torch.zeros(1, 128))

    def forward(self, x):
        self.state = self.cell(x, self.state)
        return self.state[0]


def measure(name, kind, batch, call):
    for _ in range(10):
        call()
    times, end = [], time.perf_counter() + options.budget
    while len(times) < 30 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1e3)
    print(f"pytorch   {name:12} {kind:6} b{batch:<4} t{options.threads} median {statistics.median(times):9.4f} ms")


def run(name, make, shape, batches, optimizer):
    for batch in batches:
        net, x = make(), torch.rand(batch, *shape)
        if optimizer:
            labels, steps = torch.randint(0, 10, (batch,)), optimizer(net.parameters())

            def step():
                steps.zero_grad(set_to_none=True)
                nn.functional.cross_entropy(net(x), labels).backward()
                steps.step()

            measure(name, "train", batch, step)
        with torch.inference_mode():
            measure(name, "infer", batch, lambda: net(x))


run("mlp_small", mlp_small, (784,), (32, 128), lambda p: torch.optim.SGD(p, lr=0.01, fused=True))
run("mlp_large", mlp_large, (784,), (128,), lambda p: torch.optim.Adam(p, lr=1e-3, fused=True))
run("lenet", lenet, (1, 28, 28), (32, 128), lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, fused=True))
run("lstm", lambda: Last(nn.LSTM, 64, 128), (50, 64), (32,), lambda p: torch.optim.Adam(p, lr=1e-3, fused=True))
run("lstm_large", lambda: Last(nn.LSTM, 128, 512), (32, 128), (32,), lambda p: torch.optim.Adam(p, lr=1e-3, fused=True))
run("rnn", lambda: Last(nn.RNN, 32, 64), (100, 32), (32,), lambda p: torch.optim.Adam(p, lr=1e-3, fused=True))
run("tiny_mlp", tiny_mlp, (16,), (1,), None)
run("tiny_lenet", lenet, (1, 28, 28), (1,), None)
run("tiny_lstmstep", Step, (64,), (1,), None)


def rbm():
    """CD-1 of a restricted Boltzmann machine with 784 visible and 500 hidden units, in place."""
    weight, visible_bias, hidden_bias = torch.randn(500, 784) * 0.01, torch.zeros(784), torch.zeros(500)
    data, rate = torch.rand(100, 784).round(), 0.1 / 100

    def step():
        means = torch.sigmoid(torch.addmm(hidden_bias, data, weight.t()))
        sample = torch.bernoulli(torch.sigmoid(torch.addmm(visible_bias, torch.bernoulli(means), weight)))
        chain = torch.sigmoid(torch.addmm(hidden_bias, sample, weight.t()))
        weight.addmm_(means.t(), data, alpha=rate).addmm_(chain.t(), sample, alpha=-rate)
        hidden_bias.add_((means - chain).sum(0), alpha=rate)
        visible_bias.add_((data - sample).sum(0), alpha=rate)

    with torch.inference_mode():
        measure("rbm", "train", 100, step)


rbm()
