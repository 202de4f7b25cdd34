"""What a captured prefix holds and the channels dropped is named."""

from __future__ import annotations

from collections.abc import Callable

from condasync.model.environment import Environment
from condasync.model.package import CondaPackage
from condasync.model.record import ChannelRecord, RepodataFile
from condasync.verify.presence import check_presence

Record = Callable[..., ChannelRecord]


class Shelf:
    """Serve given records as a channel index, and remember the names that were asked for."""

    def __init__(self, *records: ChannelRecord) -> None:
        self._records = records
        self.asked: list[str] = []

    @property
    def repodata(self) -> tuple[RepodataFile, ...]:
        """Return no file."""
        return ()

    def names(self) -> frozenset[str]:
        """Return every name."""
        return frozenset(one.name for one in self._records)

    def records(self, name: str) -> tuple[ChannelRecord, ...]:
        """Return the records of a name."""
        self.asked.append(name)
        return tuple(one for one in self._records if one.name == name)


def prefix_of(*records: ChannelRecord) -> Environment:
    """Return a conda prefix that holds records, and one package that a file lists."""
    packages = [
        CondaPackage(name=one.name, version=one.version, requested=False, build=one.build, record=one)
        for one in records
    ]
    listed = CondaPackage(name="listed", version=None, requested=True)
    return Environment(kind="conda-prefix", packages=(*packages, listed))


def test_a_captured_record_that_the_channels_dropped_is_named(record: Record) -> None:
    """Prove that only the dropped build is named, with its file and its URL."""
    dropped, kept = record("numpy", "1.0", "1"), record("zlib")
    found = check_presence((dropped, kept), prefix_of(dropped, kept), Shelf(record("numpy", "1.0", "2"), kept))
    assert [(one.code, one.severity, one.package) for one in found] == [("not-on-channel", "warning", "numpy")]
    assert "numpy-1.0-1.conda" in found[0].text
    assert dropped.url in found[0].text


def test_the_same_file_below_another_url_is_present(record: Record) -> None:
    """Prove that a mirror's record counts as the channel's own."""
    mirrored = record("numpy", url="https://example.org/mirror/linux-64/numpy-1.0-0.conda")
    assert check_presence((mirrored,), prefix_of(mirrored), Shelf(record("numpy"))) == ()


def test_what_came_from_the_channels_is_not_looked_up(record: Record) -> None:
    """Prove that a solution of new records asks the index for nothing."""
    shelf = Shelf(record("numpy"), record("zlib"))
    assert check_presence((record("numpy"), record("zlib")), prefix_of(), shelf) == ()
    assert shelf.asked == []
