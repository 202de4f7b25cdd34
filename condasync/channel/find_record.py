"""One record of an index by its file, without reading the others of its name where the index can do that."""

from __future__ import annotations

from condasync.model.record import ChannelRecord
from condasync.seams import ChannelIndex, RecordFinder


def find_records(index: ChannelIndex, name: str, file_name: str, *, strict: bool) -> tuple[ChannelRecord, ...]:
    """Return the records with a file name, highest channel priority first.

    With `strict` only those of the first channel that has the package, whatever its files are called.
    """
    if isinstance(index, RecordFinder):
        return index.find(name, file_name, strict=strict)
    records = index.records(name)
    return tuple(
        record
        for record in records
        if record.file_name == file_name and (not strict or record.channel == records[0].channel)
    )
