"""Owners of files by the records of dpkg, read as files: no program is run and no lock is taken."""

from __future__ import annotations

import os

from condasync.system.machine import Machine
from condasync.system.owner import Owner, upstream_version

_STATUS = "/var/lib/dpkg/status"
_INFO = "/var/lib/dpkg/info"
_MERGED = ("/bin/", "/sbin/", "/lib/", "/lib32/", "/lib64/", "/libx32/")
_BASE = frozenset({"required", "important"})


class DpkgOwners:
    """Read /var/lib/dpkg of a machine (an `owner.OwnerSource`)."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def owners(self, paths: tuple[str, ...]) -> dict[str, Owner]:
        """Return the owners of paths; a path counts also where /bin, /lib ... were merged into /usr."""
        status = self._machine.at(_STATUS)
        if not status.exists() or not paths:
            return {}
        packages = self._packages(paths)
        stanzas = _stanzas(status.read_bytes(), {name for name, _ in packages.values()})
        return {path: _owner(*package, stanzas) for path, package in packages.items()}

    def _packages(self, paths: tuple[str, ...]) -> dict[str, tuple[str, str | None]]:
        """Return (name, architecture) of the package that lists each path."""
        wanted = {spelling.encode(): path for path in paths for spelling in _spellings(path)}
        found: dict[str, tuple[str, str | None]] = {}
        info = str(self._machine.at(_INFO))
        for file in sorted(name for name in os.listdir(info) if name.endswith(".list")):  # noqa: PTH208  thousands
            with open(f"{info}/{file}", "rb") as listed:  # noqa: PTH123
                lines = listed.read().split(b"\n")
            for line in wanted.keys() & lines:
                name, _, architecture = file.removesuffix(".list").partition(":")
                found.setdefault(wanted[line], (name, architecture or None))
        return found


def _spellings(path: str) -> tuple[str, ...]:
    """Return the path as packages may list it: before and after /lib became /usr/lib."""
    if path.startswith("/usr/") and path.removeprefix("/usr").startswith(_MERGED):
        return path, path.removeprefix("/usr")
    return (path, f"/usr{path}") if path.startswith(_MERGED) else (path,)


def _stanzas(status: bytes, names: set[str]) -> dict[tuple[str, str | None], dict[str, str]]:
    """Return the fields of some packages, under name and architecture and under name alone."""
    found: dict[tuple[str, str | None], dict[str, str]] = {}
    for stanza in status.decode("utf-8", errors="replace").split("\n\n"):
        name = stanza.lstrip("\n").removeprefix("Package: ").partition("\n")[0]
        if name in names:
            fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and line[0] != " ")
            found[name, fields.get("Architecture")] = fields
            found.setdefault((name, None), fields)
    return found


def _owner(name: str, architecture: str | None, stanzas: dict[tuple[str, str | None], dict[str, str]]) -> Owner:
    fields = stanzas.get((name, architecture)) or stanzas.get((name, None), {})
    version = fields.get("Version")
    return Owner(
        manager="apt",
        name=name,
        version=upstream_version(version) if version else None,
        source=fields.get("Source", name).split(" ")[0],
        base=fields.get("Essential") == "yes" or fields.get("Priority") in _BASE,
    )
