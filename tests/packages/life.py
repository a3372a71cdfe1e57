"""The services as their unit files start them, without systemd: as their users, without capabilities, told by signals and
heard on a socket of ours. Runs in a network of its own: life.py ROOT."""
import fcntl
import os
import re
import shlex
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request

PATIENCE = 60


def loopback_up():
    with socket.socket() as s:
        fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: up, running


class Service:
    def __init__(self, root, unit, instance, log):
        self.unit, self.heard = unit, ""
        text = open("%s/usr/lib/systemd/system/%s" % (root, unit)).read()
        setting = lambda key: re.search("^%s=(.*)$" % key, text, re.M).group(1).replace("%i", instance)
        name = "foedus-check-%s" % instance
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.manager.bind("\0" + name)
        self.manager.settimeout(0.1)
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "NOTIFY_SOCKET": "@" + name, "WATCHDOG_USEC": "1000000"}
        self.log, self.begun = log, time.monotonic()
        self.process = subprocess.Popen(
            ["chroot", root, "setpriv", "--reuid", setting("User"), "--regid", setting("Group"), "--init-groups",
             "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--"] + shlex.split(setting("ExecStart")),
            env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(log, "w"), umask=0o077)

    def hears(self, text):
        """Seconds since the start when the manager was told this; 0 when it was not."""
        until = time.monotonic() + PATIENCE
        while text not in self.heard:
            if time.monotonic() > until or self.process.poll() is not None:
                return 0
            try:
                self.heard += self.manager.recv(4096).decode() + "\n"
            except socket.timeout:
                pass
        return time.monotonic() - self.begun

    def reload(self):
        self.heard = ""
        self.process.send_signal(signal.SIGHUP)
        return self.hears("RELOADING=1") and self.hears("READY=1\nSTATUS=runs, configuration read again")

    def end(self):
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = "killed"
        return code, time.monotonic() - begun


def get(address):
    try:
        with urllib.request.urlopen("http://" + address, timeout=5) as answer:
            return answer.read().decode()
    except OSError as e:
        return "no answer: %s" % e


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def main(root):
    bad = 0

    def check(ok, what, detail=""):
        nonlocal bad
        bad += not ok
        print("  %s %s%s" % ("ok     " if ok else "FAILED ", what, "" if ok else ": %s" % detail), flush=True)

    loopback_up()
    cloud = Service(root, "foedus-cloud.service", "cloud", root + "/tmp/cloud.log")
    seconds = cloud.hears("READY=1")
    check(seconds, "foedus-cloud is ready (%.2f s)" % seconds, open(cloud.log).read())
    check(cloud.hears("WATCHDOG=1"), "foedus-cloud feeds the watchdog", cloud.heard)
    edges = []
    for i in (1, 2):
        edge = Service(root, "foedus-edge@.service", "edge-%d" % i, "%s/tmp/edge-%d.log" % (root, i))
        edges.append(edge)
        seconds = edge.hears("READY=1")
        check(seconds, "foedus-edge@edge-%d is ready (%.2f s)" % (i, seconds), open(edge.log).read())
    check(until(lambda: get("127.0.0.1:7701/api/v1/edges").count('"connected":true') == 2), "both edges are connected",
          get("127.0.0.1:7701/api/v1/edges") + open(cloud.log).read() + open(edges[0].log).read())
    check("ok" in get("127.0.0.1:7800/healthz").lower(), "the edge answers users", get("127.0.0.1:7800/healthz"))
    for service in [cloud] + edges:
        check(service.reload(), "%s reloads" % service.unit, service.heard)
    for service in edges + [cloud]:
        code, took = service.end()
        check(code == 0 and took < 15, "%s ends with 0 (%.2f s)" % (service.unit, took), "exit %s" % code)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
