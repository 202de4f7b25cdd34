"""METADATA of a wheel as a value, and what in it cannot be meant."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.metadata import parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from condasync.convert.extras import extras_in
from condasync.convert.requirement import normalise
from condasync.model.url import redact

_FIELDS = frozenset({"name", "version", "requires-dist", "requires-python"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelMetadata:
    """Hold what matters of a wheel's METADATA; `requires` are raw lines, `extras` normalised names, sorted."""

    requires: tuple[str, ...]
    requires_python: str | None
    extras: tuple[str, ...] = ()


def parse_metadata(text: bytes, *, name: str, version: Version) -> WheelMetadata:
    """Return what a METADATA file says, which must be of this name and version. Raises ValueError with the fault."""
    raw, unparsed = parse_email(text)
    if not _FIELDS.isdisjoint(unparsed):
        raise ValueError("METADATA is not UTF-8 text, or repeats a field that stands once")
    stated_name, stated_version = raw.get("name"), raw.get("version")
    if not stated_name or normalise(stated_name) != name:
        raise ValueError(f"METADATA states the name {stated_name!r}, the file name {name!r}")
    try:
        same = Version(stated_version or "") == version
    except InvalidVersion:
        same = False
    if not same:
        raise ValueError(f"METADATA states the version {stated_version!r}, the file name {str(version)!r}")
    requires_python = raw.get("requires_python")
    _check_requires_python(requires_python)
    requires = tuple(raw.get("requires_dist", ()))
    for line in requires:
        _check_requirement(line)
    extras = {normalise(extra) for extra in raw.get("provides_extra", ())} | extras_in(requires)
    return WheelMetadata(requires=requires, requires_python=requires_python or None, extras=tuple(sorted(extras)))


def _check_requires_python(text: str | None) -> None:
    try:
        SpecifierSet(text or "")
    except InvalidSpecifier as fault:
        raise ValueError(f"Requires-Python {text!r} is malformed") from fault


def _check_requirement(line: str) -> None:
    try:
        Requirement(line)
    except InvalidRequirement as fault:
        raise ValueError(
            f"Requires-Dist {redact(line)!r} is malformed: {redact(str(fault).splitlines()[0])}"
        ) from fault
