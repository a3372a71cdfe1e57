"""A bare Debian root, to install packages into: made by debootstrap, or unpacked from ROOT_TAR."""
import glob
import os
import re
import shutil
import subprocess

DEVICES = ("null", "zero", "full", "random", "urandom", "tty")

# $1 = the root; further words = the command. Mounts and processes end with it.
ENTER = """
root=$1; shift
mount -t proc proc "$root/proc"
for d in %s; do [ -c "$root/dev/$d" ] || { touch "$root/dev/$d"; mount --bind "/dev/$d" "$root/dev/$d"; }; done
mkdir -p "$root/dev/shm"
mount -t tmpfs -o size=64m tmpfs "$root/dev/shm"
ln -sfn /proc/self/fd "$root/dev/fd"
exec "$@"
""" % " ".join(DEVICES)


def mirror():
    """The first address that apt of this machine asks."""
    for path in glob.glob("/etc/apt/sources.list.d/*.sources") + glob.glob("/etc/apt/sources.list.d/*.list") + ["/etc/apt/sources.list"]:
        if os.path.exists(path):
            found = re.search(r"^(?:URIs:|deb (?:\[.*?\] )?)\s*(\S+)", open(path).read(), re.M)
            if found:
                return found.group(1)
    return "http://deb.debian.org/debian"


def make(root):
    os.makedirs(root)
    tar = os.environ.get("ROOT_TAR")
    if tar:
        subprocess.run(("tar", "-xf", tar, "-C", root), check=True)
    else:
        subprocess.run(("debootstrap", "--variant=minbase", "bookworm", root, os.environ.get("MIRROR") or mirror()),
                       check=True, stdout=subprocess.DEVNULL)
        shutil.copytree("/etc/apt/sources.list.d", root + "/etc/apt/sources.list.d", dirs_exist_ok=True)
        if glob.glob(root + "/etc/apt/sources.list.d/*"):
            os.remove(root + "/etc/apt/sources.list")
        shutil.copytree("/usr/share/keyrings", root + "/usr/share/keyrings", dirs_exist_ok=True)
        for path in glob.glob("/etc/apt/apt.conf.d/99*"):
            shutil.copy(path, root + "/etc/apt/apt.conf.d/")
    for path in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copy(path, root + path)
    with open(root + "/usr/sbin/policy-rc.d", "w") as out:
        out.write("#!/bin/sh\nexit 101\n")
    os.chmod(root + "/usr/sbin/policy-rc.d", 0o755)


def enter(root, command, net=False):
    """The words that run `command` with the root's own mounts and processes, and with no network if `net`."""
    return ("unshare", "--mount", "--pid", "--fork", "--kill-child") + (("--net",) if net else ()) + (
        "sh", "-ec", ENTER, "enter", root) + tuple(command)


def run(root, *command, check=True):
    """In the root; answers exit code and output."""
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(enter(root, ("chroot", root) + command), env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if check and done.returncode:
        raise RuntimeError("%s: exit %d\n%s" % (" ".join(command), done.returncode, done.stdout[-3000:]))
    return done.returncode, done.stdout.strip()
