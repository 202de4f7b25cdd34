"""What packages say about themselves."""

from __future__ import annotations

import io
import json
import random
import tarfile
import zipfile
from pathlib import Path

import pytest
import zstandard

from condasync.channel.package_info import read_package_info

_INDEX = {"name": "a", "version": "1", "build": "0"}
_PATHS = {"paths": [{"_path": "bin/a", "path_type": "hardlink"}], "paths_version": 1}
_LINK = {"noarch": {"type": "python", "entry_points": ["a = a:main"]}}


def test_both_kinds_of_archives(tmp_path: Path) -> None:
    """A `.conda` and a `.tar.bz2` say the same: index, paths, entry points."""
    files = {"info/index.json": {**_INDEX, "noarch": "python"}, "info/paths.json": _PATHS, "info/link.json": _LINK}
    new, old = _conda(tmp_path, files), tmp_path / "a-1-0.tar.bz2"
    old.write_bytes(_tar({**files, "bin/a": {}}, "w:bz2"))
    for path in (new, old):
        info = read_package_info(path)
        assert info.index["name"] == "a"
        assert [row["_path"] for row in info.paths] == ["bin/a"]
        assert info.entry_points == ("a = a:main",)


def test_what_is_not_needed_is_not_unpacked(tmp_path: Path) -> None:
    """A `.tar.bz2` whose end is damaged is read as far as its metadata, which stand first."""
    path = tmp_path / "a-1-0.tar.bz2"
    members: dict[str, object] = {"info/index.json": _INDEX, "info/paths.json": _PATHS}
    members |= {f"share/{at}": random.Random(at).randbytes(2000).hex() for at in range(1000)}
    whole = _tar(members, "w:bz2")
    path.write_bytes(whole[: len(whole) // 2])
    assert read_package_info(path).index == _INDEX


def test_a_package_without_paths(tmp_path: Path) -> None:
    """Packages of before 2017 have no paths.json."""
    assert read_package_info(_conda(tmp_path, {"info/index.json": _INDEX})).paths == ()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.conda", b"no zip", "no conda package"),
        ("a.tar.bz2", b"no bzip2", "no conda package"),
        ("a.conda", None, "it holds no info part"),
        ("a.conda", {}, "it holds no info/index.json"),
        ("a.conda", {"info/index.json": []}, "it holds no info/index.json"),
        ("a.conda", {"info/index.json": _INDEX, "info/paths.json": []}, "its info is malformed"),
        ("a.conda", {"info/index.json": _INDEX, "info/paths.json": {"paths": 1}}, "its info is malformed"),
    ],
)
def test_faults(tmp_path: Path, name: str, data: bytes | dict[str, object] | None, words: str) -> None:
    """What is no package is said in words, whatever is wrong with it."""
    path = tmp_path / name
    if isinstance(data, bytes):
        path.write_bytes(data)
    elif data is None:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("metadata.json", "{}")
    else:
        _conda(tmp_path, data).rename(path)
    with pytest.raises(ValueError, match=words):
        read_package_info(path)


def _conda(folder: Path, files: dict[str, object]) -> Path:
    path = folder / "a-1-0.conda"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("info-a-1-0.tar.zst", zstandard.compress(_tar(files, "w")))
    return path


def _tar(files: dict[str, object], mode: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, value in files.items():
            data = json.dumps(value).encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()
