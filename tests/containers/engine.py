"""A Docker engine for tests: found, or started by the command in FOEDUS_DOCKER_START; projects on it that are always
taken down again."""
import json
import os
import shlex
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PID_FILE = "/var/run/docker.pid"


class Missing(Exception):
    """There is no engine to test with; the text says what is missing."""


def run(*words, timeout=120, env=None, check=True):
    done = subprocess.run(words, capture_output=True, text=True, timeout=timeout, cwd=TOP,
                          env=dict(os.environ, **(env or {})))
    if check and done.returncode:
        raise AssertionError("`%s` ended with %d: %s" % (" ".join(words), done.returncode,
                                                        (done.stderr or done.stdout).strip()[-1500:]))
    return done.stdout.strip()


def docker(*words, **more):
    return run("docker", *words, **more)


def answers():
    return shutil.which("docker") and subprocess.run(("docker", "info"), capture_output=True).returncode == 0


def compose_words():
    if subprocess.run(("docker", "compose", "version"), capture_output=True).returncode == 0:
        return ["docker", "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    raise Missing("neither `docker compose` nor `docker-compose` is installed")


class Engine:
    """`with Engine():` an engine answers; one that was started for it is ended by its id."""

    def __enter__(self):
        self.pid = None
        start = os.environ.get("FOEDUS_DOCKER_START")
        if not answers() and start:
            subprocess.run(shlex.split(start), check=True, stdout=subprocess.DEVNULL, cwd=TOP)
            with open(PID_FILE, encoding="ascii") as f:
                self.pid = int(f.read())
        if not answers():
            raise Missing("no Docker engine answers (FOEDUS_DOCKER_START may name a command that starts one)")
        return self

    def __exit__(self, *why):
        if self.pid:
            os.kill(self.pid, signal.SIGTERM)


def until(what, seconds, test, pause=0.3):
    """The first true answer of the test; an assertion names what did not come."""
    end = time.monotonic() + seconds
    while True:
        value = test()
        if value:
            return value
        assert time.monotonic() < end, "%s: not within %d s" % (what, seconds)
        time.sleep(pause)


def get(address, path, body=None, timeout=5, token=None):
    """JSON or text of a 200; None for any other answer or none at all."""
    request = urllib.request.Request("http://%s%s" % (address, path), headers={"Content-Type": "application/json"},
                                     data=json.dumps(body).encode() if body is not None else None)
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as r:
            text = r.read().decode()
    except (OSError, urllib.error.URLError):
        return None
    return json.loads(text) if text.startswith(("{", "[")) else text


class Project:
    """One compose project with settings of its own."""

    def __init__(self, name, files, env):
        self.name, self.env = name, env
        self.words = compose_words() + ["-p", name] + [w for f in files for w in ("-f", f)]

    def __call__(self, *words, timeout=180, check=True):
        return run(*self.words, *words, timeout=timeout, env=self.env, check=check)

    def containers(self, service, stopped=False):
        listed = docker("ps", "-q", *(["-a"] if stopped else []), "--filter",
                        "label=com.docker.compose.project=" + self.name, "--filter",
                        "label=com.docker.compose.service=" + service)
        return listed.split()

    def port(self, container, port):
        return docker("port", container, str(port)).splitlines()[0].replace("0.0.0.0", "127.0.0.1")

    def left(self):
        mine = "label=com.docker.compose.project=" + self.name
        return (docker("ps", "-aq", "--filter", mine) + docker("volume", "ls", "-q", "--filter", mine) +
                docker("network", "ls", "-q", "--filter", mine))

    def down(self):
        self("down", "-v", "--remove-orphans", "-t", "10", timeout=120, check=False)


def logs(container, lines=15):
    done = subprocess.run(("docker", "logs", "--tail", str(lines), container), capture_output=True, text=True)
    return (done.stdout + done.stderr).strip()


def started_to_ready(container, port, path):
    """Of a restarted container, from the engine's own start time to its first good answer: (seconds, CPU seconds)."""
    docker("restart", "-t", "10", container)
    address = docker("port", container, str(port)).splitlines()[0].replace("0.0.0.0", "127.0.0.1")
    until("%s answers" % path, 30, lambda: get(address, path, timeout=0.5) is not None, pause=0.005)
    ready = time.time()
    began = run("date", "-d", docker("inspect", "-f", "{{.State.StartedAt}}", container), "+%s.%N")
    with open("/proc/%s/stat" % docker("inspect", "-f", "{{.State.Pid}}", container), encoding="ascii") as f:
        ticks = f.read().rpartition(")")[2].split()[11:13]
    return ready - float(began), sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
