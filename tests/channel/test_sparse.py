"""The fault corpus of repodata: one file per fault, and how the message about it begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.channel.index import SparseIndex
from condasync.channel.sparse import open_sparse
from condasync.errors import ChannelError
from condasync.model.record import Channel, RepodataFile
from condasync.model.url import Url

FAULTS = Path(__file__).parent / "data" / "faults"
CHANNEL = Channel(name="one", base_url=Url("https://example.org/one"))

FILE_FAULTS = {
    "empty.json": "not a repodata.json: EOF while parsing a value",
    "html.json": "not a repodata.json: expected value",
    "truncated.json": "not a repodata.json: EOF while parsing an object",
    "trailing.json": "not a repodata.json: trailing characters",
    "list.json": "not a repodata.json: invalid length 0",
    "packages-is-a-list.json": "not a repodata.json: invalid type: sequence, expected a map",
    "error-message.json": "not a repodata.json: neither packages nor packages.conda is in it",
    "no-packages.json": "not a repodata.json: neither packages nor packages.conda is in it",
    "not-utf-8.json": "not a repodata.json: invalid unicode code point",
}
RECORD_FAULTS = {
    "record-depends.json": "invalid type: integer `3`, expected a sequence",
    "record-no-build.json": "missing field `build`",
    "record-version.json": "malformed version string '1 0'",
    "record-size.json": "invalid value: integer `-3`, expected u64",
}


def test_every_fault_is_listed() -> None:
    """No file of the corpus is forgotten."""
    assert {path.name for path in FAULTS.iterdir()} == FILE_FAULTS.keys() | RECORD_FAULTS.keys()


@pytest.mark.parametrize(("name", "message"), FILE_FAULTS.items())
def test_a_file_that_is_no_repodata_is_refused(name: str, message: str) -> None:
    """Opening notices it, names the file and says what to do."""
    with pytest.raises(ChannelError) as caught:
        open_sparse(CHANNEL, "linux-64", FAULTS / name)
    assert caught.value.message.startswith(f"{FAULTS / name}: {message}")
    assert caught.value.hints


@pytest.mark.parametrize(("name", "message"), RECORD_FAULTS.items())
def test_a_broken_record_is_refused_when_it_is_read(name: str, message: str) -> None:
    """One broken record does not stop the rest; asking for it names the file and the package."""
    file = RepodataFile(channel=CHANNEL, subdir="linux-64", path=FAULTS / name, sha256="")
    index = SparseIndex([file])
    assert index.names() == {"a"}
    assert index.records("b") == ()
    with pytest.raises(ChannelError) as caught:
        index.records("a")
    assert caught.value.message.startswith(f"{FAULTS / name}: a record of a is not valid: {message}")


def test_an_empty_channel_is_fine(tmp_path: Path) -> None:
    """Repodata without packages is what a new channel has."""
    path = tmp_path / "repodata.json"
    path.write_text('{"packages": {}}', encoding="utf-8")
    assert open_sparse(CHANNEL, "noarch", path).package_names() == []


def test_a_file_that_is_not_there() -> None:
    """A file that vanished says so."""
    with pytest.raises(ChannelError) as caught:
        open_sparse(CHANNEL, "linux-64", FAULTS / "absent.json")
    assert caught.value.message == f"{FAULTS / 'absent.json'}: cannot be read: No such file or directory"
