"""Which of a channel's records a target can take at all, before any solve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from condasync.convert.match import fits_python, record_matches, version_key
from condasync.convert.matchspec import parse_spec
from condasync.convert.virtual_packages import virtual_records
from condasync.model.record import ChannelRecord
from condasync.model.solve import ChannelPriority
from condasync.model.spec import CondaSpec
from condasync.model.target import Target


def installable(records: Iterable[ChannelRecord], target: Target) -> tuple[ChannelRecord, ...]:
    """Return the records that are built for the target's Python and whose virtual packages the target has."""
    return tuple(record for record in records if fits_python(record, target.python) and _virtual_met(record, target))


def for_priority(records: Sequence[ChannelRecord], priority: ChannelPriority) -> tuple[ChannelRecord, ...]:
    """Return the records of one name that a solver considers: with strict priority the first channel has it alone."""
    return tuple(record for record in records if priority != "strict" or record.channel == records[0].channel)


def matching(records: Iterable[ChannelRecord], spec: CondaSpec) -> tuple[ChannelRecord, ...]:
    """Return the records that a spec admits."""
    return tuple(record for record in records if record_matches(spec, record))


def with_version(records: Iterable[ChannelRecord], version: str) -> tuple[ChannelRecord, ...]:
    """Return the records of one version; versions that conda holds equal are equal (`2022.05.1`, `2022.5.1`)."""
    wanted = version_key(version)
    return tuple(record for record in records if version_key(record.version) == wanted)


def best_build(records: Sequence[ChannelRecord], build: str | None = None) -> ChannelRecord | None:
    """Return the record that a solver would take among equal versions.

    `build` is a build string that wins when it is there. Otherwise: no tracked feature, the highest build number,
    the newest, and the build string to break a tie.
    """
    if not records:
        return None
    same = [record for record in records if record.build == build]
    return max(
        same or records,
        key=lambda record: (not record.track_features, record.build_number, record.timestamp or 0, record.build),
    )


def _virtual_met(record: ChannelRecord, target: Target) -> bool:
    for text in record.depends:
        if text.startswith("__"):
            spec = parse_spec(text)
            if not any(record_matches(spec, virtual) for virtual in virtual_records(target, spec.name)):
                return False
    return True
