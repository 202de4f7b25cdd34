"""One record by its file name, the same whether an index can find it or has to read all of the name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from condasync.channel.find_record import find_records
from condasync.channel.index import SparseIndex
from condasync.channel.joined_index import JoinedIndex
from condasync.errors import ChannelError
from condasync.model.record import ChannelRecord, RepodataFile
from condasync.seams import ChannelIndex, RecordFinder
from tests.channel.conftest import MakeFile, MakeRow


@dataclass(frozen=True, slots=True)
class Plain:
    """An index that can only read every record of a name."""

    index: SparseIndex

    @property
    def repodata(self) -> tuple[RepodataFile, ...]:
        """Return the files."""
        return self.index.repodata

    def names(self) -> frozenset[str]:
        """Return the names."""
        return self.index.names()

    def records(self, name: str) -> tuple[ChannelRecord, ...]:
        """Return every record of a name."""
        return self.index.records(name)


@pytest.fixture
def files(make_row: MakeRow, make_repodata: MakeFile) -> list[RepodataFile]:
    """Return two channels: both have `a`, in other versions and one alike; only the second has `b`."""
    return [
        make_repodata(make_row("a", "1.0"), make_row("a", "2.0"), channel="one"),
        make_repodata(make_row("a", "1.0", subdir="noarch"), channel="one", subdir="noarch"),
        make_repodata(make_row("a", "1.0"), make_row("a", "3.0"), make_row("b"), channel="two"),
    ]


def indexes(files: Sequence[RepodataFile]) -> list[ChannelIndex]:
    """Return ways to the same records: found, read whole, read before they are searched, and joined."""
    read = SparseIndex(files)
    read.records("a")
    first, rest = SparseIndex(files[:2]), SparseIndex(files[2:])
    return [
        SparseIndex(files),
        Plain(SparseIndex(files)),
        read,
        JoinedIndex(first, rest),
        JoinedIndex(Plain(first), rest),
    ]


@pytest.mark.parametrize(
    ("name", "file_name", "strict", "expected"),
    [
        ("a", "a-1.0-0.conda", True, [("one", "linux-64"), ("one", "noarch")]),
        ("a", "a-1.0-0.conda", False, [("one", "linux-64"), ("one", "noarch"), ("two", "linux-64")]),
        ("a", "a-3.0-0.conda", True, []),
        ("a", "a-3.0-0.conda", False, [("two", "linux-64")]),
        ("b", "b-1.0-0.conda", True, [("two", "linux-64")]),
        ("b", "b-9.9-0.conda", False, []),
        ("absent", "absent-1.0-0.conda", True, []),
        ("no name!", "x", True, []),
    ],
)
def test_every_index_finds_the_same(
    files: list[RepodataFile], name: str, file_name: str, *, strict: bool, expected: list[tuple[str, str]]
) -> None:
    """Highest priority first; strictly, the first channel that has the name hides the others' files."""
    for index in indexes(files):
        found = find_records(index, name, file_name, strict=strict)
        assert sorted((one.channel, one.subdir) for one in found) == expected
        assert [one.channel for one in found] == sorted(one.channel for one in found)
        assert set(found) <= set(SparseIndex(files).records(name))


def test_which_index_can_find(files: list[RepodataFile]) -> None:
    """Repodata on disk can be searched; any other index is read."""
    assert isinstance(SparseIndex(files), RecordFinder)
    assert not isinstance(Plain(SparseIndex(files)), RecordFinder)


def test_a_broken_record_of_the_name_is_told(make_row: MakeRow, make_repodata: MakeFile) -> None:
    """The file and the package are named, as where all records are read."""
    file = make_repodata(make_row("a", depends="no list"))
    with pytest.raises(ChannelError, match="a record of a is not valid"):
        SparseIndex([file]).find("a", "a-1.0-0.conda", strict=True)
