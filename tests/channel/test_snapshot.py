"""The bundled snapshot and its format."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib import resources
from pathlib import Path

import pytest
import zstandard

from condasync.channel.index import SparseIndex
from condasync.channel.manifest import SnapshotSource
from condasync.channel.record import record_from_row
from condasync.channel.snapshot import (
    CONDA_FORGE,
    Snapshot,
    bundled_snapshot,
    dump_snapshot,
    load_snapshot,
    snapshot_info,
)
from condasync.errors import ChannelError, OutputError
from condasync.model.record import ChannelRecord

from .conftest import MakeRow

SOLVE = Path(__file__).parent / "solve_snapshot.py"


def record(row: dict[str, object], subdir: str, suffix: str = ".conda") -> ChannelRecord:
    """Return a row as a record of conda-forge."""
    file_name = f"{row['name']}-{row['version']}-{row['build']}{suffix}"
    url = f"https://conda.anaconda.org/conda-forge/{subdir}/{file_name}"
    return record_from_row(row, channel="conda-forge", url=url, file_name=file_name, subdir=subdir)


@pytest.fixture
def snapshot(make_row: MakeRow) -> Snapshot:
    """Return a snapshot of three synthetic records."""
    return Snapshot(
        channel=CONDA_FORGE,
        date="2026-11-22",
        sources=(SnapshotSource(name="a", version="1", sha256="0" * 64, member="pixi.lock"),),
        records=(
            record(make_row("a", depends=["b"]), "linux-64"),
            record(make_row("b"), "linux-64", ".tar.bz2"),
            record(make_row("c", noarch="python", purls=["pkg:pypi/c"]), "noarch"),
        ),
    )


def test_a_snapshot_survives_its_file(snapshot: Snapshot) -> None:
    """Law: loading what was dumped gives the same value, and the same bytes again, whatever the order of records."""
    data = dump_snapshot(snapshot)
    assert load_snapshot(data) == snapshot
    shuffled = Snapshot(
        channel=snapshot.channel, date=snapshot.date, sources=snapshot.sources, records=snapshot.records[::-1]
    )
    assert dump_snapshot(shuffled) == data


@pytest.mark.parametrize(
    "data",
    [b"", b"no zstd", zstandard.compress(b"no json"), zstandard.compress(b"[]"), zstandard.compress(b"{}")],
    ids=["empty", "no-zstd", "no-json", "list", "no-version"],
)
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    """Anything else is an error, not an empty snapshot."""
    with pytest.raises(ChannelError, match="not a snapshot"):
        load_snapshot(data)


def test_the_bundled_records_are_whole() -> None:
    """Every record has both digests, a size and a URL on conda-forge that ends in its file name."""
    data = resources.files("condasync.channel").joinpath("data").joinpath("snapshot.json.zst").read_bytes()
    records = load_snapshot(data).records
    assert len(records) == sum(count for _, count in snapshot_info().counts)
    for found in records:
        assert found.url == f"https://conda.anaconda.org/conda-forge/{found.subdir}/{found.file_name}"
        assert len(found.md5 or "") == 32
        assert len(found.sha256 or "") == 64
        assert found.file_name.startswith(f"{found.name}-{found.version}-{found.build}.")
    assert len(data) < 1_500_000


def test_info_tells_where_the_records_are_from() -> None:
    """Date, channel and sources are there, and each platform has its share."""
    info = snapshot_info()
    assert info.channel == "conda-forge"
    assert len(info.sources) > 10
    assert [subdir for subdir, count in info.counts if count > 1000] == ["linux-64", "noarch", "osx-arm64"]


def test_unpacking_gives_plain_repodata_once(tmp_path: Path) -> None:
    """The files open as an index; a second call writes nothing."""
    channel, files = bundled_snapshot(tmp_path)
    assert channel == CONDA_FORGE
    for file in files.values():
        assert sha256(file.path.read_bytes()).hexdigest() == file.sha256
    index = SparseIndex([files["linux-64"], files["noarch"]])
    assert {"python", "numpy", "pandas", "dask", "distributed", "pyarrow", "matplotlib-base"} <= index.names()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert bundled_snapshot(tmp_path) == (channel, files)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_many_unpack_at_once(tmp_path: Path) -> None:
    """Whoever is first wins, the others find it, and nothing is left over."""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: bundled_snapshot(tmp_path), range(8)))
    assert all(one == found[0] for one in found)
    assert len(list((tmp_path / "snapshots").iterdir())) == 1


def test_a_damaged_unpacked_snapshot_is_named(tmp_path: Path) -> None:
    """The hint says which folder to remove."""
    _, files = bundled_snapshot(tmp_path)
    info = files["noarch"].path.parents[1] / "snapshot.json"
    info.write_text("{", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be unpacked"):
        bundled_snapshot(tmp_path)


def test_an_unwritable_cache(tmp_path: Path) -> None:
    """A cache folder that is a file is an output error."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError) as caught:
        bundled_snapshot(tmp_path / "file")
    assert caught.value.exit_code == 6


@pytest.mark.parametrize(
    ("subdir", "python"),
    [("linux-64", "3.11"), ("linux-64", "3.12"), ("linux-64", "3.13"), ("osx-arm64", "3.12")],
)
def test_the_scientific_stack_solves(subdir: str, python: str, tmp_path: Path) -> None:
    """The bundled records hold a consistent environment with dask and distributed; the solver runs in a child."""
    _, files = bundled_snapshot(tmp_path)
    done = subprocess.run(
        [sys.executable, str(SOLVE), subdir, python, str(files[subdir].path), str(files["noarch"].path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    versions = json.loads(done.stdout)
    assert versions["python"].startswith(f"{python}.")
    assert versions["dask"] == versions["distributed"]
