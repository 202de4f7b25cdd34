"""The index of a run: the records of a few repodata files, read one package name at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import rattler
from rattler.exceptions import InvalidPackageNameError

from condasync.channel.record import record_from_row
from condasync.channel.sparse import open_sparse
from condasync.errors import ChannelError
from condasync.model.record import ChannelRecord, RepodataFile


class SparseIndex:
    """Serve records from plain `repodata.json` files without reading them whole (a `seams.ChannelIndex`).

    `repodata` stands in order of channel priority, highest first. Raises ChannelError that names the file when one is
    no repodata.
    """

    def __init__(self, repodata: Sequence[RepodataFile]) -> None:
        self._repodata = tuple(repodata)
        self._sparse = tuple(open_sparse(file.channel, file.subdir, file.path) for file in self._repodata)
        self._known: dict[str, tuple[ChannelRecord, ...]] = {}
        self._names: frozenset[str] | None = None
        channels = dict.fromkeys(file.channel for file in self._repodata)
        self._rank = {channel.name: rank for rank, channel in enumerate(channels)}

    @property
    def repodata(self) -> tuple[RepodataFile, ...]:
        """Return the files behind this index."""
        return self._repodata

    def names(self) -> frozenset[str]:
        """Return every package name of every file."""
        if self._names is None:
            self._names = frozenset(name for sparse in self._sparse for name in sparse.package_names())
        return self._names

    def records(self, name: str) -> tuple[ChannelRecord, ...]:
        """Return every record of one name, () when there is none.

        Sorted by channel priority, then version ascending, build number, timestamp and build.
        """
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._load(name)
        return known

    def find(self, name: str, file_name: str, *, strict: bool) -> tuple[ChannelRecord, ...]:
        """Return the records with a file name (a `seams.RecordFinder`); of the others nothing is read but the name."""
        known = self._known.get(name)
        if known is not None:
            same = (record for record in known if record.file_name == file_name)
            return tuple(record for record in same if not strict or record.channel == known[0].channel)
        try:
            wanted = rattler.PackageName(name)
        except InvalidPackageNameError:
            return ()
        found: list[ChannelRecord] = []
        first: str | None = None
        for file, sparse in zip(self._repodata, self._sparse, strict=True):
            if strict and first not in {None, file.channel.name}:
                break
            with _explained(file, wanted):
                rows = sparse.load_records(wanted)
                found += (_record(file, row) for row in rows if row.file_name == file_name)
            first = first or (file.channel.name if rows else None)
        return tuple(found)

    def _load(self, name: str) -> tuple[ChannelRecord, ...]:
        try:
            wanted = rattler.PackageName(name)
        except InvalidPackageNameError:
            return ()
        found: list[tuple[rattler.Version, ChannelRecord]] = []
        for file, sparse in zip(self._repodata, self._sparse, strict=True):
            with _explained(file, wanted):
                found += ((row.version, _record(file, row)) for row in sparse.load_records(wanted))
        found.sort(key=lambda pair: (self._rank[pair[1].channel], pair[0], *_tie_break(pair[1])))
        return tuple(record for _, record in found)


@contextmanager
def _explained(file: RepodataFile, name: rattler.PackageName) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as fault:
        raise ChannelError(
            f"{file.path}: a record of {name.normalized} is not valid: {fault}",
            hints=("rebuild the channel's index, or leave the channel out",),
            path=str(file.path),
            package=name.normalized,
        ) from fault


def _record(file: RepodataFile, found: rattler.RepoDataRecord) -> ChannelRecord:
    row = json.loads(found.to_json())
    return record_from_row(row, channel=file.channel.name, url=row["url"], file_name=row["fn"], subdir=file.subdir)


def _tie_break(record: ChannelRecord) -> tuple[int, int, str, str]:
    return record.build_number, record.timestamp or 0, record.build, record.url
