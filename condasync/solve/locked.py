"""Minimal churn: what an earlier lock holds stays, as long as it meets what is asked now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from condasync.channel.find_record import find_records
from condasync.convert.match import version_matches
from condasync.convert.requirement import normalise
from condasync.model.lockfile import LockedPackage
from condasync.model.record import ChannelRecord
from condasync.model.solve import ChannelPriority
from condasync.model.target import Target
from condasync.model.translation import Built, Kept, Mapped, Outcome
from condasync.seams import ChannelIndex
from condasync.solve.availability import installable
from condasync.solve.nearest.held import Ladders
from condasync.solve.nearest.ladder import Ladder


def rows_to_keep(
    locked: Sequence[LockedPackage], updates: Sequence[str], outcomes: Sequence[Outcome]
) -> tuple[LockedPackage, ...]:
    """Return the rows that no update names: by the row's own name, or by that of the package that it stands for."""
    named = {normalise(name) for name in updates}
    freed = {
        spec.name
        for outcome in outcomes
        if isinstance(outcome, (Kept, Mapped, Built)) and normalise(outcome.package.name) in named
        for spec in outcome.specs
    }
    return tuple(row for row in locked if row.name not in freed and normalise(row.name) not in named)


def with_locked(ladders: Ladders, locked: Sequence[LockedPackage], *, index: ChannelIndex, target: Target) -> Ladders:
    """Return the ladders with an earlier lock's records as soft pins.

    What is installed locally comes first: there the lock only decides between builds of the same version. A record that
    the channels no longer have, or that the first step of its ladder does not admit, is no pin.
    """
    rows = {row.name: row for row in locked if row.manager == "conda" and row.platform == target.subdir}
    every = tuple(_with_row(ladder, rows.get(ladder.name), index, target) for ladder in ladders.every)
    named = {ladder.name for ladder in ladders.every} | {record.name for record in ladders.preferred}
    others = (
        _record(row, index, target, ladders.channel_priority) for name, row in sorted(rows.items()) if name not in named
    )
    found = tuple(record for record in others if record is not None and _fits_python(record, target))
    return replace(ladders, every=every, preferred=(*ladders.preferred, *found))


def _with_row(ladder: Ladder, row: LockedPackage | None, index: ChannelIndex, target: Target) -> Ladder:
    if row is None or _is_as_installed(ladder, row):
        return ladder
    record = _record(row, index, target, "disabled")  # the ladder's own records keep to the priority
    if record is None or (ladder.steps and not _is_among(record, ladder.steps[0].records)):
        return ladder
    return replace(ladder, preferred=record)


def _is_as_installed(ladder: Ladder, row: LockedPackage) -> bool:
    """Return whether the local version is there and says more than the lock: another version, or its own build."""
    if ladder.preferred is None or ladder.exact is None or not version_matches(ladder.exact, ladder.preferred.version):
        return False
    knows_build = bool(ladder.steps) and any(spec.build for spec in ladder.steps[0].specs)
    return knows_build or row.version != ladder.preferred.version


def _record(
    row: LockedPackage, index: ChannelIndex, target: Target, channel_priority: ChannelPriority
) -> ChannelRecord | None:
    """Return the record that a row names, None when the channels have it no more or another file under its name."""
    parts = unquote(urlsplit(row.url).path).split("/")
    named = find_records(index, row.name, parts[-1], strict=channel_priority == "strict")
    same = [record for record in named if [record.subdir] == parts[-2:-1] and _same_digest(record, row)]
    return next(iter(installable(same, target)), None)


def _same_digest(record: ChannelRecord, row: LockedPackage) -> bool:
    if record.sha256 and row.sha256:
        return record.sha256 == row.sha256
    return not (record.md5 and row.md5) or record.md5 == row.md5


def _is_among(record: ChannelRecord, records: Sequence[ChannelRecord]) -> bool:
    key = (record.channel, record.subdir, record.file_name)
    return any((one.channel, one.subdir, one.file_name) == key for one in records)


def _fits_python(record: ChannelRecord, target: Target) -> bool:
    return record.name != "python" or f"{record.version}.".startswith(f"{target.python}.")
