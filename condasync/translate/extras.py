"""Extras: conda-forge has none, so an extra is a package of its own, a bigger package, or a few more packages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from condasync.convert.requirement import normalise
from condasync.model.package import Distribution
from condasync.model.translation import Evidence, NameCandidate
from condasync.seams import NameSource
from condasync.translate.opinion import fault_of
from condasync.translate.shelf import Shelf

_EXTRA = re.compile(r"""extra\s*==\s*['"](?P<extra>[^'"]+)['"]""")
_NAME = re.compile(r"\s*(?P<name>[A-Z0-9][A-Z0-9._-]*)\s*(?:\[(?P<extras>[^\]]*)\])?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithExtras:
    """Hold conda names for a package with extras; `versioned` are those that carry its version, `unknown` extras."""

    names: tuple[str, ...]
    versioned: tuple[str, ...]
    unknown: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def with_extras(
    base: NameCandidate, pypi_name: str, extras: Sequence[str], sources: Sequence[NameSource], shelf: Shelf
) -> WithExtras:
    """Return the conda names of a package with extras; the base package stays where an extra is not known.

    An extra is known when a source has a row `name[extra]`, or when the channel has a package `name-extra` or
    `name-with-extra` that depends on the base package in its own version (`uvicorn-standard`).
    """
    found = {extra: _row_for(base, pypi_name, extra, sources, shelf) for extra in extras}
    rows = [row for row in found.values() if row is not None]
    unknown = tuple(extra for extra, row in found.items() if row is None)
    parts = [base.conda_names] if unknown or not rows else []
    parts += [row.conda_names for row in rows]
    return WithExtras(
        names=tuple(dict.fromkeys(name for part in parts for name in part)),
        versioned=tuple(dict.fromkeys(part[0] for part in parts)),
        unknown=unknown,
        evidence=tuple(row.evidence for row in rows),
    )


def bigger_package(
    pypi_name: str, distribution: Distribution, installed: frozenset[str], sources: Sequence[NameSource], shelf: Shelf
) -> NameCandidate | None:
    """Return the one conda package that an installed distribution amounts to with extras that are all installed.

    `installed` are normalised names. Only rows of a source count, and only those that name a single package: the
    distributions of other extras are captured by themselves.
    """
    by_extra = _requires_by_extra(distribution.requires)
    for extra in sorted(by_extra):
        for source in sources:
            for row in source.candidates(f"{pypi_name}[{extra}]"):
                holds = len(row.conda_names) == 1 and fault_of(row, pypi_name, shelf) is None
                if holds and _all_installed(pypi_name, extra, by_extra, installed):
                    return row
    return None


def _row_for(
    base: NameCandidate, pypi_name: str, extra: str, sources: Sequence[NameSource], shelf: Shelf
) -> NameCandidate | None:
    for source in sources:
        for row in source.candidates(f"{pypi_name}[{extra}]"):
            if row.conda_names and fault_of(row, pypi_name, shelf) is None:
                return row
    return _package_of_extra(base, pypi_name, extra, shelf)


def _package_of_extra(base: NameCandidate, pypi_name: str, extra: str, shelf: Shelf) -> NameCandidate | None:
    stems = dict.fromkeys((pypi_name, base.conda_names[0]))
    for name in (f"{stem}-{joint}{extra}" for stem in stems for joint in ("", "with-")):
        if shelf.is_bound(name, base.conda_names[0]):
            detail = f"{pypi_name}[{extra}] -> {name}, which depends on {base.conda_names[0]}"
            revision = ", ".join(sorted(shelf.channels))
            return NameCandidate(
                conda_names=(name,), evidence=Evidence(source="channel", revision=revision, detail=detail)
            )
    return None


def _requires_by_extra(requires: Iterable[str]) -> dict[str, list[str]]:
    """Return the Requires-Dist lines of each extra. Lines with other markers too count: better too few extras."""
    found: dict[str, list[str]] = {}
    for line in requires:
        for match in _EXTRA.finditer(line):
            found.setdefault(normalise(match["extra"]), []).append(line)
    return found


def _all_installed(pypi_name: str, extra: str, by_extra: dict[str, list[str]], installed: frozenset[str]) -> bool:
    """Return whether everything that an extra asks for is installed; it may ask for other extras of its own package."""
    waiting, seen = [extra], {extra}
    while waiting:
        for line in by_extra.get(waiting.pop(), ()):
            found = _NAME.match(line)
            if found is None:
                return False
            name = normalise(found["name"])
            if name == pypi_name:
                own = {normalise(other.strip()) for other in (found["extras"] or "").split(",")} - seen
                waiting += sorted(own)
                seen |= own
            elif name not in installed:
                return False
    return True
