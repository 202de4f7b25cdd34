"""Who owns the files of a machine, whatever package managers it has."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from condasync.model.finding import Finding
from condasync.system.machine import Machine
from condasync.system.owner import Owner, OwnerSource
from condasync.system.owner_apk import ApkOwners
from condasync.system.owner_dpkg import DpkgOwners
from condasync.system.owner_homebrew import HomebrewOwners
from condasync.system.owner_rpm import RpmOwners


def owners_of(paths: Iterable[Path], machine: Machine) -> tuple[Mapping[Path, Owner], tuple[Finding, ...]]:
    """Return the owner of each file, without those that nobody owns.

    A record that cannot be read becomes a finding.
    """
    files = tuple(dict.fromkeys(paths))
    spelled = {file: _spellings(file, machine) for file in files}
    asked = tuple(dict.fromkeys(text for texts in spelled.values() for text in texts))
    known: dict[str, Owner] = {}
    findings: list[Finding] = []
    sources: tuple[tuple[str, OwnerSource], ...] = (
        ("homebrew", HomebrewOwners()),
        ("dpkg", DpkgOwners(machine)),
        ("apk", ApkOwners(machine)),
        ("rpm", RpmOwners(machine)),
    )
    for name, source in sources:
        answer = _asked(name, source, tuple(text for text in asked if text not in known))
        if isinstance(answer, Finding):
            findings.append(answer)
        else:
            known |= answer
    owned = {file: next((known[text] for text in texts if text in known), None) for file, texts in spelled.items()}
    return {file: owner for file, owner in owned.items() if owner}, tuple(findings)


def _spellings(file: Path, machine: Machine) -> tuple[str, ...]:
    """Return the path as it was found, the same with the folder's links followed, and the file behind every link.

    Packages list their links; what `update-alternatives` made is in no list, and only the file behind it tells.
    """
    inner = Path(os.path.realpath(file.parent)) / file.name
    return tuple(dict.fromkeys(machine.name_of(path) for path in (file, inner, machine.real(file))))


def _asked(name: str, source: OwnerSource, paths: tuple[str, ...]) -> dict[str, Owner] | Finding:
    try:
        return source.owners(paths)
    except (OSError, ValueError) as error:
        return _broken(name, error)


def _broken(name: str, error: Exception) -> Finding:
    reason = error.strerror if isinstance(error, OSError) else error
    return Finding(
        code="unreadable-package-database",
        severity="warning",
        text=f"{name} cannot be asked who owns the system's files: {reason}; their packages are not named",
        where=str(error.filename) if isinstance(error, OSError) and error.filename else None,
    )
