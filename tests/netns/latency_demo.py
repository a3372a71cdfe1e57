#!/usr/bin/env python3
"""Users next to the edges, the cloud far away: what it is worth to have the agent at the edge.

Network namespaces are the hosts: a user and three edges on one switch, the cloud behind a wire of 40 ms each
way. The real programs run a real round over it. Then the user asks the agent at each edge, and the same agent,
served by the same program, on the cloud's host."""
import argparse
import base64
import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from hosts import Hosts, Refused  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
CLOUD, USER = "10.0.0.2", "10.0.0.100"
LOOPBACK = "127.0.0.1"  # of the cloud's host
LISTEN, ADMIN, SERVE = 7700, 7701, 7800
JOIN_S, ROUND_S = 30, 300
EDGE_P50_MS = 3.0
NEAR_CLOUD = "edge-at-cloud"  # the same agent in the cloud


class Failed(Exception):
    pass


def parse():
    p = argparse.ArgumentParser(prog="latency-demo", description=__doc__.split("\n\n")[0])
    p.add_argument("--edges", type=int, default=3, choices=range(1, 9), metavar="N", help="edges (default: 3)")
    p.add_argument("--delay-ms", type=int, default=40, choices=range(1, 1001), metavar="MS",
                   help="one way between the cloud and all others (default: 40)")
    p.add_argument("--requests", type=int, default=300, help="for each agent over one connection (default: 300)")
    p.add_argument("--connections", type=int, default=30, help="more requests, each over a new one (default: 30)")
    p.add_argument("--data", default="/usr/share/datasets/fashion-mnist", metavar="DIR", help="IDX files")
    p.add_argument("--json", metavar="FILE", help="also write the results as JSON; - = to standard output, instead")
    p.add_argument("--build", default=os.environ.get("BUILD", "build"), metavar="DIR", help="where the programs are")
    return p.parse_args()


class Demo:
    def __init__(self, o, hosts, folder):
        self.o, self.hosts, self.folder = o, hosts, folder
        self.quiet = o.json == "-"
        self.edges = ["edge-%d" % (i + 1) for i in range(o.edges)]
        self.address = {e: "10.0.0.%d" % (11 + i) for i, e in enumerate(self.edges)}
        self.address[NEAR_CLOUD] = CLOUD

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def program(self, name):
        return os.path.join(self.o.build, name)

    def say(self, text):
        if not self.quiet:
            print(text, flush=True)

    def pki(self, *words):
        done = subprocess.run((self.program("foedus"), "pki") + words, capture_output=True, text=True)
        if done.returncode:
            raise Failed("foedus pki %s: %s" % (words[0], done.stderr.strip()))

    def make_keys(self):
        self.pki("init", "--dir", self.path("pki"), "--days", "1")
        self.pki("issue", "cloud", "--dir", self.path("pki"), "--role", "cloud", "--host", CLOUD, "--days", "1",
                 "--out", self.path("keys"))
        for e in self.edges + [NEAR_CLOUD]:
            self.pki("issue", e, "--dir", self.path("pki"), "--role", "edge", "--days", "1", "--out", self.path("keys"))

    def daemon(self, host, who, program, *words):
        command = [self.program(program), "--state", self.path(who), "--cert", self.path("keys", who + ".crt"), "--key",
                   self.path("keys", who + ".key"), "--ca", self.path("pki/ca.crt"), "--data", self.o.data]
        with open(self.path(who + ".log"), "wb") as log:
            return self.hosts.start(host, command + [str(w) for w in words], log)

    def start_edge(self, host, who, shard):
        self.daemon(host, who, "foedus-edge", "--agent-key", self.path("pki/agent-pub.pem"), "--cloud",
                    "%s:%d" % (CLOUD, LISTEN), "--shard", shard, "--shards", self.o.edges + 1, "--will-seed", shard,
                    "--serve", "%s:%d" % (self.address[who], SERVE))

    def start(self):
        self.hosts.add("cloud", CLOUD, self.o.delay_ms)
        for e in self.edges:
            self.hosts.add(e, self.address[e])
        self.hosts.add("user", USER)
        self.daemon("cloud", "cloud", "foedus-cloud", "--agent-key", self.path("pki/agent-key.pem"), "--crl",
                    self.path("pki/ca.crl"), "--listen", "%s:%d" % (CLOUD, LISTEN), "--admin", "%s:%d" % (LOOPBACK, ADMIN),
                    "--open-enrolment", "--rounds", 1, "--edges-min", self.o.edges)
        for i, e in enumerate(self.edges):
            self.start_edge(e, e, i)

    def get(self, host, address, port, path):
        text = self.hosts.ask(host, ["curl", "-sf", "-m", "5", "http://%s:%d%s" % (address, port, path)])
        return json.loads(text) if text else None

    def log_end(self, who):
        with open(self.path(who + ".log"), errors="replace") as f:
            return "".join("    " + line for line in f.readlines()[-8:])

    def wait(self, what, seconds, test):
        until = time.monotonic() + seconds
        while True:
            value = test()
            if value:
                return value
            for p in self.hosts.dead():
                raise Failed("%s has ended with %d while %s" % (p.args[4], p.returncode, what))
            if time.monotonic() > until:
                raise Failed("%s: not after %d s; the cloud's log ends with\n%s" % (what, seconds, self.log_end("cloud")))
            time.sleep(0.2)

    def round(self):
        def finished():
            rounds = (self.get("cloud", LOOPBACK, ADMIN, "/api/v1/rounds") or {}).get("items", [])
            return [r for r in rounds if r["phase"] in ("done", "failed")]
        r = self.wait("the round is done", ROUND_S, finished)[0]
        if r["phase"] != "done":
            raise Failed("the round failed: %s" % r["failure"])
        return r

    def agent(self, host, who):
        """What of the agent's description must be the same everywhere."""
        def served():
            return self.get(host, self.address[who], SERVE, "/v1/agent")
        a = self.wait("%s serves the agent" % who, JOIN_S, served)
        return {k: a[k] for k in ("id", "version")} | {"modules": {m["kind"]: m["digest"] for m in a["modules"]}}

    def body(self):
        with gzip.open(os.path.join(self.o.data, "t10k-images-idx3-ubyte.gz")) as f:
            image = f.read(16 + 784)[16:]
        with open(self.path("body.json"), "w", encoding="ascii") as f:
            json.dump({"image": {"format": "raw28", "data": base64.b64encode(image).decode()}}, f)

    def probe(self, who):
        text = self.hosts.ask("user", [sys.executable, os.path.join(HERE, "probe.py"),
                                       "%s:%d" % (self.address[who], SERVE), self.path("body.json"),
                                       str(self.o.requests), str(self.o.connections)])
        if text is None:
            raise Failed("the user gets no answers from %s; its log ends with\n%s" % (who, self.log_end(who)))
        return json.loads(text)


def quantile(values, q):
    return sorted(values)[min(len(values) - 1, int(q * len(values)))]


def summary(values):
    return {"p50": round(quantile(values, 0.5), 3), "p90": round(quantile(values, 0.9), 3),
            "p99": round(quantile(values, 0.99), 3), "requests": len(values)}


def report(d, r):
    d.say("\n  %-24s %10s %10s %10s %10s %12s" % ("user asks", "round trip", "p50", "p90", "p99", "new conn p50"))
    for row in r["agents"]:
        k = row["kept"]
        d.say("  %-24s %7.2f ms %7.2f ms %7.2f ms %7.2f ms %9.2f ms" % (
            row["at"], row["round_trip_ms"], k["p50"], k["p90"], k["p99"], row["new"]["p50"]))
    d.say("")
    for name, held in r["held"].items():
        d.say("  %-7s %s" % ("ok" if held else "FAILED", name))


def judge(o, rows, agents):
    edges, cloud = [r for r in rows if r["at"] != NEAR_CLOUD], rows[-1]
    return {"the same agent everywhere, module by module": all(a == agents[0] for a in agents),
            "the same answer everywhere": all(r["replies"] == cloud["replies"] and len(r["replies"]) == 1 for r in rows),
            "every request answered": all(r["failed"] == 0 for r in rows),
            "at every edge p50 under %g ms" % EDGE_P50_MS: all(r["kept"]["p50"] < EDGE_P50_MS for r in edges),
            "in the cloud p50 over %d ms" % (2 * o.delay_ms): cloud["kept"]["p50"] > 2 * o.delay_ms}


def run(o, hosts, folder):
    d = Demo(o, hosts, folder)
    began = time.monotonic()
    d.say("latency-demo: a cloud %d ms away, %d edges and a user, each in a network namespace" % (o.delay_ms, o.edges))
    d.make_keys()
    d.start()
    r = d.round()
    took = time.monotonic() - began
    d.say("  round 1 done after %.1f s: %.3f credits paid, agent version %d" % (took, r["paid"], r["agent_version"]))
    d.start_edge("cloud", NEAR_CLOUD, o.edges)
    agents = [d.agent(e, e) for e in d.edges] + [d.agent("cloud", NEAR_CLOUD)]
    d.body()
    rows = []
    for who in d.edges + [NEAR_CLOUD]:
        p = d.probe(who)
        rows.append({"at": who, "round_trip_ms": round(quantile(p["connect_ms"], 0.5), 3), "kept": summary(p["kept_ms"]),
                     "new": summary(p["new_ms"]), "replies": p["replies"], "failed": p["failed"]})
    result = {"delay_ms": o.delay_ms, "round_s": round(took, 1), "paid": r["paid"], "agent": agents[0],
              "agents": rows, "held": judge(o, rows, agents)}
    report(d, result)
    return result


def stop(number, _):
    raise SystemExit(128 + number)


def main():
    o = parse()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        with tempfile.TemporaryDirectory(prefix="foedus-latency-") as folder, \
                Hosts(os.path.join(o.build, "tests/netns/delay_link")) as hosts:
            result = run(o, hosts, folder)
    except (Refused, Failed) as e:
        print("latency-demo: %s" % e, file=sys.stderr)
        return 77 if isinstance(e, Refused) else 1
    if o.json == "-":
        json.dump(result, sys.stdout, indent=2)
    elif o.json:
        with open(o.json, "w", encoding="utf-8") as f:
            json.dump(result, f, indent=2)
    return 0 if all(result["held"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
