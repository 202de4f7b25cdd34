"""Requirements (PEP 508) as values, and which of a wheel's hold for a target."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from condasync.convert.marker import marker_holds
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.url import Url, redact

_RUNS = re.compile(r"[-_.]+")
_PINS = frozenset({"==", "==="})


@lru_cache(maxsize=65536)
def normalise(name: str) -> str:
    """Return the normalised name of a Python distribution (PEP 503): lower case, runs of `-_.` as one `-`."""
    return _RUNS.sub("-", name).lower()


@lru_cache(maxsize=16384)
def parse_requirement(text: str, *, where: str | None = None) -> PipRequirement:
    """Return the requirement that a PEP 508 text states; the name stays as written, extras are sorted.

    Raises ValueError with `where`, the text without credentials and what is wrong.
    """
    try:
        parsed = Requirement(text)
    except InvalidRequirement as error:
        place = f"{where}: " if where else ""
        fault = redact(str(error).splitlines()[0])
        raise ValueError(f"{place}{redact(text.strip())!r} is no requirement: {fault}") from None
    return PipRequirement(
        name=parsed.name,
        specifier=str(parsed.specifier),
        extras=tuple(sorted(parsed.extras)),
        marker=str(parsed.marker) if parsed.marker else None,
        url=Url(parsed.url) if parsed.url else None,
        where=where,
    )


def requires_for(requires: Sequence[str], target: Target, extras: Collection[str]) -> tuple[PipRequirement, ...]:
    """Return the Requires-Dist lines that hold on the target with these extras, in their order.

    Their markers are answered, so they carry none. Raises ValueError for a malformed line.
    """
    parsed = (parse_requirement(line) for line in requires)
    return tuple(replace(one, marker=None) for one in parsed if marker_holds(one.marker, target, extras))


def without_pins(specifier: str) -> str:
    """Return a specifier set without its exact pins (`==1.2`): its bounds, and versions that are excluded."""
    kept = (one for one in SpecifierSet(specifier) if one.operator not in _PINS or one.version.endswith(".*"))
    return ",".join(sorted(map(str, kept)))
