"""What the files of launchers are made from: one lock, the platform of the workers, and the packages that travel."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from condasync.channel.beside_lock import located_url
from condasync.convert.channel_folder import FOLDER_NAME, in_channel_folder
from condasync.errors import LockFileError, OutputError, UsageError
from condasync.hook.lock_options import LOCK_NAME
from condasync.lock import conda_lock_v1
from condasync.lock.lock_path import read_lock_text
from condasync.model.lockfile import LockedPackage, LockFile

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_MACHINES = {"linux-64": "linux/amd64", "linux-aarch64": "linux/arm64", "linux-ppc64le": "linux/ppc64le"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Hold what a template may name; `path` is absolute, `platform` is the one that workers have.

    `artifacts` are packages of the lock that lie beside it, as paths below its folder. `name` is the user's for the
    cluster or the environment, `image` the one to build on, None for the template's own.
    """

    lock: LockFile
    path: Path
    text: str
    platform: str
    name: str = "dask"
    image: str | None = None

    @property
    def digest(self) -> str:
        """Return the sha256 of the lock's bytes in hex."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    @property
    def machine(self) -> str:
        """Return the platform as container tools call it."""
        return _MACHINES[self.platform]

    @property
    def rows(self) -> tuple[LockedPackage, ...]:
        """Return the packages for the workers' platform."""
        return tuple(row for row in self.lock.packages if row.platform == self.platform)

    def version(self, name: str) -> str:
        """Return the locked version of a conda package. Raises UsageError where the lock has none."""
        for row in self.rows:
            if row.name == name:
                return row.version
        raise UsageError(
            f"{self.path} locks no {name} for {self.platform}, and workers need it",
            hints=(f"install {name} in the environment and make the lock anew: condasync export",),
        )

    def artifacts(self) -> tuple[Path, ...]:
        """Return the files of local packages, below the lock's folder.

        Raises OutputError for one that lies elsewhere on this machine: it would not be found by the workers.
        """
        found = []
        for row in self.rows:
            url = located_url(row.url, self.path.parent)
            if not url.startswith("file:"):
                continue
            path = Path(FOLDER_NAME, in_channel_folder(url) or "/".join(unquote(url).split("/")[-2:]))
            if not (self.path.parent / path).is_file():
                raise OutputError(
                    f"{row.name} is locked by its path on this machine, and {path} is not beside the lock",
                    hints=(
                        f"copy the package to {path.parent} beside the lock",
                        "or upload it and say where: condasync export --artifact-url URL",
                    ),
                    package=row.name,
                )
            found.append(path)
        return tuple(dict.fromkeys(found))


def read_launch(lock: Path, *, name: str = "dask", image: str | None = None) -> Launch:
    """Return what a lock (or the one in a folder) says to launchers. Raises LockFileError, UsageError."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name for a cluster", hints=("use letters, digits and dashes: --name dask",))
    path = (lock / LOCK_NAME if lock.is_dir() else lock).absolute()
    text = read_lock_text(path)
    loaded = conda_lock_v1.loads(text, path=str(path))
    platforms = [one for one in _MACHINES if one in loaded.metadata.platforms]
    if not platforms:
        raise LockFileError(
            f"{path} is for {', '.join(loaded.metadata.platforms)}, and clusters run on Linux",
            hints=("lock for them, too: condasync export --platform linux-64",),
            path=str(path),
        )
    return Launch(lock=loaded, path=path, text=text, platform=platforms[0], name=name, image=image)
