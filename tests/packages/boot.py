"""Boots the root with systemd, in a container of systemd-nspawn without a network, so that the unit files are obeyed by the real
thing: booted.sh runs within."""
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
UNIT = """[Unit]
After=network.target
[Service]
ExecStart=/usr/local/booted.sh
[Install]
WantedBy=multi-user.target
"""


def read(path):
    return open(path).read() if os.path.exists(path) else ""


def boot(root):
    """The lines that booted.sh printed, and what it did meanwhile."""
    units = root + "/etc/systemd/system"
    shutil.copy(HERE + "/booted.sh", root + "/usr/local/booted.sh")
    with open(units + "/booted.service", "w") as out:
        out.write(UNIT)
    os.makedirs(units + "/multi-user.target.wants", exist_ok=True)
    os.symlink("../booted.service", units + "/multi-user.target.wants/booted.service")
    console = root + "/var/log/console.txt"
    with open(console, "w") as out:
        try:
            subprocess.run(("systemd-nspawn", "-q", "-b", "-D", root, "--private-network", "--register=no", "--keep-unit"),
                           stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, timeout=300)
        except subprocess.TimeoutExpired:
            out.write("not ended in time\n")
    lines = read(root + "/var/log/booted.txt").splitlines()
    log = read(root + "/var/log/booted.log") + read(console)
    for path in ("/multi-user.target.wants/booted.service", "/booted.service"):
        os.remove(units + path)
    return lines, log
