"""Keys for tests, made by the program in the image: an authority, a cloud, edges."""
import os
import shutil
import tempfile

from engine import docker
from images import IMAGES

UID = 10001


class Keys:
    def __init__(self, cloud_hosts, edges):
        self.dir = tempfile.mkdtemp(prefix="foedus-keys-")
        os.chown(self.dir, UID, UID)
        self._pki("init", "--dir", "/keys/pki")
        self._pki("issue", "cloud", "--dir", "/keys/pki", "--role", "cloud", "--host", cloud_hosts, "--out", "/keys/own")
        for e in edges:
            self._pki("issue", e, "--dir", "/keys/pki", "--role", "edge", "--out", "/keys/own")

    def _pki(self, *words):
        docker("run", "--rm", "--network", "none", "-v", self.dir + ":/keys", IMAGES["tools"], "pki", *words)

    def own(self, name):
        return os.path.join(self.dir, "own", name)

    def pki(self, name):
        return os.path.join(self.dir, "pki", name)

    def folder(self, name, files):
        """A folder as compose.cloud.yml and compose.edge.yml want it: {name there: file}."""
        path = os.path.join(self.dir, name)
        os.mkdir(path)
        for target, source in files.items():
            shutil.copy2(source, os.path.join(path, target))
            os.chown(os.path.join(path, target), UID, UID)
        return path

    def remove(self):
        shutil.rmtree(self.dir, ignore_errors=True)
