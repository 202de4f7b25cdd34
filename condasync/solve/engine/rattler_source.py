"""Records as sources of rattler's gateway, which asks for them by name. Runs in the child."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import rattler

_KEPT_AT_MOST = 400_000

PLACE = rattler.Subdir("noarch")
"""The one platform that the gateway asks the sources for: each question costs, and records know their own subdir."""


class ChannelSource:
    """Give the records of one channel's files (a `rattler.RepoDataSource`); what was read is kept, up to a number.

    The gateway takes, of a name that is asked for, only the records that the request admits, and reads on from
    these: where most versions are pinned that is a small part of what the channel has.
    """

    def __init__(self, files: Sequence[Mapping[str, str]]) -> None:
        self.fault: OSError | None = None
        self.sparse = [open_file(file) for file in files]
        self._known: dict[str, list[rattler.RepoDataRecord]] = {}
        self._kept = 0

    async def fetch_package_records(
        self,
        platform: rattler.Subdir,  # noqa: ARG002  the gateway always asks for PLACE
        name: rattler.PackageName,
    ) -> list[rattler.RepoDataRecord]:
        """Return the records of one name in all files; one that cannot be read gives none, and is the `fault`."""
        return self.records(name)

    def package_names(self, platform: rattler.Subdir) -> list[str]:  # noqa: ARG002  as above
        """Return every name."""
        return sorted({name for one in self.sparse for name in one.package_names()})

    def records(self, name: rattler.PackageName) -> list[rattler.RepoDataRecord]:
        """Return the records of one name, as `fetch_package_records` does."""
        known = self._known.get(name.normalized)
        if known is not None:
            return known
        try:
            found = [record for one in self.sparse for record in one.load_records(name)]
        except OSError as error:
            self.fault = error
            return []
        if self._kept + len(found) <= _KEPT_AT_MOST:
            self._known[name.normalized] = found
            self._kept += len(found)
        return found


class OwnSource:
    """Give records that no channel has (a `rattler.RepoDataSource`), so that what they depend on is read as well."""

    def __init__(self, records: Iterable[rattler.RepoDataRecord], channels: Sequence[ChannelSource]) -> None:
        self._records: dict[str, list[rattler.RepoDataRecord]] = {}
        for record in records:
            known = (one for source in channels for one in source.records(record.name))
            if not any(one.url == record.url for one in known):
                self._records.setdefault(record.name.normalized, []).append(record)

    async def fetch_package_records(
        self,
        platform: rattler.Subdir,  # noqa: ARG002  the gateway always asks for PLACE
        name: rattler.PackageName,
    ) -> list[rattler.RepoDataRecord]:
        """Return the records of one name."""
        return self._records.get(name.normalized, [])

    def package_names(self, platform: rattler.Subdir) -> list[str]:  # noqa: ARG002  as above
        """Return every name."""
        return sorted(self._records)


def open_file(file: Mapping[str, str]) -> rattler.SparseRepoData:
    """Open a repodata file as the opening describes it. Raises OSError when it is none."""
    return rattler.SparseRepoData(rattler.Channel(file["url"]), file["subdir"], file["path"])
