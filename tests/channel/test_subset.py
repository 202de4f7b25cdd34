"""A smaller channel from a channel and specs."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.channel.index import SparseIndex
from condasync.channel.location import resolve_channel
from condasync.channel.record import record_from_row
from condasync.channel.repodata import RepodataStore
from condasync.channel.subset import create_snapshot, reachable
from condasync.errors import ChannelError, OutputError, UsageError
from condasync.model.record import ChannelRecord, RepodataFile
from condasync.model.spec import CondaSpec

from .conftest import MakeFile, MakeRow


class Records:
    """An index over records in memory."""

    def __init__(self, *records: ChannelRecord) -> None:
        self._records = records

    @property
    def repodata(self) -> tuple[RepodataFile, ...]:
        """Return nothing: there are no files."""
        return ()

    def names(self) -> frozenset[str]:
        """Return every name."""
        return frozenset(record.name for record in self._records)

    def records(self, name: str) -> tuple[ChannelRecord, ...]:
        """Return every record of a name."""
        return tuple(record for record in self._records if record.name == name)


def package(name: str, version: str, *depends: str) -> ChannelRecord:
    """Return a synthetic record."""
    file_name = f"{name}-{version}-0.conda"
    return record_from_row(
        {"name": name, "version": version, "build": "0", "build_number": 0, "depends": depends},
        channel="one",
        url=f"https://example.org/one/noarch/{file_name}",
        file_name=file_name,
        subdir="noarch",
    )


INDEX = Records(
    package("app", "1.0", "lib >=1,<2", "__glibc >=2.17"),
    package("app", "2.0", "lib >=2", "one::Other[version='>=1']", "absent"),
    package("lib", "1.0"),
    package("lib", "1.9"),
    package("lib", "2.0", "app"),
    package("other", "1.0"),
    package("unrelated", "1.0"),
)


def found(specs: list[CondaSpec], newest: int | None) -> list[str]:
    """Return what the specs reach, as name-version."""
    return [f"{record.name}-{record.version}" for record in reachable(INDEX, specs, newest=newest).records]


def test_every_record_of_every_reached_name() -> None:
    """Without a limit the closure goes by name, through cycles, and leaves the unrelated out."""
    assert found([CondaSpec(name="app")], None) == ["app-1.0", "app-2.0", "lib-1.0", "lib-1.9", "lib-2.0", "other-1.0"]


def test_the_newest_that_match() -> None:
    """With a limit each spec brings its newest matches: an old app brings the old lib that it needs, and no more."""
    assert found([CondaSpec(name="app", version="==1.0")], 1) == ["app-1.0", "lib-1.9"]
    assert found([CondaSpec(name="lib", version="<2")], 1) == ["lib-1.9"]
    assert found([CondaSpec(name="lib", version="<2")], 2) == ["lib-1.0", "lib-1.9"]


def test_names_without_records_are_told() -> None:
    """A dependency that the channel lacks is no error, virtual packages are no packages."""
    assert reachable(INDEX, [CondaSpec(name="app")]).missing == ("absent",)


@pytest.mark.parametrize("spec", [CondaSpec(name="nothing"), CondaSpec(name="lib", version=">=3")])
def test_a_spec_that_matches_nothing(spec: CondaSpec) -> None:
    """What was asked for must be there."""
    with pytest.raises(ChannelError, match="no such package"):
        reachable(INDEX, [spec], newest=1)


_packages = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3), min_size=1)


@given(_packages, st.sampled_from([None, 1]))
def test_the_closure_is_closed(depends: dict[str, list[str]], newest: int | None) -> None:
    """Law: every dependency of a reached record is reached or told as missing."""
    index = Records(*(package(name, "1", *names) for name, names in depends.items()))
    reach = reachable(index, [CondaSpec(name=min(depends))], newest=newest)
    names = {record.name for record in reach.records}
    assert {name for record in reach.records for name in record.depends} <= names | set(reach.missing)


@pytest.fixture
def index(make_row: MakeRow, make_repodata: MakeFile) -> SparseIndex:
    """Return an index over one local channel."""
    return SparseIndex(
        [
            make_repodata(make_row("app", depends=["lib"]), make_row("unrelated")),
            make_repodata(make_row("lib", subdir="noarch"), subdir="noarch"),
        ]
    )


def test_a_snapshot_is_a_channel_directory(index: SparseIndex, tmp_path: Path) -> None:
    """It loads as a local channel, its records keep the URL of the real channel, its provenance says what it is."""
    folder = tmp_path / "new" / "snapshot"
    counts = create_snapshot(index, [CondaSpec(name="app")], folder, date="2026-11-22")
    assert counts == (("linux-64", 1), ("noarch", 1))
    files = RepodataStore(tmp_path / "cache").load(resolve_channel(str(folder)), ["linux-64"])
    (record,) = SparseIndex(files).records("app")
    assert record.url == "https://example.org/one/linux-64/app-1.0-0.conda"
    assert json.loads((folder / "snapshot.json").read_text(encoding="utf-8")) == {
        "channel": {"name": "one", "base_url": "https://example.org/one"},
        "date": "2026-11-22",
        "specs": ["app"],
        "newest": None,
        "records": {"linux-64": 1, "noarch": 1},
        "missing": [],
        "sha256": {file.subdir: sha256(file.path.read_bytes()).hexdigest() for file in files},
    }
    assert [path.name for path in folder.parent.iterdir()] == ["snapshot"]


def test_an_existing_folder_is_left_alone(index: SparseIndex, tmp_path: Path) -> None:
    """A folder with anything in it is not overwritten."""
    (tmp_path / "mine.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(OutputError, match="is there already"):
        create_snapshot(index, [CondaSpec(name="app")], tmp_path, date="2026-11-22")
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "precious"


def test_an_empty_folder_is_fine(index: SparseIndex, tmp_path: Path) -> None:
    """A folder that was made for it is filled."""
    (tmp_path / "empty").mkdir()
    create_snapshot(index, [CondaSpec(name="app")], tmp_path / "empty", date="2026-11-22")
    assert (tmp_path / "empty" / "noarch" / "repodata.json").is_file()


def test_a_folder_that_cannot_be_made(index: SparseIndex, tmp_path: Path) -> None:
    """A path through a file is an output error."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written"):
        create_snapshot(index, [CondaSpec(name="app")], tmp_path / "file" / "new", date="2026-11-22")


def test_one_channel_at_a_time(make_row: MakeRow, make_repodata: MakeFile, tmp_path: Path) -> None:
    """A directory has one base URL, so two channels do not fit into it."""
    index = SparseIndex([make_repodata(make_row("a"), channel="one"), make_repodata(make_row("a"), channel="two")])
    with pytest.raises(UsageError, match="of one channel, not of one, two"):
        create_snapshot(index, [CondaSpec(name="a")], tmp_path / "new", date="2026-11-22")
