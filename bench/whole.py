#!/usr/bin/env python3
"""Measures the programs as a whole and prints JSON lines.

  demo          the default demo: accuracy together and alone, seconds, requests
  oracle        `edmsac solve --policy exact` against known optima
  cloud_memory  the cloud's peak with 4 and with 40 edges that run a whole round

Standard library only. BUILD names the folder of the programs; the oracle's instances are FOEDUS_ORACLE, or those that the
tests keep.
"""
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
PEERS = (4, 40)


def program(name):
    return os.path.join(BUILD, name)


def emit(**fields):
    print(json.dumps(fields), flush=True)


def demo():
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "demo.json")
        code = subprocess.run([program("foedus"), "demo", "--json", report],
                              stdout=subprocess.DEVNULL).returncode
        with open(report, encoding="utf-8") as f:
            r = json.load(f)
    emit(bench="demo", exit_code=code, edges=r["edges"], rounds=len(r["rounds"]),
         accuracy=r["rounds"][-1]["accuracy"], local_mean=r["local_only"]["mean"],
         local_max=r["local_only"]["max"], deployed=r["deployed"], requests=r["requests"]["count"],
         failed=r["requests"]["failed"], p50_ms=r["requests"]["p50_ms"], p99_ms=r["requests"]["p99_ms"],
         ledger_verified=r["ledger"]["verified"], wall_s=r["wall_s"])


def oracle():
    kept = os.path.join(HERE, "..", "tests", "data", "contract-oracle.jsonl")
    path = os.environ.get("FOEDUS_ORACLE", kept)
    with open(path, encoding="utf-8") as f:
        known = {r["id"]: r["second_best"] for r in map(json.loads, f)}
    out = subprocess.run([program("edmsac"), "solve", "--policy", "exact", "--json", path], check=True,
                         capture_output=True, text=True).stdout
    solved = [json.loads(line) for line in out.splitlines()]
    emit(bench="oracle", instances=len(solved),
         worst_shortfall=max((known[s["id"]] - s["profit"]) / abs(known[s["id"]]) for s in solved),
         feasible=sum(s["feasible"] for s in solved),
         max_violation=max(s["max_violation"] for s in solved), worst_us=max(s["us"] for s in solved))


class Federation:
    """A cloud and its edges in a throw-away folder; each edge trains a handful of samples."""

    def __init__(self, edges):
        self.folder = tempfile.TemporaryDirectory()
        self.children = []
        self.pki("init")
        self.pki("issue", "cloud", "--role", "cloud", "--host", "127.0.0.1", "--out", ".")
        self.cloud = self.start(
            "foedus-cloud", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--state", "cloud",
            "--cert", "cloud.crt", "--key", "cloud.key", "--ca", "pki/ca.crt", "--crl", "pki/ca.crl",
            "--agent-key", "pki/agent-key.pem", "--open-enrolment", "--edges-min", str(edges),
            "--rounds", "2", "--samples-per-effort", "32", "--derive-samples", "64")
        for i in range(edges):
            self.edge(i, edges)

    def path(self, *parts):
        return os.path.join(self.folder.name, *parts)

    def pki(self, *words):
        words = list(words)
        words[1:1] = ["--dir", "pki"]
        subprocess.run([program("foedus"), "pki", *words], check=True, cwd=self.folder.name,
                       stdout=subprocess.DEVNULL)

    def start(self, *words):
        child = subprocess.Popen([program(words[0]), *words[1:]], cwd=self.folder.name,
                                 stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.children.append(child)
        return child

    def port(self, name):
        path = self.path("cloud", name)
        while not os.path.exists(path):
            if self.cloud.poll() is not None:
                sys.exit("bench: foedus-cloud ended")
            time.sleep(0.05)
        with open(path, encoding="utf-8") as f:
            return f.read().strip()

    def edge(self, i, edges):
        name = f"edge-{i + 1}"
        self.pki("issue", name, "--out", ".")
        self.start("foedus-edge", "--cloud", "127.0.0.1:" + self.port("listen.port"), "--state", name,
                   "--cert", name + ".crt", "--key", name + ".key", "--ca", "pki/ca.crt",
                   "--agent-key", "pki/agent-pub.pem", "--shard", str(i), "--shards", str(edges),
                   "--max-samples", "6000", "--serve", "127.0.0.1:0")

    def finish(self, limit_s):
        """Until both rounds are over; then the cloud's resident memory in KiB: its peak, and now."""
        url = f"http://127.0.0.1:{self.port('admin.port')}/metrics"
        until = time.monotonic() + limit_s
        while 'foedus_rounds_total{result="done"} 2' not in urllib.request.urlopen(url).read().decode():
            if time.monotonic() > until:
                sys.exit("bench: the rounds did not end in time")
            time.sleep(0.5)
        with open(f"/proc/{self.cloud.pid}/status", encoding="utf-8") as f:
            status = dict(line.split(":", 1) for line in f)
        return tuple(int(status[name].split()[0]) for name in ("VmHWM", "VmRSS"))

    def close(self):
        for child in self.children:
            child.terminate()
        for child in self.children:
            child.wait()
        self.folder.cleanup()


def cloud_memory():
    memory = []
    for edges in PEERS:
        federation = Federation(edges)
        try:
            memory.append(federation.finish(limit_s=180))
        finally:
            federation.close()
    (few_peak, few), (many_peak, many) = memory
    more = PEERS[1] - PEERS[0]
    emit(bench="cloud_memory", edges_few=PEERS[0], edges_many=PEERS[1], few_kib=few, many_kib=many,
         kib_per_edge=(many - few) / more, few_peak_kib=few_peak, many_peak_kib=many_peak,
         peak_kib_per_edge=(many_peak - few_peak) / more)


if __name__ == "__main__":
    for measure in (oracle, cloud_memory, demo):
        if len(sys.argv) < 2 or measure.__name__ in sys.argv[1:]:
            measure()
