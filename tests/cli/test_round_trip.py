"""From lock to prefix to lock: what a consistent conda environment must survive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from condasync.channel.index import SparseIndex
from condasync.channel.snapshot import bundled_snapshot
from condasync.cli.app import invoke
from condasync.lock import conda_lock_v1
from condasync.model.lockfile import LockFile
from condasync.model.record import ChannelRecord
from tests.cli.conftest import Cli, make_conda_prefix

if TYPE_CHECKING:
    from collections.abc import Mapping

ENVIRONMENT = """\
channels: [conda-forge]
dependencies:
  - python=3.12
  - numpy
  - pandas
  - distributed
  - pyarrow
  - scikit-learn
  - matplotlib-base
  - pip
"""
REQUESTED = {"python", "numpy", "pandas", "distributed", "pyarrow", "scikit-learn", "matplotlib-base", "pip"}
MACOS_ONLY = {"libcxx", "appnope", "__osx", "libgfortran5-osx"}


@pytest.fixture(scope="module")
def lock(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path) -> LockFile:
    """Return one lock for linux-64 and osx-arm64, made from the bundled snapshot."""
    folder = tmp_path_factory.mktemp("both")
    (folder / "environment.yml").write_text(ENVIRONMENT, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONDASYNC_CACHE_DIR", str(cache_dir))
        options = ["--offline", "--platform", "linux-64", "--platform", "osx-arm64"]
        assert invoke(["export", "-f", str(folder / "environment.yml"), "-o", str(folder), *options]) == 0
    path = folder / "conda-lock.yml"
    return conda_lock_v1.loads(path.read_text(encoding="utf-8"), path=str(path))


def records_for(lock: LockFile, platform: str, cache_dir: Path) -> list[ChannelRecord]:
    """Return the snapshot's records of a lock's rows."""
    _, files = bundled_snapshot(cache_dir)
    index = SparseIndex([files[platform], files["noarch"]])
    rows = [row for row in lock.packages if row.platform == platform]
    found = [next(record for record in index.records(row.name) if record.url == row.url) for row in rows]
    assert len(found) > 80
    return found


def locked(data: Mapping[str, Any], path: Path) -> dict[str, str]:
    """Return name -> URL of a fresh lock."""
    assert data["files"]["lock"] == str(path)
    text = path.read_text(encoding="utf-8")
    return {row.name: row.url for row in conda_lock_v1.loads(text, path=str(path)).packages}


def test_linux_prefix_exports_to_its_own_records(cli: Cli, lock: LockFile, tmp_path: Path, cache_dir: Path) -> None:
    """A consistent linux-64 prefix locks to exactly the packages that it holds."""
    records = records_for(lock, "linux-64", cache_dir)
    prefix = make_conda_prefix(tmp_path / "linux", records, requested=REQUESTED)
    ran = cli("export", "--prefix", prefix, "--offline", "-o", tmp_path / "out", "--json")
    assert ran.code == 0, ran.err
    assert locked(ran.data, tmp_path / "out" / "conda-lock.yml") == {record.name: record.url for record in records}
    assert ran.data["counts"]["relaxed"] == 0
    assert {row["outcome"] for row in ran.data["outcomes"]} == {"kept"}


def test_linux_prefix_without_requests_exports_to_its_own_records(
    cli: Cli, lock: LockFile, tmp_path: Path, cache_dir: Path
) -> None:
    """The same holds when conda-meta does not say what was requested."""
    records = records_for(lock, "linux-64", cache_dir)
    prefix = make_conda_prefix(tmp_path / "linux", records, requested=set())
    ran = cli("export", "--prefix", prefix, "--offline", "-o", tmp_path / "out", "--json")
    assert ran.code == 0, ran.err
    assert locked(ran.data, tmp_path / "out" / "conda-lock.yml") == {record.name: record.url for record in records}


def test_linux_prefix_keeps_a_build_that_the_channel_dropped(
    cli: Cli, lock: LockFile, tmp_path: Path, cache_dir: Path
) -> None:
    """A captured record is a candidate itself: a build that is gone from the channel is still locked, and reported."""
    records = records_for(lock, "linux-64", cache_dir)
    gone = next(record for record in records if record.name == "numpy")
    channel = tmp_path / "channel"
    _, files = bundled_snapshot(cache_dir)
    for subdir in ("linux-64", "noarch"):
        (channel / subdir).mkdir(parents=True)
        text = files[subdir].path.read_text(encoding="utf-8")
        (channel / subdir / "repodata.json").write_text(
            text.replace(f'"{gone.file_name}":', f'"other-{gone.file_name}":').replace(
                f'"build":"{gone.build}","build_number":{gone.build_number},', '"build":"other_0","build_number":0,'
            )
            if subdir == "linux-64"
            else text,
            encoding="utf-8",
        )
    prefix = make_conda_prefix(tmp_path / "linux", records, requested=REQUESTED)
    ran = cli("export", "--prefix", prefix, "-c", channel, "-o", tmp_path / "out", "--json")
    assert ran.code == 0, ran.err
    assert locked(ran.data, tmp_path / "out" / "conda-lock.yml")["numpy"] == gone.url
    assert "not-on-channel" in {finding["code"] for finding in ran.data["findings"]}


def test_macos_prefix_exports_to_linux(cli: Cli, lock: LockFile, tmp_path: Path, cache_dir: Path) -> None:
    """Of a macOS environment versions stay, builds and macOS-only packages fall away, and every change is reported."""
    records = records_for(lock, "osx-arm64", cache_dir)
    prefix = make_conda_prefix(tmp_path / "mac", records, requested=REQUESTED)
    ran = cli("export", "--prefix", prefix, "--offline", "-o", tmp_path / "out", "--json")
    assert ran.code == 0, ran.err
    path = tmp_path / "out" / "conda-lock.yml"
    rows = {row.name: row for row in conda_lock_v1.loads(path.read_text(encoding="utf-8"), path=str(path)).packages}
    assert MACOS_ONLY.isdisjoint(rows)
    assert {row.platform for row in rows.values()} == {"linux-64"}
    assert not any("osx" in row.url for row in rows.values())
    relaxed = {name for row in ran.data["outcomes"] if row["relaxed"] for name in row["conda_names"]}
    moved = {record.name for record in records if record.name in rows and rows[record.name].version != record.version}
    assert moved <= relaxed
    dropped = {row["package"]: row["reason"]["code"] for row in ran.data["outcomes"] if row["outcome"] == "dropped"}
    assert "libcxx" in dropped
    assert not [row for row in ran.data["outcomes"] if row["outcome"] == "unmapped"]


def test_capture_of_a_prefix_and_its_export_change_no_byte_of_it(
    cli: Cli, lock: LockFile, tmp_path: Path, cache_dir: Path
) -> None:
    """Exporting reads only: the prefix's files are the same before and after, and none is new."""
    prefix = make_conda_prefix(tmp_path / "linux", records_for(lock, "linux-64", cache_dir), requested=REQUESTED)
    before = {path: path.read_bytes() for path in prefix.rglob("*") if path.is_file()}
    assert cli("export", "--prefix", prefix, "--offline", "-o", tmp_path / "out").code == 0
    assert {path: path.read_bytes() for path in prefix.rglob("*") if path.is_file()} == before
