"""Owners of files by the records of Alpine's apk, read as a file."""

from __future__ import annotations

import re

from condasync.system.machine import Machine
from condasync.system.owner import Owner

_PLACES = ("/lib/apk/db/installed", "/usr/lib/apk/db/installed")
_REVISION = re.compile(r"(?:_git\d*|_p\d+)?-r\d+$")
_BASE = frozenset({"alpine-baselayout", "busybox", "busybox-binsh", "musl", "musl-utils", "ssl_client"})


class ApkOwners:
    """Read the list of installed packages of a machine (an `owner.OwnerSource`)."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def owners(self, paths: tuple[str, ...]) -> dict[str, Owner]:
        """Return the owners of paths."""
        file = next((each for each in map(self._machine.at, _PLACES) if each.exists()), None)
        if file is None or not paths:
            return {}
        wanted = {spelling: path for path in paths for spelling in (path, path.removeprefix("/usr"))}
        found: dict[str, Owner] = {}
        for stanza in file.read_bytes().decode("utf-8", errors="replace").split("\n\n"):
            fields: dict[str, str] = {}
            folder = ""
            for line in stanza.splitlines():
                key, _, value = line.partition(":")
                if key == "F":
                    folder = value
                elif key == "R" and f"/{folder}/{value}" in wanted:
                    found[wanted[f"/{folder}/{value}"]] = _owner(fields)
                elif len(key) == 1:
                    fields.setdefault(key, value)
        return found


def _owner(fields: dict[str, str]) -> Owner:
    """Return the owner; apk writes name, version and origin before the files."""
    name, version = fields.get("P"), fields.get("V")
    if name is None:
        raise ValueError("a package without a name in the list of installed packages")
    return Owner(
        manager="apk",
        name=name,
        version=_REVISION.sub("", version) if version else None,
        source=fields.get("o"),
        base=name in _BASE,
    )
