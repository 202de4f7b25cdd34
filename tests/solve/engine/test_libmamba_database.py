"""The `.solv` cache answers as the repodata does, and the repodata's folder stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from condasync.model.record import RepodataFile
from condasync.model.solve import Answer, RequestedSpec, Solution, SolveRequest
from condasync.model.spec import CondaSpec
from condasync.model.target import Target, VirtualPackage
from condasync.solve.engine.libmamba import LibmambaEngine

Row: TypeAlias = Callable[..., dict[str, Any]]
WriteRepodata: TypeAlias = Callable[..., RepodataFile]

pytestmark = pytest.mark.libmamba

TARGET = Target(
    subdir="linux-64", python="3.11", virtual_packages=(VirtualPackage(name="__glibc", version="2.28", build="0"),)
)


def solve(engine: LibmambaEngine, repodata: Iterable[RepodataFile], name: str) -> Answer:
    """Return the answer of a session of its own to a request for one name."""
    asked = RequestedSpec(spec=CondaSpec(name=name), because="test")
    with engine.open(tuple(repodata), TARGET) as session:
        return session.solve(SolveRequest(specs=(asked,)))


def versions(answer: Answer) -> dict[str, str]:
    """Return what a solution holds."""
    assert isinstance(answer, Solution), answer
    return {record.name: record.version for record in answer.records}


def solv_files(tmp_path: Path) -> list[Path]:
    """Return what the engine's cache holds."""
    return sorted((tmp_path / "cache").iterdir())


def test_the_cache_is_filled_once_and_used(
    libmamba: LibmambaEngine, python: tuple[RepodataFile, ...], tmp_path: Path
) -> None:
    """Prove that one `.solv` per file is kept, that it answers alone, and that the answer is the same."""
    first = solve(libmamba, python, "pure")
    kept = solv_files(tmp_path)
    assert [path.suffix for path in kept] == [".solv", ".solv"]
    stamps = [path.stat().st_mtime_ns for path in kept]
    assert solve(libmamba, python, "pure") == first
    assert [path.stat().st_mtime_ns for path in solv_files(tmp_path)] == stamps


@pytest.mark.parametrize("cut", [0, 10, -1])
def test_a_damaged_cache_is_made_again(
    libmamba: LibmambaEngine, python: tuple[RepodataFile, ...], tmp_path: Path, cut: int
) -> None:
    """Prove that a cut file, of which libsolv would take what is there, changes no answer and is replaced."""
    first = solve(libmamba, python, "pure")
    whole = {path: path.read_bytes() for path in solv_files(tmp_path)}
    for path, content in whole.items():
        path.write_bytes(content[:cut])
    assert solve(libmamba, python, "pure") == first
    assert {path: path.read_bytes() for path in solv_files(tmp_path)} == whole


def test_new_repodata_replaces_the_old_cache(
    libmamba: LibmambaEngine, row: Row, write: WriteRepodata, tmp_path: Path
) -> None:
    """Prove that the digest decides, and that the cache does not grow with every download."""
    old = write(row("x", "1"))
    assert versions(solve(libmamba, [old], "x")) == {"x": "1"}
    new = write(row("x", "2"))
    assert versions(solve(libmamba, [new], "x")) == {"x": "2"}
    assert len(solv_files(tmp_path)) == 1
    assert new.sha256 != old.sha256


@pytest.mark.parametrize("digest", ["", "0" * 64])
def test_without_the_files_own_digest_nothing_is_kept(
    libmamba: LibmambaEngine, row: Row, write: WriteRepodata, tmp_path: Path, digest: str
) -> None:
    """Prove that a file which is not what its digest says never reaches the cache under that digest."""
    file = replace(write(row("x", "1")), sha256=digest)
    assert versions(solve(libmamba, [file], "x")) == {"x": "1"}
    assert not (tmp_path / "cache").exists()


def test_a_cache_that_cannot_be_written_does_no_harm(
    libmamba: LibmambaEngine, python: tuple[RepodataFile, ...], tmp_path: Path
) -> None:
    """Prove that a file where the cache folder should be is only slower."""
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    assert versions(solve(libmamba, python, "libz")) == {"libz": "1.3"}


def test_nothing_is_left_beside_the_repodata(libmamba: LibmambaEngine, python: tuple[RepodataFile, ...]) -> None:
    """Prove that libmamba's lock files, which it puts beside what it reads, stay out of a user's channel."""
    folders = {file.path.parent: file.path.parent.stat().st_mtime_ns for file in python}
    solve(libmamba, python, "pure")
    assert {folder: folder.stat().st_mtime_ns for folder in folders} == folders


def test_what_strict_priority_leaves_out_is_cached_apart(
    libmamba: LibmambaEngine, row: Row, write: WriteRepodata, tmp_path: Path
) -> None:
    """Prove that a channel under another one, and the same channel alone, do not share a cache file's content."""
    upper = write(row("x", "1"), channel="one")
    lower = write(row("x", "3"), row("y", "1"), channel="two")
    for _ in range(2):
        assert versions(solve(libmamba, [upper, lower], "x")) == {"x": "1"}
        assert versions(solve(libmamba, [lower], "x")) == {"x": "3"}
        assert versions(solve(libmamba, [lower, upper], "x")) == {"x": "3"}
        assert versions(solve(libmamba, [upper, lower], "y")) == {"y": "1"}
    names = [path.name.partition("-")[0] for path in solv_files(tmp_path)]
    assert names == ["reduced", "reduced", "whole", "whole"]
