"""The channel beside the lock: what readers find in it, and what it never destroys."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from condasync.build.conda_package import MadePackage
from condasync.build.local_channel import channel_index, local_channel, publish, record_of
from condasync.channel.sparse import open_sparse
from condasync.errors import OutputError, UsageError


def _package(name: str, content: bytes = b"x", subdir: str = "noarch") -> MadePackage:
    row: dict[str, Any] = {
        "name": name,
        "version": "1.0",
        "build": "py_0",
        "build_number": 0,
        "depends": ["python"],
        "md5": hashlib.md5(content).hexdigest(),
        "sha256": hashlib.sha256(content).hexdigest(),
        "size": len(content),
        "subdir": subdir,
    }
    return MadePackage(file_name=f"{name}-1.0-py_0.conda", subdir=subdir, data=content, row=row, unmet=())


def test_readers_find_packages_and_index(tmp_path: Path) -> None:
    """Rattler reads the index; records point at files that are there, with their digests."""
    folder = tmp_path / "channel"
    made = publish(folder, [_package("one"), _package("two", subdir="linux-64")])
    channel = local_channel(folder)
    assert channel.name == folder.as_uri()
    sparse = open_sparse(channel, "linux-64", folder / "linux-64" / "repodata.json")
    assert sparse.package_names() == ["two"]
    record = record_of(_package("one"), channel)
    assert record.url == (folder / "noarch" / "one-1.0-py_0.conda").as_uri()
    assert record.md5 == hashlib.md5(b"x").hexdigest()
    assert made.packages == made.written


def test_equal_packages_are_not_written_again(tmp_path: Path) -> None:
    """A second export of unchanged projects leaves the channel byte for byte."""
    publish(tmp_path, [_package("one")])
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.glob("*/*.conda")}
    index = (tmp_path / "noarch" / "repodata.json").read_bytes()
    assert publish(tmp_path, [_package("one")]).written == ()
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.glob("*/*.conda")} == before
    assert (tmp_path / "noarch" / "repodata.json").read_bytes() == index


def test_outdated_packages_go_and_foreign_files_stay(tmp_path: Path) -> None:
    """Only what our own older index listed is removed."""
    publish(tmp_path, [_package("old"), _package("here", subdir="linux-64")])
    (tmp_path / "noarch" / "mine.conda").write_bytes(b"the user's")
    publish(tmp_path, [_package("new")])
    assert sorted(path.name for path in tmp_path.glob("*/*.conda")) == ["mine.conda", "new-1.0-py_0.conda"]
    assert json.loads((tmp_path / "linux-64" / "repodata.json").read_text())["packages.conda"] == {}
    assert not list(tmp_path.rglob(".*"))


@pytest.mark.parametrize("text", ['{"packages": {}}', "no json", '{"info": 3}'])
def test_channel_of_somebody_else_is_not_touched(tmp_path: Path, text: str) -> None:
    """An index that condasync did not write stays as it is."""
    index = tmp_path / "noarch" / "repodata.json"
    index.parent.mkdir()
    index.write_text(text, encoding="utf-8")
    with pytest.raises(OutputError, match="is no index that condasync wrote"):
        publish(tmp_path, [_package("one")])
    assert index.read_text(encoding="utf-8") == text
    assert list(tmp_path.glob("*/*.conda")) == []


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A file in the place of the folder is told with exit code 6."""
    (tmp_path / "channel").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be written") as fault:
        publish(tmp_path / "channel", [_package("one")])
    assert fault.value.exit_code == 6


def test_artifact_url_is_named_without_credentials(tmp_path: Path) -> None:
    """After an upload, the lock names the URL and no token."""
    channel = local_channel(tmp_path, "https://user:pw@example.org/t/tk-1/mine/")
    assert channel.name == "https://example.org/mine"
    assert "pw" not in record_of(_package("one"), channel).url


def test_artifact_url_keeps_names_of_credentials(tmp_path: Path) -> None:
    """A variable in it is a name in the lock, as in other channels."""
    channel = local_channel(tmp_path, "https://example.org/t/$TOKEN/mine")
    assert channel.name == "https://example.org/t/${TOKEN}/mine"
    assert record_of(_package("one"), channel).url.startswith("https://example.org/mine/noarch/one-")


@pytest.mark.parametrize("text", ["foo", "", "./channel", "https://", "file:here", "https://a b.example.org"])
def test_artifact_url_must_be_one(tmp_path: Path, text: str) -> None:
    """Anything else would be a lock that nobody can use."""
    with pytest.raises(UsageError, match="not a URL"):
        local_channel(tmp_path, text)


def test_index_is_byte_stable() -> None:
    """The order of packages does not show."""
    one, two = _package("one"), _package("two")
    assert channel_index([one, two], "noarch") == channel_index([two, one], "noarch")
