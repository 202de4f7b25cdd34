"""What tests of several floors share: synthetic records, and an index that holds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import pytest

from condasync.model.record import ChannelRecord, RepodataFile


class MakeRecord(Protocol):
    """Make a synthetic record, which therefore carries no digest."""

    def __call__(
        self, name: str, version: str, *depends: str, build: str = "0", subdir: str = "linux-64"
    ) -> ChannelRecord:
        """Return a record; the build number is what stands behind the last underscore of the build."""
        ...


@dataclass(frozen=True, slots=True)
class FakeIndex:
    """A `seams.ChannelIndex` over records in memory."""

    every: tuple[ChannelRecord, ...]

    @property
    def repodata(self) -> tuple[RepodataFile, ...]:
        """Return nothing: no file stands behind it."""
        return ()

    def names(self) -> frozenset[str]:
        """Return the names of the records."""
        return frozenset(record.name for record in self.every)

    def records(self, name: str) -> tuple[ChannelRecord, ...]:
        """Return the records of one name."""
        return tuple(record for record in self.every if record.name == name)


class MakeIndex(Protocol):
    """Make an index of records."""

    def __call__(self, records: Iterable[ChannelRecord]) -> FakeIndex:
        """Return the index."""
        ...


@pytest.fixture(scope="session")
def make_record() -> MakeRecord:
    """Return a maker of synthetic records."""

    def make(name: str, version: str, *depends: str, build: str = "0", subdir: str = "linux-64") -> ChannelRecord:
        number = build.rpartition("_")[2]
        file_name = f"{name}-{version}-{build}.conda"
        return ChannelRecord(
            name=name,
            version=version,
            build=build,
            build_number=int(number) if number.isdigit() else 0,
            subdir=subdir,
            file_name=file_name,
            channel="synthetic",
            url=f"https://example.org/synthetic/{subdir}/{file_name}",
            depends=depends,
            noarch="python" if subdir == "noarch" else None,
        )

    return make


@pytest.fixture(scope="session")
def make_index() -> MakeIndex:
    """Return a maker of indexes."""
    return lambda records: FakeIndex(tuple(records))
