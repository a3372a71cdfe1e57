#!/usr/bin/env python3
"""The latency demo holds, cleans up after an interrupt, and says no without root. Needs root and /dev/net/tun;
elsewhere it says so in one line and is skipped."""
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import latency_demo  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
DEMO = [sys.executable, os.path.join(HERE, "latency_demo.py")]
NOBODY = 65534
SKIPPED = 77


def namespaces():
    return subprocess.run(("ip", "netns", "list"), capture_output=True, text=True, check=True).stdout


def holds():
    done = subprocess.run(DEMO + ["--json", "-"], capture_output=True, text=True, timeout=400)
    if done.returncode == SKIPPED:
        print("netns-check: skipped: %s" % done.stderr.strip())
        sys.exit(0)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout)
    assert all(result["held"].values()), result
    assert len(result["agents"]) == 4 and result["agent"]["modules"], result
    cloud = result["agents"][-1]
    return "edges p50 %.2f to %.2f ms, the same agent in the cloud %.1f ms" % (
        min(r["kept"]["p50"] for r in result["agents"][:-1]), max(r["kept"]["p50"] for r in result["agents"][:-1]),
        cloud["kept"]["p50"])


def interrupted():
    """SIGINT in the middle of a round: nothing stays."""
    p = subprocess.Popen(DEMO, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    mine = "foedus-%d-" % p.pid
    until = time.monotonic() + 30
    while mine + "user" not in namespaces():
        assert time.monotonic() < until and p.poll() is None, "no hosts appear"
        time.sleep(0.1)
    time.sleep(2)
    p.send_signal(signal.SIGINT)
    p.communicate(timeout=30)
    assert p.returncode == 128 + signal.SIGINT, p.returncode
    assert mine not in namespaces(), namespaces()
    return "no namespace is left"


def refuses():
    """A child that gives up root, with everything imported already."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(write, 2)
        sys.argv = ["latency-demo"]
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        code = latency_demo.main()
        sys.stderr.flush()
        os._exit(code)
    os.close(write)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with os.fdopen(read) as f:
        said = f.read().strip()
    assert code == SKIPPED and "need root" in said, (code, said)
    return said


def main():
    failed = 0
    for test in (holds, interrupted, refuses):
        try:
            print("  ok      %-12s %s" % (test.__name__, test()), flush=True)
        except AssertionError as e:
            failed += 1
            print("  FAILED  %-12s %s" % (test.__name__, e), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
