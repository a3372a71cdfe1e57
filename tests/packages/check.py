#!/usr/bin/env python3
"""Builds the Debian packages, installs them in a bare Debian, runs a cloud and two edges from /etc/foedus, and purges them
again. Needs root, dpkg-dev, debootstrap (or ROOT_TAR=FILE, a bare root) and a Debian mirror; without them it says so and is skipped."""
import glob
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import boot  # noqa: E402
import root as bare  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BUILD = os.environ.get("BUILD", "build")
ROOT = os.path.join(TOP, BUILD, "tests", "packages", "root")
DAEMONS = ("foedus-cloud", "foedus-edge")
NAMES = DAEMONS + ("foedus-tools",)

# path: mode, owner, group
PLACES = {
    "/usr/bin/foedus-cloud": "755 root root", "/usr/bin/foedus-edge": "755 root root", "/usr/bin/foedus": "755 root root",
    "/usr/bin/edmsac": "755 root root", "/usr/bin/foedus-sim": "755 root root",
    "/etc/foedus": "755 root root", "/etc/foedus/foedus-cloud.conf": "644 root root", "/etc/foedus/foedus-edge.conf": "644 root root",
    "/etc/foedus/cloud": "750 root foedus-cloud", "/etc/foedus/edge": "750 root foedus-edge",
    "/var/lib/foedus-cloud": "750 foedus-cloud foedus-cloud", "/var/lib/foedus-edge": "750 foedus-edge foedus-edge",
    "/usr/lib/systemd/system/foedus-cloud.service": "644 root root", "/usr/lib/systemd/system/foedus-edge@.service": "644 root root",
}

KEYS = """
set -e
mkdir /tmp/authority
cd /tmp/authority
foedus pki init --dir pki
foedus pki issue cloud --dir pki --role cloud --host localhost --out keys
install -m 640 -g foedus-cloud keys/cloud.crt keys/cloud.key pki/ca.crt pki/ca.crl pki/agent-key.pem /etc/foedus/cloud/
echo 'open-enrolment = yes' >>/etc/foedus/foedus-cloud.conf
install -m 640 -g foedus-edge pki/ca.crt pki/agent-pub.pem /etc/foedus/edge/
for i in 1 2; do
    foedus pki issue edge-$i --dir pki --role edge --out keys
    install -m 640 -g foedus-edge keys/edge-$i.crt keys/edge-$i.key /etc/foedus/edge/
    sed "s/edge-1/edge-$i/; s/^serve = .*/serve = 127.0.0.1:$((7799 + i))/; s/^shard = .*/shard = $((i - 1))/" \\
        /usr/share/doc/foedus-edge/examples/edge-1.conf >/etc/foedus/edge/edge-$i.conf
done
rm -r pki keys
"""
LEFT = "find / -xdev ( -path /proc -o -path /sys -o -path /var/log -o -path /var/cache -o -path /tmp -o -path /debs ) -prune -o ( -iname *foedus* -o -nouser -o -nogroup ) -print"

bad = 0


def check(ok, what, detail=""):
    global bad
    bad += not ok
    print("  %s %s%s" % ("ok     " if ok else "FAILED ", what, "" if ok else ": %s" % detail), flush=True)


def skip(why):
    print("package-check: skipped: %s" % why)
    sys.exit(0)


def run(*command, **options):
    return bare.run(ROOT, *command, **options)


def install(packages):
    os.makedirs(ROOT + "/debs", exist_ok=True)
    for path in packages:
        shutil.copy(path, ROOT + "/debs/")
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "dataset-fashion-mnist", *(
        "/debs/" + os.path.basename(path) for path in packages))


def look():
    for path, want in PLACES.items():
        got = run("stat", "-c", "%a %U %G", path, check=False)[1]
        check(got == want, "%s is %s" % (path, want), got)
    for name in DAEMONS:
        entry = run("getent", "passwd", name, check=False)[1].split(":")
        check(entry[0] == name and entry[-1].endswith("nologin"), "user %s, who cannot log in" % name, entry)
    for program in ("foedus-cloud", "foedus-edge", "foedus", "edmsac", "foedus-sim"):
        code, said = run("/usr/bin/" + program, "--version", check=False)
        check(code == 0, "%s runs: %s" % (program, said), said)
    code, said = run("/usr/bin/foedus-cloud", "--config", "/etc/foedus/foedus-cloud.conf", check=False)
    check(code == 2 and "/etc/foedus/cloud/" in said, "without keys the cloud says which one is missing", said)
    code, said = run("dpkg", "--verify", *NAMES, check=False)
    check(code == 0 and not said, "files are as the packages have them", said)


def policies():
    """What `make policy` has trained is in the cloud's package, and writes the contracts."""
    trained = sorted(os.path.basename(f) for f in glob.glob(os.path.join(TOP, BUILD, "policy", "*.safetensors")))
    there = run("sh", "-c", "ls /usr/share/foedus/policy 2>/dev/null", check=False)[1].split()
    check(there == trained, "%d trained policies are installed" % len(trained), there)
    log = open(ROOT + "/tmp/cloud.log").read()
    writes = "edmsac" if "edmsac-k3.safetensors" in trained else "the exact policy"
    check(writes + " writes the contracts" in log, "%s writes the contracts" % writes, log)


def units():
    for unit in ("foedus-cloud.service", "foedus-edge@edge-1.service"):
        code, said = run("systemd-analyze", "verify", "--man=no", unit, check=False)
        ours = [line for line in said.splitlines() if "foedus" in line]
        check(code == 0 and not ours, "systemd-analyze verify %s" % unit, said)
        said = run("systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", unit, check=False)
        check(said[0] == 0, said[1].splitlines()[-1].strip("→ 🙂"), said[1])


def booted():
    if not shutil.which("systemd-nspawn"):
        print("  skipped no systemd-nspawn (package systemd-container): the units were not tried under systemd itself")
        return
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "systemd-sysv")
    lines, log = boot.boot(ROOT)
    for line in lines[:-1]:
        check(line.startswith("ok "), line[8:], log[-6000:])
    check(lines[-1:] == ["end"], "booted: it came to its end", log[-6000:])


def again(packages):
    """Installing once more keeps what the administrator wrote and who owns what."""
    run("apt-get", "install", "-y", "-qq", "--reinstall", *("/debs/" + os.path.basename(path) for path in packages))
    check("open-enrolment = yes\n" in open(ROOT + "/etc/foedus/foedus-cloud.conf").read(), "another installation keeps the configuration")
    got = run("stat", "-c", "%a %U %G", "/etc/foedus/cloud/cloud.key", "/var/lib/foedus-cloud/foedus.db", check=False)[1]
    check(got == "640 root foedus-cloud\n600 foedus-cloud foedus-cloud", "and keys and state", got)


def purge():
    run("apt-get", "remove", "-y", "-qq", *NAMES)
    check(os.path.exists(ROOT + "/var/lib/foedus-cloud/foedus.db"), "removed without purge, the state stays")
    run("apt-get", "purge", "-y", "-qq", *NAMES)
    left = run(*LEFT.split())[1]
    check(not left, "a purge leaves nothing", left)
    for name in DAEMONS:
        check(run("getent", "passwd", name, check=False)[0] != 0, "user %s is gone" % name)


def main():
    if os.geteuid():
        skip("not root")
    needed = ["dpkg-deb", "dpkg-shlibdeps", "unshare", "setpriv"] + ([] if os.environ.get("ROOT_TAR") else ["debootstrap"])
    for program in needed:
        if not shutil.which(program):
            skip("no %s" % program)
    subprocess.run([os.environ.get("MAKE", "make"), "-s", "-j2", "BUILD=" + BUILD, "deb"], cwd=TOP, check=True)
    packages = sorted(glob.glob(os.path.join(TOP, BUILD, "deb", "*.deb")))
    shutil.rmtree(ROOT, ignore_errors=True)
    bare.make(ROOT)
    try:
        install(packages)
        look()
        units()
        run("sh", "-c", KEYS)
        check(subprocess.run(bare.enter(ROOT, (sys.executable, HERE + "/life.py", ROOT), net=True)).returncode == 0,
              "the services live as they should")
        policies()
        booted()
        again(packages)
        purge()
    finally:
        shutil.rmtree(ROOT, ignore_errors=True)
    print("package-check: %s" % ("%d failed" % bad if bad else "all right"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
