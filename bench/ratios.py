#!/usr/bin/env python3
"""Reads benchmark lines (JSON) and prints how many times better ours are than their peers'.

A line with a "peer" is a peer's; it is set beside every line of ours of the same "bench" whose shared
whole-number settings (batch, threads, ...) agree. Figures are known by their names: *_per_s is better
when larger; us, ms, s and names ending in _us, _ms, _s when smaller. 2 means twice as fast as the peer."""

import json
import sys


def direction(name):
    if name.endswith("_per_s"):
        return 1
    return -1 if name.split("_")[-1] in ("us", "ms", "s") else 0


def comparable(a, b):
    shared = [k for k in a if k in b and isinstance(a[k], int) and not direction(k)]
    return a["bench"] == b["bench"] and all(a[k] == b[k] for k in shared)


def ratio(ours, peer, key):
    return ours[key] / peer[key] if direction(key) > 0 else peer[key] / ours[key]


def main():
    lines = [json.loads(line) for line in sys.stdin if line.startswith("{")]
    peers = [line for line in lines if "peer" in line]
    for ours in (line for line in lines if "peer" not in line):
        for peer in (p for p in peers if comparable(ours, p)):
            for key in (k for k in ours if direction(k) and k in peer):
                print(json.dumps({"ratio": ours["bench"], "figure": key, "against": peer["peer"],
                                  "times": round(ratio(ours, peer, key), 2)}))


if __name__ == "__main__":
    main()
