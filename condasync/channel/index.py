"""The index of a run: the records of a few repodata files, read one package name at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

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

    def _load(self, name: str) -> tuple[ChannelRecord, ...]:
        try:
            wanted = rattler.PackageName(name)
        except InvalidPackageNameError:
            return ()
        found = [
            pair
            for file, sparse in zip(self._repodata, self._sparse, strict=True)
            for pair in _records(file, sparse, wanted)
        ]
        found.sort(key=lambda pair: (self._rank[pair[1].channel], pair[0], *_tie_break(pair[1])))
        return tuple(record for _, record in found)


def _records(
    file: RepodataFile, sparse: rattler.SparseRepoData, name: rattler.PackageName
) -> Iterator[tuple[rattler.Version, ChannelRecord]]:
    try:
        rows = [(found.version, json.loads(found.to_json())) for found in sparse.load_records(name)]
        for version, row in rows:
            yield (
                version,
                record_from_row(
                    row, channel=file.channel.name, url=row["url"], file_name=row["fn"], subdir=file.subdir
                ),
            )
    except (OSError, ValueError) as fault:
        raise ChannelError(
            f"{file.path}: a record of {name.normalized} is not valid: {fault}",
            hints=("rebuild the channel's index, or leave the channel out",),
            path=str(file.path),
            package=name.normalized,
        ) from fault


def _tie_break(record: ChannelRecord) -> tuple[int, int, str, str]:
    return record.build_number, record.timestamp or 0, record.build, record.url
