#!/usr/bin/env python3
"""The peer of `edmsac bench`: the same update of a diffusion soft actor-critic (denoising actor, twin critics,
targets of both) and the same denoising in PyTorch on one thread. "torch-default" is written as the public
implementations are: the state and a learned time embedding go into the first layer at every step. In
"torch-tuned" their part is computed once a chain, as ours does, the chain is compiled, and optimisers and
targets run over all tensors at once. One JSON line for each size."""

import copy
import json
import math
import statistics
import time
from typing import List

import torch
from torch import nn
from torch.nn import functional

HIDDEN, STEPS, BATCH = 256, 5, 256
SIZES = [(3, 23, 13), (10, 128, 220)]  # types, state, action of endogenous K = 3 and of direct K = 10
RUNS = 15

T = torch.arange(1, STEPS + 1, dtype=torch.float64)
BETA = 1 - torch.exp(-0.1 / STEPS - 9.9 * (2 * T - 1) / (2 * STEPS**2))
ABAR = torch.cumprod(1 - BETA, 0)
BEFORE = torch.cat([torch.ones(1, dtype=torch.float64), ABAR[:-1]])
TAKE, NOISE = (1 / ABAR.sqrt()).tolist(), (1 / ABAR - 1).sqrt().tolist()
CLEAN = (BETA * BEFORE.sqrt() / (1 - ABAR)).tolist()
KEEP = ((1 - BEFORE) * (1 - BETA).sqrt() / (1 - ABAR)).tolist()
SD = (BETA * (1 - BEFORE) / (1 - ABAR)).sqrt().tolist()


class DefaultActor(nn.Module):
    def __init__(self, state, action):
        super().__init__()
        self.action = action
        self.time = nn.Sequential(nn.Linear(16, 32), nn.Mish(), nn.Linear(32, 16))
        self.net = nn.Sequential(nn.Linear(action + 16 + state, HIDDEN), nn.Mish(), nn.Linear(HIDDEN, HIDDEN),
                                 nn.Mish(), nn.Linear(HIDDEN, action))

    def embed(self, t, n):
        rate = torch.exp(torch.arange(8) * -(math.log(10000) / 7))
        angle = torch.full((n, 1), float(t)) * rate
        return self.time(torch.cat([angle.sin(), angle.cos()], 1))

    def forward(self, s):
        x = torch.randn(s.shape[0], self.action)
        for t in reversed(range(STEPS)):
            eps = self.net(torch.cat([x, self.embed(t, s.shape[0]), s], 1))
            x0 = (TAKE[t] * x - NOISE[t] * eps).clamp(-1, 1)
            x = CLEAN[t] * x0 + KEEP[t] * x
            if t:
                x = x + SD[t] * torch.randn_like(x)
        return x


class TunedActor(nn.Module):
    take: List[float]
    noise: List[float]
    clean: List[float]
    keep: List[float]
    sd: List[float]

    def __init__(self, state, action):
        super().__init__()
        self.action, self.steps = action, STEPS
        self.take, self.noise, self.clean, self.keep, self.sd = TAKE, NOISE, CLEAN, KEEP, SD
        self.state = nn.Linear(state, HIDDEN)
        self.x = nn.Linear(action, HIDDEN, bias=False)
        self.time = nn.Parameter(torch.randn(STEPS, HIDDEN) * 0.3)
        self.hidden, self.out = nn.Linear(HIDDEN, HIDDEN), nn.Linear(HIDDEN, action)

    def forward(self, s):
        base = self.state(s)
        x = torch.randn(s.shape[0], self.action)
        for i in range(self.steps):
            t = self.steps - 1 - i
            y = functional.mish(self.x(x) + (base + self.time[t]))
            eps = self.out(functional.mish(self.hidden(y)))
            x0 = (self.take[t] * x - self.noise[t] * eps).clamp(-1.0, 1.0)
            x = self.clean[t] * x0 + self.keep[t] * x
            if t > 0:
                x = x + self.sd[t] * torch.randn_like(x)
        return x


def critic(state, action):
    return nn.Sequential(nn.Linear(state + action, HIDDEN), nn.Mish(), nn.Linear(HIDDEN, HIDDEN), nn.Mish(),
                         nn.Linear(HIDDEN, 1))


def follow(target, source, at_once):
    with torch.no_grad():
        if at_once:
            to, of = list(target.parameters()), list(source.parameters())
            torch._foreach_mul_(to, 0.995)
            torch._foreach_add_(to, of, alpha=0.005)
        else:
            for a, b in zip(target.parameters(), source.parameters()):
                a.copy_(0.995 * a + 0.005 * b)


class Learner:
    def __init__(self, state, action, tuned):
        self.tuned = tuned
        self.actor = torch.jit.script(TunedActor(state, action)) if tuned else DefaultActor(state, action)
        self.target = copy.deepcopy(self.actor)
        self.critics = nn.ModuleList([critic(state, action), critic(state, action)])
        self.critic_targets = copy.deepcopy(self.critics)
        self.actor_adam = torch.optim.Adam(self.actor.parameters(), lr=3e-4, foreach=tuned)
        self.critic_adam = torch.optim.Adam(self.critics.parameters(), lr=1e-3, foreach=tuned)
        self.s, self.next = torch.rand(BATCH, state), torch.rand(BATCH, state)
        self.a, self.r = torch.rand(BATCH, action), torch.rand(BATCH, 1)

    def update(self):
        with torch.no_grad():
            sa = torch.cat([self.next, self.target(self.next)], 1)
            goal = self.r + 0.95 * torch.minimum(*[c(sa) for c in self.critic_targets])
        sa = torch.cat([self.s, self.a], 1)
        loss = sum(functional.mse_loss(c(sa), goal) for c in self.critics)
        self.critic_adam.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_adam.step()
        if self.tuned:
            self.critics.requires_grad_(False)
        sa = torch.cat([self.s, self.actor(self.s)], 1)
        loss = -torch.minimum(*[c(sa) for c in self.critics]).mean()
        self.actor_adam.zero_grad(set_to_none=True)
        loss.backward()
        self.actor_adam.step()
        if self.tuned:
            self.critics.requires_grad_(True)
        follow(self.target, self.actor, self.tuned)
        follow(self.critic_targets, self.critics, self.tuned)


def median_us(work, times):
    for _ in range(4):
        work()
    us = []
    for _ in range(RUNS):
        start = time.perf_counter()
        for _ in range(times):
            work()
        us.append((time.perf_counter() - start) / times * 1e6)
    return statistics.median(us)


def measure(types, state, action, tuned):
    torch.manual_seed(1)
    learner = Learner(state, action, tuned)
    one, many = torch.rand(1, state), torch.rand(256, state)

    def act(states):
        with torch.no_grad():
            learner.actor(states)

    print(json.dumps({"bench": "policy", "peer": "torch-tuned" if tuned else "torch-default",
                      "version": torch.__version__, "types": types, "hidden": HIDDEN, "steps": STEPS,
                      "batch": BATCH, "update_ms": round(median_us(learner.update, 1) / 1e3, 3),
                      "act_us": round(median_us(lambda: act(one), 32), 2),
                      "act256_ms": round(median_us(lambda: act(many), 2) / 1e3, 3)}), flush=True)


def main():
    torch.set_num_threads(1)
    for size in SIZES:
        for tuned in (False, True):
            measure(*size, tuned)


if __name__ == "__main__":
    main()
