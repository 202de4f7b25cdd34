"""Owners of files as rpm states them; its records are a database that only rpm reads."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from condasync.system.machine import Machine
from condasync.system.owner import Owner, upstream_version

_PLACES = ("/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/share/rpm")
_FORMAT = r"%{NAME}\t%{VERSION}\t%{SOURCERPM}\n"
_BASE = frozenset({"basesystem", "bash", "coreutils", "filesystem", "glibc", "glibc-common", "grep", "sed", "setup"})
_TIMEOUT = 30


class RpmOwners:
    """Ask `rpm -qf` (an `owner.OwnerSource`)."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def owners(self, paths: tuple[str, ...]) -> dict[str, Owner]:
        """Return the owners of paths."""
        places = [self._machine.at(place) for place in _PLACES]
        program = self._machine.program("rpm") or shutil.which("rpm")
        if not paths or program is None or not any(place.is_dir() for place in places):
            return {}
        answers = ((path, _asked(Path(program), self._machine, path)) for path in paths)
        return {path: owner for path, answer in answers if (owner := _owner(answer)) is not None}


def _asked(program: Path, machine: Machine, path: str) -> str:
    command = [str(program), "--root", str(machine.root), "-qf", "--qf", _FORMAT, path]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as error:
        raise ValueError("rpm does not answer; another program may hold its database") from error
    if done.returncode not in (0, 1):
        raise ValueError(done.stderr.decode("utf-8", errors="replace").strip() or f"rpm ended with {done.returncode}")
    return done.stdout.decode("utf-8", errors="replace") if done.returncode == 0 else ""


def _owner(answer: str) -> Owner | None:
    parts = answer.partition("\n")[0].split("\t")
    if len(parts) != 3:  # noqa: PLR2004  as in the format
        return None
    name, version, source = parts
    return Owner(
        manager="rpm",
        name=name,
        version=upstream_version(version) or None,
        source=source.rsplit("-", 2)[0] or None,
        base=name in _BASE,
    )
