"""The index over repodata files."""

from __future__ import annotations

import pytest

from condasync.channel.index import SparseIndex
from condasync.seams import ChannelIndex

from .conftest import MakeFile, MakeRow, repodata_text


def test_records_stand_in_channel_then_version_order(make_row: MakeRow, make_repodata: MakeFile) -> None:
    """Channel priority first, then version as conda counts, build number, time and build, whatever the files' order."""
    first = make_repodata(
        make_row("a", "1.10"),
        make_row("a", "1.9", build="late", timestamp=1707225380409),
        make_row("a", "1.9", build="early", timestamp=1607225380409),
        make_row("a", "1.9", build="three", build_number=3),
        channel="first",
    )
    noarch = make_repodata(make_row("a", "1.9.5", subdir="noarch"), channel="first", subdir="noarch")
    second = make_repodata(make_row("a", "1.2"), make_row("b"), channel="second")
    index: ChannelIndex = SparseIndex([first, noarch, second])
    found = [(record.channel, record.version, record.build) for record in index.records("a")]
    assert found == [
        ("first", "1.9", "early"),
        ("first", "1.9", "late"),
        ("first", "1.9", "three"),
        ("first", "1.9.5", "0"),
        ("first", "1.10", "0"),
        ("second", "1.2", "0"),
    ]
    assert index.names() == {"a", "b"}
    assert index.repodata == (first, noarch, second)


def test_a_record_says_where_it_is(make_row: MakeRow, make_repodata: MakeFile) -> None:
    """URL, file name, subdir and channel of a record come from the file that it stands in."""
    (record,) = SparseIndex([make_repodata(make_row("a"))]).records("a")
    assert record.url == "https://example.org/one/linux-64/a-1.0-0.conda"
    assert (record.file_name, record.subdir, record.channel) == ("a-1.0-0.conda", "linux-64", "one")


@pytest.mark.parametrize("name", ["absent", "", "not a name!", "Größe"])
def test_a_name_that_is_not_there_has_no_records(name: str, make_row: MakeRow, make_repodata: MakeFile) -> None:
    """An unknown name, even one that no package could have, is no error."""
    assert SparseIndex([make_repodata(make_row("a"))]).records(name) == ()


def test_the_conda_form_of_a_package_is_preferred(make_row: MakeRow, make_repodata: MakeFile) -> None:
    """Where a channel has .tar.bz2 and .conda of one build, only the .conda is a record, as for the solvers."""
    old, new = repodata_text(make_row("a"), suffix=".tar.bz2"), repodata_text(make_row("a"))
    text = f'{{"packages": {old.split(": ", 2)[2][:-1]}, "packages.conda": {new.split(": ", 2)[2]}'
    (record,) = SparseIndex([make_repodata(text=text)]).records("a")
    assert record.file_name == "a-1.0-0.conda"
