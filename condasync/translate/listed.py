"""The requirement lines of a listed package, as they count on the target."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from condasync.convert.marker import marker_holds
from condasync.convert.requirement import normalise
from condasync.convert.version import to_conda_constraint
from condasync.model.spec import PipRequirement
from condasync.model.target import Target

_LOCAL_VERSION = re.compile(r"(?<=[0-9a-z])\+[a-z0-9]+(?:[._-][a-z0-9]+)*", re.IGNORECASE)
_VERSION = re.compile(
    r"(?P<operator>===|==|~=|!=|<=|>=|<|>)\s*(?P<epoch>\d+!)?v?(?P<release>\d+(?:\.\d+)*)(?P<rest>[^,\s]*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Hold what the lines that count ask for: extras sorted, specifiers as written, none twice."""

    extras: tuple[str, ...]
    specifiers: tuple[str, ...]


def lines_for(lines: Sequence[PipRequirement], target: Target) -> tuple[PipRequirement, ...]:
    """Return the lines whose marker is true on the target. Raises ValueError for a malformed marker."""
    return tuple(line for line in lines if marker_holds(line.marker, target))


def asked_by(lines: Sequence[PipRequirement], constraints: Sequence[PipRequirement], target: Target) -> Listed:
    """Return what lines that count ask for, narrowed by the constraints (`-c` files) for that name."""
    name = normalise(lines[0].name)
    narrowing = [line for line in constraints if normalise(line.name) == name]
    asking = (*lines, *lines_for(narrowing, target))
    return Listed(
        extras=tuple(sorted({normalise(extra) for line in lines for extra in line.extras})),
        specifiers=tuple(dict.fromkeys(line.specifier for line in asking if line.specifier)),
    )


def conda_constraint(specifiers: Sequence[str], release_parts: int | None) -> str:
    """Return the conda constraint of joined specifiers, "" for any. Raises ValueError for a malformed one.

    A local version (`==2.1.0+cu118`) is left off: conda-forge has none, its builds differ instead. With `release_parts`
    the constraint compares only the release numbers that both sides share.
    """
    if release_parts == 0:
        return ""
    joined = without_local(specifiers)
    shared = joined if release_parts is None else _VERSION.sub(lambda found: _shorter(found, release_parts), joined)
    return to_conda_constraint(shared)


def without_local(specifiers: Sequence[str]) -> str:
    """Return joined specifiers without the local versions in them: what differs is the build, not what it needs."""
    return _LOCAL_VERSION.sub("", ",".join(specifiers))


def _shorter(found: re.Match[str], parts: int) -> str:
    """Return a clause about the shared release numbers; one that says nothing about them becomes empty."""
    numbers = found["release"].split(".")
    if len(numbers) <= parts and found["operator"] not in {"==", "==="}:
        return found.group()
    stem = (found["epoch"] or "") + ".".join(numbers[:parts])
    match found["operator"]:
        case "==" | "===" | "~=":
            return f"=={stem}.*"
        case ">" | ">=":
            return f">={stem}"
        case "<" | "<=":
            return f"<={stem}"
        case _:
            return ""
