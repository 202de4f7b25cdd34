"""Which conda package brings a library or a program of the system: a reviewed row, else rules over the names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from condasync.convert.match import is_python_package
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec
from condasync.model.translation import Evidence, Reason
from condasync.seams import ChannelIndex
from condasync.system.owner import Owner
from condasync.system.tables import Row, match_soname, names, stem_of

_RELEASE = re.compile(r"\d+(?:\.\d+)*")
_BINARY_END = re.compile(r"(?:[-.]?\d[\d.]*(?:-\d+)*(?:v\d+)?)?(?:t64)?$")
_SOURCE_END = re.compile(r"[-.]?\d[\d.]*$")
_ON_R = re.compile(r"r-base(?![\w.-])")
_RULES = "name rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """Hold the answer for one library or program.

    `specs` has one request when there is a single answer, else it is () and `reason` says why; `candidates` are conda
    packages that a person may choose from.
    """

    specs: tuple[CondaSpec, ...]
    evidence: tuple[Evidence, ...]
    reason: Reason | None = None
    candidates: tuple[str, ...] = ()


def library_equivalent(soname: str, owner: Owner | None, index: ChannelIndex) -> Equivalent:
    """Return what brings a shared library; `owner` is the package of this machine that it belongs to."""
    table = names()
    reason = match_soname(soname, table.machine)
    if reason is not None:
        return _none("of-the-machine", f"{soname} belongs to the machine: {reason}")
    reason = match_soname(soname, table.absent)
    if reason is not None:
        return _none("no-conda-name", f"nothing of conda-forge brings {soname}: {reason}")
    row = match_soname(soname, table.sonames) or (_owned(owner) if owner else None)
    if row is not None:
        return _reviewed(soname, row, owner, index)
    return _by_rules(soname, owner, index)


def program_equivalent(program: str, owner: Owner | None, index: ChannelIndex) -> Equivalent:
    """Return what brings a program; `owner` is the package of this machine that it belongs to."""
    row = names().programs.get(program) or (_owned(owner) if owner else None)
    if row is not None:
        return _reviewed(program, row, owner, index)
    wanted = [program, *([owner.name] if owner else [])]
    here = [name for name in dict.fromkeys(wanted) if name in index.names()]
    if len(here) == 1 and owner and _fits(here[0], owner, index):
        return _ruled(program, here[0], owner)
    return _unclear(program, here)


def newest(name: str, index: ChannelIndex) -> ChannelRecord | None:
    """Return the newest record of a name in the channel that comes first, None when there is none."""
    records = index.records(name)
    return next((one for one in reversed(records) if one.channel == records[0].channel), None)


def _owned(owner: Owner) -> Row | None:
    """Return the row of a package: Debian's by its name without version, homebrew's by its formula."""
    table = names()
    if owner.manager == "homebrew":
        return table.homebrew.get(owner.name) or table.homebrew.get(owner.name.partition("@")[0])
    if owner.manager != "apt":
        return None
    for name in dict.fromkeys((owner.name, _BINARY_END.sub("", owner.name))):
        if name in table.debian:
            return table.debian[name]
    return next((row for word, row in table.debian.items() if "*" in word and fnmatchcase(owner.name, word)), None)


def _reviewed(wanted: str, row: Row, owner: Owner | None, index: ChannelIndex) -> Equivalent:
    told = Evidence(source="reviewed", revision=names().revision, detail=f"{wanted} -> {row.detail}")
    if row.conda not in index.names():
        text = f"{row.conda} brings {wanted}, and the channels do not have it"
        return Equivalent(
            specs=(),
            evidence=(told,),
            reason=Reason(code="not-on-channel", text=text),
            candidates=(row.conda,),
        )
    version = _family(owner, row.parts)
    if version and not _has(row.conda, version, index):
        told = Evidence(
            source=told.source, revision=told.revision, detail=f"{told.detail}; the channels have no {version}"
        )
        version = ""
    return Equivalent(specs=(CondaSpec(name=row.conda, version=version),), evidence=(told,))


def _by_rules(soname: str, owner: Owner | None, index: ChannelIndex) -> Equivalent:
    """Return what the names suggest when there is one such library and its versions meet; else say what there is."""
    stem = stem_of(soname).lower()
    bare = _BINARY_END.sub("", stem) or stem
    own = [stem, bare]
    if owner and owner.manager != "none":
        binary = _BINARY_END.sub("", owner.name.lower())
        own += [owner.name.lower(), binary]
    close = _libraries(own, index)
    source = _SOURCE_END.sub("", owner.source.lower()) if owner and owner.source else ""
    far = [name for name in _libraries([source], index) if name not in close] if source else []
    single = _one(close, index)
    if single and owner and _fits(single, owner, index):
        return _ruled(soname, single, owner)
    return _unclear(soname, [*close, *far])


def _libraries(wanted: Iterable[str], index: ChannelIndex) -> list[str]:
    """Return the packages of some names, with and without `lib`, that hold compiled code and are of no language."""
    spelled = (form for name in wanted for form in (name, name.removeprefix("lib"), f"lib{name}"))
    here = index.names()
    return [name for name in dict.fromkeys(spelled) if name in here and _is_library(name, index)]


def _is_library(name: str, index: ChannelIndex) -> bool:
    record = newest(name, index)
    if record is None or record.noarch or is_python_package(record):
        return False
    return not any(map(_ON_R.match, record.depends))


def _one(candidates: list[str], index: ChannelIndex) -> str | None:
    """Return the only candidate, or the one that the others only add something to."""
    if len(candidates) == 1:
        return candidates[0]
    for name in candidates:
        others = [other for other in candidates if other != name]
        if others and all(_builds_on(other, name, index) for other in others):
            return name
    return None


def _builds_on(name: str, base: str, index: ChannelIndex) -> bool:
    """Return whether the newest record of a package depends on another one in its own version."""
    record = newest(name, index)
    wanted = [depend.split(" ") for depend in record.depends] if record else []
    return any(parts[0] == base and len(parts) > 1 and record and record.version in parts[1] for parts in wanted)


def _fits(name: str, owner: Owner, index: ChannelIndex) -> bool:
    family = _family(owner, 1)
    return bool(family) and _has(name, family, index)


def _family(owner: Owner | None, parts: int) -> str:
    """Return the constraint for the release that a package has here, "" when it says nothing."""
    found = _RELEASE.match(owner.version) if owner and owner.version else None
    if found is None or parts == 0:
        return ""
    return f"{'.'.join(found.group().split('.')[:parts])}.*"


def _has(name: str, family: str, index: ChannelIndex) -> bool:
    stem = family.removesuffix("*")
    return any(f"{record.version}.".startswith(stem) for record in index.records(name))


def _ruled(wanted: str, name: str, owner: Owner) -> Equivalent:
    version = _family(owner, 1)
    told = Evidence(
        source=_RULES,
        revision=names().revision,
        detail=f"{wanted} of {owner.name} {owner.version} -> {name}, of which the channels have {version}",
    )
    return Equivalent(specs=(CondaSpec(name=name, version=version),), evidence=(told,))


def _unclear(wanted: str, candidates: list[str]) -> Equivalent:
    if not candidates:
        return _none("no-conda-name", f"no conda package is known to bring {wanted}")
    text = f"{', '.join(candidates)} may bring {wanted}; which one is for a person to say"
    return Equivalent(
        specs=(),
        evidence=(),
        reason=Reason(code="ambiguous", text=text),
        candidates=tuple(candidates),
    )


def _none(code: str, text: str) -> Equivalent:
    return Equivalent(specs=(), evidence=(), reason=Reason(code=code, text=text))
