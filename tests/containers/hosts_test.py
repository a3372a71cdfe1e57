"""compose.cloud.yml and compose.edge.yml, each project a host of its own: they know nothing of each other but the
cloud's address and their own keys."""
import ipaddress

from engine import Project, docker, get, logs, until
from images import ENV
from keys import Keys

CLOUD_PORT, ADMIN_PORT = "17710", "17711"
EDGES = ("edge-1", "edge-2")


def gateway():
    """The address of this host as containers of any network reach it."""
    subnet = docker("network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Subnet}}")
    return str(next(ipaddress.ip_network(subnet).hosts()))


def get_cloud(path):
    return get("127.0.0.1:" + ADMIN_PORT, path)


def make(world):
    host = gateway()
    k = world["hosts-keys"] = Keys(host, EDGES)
    common = dict(ENV, FOEDUS_CLOUD_HOST=host, FOEDUS_LISTEN_PORT=CLOUD_PORT, FOEDUS_ADMIN_PORT=ADMIN_PORT, FOEDUS_SHARDS="2")
    keys = k.folder("cloud-host", {
        "cloud.key": k.own("cloud.key"), "cloud.crt": k.own("cloud.crt"), "ca.crt": k.pki("ca.crt"),
        "ca.crl": k.pki("ca.crl"), "agent-key.pem": k.pki("agent-key.pem")})
    options = "--samples-per-effort 1500 --derive-samples 500 --pause-ms 300"
    projects = world["hosts"] = [Project("foedustestcloud", ["deploy/compose.cloud.yml"],
                                         dict(common, FOEDUS_KEYS=keys, FOEDUS_CLOUD_OPTIONS=options))]
    for i, e in enumerate(EDGES):
        keys = k.folder(e + "-host", {"edge.key": k.own(e + ".key"), "edge.crt": k.own(e + ".crt"),
                                      "ca.crt": k.pki("ca.crt"), "agent-pub.pem": k.pki("agent-pub.pem")})
        projects.append(Project("foedustest" + e, ["deploy/compose.edge.yml"],
                                dict(common, FOEDUS_KEYS=keys, FOEDUS_SHARD=str(i),
                                     FOEDUS_SERVE="127.0.0.1:1782%d" % i)))
    return projects


def test_several_hosts(world):
    projects = make(world)
    for p in projects:
        p("up", "-d", "--no-build", timeout=60)
    r = until("a round is done", 120, lambda: next(
        (r for r in (get_cloud("/api/v1/rounds") or {}).get("items", []) if r["phase"] == "done"), None))
    for i in range(len(EDGES)):
        until("the agent is installed", 30, lambda i=i: get("127.0.0.1:1782%d" % i, "/readyz"))
    for p in projects:
        p.down()
        assert p.left() == "", p.left()
    return "a round paid %.3f between a cloud and %d edges that share only an address" % (r["paid"], len(EDGES))


def explain(world):
    for p in world.get("hosts", []):
        for c in p.containers("cloud", stopped=True) + p.containers("edge", stopped=True):
            print("    %s\n      %s" % (p.name, logs(c).replace("\n", "\n      ")))


def clean_up(world):
    for p in world.get("hosts", []):
        p.down()
    if "hosts-keys" in world:
        world["hosts-keys"].remove()
