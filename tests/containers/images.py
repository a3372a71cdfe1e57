"""The images under test, under names of their own."""
import os
import subprocess
import time

from engine import Missing, docker, run

IMAGES = {"cloud": "foedus-test-cloud", "edge": "foedus-test-edge", "tools": "foedus-test-tools"}
PROMETHEUS = "foedus-test-prometheus"
ENV = {"FOEDUS_CLOUD_IMAGE": IMAGES["cloud"], "FOEDUS_EDGE_IMAGE": IMAGES["edge"]}
BUILD_S = 1800


def there(image):
    return subprocess.run(("docker", "image", "inspect", image), capture_output=True).returncode == 0


def size_mb(image):
    return int(docker("image", "inspect", "-f", "{{.Size}}", image)) / 1e6


def build():
    """Builds what is missing; answers their sizes."""
    began = time.monotonic()
    for target, image in IMAGES.items():
        if os.environ.get("FOEDUS_IMAGES") == "keep" and there(image):
            continue
        if not there("debian:bookworm-slim") and subprocess.run(
                ("docker", "pull", "-q", "debian:bookworm-slim"), capture_output=True, timeout=300).returncode:
            raise Missing("debian:bookworm-slim is not on the engine and no registry answers")
        run("docker", "build", "-q", "-f", "deploy/Dockerfile", "--target", target, "-t", image, ".", timeout=BUILD_S)
    if not there(PROMETHEUS):
        run("docker", "build", "-q", "-f", "tests/containers/prometheus.Dockerfile", "-t", PROMETHEUS, "tests/containers",
            timeout=BUILD_S)
    sizes = ", ".join("%s %.1f MB" % (t, size_mb(i)) for t, i in IMAGES.items())
    return "%s (%.0f s)" % (sizes, time.monotonic() - began)
