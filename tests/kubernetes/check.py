#!/usr/bin/env python3
"""deploy/kubernetes renders and holds against Kubernetes' schemas, and mistakes planted in it are found. Needs kubectl,
node and the npm registry (once); without them it says so in one line and is skipped."""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
WORK = os.path.join(TOP, os.environ.get("BUILD", "build"), "tests", "kubernetes")
MADE = ("foedus-cloud", "foedus-trust", "foedus-edge-0", "foedus-edge-1", "foedus-edge-2")

# (what is replaced, by what, what must be said)
MISTAKES = (
    ("replicas: 1", "replicas: one", "replicas"),
    ("livenessProbe:", "livenesProbe:", "no field 'livenesProbe'"),
    ("targetPort: agent", "targetPort: agents", "no selected pod has the port agents"),
    ("runAsNonRoot: true", "runAsNonRoot: false", "may run as root"),
    ("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "may write to its root"),
    ("secretName: foedus-edge-1", "secretName: foedus-edge", "nobody makes foedus-edge"),
    ("secretName: foedus-edge-1", "secretName: foedus-edge-0", "foedus-edge-0 is another's too"),
    ("claimName: edge-2", "claimName: edge-3", "no claim edge-3"),
    ("claimName: edge-2", "claimName: edge-1", "edge-1 is another's too"),
    ("foedus/edge: \"2\"", "foedus/edge: \"1\"", "selects the pods of Deployment/edge-1"),
    ("--shards=$(SHARDS)", "--shards=$(PARTS)", "no variable PARTS"),
    ("serviceName: cloud", "serviceName: clouds", "no Service clouds"),
    ("apiVersion: apps/v1", "apiVersion: apps/v2", "apps/v2"),
)


def skip(why):
    print("kubernetes-check: skipped: %s" % why)
    sys.exit(0)


def install():
    os.makedirs(WORK, exist_ok=True)
    for name in ("package.json", "check.mjs"):
        shutil.copy(os.path.join(HERE, name), WORK)
    if not os.path.isdir(os.path.join(WORK, "node_modules", "kubernetes-models")):
        done = subprocess.run(("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"), cwd=WORK,
                              capture_output=True, text=True, timeout=300)
        if done.returncode:
            skip("the npm registry does not give the schemas: %s" % done.stderr.strip()[-200:])


def judge(text):
    done = subprocess.run(("node", "check.mjs") + MADE, cwd=WORK, input=text, capture_output=True, text=True, timeout=120)
    return done.returncode, (done.stdout + done.stderr).strip()


def main():
    for program in ("kubectl", "node", "npm"):
        if not shutil.which(program):
            skip("no %s" % program)
    rendered = subprocess.run(("kubectl", "kustomize", os.path.join(TOP, "deploy/kubernetes")), capture_output=True, text=True)
    if rendered.returncode:
        print(rendered.stderr)
        return 1
    install()
    code, said = judge(rendered.stdout)
    print("  %s manifests: %s" % ("FAILED" if code else "ok     ", said))
    failed = code != 0
    for old, new, wanted in MISTAKES:
        assert old in rendered.stdout, old
        code, said = judge(re.sub(re.escape(old), lambda m, new=new: new, rendered.stdout))
        if code == 0 or wanted not in said:
            failed = True
            print("  FAILED  '%s' instead of '%s' is not found: %s" % (new, old, said))
    print("kubernetes-check: %d of %d planted mistakes tried" % (len(MISTAKES), len(MISTAKES)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
