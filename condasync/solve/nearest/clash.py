"""Two packages that cannot go together, told by their records alone: a proof that needs no solve."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from condasync.convert.match import record_matches
from condasync.convert.matchspec import parse_spec
from condasync.model.record import ChannelRecord

_NAME = re.compile(r"[^\s=!<>~\[]+")


def clash(ones: Sequence[ChannelRecord], others: Sequence[ChannelRecord]) -> str | None:
    """Return a requirement that clashes when no record of one package goes with any of the other, else None."""
    reason = None
    for one in ones:
        for other in others:
            found = _requirement(one, other) or _requirement(other, one)
            if found is None:
                return None
            reason = reason or found
    return reason


def names_in(records: Iterable[ChannelRecord]) -> frozenset[str]:
    """Return the names that the records' dependencies and constraints are about."""
    return frozenset(_name(text) for record in records for text in (*record.depends, *record.constrains))


def needed_by(record: ChannelRecord) -> frozenset[str]:
    """Return the names that a record depends on."""
    return frozenset(map(_name, record.depends))


def excludes(one: ChannelRecord, other: ChannelRecord) -> str | None:
    """Return what a record says that keeps another out, as a sentence; None when it lets it in."""
    return _requirement(one, other)


def _requirement(one: ChannelRecord, other: ChannelRecord) -> str | None:
    for verb, texts in (("needs", one.depends), ("goes only with", one.constrains)):
        for text in texts:
            if _name(text) == other.name and not _meets(other, text):
                return f"{one.name} {one.version} {verb} {text}"
    return None


def _name(text: str) -> str:
    found = _NAME.match(text)
    return found.group() if found else ""


def _meets(record: ChannelRecord, text: str) -> bool:
    try:
        return record_matches(parse_spec(text), record)
    except ValueError:
        return True  # what cannot be read proves nothing
