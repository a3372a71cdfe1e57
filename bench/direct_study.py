#!/usr/bin/env python3
"""The algorithms in the direct action space, at equal numbers of environment steps, with several seeds.

    bench/direct_study.py [--types 2 3] [--seeds 5] [--steps 1024000] [--algos edmsac dmsac sac ppo]

Trains every algorithm with its own defaults, judges the middle contract and the best of 16 by modelled profit
on the same held-out instances, and prints one JSON line a run and then one a setting, with the mean over the
seeds and its 95 % interval (Student's t). A variant is an algorithm with options of `edmsac train`:
`--algos "sac --actor-rate 1e-3"`; what `--shared` holds is given to all."""

import argparse
import concurrent.futures
import json
import math
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

T95 = [0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262]
ENVS = {"edmsac": 80, "dmsac": 128, "sac": 128, "ppo": 16}
ROLLOUT = 16  # steps of each environment in one update of PPO


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--types", type=int, nargs="+", default=[2, 3])
    p.add_argument("--seeds", type=int, default=5)
    p.add_argument("--first-seed", type=int, default=1)
    p.add_argument("--steps", type=int, default=1024000, help="environment steps of every run")
    p.add_argument("--algos", nargs="+", default=["edmsac", "dmsac", "sac", "ppo"])
    p.add_argument("--shared", default="", help="options of edmsac train for all")
    p.add_argument("--instances", type=int, default=100)
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--edmsac", default="build/edmsac")
    p.add_argument("--through", default="", help="a command that starts the trainings")
    return p.parse_args()


def run(command, stdin=None):
    done = subprocess.run(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def steps_an_update(words):
    return int(words[words.index("--envs") + 1]) * (ROLLOUT if words[0] == "ppo" else 1)


def one(o, folder, algo, types, seed):
    words = shlex.split(algo) + shlex.split(o.shared)
    if "--envs" not in words:
        words += ["--envs", str(ENVS[words[0]])]
    updates = o.steps // steps_an_update(words)
    out = tempfile.mktemp(suffix=".safetensors", dir=folder)
    start = time.monotonic()
    run(shlex.split(o.through) + [o.edmsac, "train", "--quiet", "--no-replay", "--actions", "direct", "--algo",
                                  words[0], "--types", str(types), "--seed", str(seed), "--updates",
                                  str(updates), "--out", out] + words[1:])
    line = {"algo": algo, "types": types, "seed": seed, "updates": updates,
            "seconds": round(time.monotonic() - start, 1)}
    for samples in (1, 16):
        judged = json.loads(run([o.edmsac, "eval", "--checkpoint", out, "--samples", str(samples), "--json",
                                 f"{folder}/k{types}.jsonl"]))
        line[f"best_of_{samples}"] = judged["mean_ratio"]
        line[f"worst_of_{samples}"] = judged["min_ratio"]
    print(json.dumps(line), flush=True)
    return line


def summary(algo, types, lines):
    out = {"algo": algo, "types": types, "seeds": len(lines)}
    for key in ("best_of_1", "best_of_16", "worst_of_1", "worst_of_16"):
        values = [line[key] for line in lines]
        out[key] = round(statistics.mean(values), 4)
        if len(values) > 1 and key.startswith("best"):
            half = T95[min(len(values), len(T95)) - 1] * statistics.stdev(values) / math.sqrt(len(values))
            out[key + "_pm"] = round(half, 4)
    return out


def main():
    o = options()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        for k in o.types:
            with open(f"{folder}/k{k}.jsonl", "w", encoding="ascii") as f:
                f.write(run([o.edmsac, "draw", "--types", str(k), "--count", str(o.instances), "--seed", "20260101"]))
        seeds = range(o.first_seed, o.first_seed + o.seeds)
        runs = {(a, k): [pool.submit(one, o, folder, a, k, s) for s in seeds] for k in o.types for a in o.algos}
        for (algo, types), jobs in runs.items():
            print(json.dumps(summary(algo, types, [j.result() for j in jobs])), flush=True)


if __name__ == "__main__":
    main()
