#!/usr/bin/env python3
"""The containers, on a real engine: docker-compose.yml from nothing to a round, with the cloud killed, edges added and
taken away, a network cut, an edge revoked, and all of it taken down; then the files for several hosts and the Swarm stack.

    make container-check                      FOEDUS_DOCKER_START=CMD starts an engine where none runs
    python3 tests/containers/check.py NAME..  only these tests

Without an engine it says so in one line and is skipped. FOEDUS_IMAGES=keep leaves the images it built, and builds
nothing that is there."""
import inspect
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import hosts_test  # noqa: E402
import one_host_test  # noqa: E402
import stack_test  # noqa: E402
from engine import Engine, Missing, docker, run  # noqa: E402
from images import IMAGES, PROMETHEUS, build  # noqa: E402


def tests():
    for module in (one_host_test, hosts_test, stack_test):
        for name, test in vars(module).items():
            if inspect.isfunction(test) and name.startswith("test_"):
                yield module, name[5:], test


def one(module, name, test, world):
    began = time.monotonic()
    try:
        said = test(world)
        print("  ok      %-22s %6.1f s  %s" % (name, time.monotonic() - began, said or ""), flush=True)
        return True
    except Exception as e:  # a test that breaks is a test that failed; the next ones still run
        print("  FAILED  %-22s %6.1f s  %s: %s" % (name, time.monotonic() - began, type(e).__name__, e), flush=True)
        if hasattr(module, "explain"):
            module.explain(world)
        return False


def main():
    wanted, failed, passed, world = sys.argv[1:], 0, 0, {}
    try:
        with Engine():
            try:
                print("  images  %s" % build(), flush=True)
                for module, name, test in tests():
                    if not wanted or name in wanted:
                        ok = one(module, name, test, world)
                        passed, failed = passed + ok, failed + (not ok)
            finally:
                for module in (one_host_test, hosts_test, stack_test):
                    module.clean_up(world)
                if os.environ.get("FOEDUS_IMAGES") != "keep":
                    for image in list(IMAGES.values()) + [PROMETHEUS]:
                        docker("rmi", "-f", image, check=False)
                    run("docker", "image", "prune", "-f", "--filter", "label=foedus.stage=build", check=False)
    except Missing as e:
        print("container-check: skipped: %s" % e)
        return 0
    print("container-check: %d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
