"""Two indexes as one: what was just built on top of the channels."""

from __future__ import annotations

from condasync.channel.find_record import find_records
from condasync.model.record import ChannelRecord, RepodataFile
from condasync.seams import ChannelIndex


class JoinedIndex:
    """Serve the records of two indexes, those of the first with higher priority (a `seams.ChannelIndex`)."""

    def __init__(self, first: ChannelIndex, rest: ChannelIndex) -> None:
        self._first = first
        self._rest = rest

    @property
    def repodata(self) -> tuple[RepodataFile, ...]:
        """Return the files behind both."""
        return (*self._first.repodata, *self._rest.repodata)

    def names(self) -> frozenset[str]:
        """Return every package name of both."""
        return self._first.names() | self._rest.names()

    def records(self, name: str) -> tuple[ChannelRecord, ...]:
        """Return the records of one name, those of the first index first."""
        return (*self._first.records(name), *self._rest.records(name))

    def find(self, name: str, file_name: str, *, strict: bool) -> tuple[ChannelRecord, ...]:
        """Return the records with a file name (a `seams.RecordFinder`)."""
        found = find_records(self._first, name, file_name, strict=strict)
        if strict and self._first.records(name):
            return found
        return (*found, *find_records(self._rest, name, file_name, strict=strict))
