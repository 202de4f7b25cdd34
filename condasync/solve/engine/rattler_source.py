"""Records as sources of rattler's gateway, which asks for them by name. Runs in the child."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import rattler

_KEPT_AT_MOST = 400_000

Key: TypeAlias = tuple[str, str]
"""A subdir and a normalised package name."""


class ChannelSource:
    """Give the records of one channel's files (a `rattler.RepoDataSource`); what was read is kept, up to a number.

    The gateway takes, of a name that is asked for, only the records that the request admits, and reads on from
    these: where most versions are pinned that is a small part of what the channel has.
    """

    def __init__(self, files: Sequence[Mapping[str, str]]) -> None:
        self.fault: OSError | None = None
        self._sparse: dict[str, list[rattler.SparseRepoData]] = {}
        for file in files:
            self._sparse.setdefault(file["subdir"], []).append(open_file(file))
        self._names = {
            subdir: sorted({name for one in sparse for name in one.package_names()})
            for subdir, sparse in self._sparse.items()
        }
        self._known: dict[Key, list[rattler.RepoDataRecord]] = {}
        self._kept = 0

    async def fetch_package_records(
        self, platform: rattler.Subdir, name: rattler.PackageName
    ) -> list[rattler.RepoDataRecord]:
        """Return the records of one name; a file that cannot be read gives none, and is the `fault`."""
        return self.records(str(platform), name)

    def package_names(self, platform: rattler.Subdir) -> list[str]:
        """Return every name of a subdir."""
        return self._names.get(str(platform), [])

    def records(self, subdir: str, name: rattler.PackageName) -> list[rattler.RepoDataRecord]:
        """Return the records of one name, as `fetch_package_records` does."""
        key = subdir, name.normalized
        if key in self._known:
            return self._known[key]
        try:
            found = [record for one in self._sparse.get(subdir, ()) for record in one.load_records(name)]
        except OSError as error:
            self.fault = error
            return []
        if self._kept + len(found) <= _KEPT_AT_MOST:
            self._known[key] = found
            self._kept += len(found)
        return found


class OwnSource:
    """Give records that no channel has (a `rattler.RepoDataSource`), so that what they depend on is read as well."""

    def __init__(self, records: Iterable[rattler.RepoDataRecord], channels: Sequence[ChannelSource]) -> None:
        self._records: dict[Key, list[rattler.RepoDataRecord]] = {}
        for record in records:
            known = (one for source in channels for one in source.records(record.subdir, record.name))
            if not any(one.url == record.url for one in known):
                self._records.setdefault((record.subdir, record.name.normalized), []).append(record)

    async def fetch_package_records(
        self, platform: rattler.Subdir, name: rattler.PackageName
    ) -> list[rattler.RepoDataRecord]:
        """Return the records of one name."""
        return self._records.get((str(platform), name.normalized), [])

    def package_names(self, platform: rattler.Subdir) -> list[str]:
        """Return every name of a subdir."""
        return sorted(name for subdir, name in self._records if subdir == str(platform))


def open_file(file: Mapping[str, str]) -> rattler.SparseRepoData:
    """Open a repodata file as the opening describes it. Raises OSError when it is none."""
    return rattler.SparseRepoData(rattler.Channel(file["url"]), file["subdir"], file["path"])
