"""Which distributions somebody asked for, and which only came along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from packaging.markers import Marker, default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from condasync.capture.prefixes.distributions import Found

_TOOLING = frozenset({"pip", "setuptools", "wheel"})


def requested_keys(candidates: Sequence[Found], everything: Iterable[Found], *, python: str | None) -> frozenset[str]:
    """Return the normalised names among `candidates` that were requested.

    An installer that writes REQUESTED files is believed; `venv` marks its own tooling, which says nothing. For the
    others: what no distribution of `everything` depends on. `python` is the full version that markers are read for.
    """
    believed = {_installer(found) for found in candidates if found.marked and found.key not in _TOOLING}
    marked = {found.key for found in candidates if found.marked}
    unmarked = {found.key for found in candidates if _installer(found) not in believed} - marked
    if not unmarked:
        return frozenset(marked)
    return frozenset(marked | (unmarked - _depended_on(everything, python)))


def _installer(found: Found) -> str:
    """Return the installer without its version: poetry writes `poetry 1.8.2`."""
    return (found.distribution.installer or "").split(" ")[0]


def _depended_on(everything: Iterable[Found], python: str | None) -> frozenset[str]:
    """Return the names that some other distribution requires, extras included that are required themselves."""
    requirements = {found.key: _requirements(found) for found in everything}
    environment: dict[str, str] = {**default_environment()}  # type: ignore[dict-item]  # a TypedDict of texts
    if python:
        environment |= {"python_full_version": python, "python_version": ".".join(python.split(".")[:2])}
    extras: defaultdict[str, set[str]] = defaultdict(set)
    needed: set[str] = set()
    changed = True
    while changed:  # an extra that is switched on may require another one
        changed = False
        for key, lines in requirements.items():
            for line in lines:
                if not _applies(line.marker, environment, extras[key]):
                    continue
                name = canonicalize_name(line.name)
                changed |= not line.extras <= extras[name]
                extras[name] |= line.extras
                if name != key:
                    needed.add(name)
    return frozenset(needed)


def _requirements(found: Found) -> list[Requirement]:
    parsed: list[Requirement] = []
    for line in found.distribution.requires:
        with suppress(InvalidRequirement):  # old metadata; the lines themselves stay in the captured package
            parsed.append(Requirement(line))
    return parsed


def _applies(marker: Marker | None, environment: Mapping[str, str], extras: Iterable[str]) -> bool:
    if marker is None:
        return True
    return any(marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras))
