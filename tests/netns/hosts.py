"""Hosts as network namespaces: named, wired to a bridge, some of them over a delay; all gone at the end.

    with Hosts() as h:
        h.add("user", "10.0.0.100")                       next to the others
        h.add("cloud", "10.0.0.2", delay_ms=40)           40 ms away, each way
        p = h.start("cloud", ["foedus-cloud", ...], log)  a process on that host
"""
import ctypes
import os
import re
import signal
import subprocess
import sys
import time

SWITCH = "switch"
BRIDGE = "br0"
STOP_S = 12  # an edge may take 8 s to end


class Refused(Exception):
    """This machine cannot do it; the text says what is missing."""


def ip(*words):
    done = subprocess.run(("ip",) + words, capture_output=True, text=True)
    if done.returncode:
        raise Refused("`ip %s` failed: %s" % (" ".join(words), done.stderr.strip()))
    return done.stdout


def check_machine(delay_link):
    if os.geteuid() != 0:
        raise Refused("network namespaces need root; run it as root")
    for program in ("ip", "curl"):
        if not any(os.access(os.path.join(d, program), os.X_OK) for d in os.get_exec_path()):
            raise Refused("`%s` is not installed (Debian: iproute2, curl)" % program)
    if not os.path.exists("/dev/net/tun"):
        raise Refused("/dev/net/tun is missing: the wire with a delay needs it")
    if not os.access(delay_link, os.X_OK):
        raise Refused("%s is missing: run `make latency-demo`" % delay_link)


def end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)  # PR_SET_PDEATHSIG


def remove_stale():
    """What a run that was killed hard has left: its namespaces carry the number of a process that is gone."""
    for name in re.findall(r"^(foedus-\d+-\S+)", ip("netns", "list"), re.M):
        if not os.path.exists("/proc/%s" % name.split("-")[1]):
            subprocess.run(("ip", "netns", "del", name), capture_output=True)


class Hosts:
    def __init__(self, delay_link):
        check_machine(delay_link)
        remove_stale()
        self.delay_link = delay_link
        self.made, self.processes = [], []

    def __enter__(self):
        try:
            self._namespace(SWITCH)
            ip("-n", self.name(SWITCH), "link", "add", BRIDGE, "type", "bridge")
            ip("-n", self.name(SWITCH), "link", "set", BRIDGE, "up")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *why):
        self.close()

    def name(self, host):
        return "foedus-%d-%s" % (os.getpid(), host)

    def _namespace(self, host):
        self.made.append(self.name(host))
        ip("netns", "add", self.name(host))
        ip("-n", self.name(host), "link", "set", "lo", "up")

    def add(self, host, address, delay_ms=0):
        port = "p-%s" % host[:10]
        self._namespace(host)
        if delay_ms:
            p = self.start(None, [self.delay_link, str(delay_ms), self.name(host), "eth0", self.name(SWITCH), port],
                           subprocess.PIPE)
            if p.stdout.readline().strip() != b"ready":
                raise Refused("the wire with a delay to %s does not start" % host)
        else:
            ip("-n", self.name(host), "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns",
               self.name(SWITCH))
        ip("-n", self.name(SWITCH), "link", "set", port, "master", BRIDGE, "up")
        ip("-n", self.name(host), "addr", "add", address + "/24", "dev", "eth0")
        ip("-n", self.name(host), "link", "set", "eth0", "up")

    def words(self, host, command):
        """`ip netns exec` becomes the command: its process id is the command's."""
        return ["ip", "netns", "exec", self.name(host)] + command if host else command

    def start(self, host, command, out):
        p = subprocess.Popen(self.words(host, command), stdin=subprocess.DEVNULL, stdout=out,
                             stderr=None if out == subprocess.PIPE else subprocess.STDOUT,
                             preexec_fn=end_with_parent, start_new_session=True)
        self.processes.append(p)
        return p

    def ask(self, host, command, timeout_s=120):
        """The output of a command on a host; None when it fails."""
        done = subprocess.run(self.words(host, command), capture_output=True, text=True, timeout=timeout_s)
        return done.stdout if done.returncode == 0 else None

    def dead(self):
        return [p for p in self.processes if p.poll() is not None]

    def close(self):
        """Ends every process by its id, the newest first, then removes the namespaces."""
        for p in reversed(self.processes):
            if p.poll() is None:
                p.terminate()
        until = time.monotonic() + STOP_S
        for p in self.processes:
            try:
                p.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        for name in reversed(self.made):
            done = subprocess.run(("ip", "netns", "del", name), capture_output=True, text=True)
            if done.returncode:
                print("cannot remove the namespace %s: %s" % (name, done.stderr.strip()), file=sys.stderr)
        self.processes, self.made = [], []
