"""What an extra of a distribution asks for, from its Requires-Dist lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from condasync.convert.marker import marker_holds
from condasync.convert.requirement import normalise, parse_requirement
from condasync.model.spec import PipRequirement
from condasync.model.target import Target

_STATED = re.compile(r"""\bextra\s*==\s*['"](?P<right>[^'"]+)['"]|['"](?P<left>[^'"]+)['"]\s*==\s*extra\b""")


def extras_in(requires: Iterable[str]) -> frozenset[str]:
    """Return the normalised names (PEP 685) of the extras that Requires-Dist lines ask about."""
    found = (match for line in requires for match in _STATED.finditer(line))
    return frozenset(normalise(match["right"] or match["left"]) for match in found)


def no_such_extra(project: str, missing: Sequence[str], provided: Sequence[str]) -> str:
    """Return the words for extras that a project (name and version) does not have, with those that it has."""
    has = f"its extras are {', '.join(provided)}" if provided else "it has none"
    return f"{project} has no extra [{', '.join(missing)}]; {has}"


def requires_of_extra(requires: Sequence[str], target: Target, extra: str) -> tuple[PipRequirement, ...]:
    """Return the lines that hold on the target only because of a normalised extra, in their order, each once.

    Their markers are answered, so they carry none. Raises ValueError for a malformed line.
    """
    found: dict[PipRequirement, None] = {}
    for line in requires:
        one = parse_requirement(line)
        if one.marker and marker_holds(one.marker, target, (extra,)) and not marker_holds(one.marker, target):
            found.setdefault(replace(one, marker=None))
    return tuple(found)
