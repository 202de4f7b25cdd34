"""Which Python distributions conda packages own, and which of them pip has replaced."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from condasync.capture.prefixes.conda_meta import InstalledRecord
from condasync.capture.prefixes.distributions import Found, name_of_metadata_folder
from condasync.model.finding import Finding
from condasync.model.package import Distribution
from condasync.model.record import ChannelRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Split the distributions of a conda prefix: per conda package name, and those that no conda package owns."""

    by_package: Mapping[str, tuple[Distribution, ...]]
    unowned: tuple[Found, ...]


def ownership_of(prefix: Path, records: Sequence[InstalledRecord], found: Iterable[Found]) -> Ownership:
    """Return who owns what, by the paths that conda-meta lists. A path that two packages list belongs to the first."""
    owners: dict[str, str] = {}
    for installed in records:
        for place in installed.metadata:
            owners.setdefault(_key(place), installed.record.name)
    owned: defaultdict[str, list[Distribution]] = defaultdict(list)
    unowned: list[Found] = []
    for item in found:
        owner = owners.get(_key(_relative(item.place, prefix)))
        if owner is None:
            unowned.append(item)
        else:
            owned[owner].append(item.distribution)
    return Ownership(by_package={name: tuple(items) for name, items in owned.items()}, unowned=tuple(unowned))


def overwritten_by_pip(records: Iterable[InstalledRecord], unowned: Iterable[Found]) -> tuple[Finding, ...]:
    """Report the distributions that both conda and pip installed: Python imports only one of them.

    pip removes the metadata of what it replaces, so conda's claim is read from the names that conda-meta lists.
    """
    claims: dict[str, tuple[str, ChannelRecord]] = {}
    for installed in records:
        for place in installed.metadata:
            folder, _, name = place.rpartition("/")
            stated = name_of_metadata_folder(name)
            if stated and folder.endswith("site-packages"):  # not what a package vendors
                claims.setdefault(stated[0], (stated[1], installed.record))
    return tuple(_twice(item, *claims[item.key]) for item in unowned if item.key in claims)


def _twice(item: Found, version: str, record: ChannelRecord) -> Finding:
    ours = item.distribution
    theirs = f"version {version} of the conda package {record.name}"
    in_prefix = ours.origin == "env"
    return Finding(
        code="overwritten-by-pip" if in_prefix else "shadowed-distribution",
        severity="warning",
        text=f"{ours.name} {ours.version} from pip lies over {theirs}"
        if in_prefix
        else f"{ours.name} {ours.version} ({ours.origin}) and {theirs} are both visible, one hides the other",
        package=ours.name,
        where=ours.location,
    )


def _relative(place: Path, prefix: Path) -> str:
    return os.path.relpath(place, prefix).replace(os.sep, "/")


def _key(place: str) -> str:
    """Fold the case of a path below a Windows prefix's `Lib`, where case means nothing."""
    return place.lower() if place[:4] == "Lib/" else place
