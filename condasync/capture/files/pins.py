"""What the exact pins of a listed package say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import TypeVar

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from condasync.capture.files.reference import archive_name
from condasync.model.spec import CondaSpec, PipRequirement

_T = TypeVar("_T")
_EXACT = re.compile(r"==([^,|*]+)")


def first(values: Iterable[_T | None]) -> _T | None:
    """Return the first value that is there."""
    return next((value for value in values if value is not None), None)


def pip_pins(requirements: Iterable[PipRequirement]) -> tuple[str, ...]:
    """Return the versions that requirements state exactly, in their order: by `==`, `===`, or an archive's name."""
    return tuple(pin for requirement in requirements for pin in _pins(requirement))


def conda_pins(specs: Sequence[CondaSpec]) -> tuple[str, ...]:
    """Return the exact versions among MatchSpecs, in their order."""
    return tuple(found.group(1) for found in (_EXACT.fullmatch(spec.version) for spec in specs) if found)


def same_version(pins: Sequence[str]) -> str | None:
    """Return the version that all pins mean, as the first spells it; None when there is none or they differ."""
    if pins and all(_equal(pins[0], pin) for pin in pins[1:]):
        return pins[0]
    return None


def pip_contradiction(requirements: Sequence[PipRequirement]) -> str:
    """Return the pins that cannot hold together with their places, "" when there are none.

    Pins under different markers are alternatives, not a contradiction.
    """
    pinned = [(requirement, pin) for requirement in requirements for pin in _pins(requirement)]
    for (one, left), (other, right) in combinations(pinned, 2):
        together = one.marker == other.marker or one.marker is None or other.marker is None
        if together and not _equal(left, right):
            return f"=={left} ({one.where}) and =={right} ({other.where})"
    return ""


def _pins(requirement: PipRequirement) -> tuple[str, ...]:
    if requirement.url is not None:
        facts = archive_name(requirement.url.public)
        same = facts is not None and facts[0] == canonicalize_name(requirement.name)
        return (facts[1],) if facts and same else ()
    exact = {
        specifier.version
        for specifier in SpecifierSet(requirement.specifier)
        if specifier.operator in {"==", "==="} and not specifier.version.endswith(".*")
    }
    return tuple(sorted(exact))


def _equal(left: str, right: str) -> bool:
    try:
        return left == right or Version(left) == Version(right)
    except InvalidVersion:
        return False
