"""From distributions on disk to captured packages: one package per name, what it hides reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from condasync.capture.prefixes.direct_url import local_path, read_direct_url
from condasync.capture.prefixes.distributions import Found
from condasync.capture.prefixes.layout import is_there, shown
from condasync.capture.prefixes.requested import requested_keys
from condasync.model.finding import Finding
from condasync.model.package import CapturedPackage, DirectUrl, LocalPackage, PipPackage, manager_of

_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")


def installed_packages(
    candidates: Sequence[Found], everything: Sequence[Found], *, python: str | None
) -> tuple[tuple[PipPackage | LocalPackage, ...], tuple[Finding, ...]]:
    """Return one package per distinct name among `candidates`, in no particular order.

    `everything` are all distributions of the environment: those that conda owns depend on others too.
    """
    findings: list[Finding] = []
    winners = _first_of_each(candidates, findings)
    requested = requested_keys(winners, everything, python=python)
    return tuple(_package(found, found.key in requested, findings) for found in winners), tuple(findings)


def in_order(packages: Iterable[CapturedPackage]) -> tuple[CapturedPackage, ...]:
    """Return packages in the order that `Environment` promises."""
    return tuple(sorted(packages, key=lambda package: (manager_of(package), canonicalize_name(package.name))))


def _first_of_each(candidates: Iterable[Found], findings: list[Finding]) -> list[Found]:
    """Return the distribution that an import would find for each name: the first folder of the search path wins."""
    winners: dict[str, Found] = {}
    for found in candidates:
        first = winners.setdefault(found.key, found)
        if first is found:
            continue
        if first.entry == found.entry:
            winners[found.key] = max(first, found, key=_likelihood)
            findings.append(_duplicate(first, found, winners[found.key]))
        elif not _own_sources(first, found) and first.distribution.version != found.distribution.version:
            findings.append(_shadowed(first, found))
    return list(winners.values())


def _likelihood(found: Found) -> tuple[bool, bool, Version]:
    """Order distributions of one name in one folder: pip's leftovers lack a RECORD, upgrades leave the older one."""
    try:
        return found.has_record, True, Version(found.distribution.version)
    except InvalidVersion:
        return found.has_record, False, Version("0")


def _own_sources(first: Found, second: Found) -> bool:
    """Return whether the second is what a build left in the sources of the first, an editable install."""
    return second.source_tree and (first.direct_url is not None or first.source_tree)


def _duplicate(first: Found, second: Found, winner: Found) -> Finding:
    loser = first if winner is second else second
    name, taken, left = winner.distribution.name, winner.distribution.version, loser.distribution.version
    return Finding(
        code="duplicate-distribution",
        severity="warning",
        text=f"{name} lies twice in one folder: version {taken} is taken, version {left} is left out",
        package=name,
        where=loser.distribution.location,
    )


def _shadowed(first: Found, second: Found) -> Finding:
    return Finding(
        code="shadowed-distribution",
        severity="note",
        text=f"{first.distribution.name} {first.distribution.version} hides version {second.distribution.version} "
        f"({second.distribution.origin})",
        package=first.distribution.name,
        where=second.distribution.location,
    )


def _package(found: Found, requested: bool, findings: list[Finding]) -> PipPackage | LocalPackage:  # noqa: FBT001
    distribution = found.distribution
    direct_url = _direct_url(found, findings)
    if direct_url is not None and direct_url.kind == "directory":
        path = local_path(direct_url.url)
        return _local(
            found, shown(path) if path else str(direct_url.url), editable=direct_url.editable, requested=requested
        )
    if found.source_tree:
        path = found.entry.project or _project_folder(found.entry.path)
        return _local(found, shown(path), editable=True, requested=requested)
    return PipPackage(
        name=distribution.name,
        version=distribution.version,
        requested=requested,
        distribution=distribution,
        direct_url=direct_url,
    )


def _local(found: Found, path: str, *, editable: bool, requested: bool) -> LocalPackage:
    return LocalPackage(
        name=found.distribution.name,
        version=found.distribution.version,
        path=path,
        editable=editable,
        requested=requested,
        requires=found.distribution.requires,
        where=found.distribution.location,
    )


def _direct_url(found: Found, findings: list[Finding]) -> DirectUrl | None:
    """Return where the distribution came from; a file that says it wrongly is a finding."""
    if found.direct_url is None:
        return None
    name, where = found.distribution.name, f"{found.distribution.location}/direct_url.json"
    try:
        direct_url = read_direct_url(found.direct_url)
    except ValueError as error:
        text = f"the direct_url.json of {name} is malformed: {error}; it is taken for a package of an index"
        findings.append(Finding(code="malformed-direct-url", severity="warning", text=text, package=name, where=where))
        return None
    path = local_path(direct_url.url)
    if path is not None and not is_there(path):
        text = f"{name} was installed from {shown(path)}, which does not exist any more"
        findings.append(Finding(code="missing-source", severity="warning", text=text, package=name, where=where))
    return direct_url


def _project_folder(folder: Path) -> Path:
    """Return the project that a source folder on the search path belongs to: itself, or one above (`src` layout)."""
    places = (folder, folder.parent)
    return next((p for p in places if any((p / name).is_file() for name in _PROJECT_FILES)), folder)
