#!/usr/bin/env python3
"""Makes rl_reference.json: what PyTorch computes, in double precision, for the multilayer perceptron and for
the diffusion actor's chain.

    /usr/bin/python3 tests/reference/rl_reference.py > tests/reference/rl_reference.json

Inputs and parameters come from the same formula as in nn_reference.py, repeated by the tests, so that the
dump holds results only. Of long tensors every (1 + n // 16)-th number is kept."""

import json
import math

import torch
from torch.nn import functional
from nn_reference import sequence, some

ACTS = {"linear": lambda v: v, "relu": functional.relu, "tanh": torch.tanh, "mish": functional.mish}
BATCH, SIZES = 5, [7, 20, 33, 3]
STATE, ACTION, HIDDEN, STEPS, CHAINS = 6, 3, (24, 17), 5, 4
B_MIN, B_MAX = 0.1, 10.0


def mlp(hidden, last):
    """Parameters from place 0 on, inputs from 100000, the output's gradient from 200000."""
    at, layers = 0, []
    for i, o in zip(SIZES, SIZES[1:]):
        w = (sequence(at, i * o).view(o, i) / 4).requires_grad_()
        b = (sequence(at + i * o, o) / 4).requires_grad_()
        at += i * o + o
        layers.append((w, b))
    x = sequence(100000, BATCH * SIZES[0]).view(BATCH, -1).clone().requires_grad_()
    y = x
    for n, (w, b) in enumerate(layers):
        y = ACTS[last if n + 1 == len(layers) else hidden](y @ w.T + b)
    (y * sequence(200000, y.numel()).view_as(y)).sum().backward()
    grads = torch.cat([g.grad.flatten() for pair in layers for g in pair])
    return {"y": y.flatten().tolist(), "dx": some(x.grad), "grads": some(grads)}


def schedule():
    t = torch.arange(1, STEPS + 1, dtype=torch.float64)
    beta = 1 - torch.exp(-B_MIN / STEPS - (B_MAX - B_MIN) * (2 * t - 1) / (2 * STEPS**2))
    return beta, torch.cumprod(1 - beta, 0)


def chain(clamp, clean=False):
    """Of a network that predicts the noise, or the clean action. x weight [H1][A], state weight [H1][S], time [T][H1], hidden weight and bias, out weight and bias."""
    h1, h2 = HIDDEN
    shapes = [(h1, ACTION), (h1, STATE), (STEPS, h1), (h2, h1), (h2,), (ACTION, h2), (ACTION,)]
    at, params = 0, []
    for shape in shapes:
        params.append((sequence(at, math.prod(shape)).view(shape) / 4).requires_grad_())
        at += math.prod(shape)
    wx, ws, time, w2, b2, wo, bo = params
    s = sequence(100000, CHAINS * STATE).view(CHAINS, -1)
    noise = sequence(300000, (STEPS + 1) * CHAINS * ACTION).view(STEPS + 1, CHAINS, ACTION)
    beta, abar = schedule()
    x = noise[0]
    xs, spread = [x], 0
    for n, t in enumerate(range(STEPS - 1, -1, -1)):
        y1 = functional.mish(x @ wx.T + s @ ws.T + time[t])
        y2 = functional.mish(y1 @ w2.T + b2)
        eps = y2 @ wo.T + bo
        before = abar[t - 1] if t else torch.tensor(1.0, dtype=torch.float64)
        x0 = eps if clean else x / abar[t].sqrt() - (1 / abar[t] - 1).sqrt() * eps
        x0 = x0.clamp(-clamp, clamp)
        mean = beta[t] * before.sqrt() / (1 - abar[t]) * x0 + (1 - before) * (1 - beta[t]).sqrt() / (1 - abar[t]) * x
        var = beta[t] * (1 - before) / (1 - abar[t])
        new = mean + var.sqrt() * noise[n + 1]
        spread = spread + ((x - (1 - beta[t]).sqrt() * new)**2).sum() / (2 * beta[t])
        x = new
        xs.append(x)
    loss = (x * sequence(200000, x.numel()).view_as(x)).sum()
    out = {"x": x.flatten().tolist(), "spread": spread.item()}
    for name, value in (("grads", loss), ("entropy_grads", loss + 0.5 * spread)):
        for p in params:
            p.grad = None
        value.backward(retain_graph=True)
        out[name] = some(torch.cat([p.grad.flatten() for p in params]))
    return out


def main():
    beta, abar = schedule()
    print(json.dumps({"torch": torch.__version__,
                      "mlp": {f"{h}-{l}": mlp(h, l) for h, l in
                              (("mish", "linear"), ("relu", "tanh"), ("tanh", "mish"))},
                      "beta": beta.tolist(), "abar": abar.tolist(),
                      "chain": {"wide": chain(1000.0), "clamped": chain(1.0), "clean": chain(1000.0, True)}}, indent=1))


if __name__ == "__main__":
    main()
