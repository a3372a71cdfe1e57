"""deploy/stack.yml on a swarm of one node, which is left at the end. An engine that is in a swarm already is left as it
is, and the test skipped."""
import os

from engine import TOP, docker, get, run, until
from images import ENV
from keys import Keys

STACK = "foedustest"
ADMIN_PORT = "17721"
TOKEN = "0123456789abcdef" * 4
EDGES = ("edge-1", "edge-2", "edge-3")
STACK_ENV = dict(ENV, FOEDUS_ADMIN_PORT=ADMIN_PORT, FOEDUS_EDGES_MIN="3", FOEDUS_SHARDS="3",
                 FOEDUS_CLOUD_OPTIONS="--samples-per-effort 1500 --derive-samples 500 --pause-ms 300")


def make_objects(k):
    public = {"ca-crt": k.pki("ca.crt"), "ca-crl": k.pki("ca.crl"), "cloud-crt": k.own("cloud.crt"),
              "agent-pub": k.pki("agent-pub.pem")}
    private = {"cloud-key": k.own("cloud.key"), "agent-key": k.pki("agent-key.pem")}
    for e in EDGES:
        public[e + "-crt"], private[e + "-key"] = k.own(e + ".crt"), k.own(e + ".key")
    for name, file in public.items():
        docker("config", "create", "foedus-" + name, file)
    for name, file in private.items():
        docker("secret", "create", "foedus-" + name, file)
    token = os.path.join(k.dir, "admin.token")
    with open(token, "w", encoding="ascii") as f:
        f.write(TOKEN + "\n")
    docker("secret", "create", "foedus-admin-token", token)


def rounds():
    return (get("127.0.0.1:" + ADMIN_PORT, "/api/v1/rounds?limit=1000", token=TOKEN) or {}).get("items", [])


def test_swarm_stack(world):
    if docker("info", "-f", "{{.Swarm.LocalNodeState}}") != "inactive":
        return "skipped: the engine is in a swarm already"
    docker("swarm", "init", "--advertise-addr", "127.0.0.1")
    world["swarm"] = True
    k = world["stack-keys"] = Keys("cloud", EDGES)
    make_objects(k)
    run("docker", "stack", "deploy", "-c", TOP + "/deploy/stack.yml", STACK, env=STACK_ENV)
    r = until("a round with all three", 180, lambda: next(
        (r for r in rounds() if r["phase"] == "done" and r["edges"] == 3), None))
    # the scheduler brings back what dies, and the round goes on
    number = max(x["round"] for x in rounds())
    docker("rm", "-f", docker("ps", "-q", "--filter", "label=com.docker.swarm.service.name=%s_cloud" % STACK))
    until("rounds go on after the cloud's container was removed", 120, lambda: any(
        x["round"] > number and x["phase"] == "done" for x in rounds()))
    ledger = get("127.0.0.1:" + ADMIN_PORT, "/api/v1/ledger/verify", token=TOKEN)
    assert ledger["verified"], ledger
    clean_up(world)
    return "round %d paid %.3f; the cloud's container was removed and came back" % (r["round"], r["paid"])


def explain(_):
    for service in ("cloud", "edge-1"):
        print("    " + docker("service", "ps", "--no-trunc", "%s_%s" % (STACK, service), check=False))
        print("    " + docker("service", "logs", "--tail", "15", "%s_%s" % (STACK, service), check=False))


def clean_up(world):
    if world.pop("swarm", False):
        docker("stack", "rm", STACK, check=False)
        until("the stack's containers end", 60, lambda: not docker(
            "ps", "-aq", "--filter", "label=com.docker.stack.namespace=" + STACK))
        docker("swarm", "leave", "--force", check=False)
        for volume in docker("volume", "ls", "-q", "--filter", "label=com.docker.stack.namespace=" + STACK).split():
            docker("volume", "rm", volume, check=False)
    if "stack-keys" in world:
        world.pop("stack-keys").remove()
