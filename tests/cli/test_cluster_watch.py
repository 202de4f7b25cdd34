"""What `cluster sync --watch` looks at, for each kind of lock."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from condasync.cli.cluster_watch import Follow, sources_of
from condasync.cluster.watch import Watched
from condasync.lock import conda_lock_v1
from condasync.model.lockfile import LockFile, LockMetadata
from condasync.settings import read_settings


def lock_made_from(folder: Path, kind: str, *sources: str, name: str = "conda-lock.yml") -> Path:
    """Write a lock without packages that says what it was made from."""
    metadata = LockMetadata(
        content_hash=(("linux-64", "0" * 64),),
        channels=("conda-forge",),
        platforms=("linux-64",),
        sources=sources,
        custom=(("condasync_input_1", f"{kind} sha256:{'0' * 64}"), ("condasync_schema", "1")),
    )
    path = folder / name
    path.write_text(conda_lock_v1.dumps(LockFile(packages=(), metadata=metadata)), encoding="utf-8")
    return path


def look(follow: Follow) -> tuple[Watched, list[str]]:
    """Return what is watched, and what was told on the way."""
    told: list[str] = []
    return sources_of(follow, read_settings(os.environ, Path.cwd()), told.append), told


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """Return a conda prefix with an editable project."""
    folder, project = tmp_path / "prefix", tmp_path / "project"
    (folder / "conda-meta").mkdir(parents=True)
    record = {"name": "python", "version": "3.11.7", "build": "0", "build_number": 0, "subdir": "linux-64", "files": []}
    (folder / "conda-meta" / "python-3.11.7-0.json").write_text(json.dumps(record), encoding="utf-8")
    info = folder / "lib" / "python3.11" / "site-packages" / "mine-1.0.dist-info"
    info.mkdir(parents=True)
    project.mkdir()
    (project / "pyproject.toml").write_text('[project]\nname = "mine"\nversion = "1.0"\n', encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n", encoding="utf-8")
    direct = {"url": project.as_uri(), "dir_info": {"editable": True}}
    (info / "direct_url.json").write_text(json.dumps(direct), encoding="utf-8")
    return folder


def test_an_environment_is_watched_with_its_projects(tmp_path: Path, prefix: Path) -> None:
    """What is installed or removed changes two folders; an editable project is watched down to its files."""
    lock = lock_made_from(tmp_path, "conda-prefix")
    found, told = look(Follow(lock=lock, prefix=prefix))
    assert found.files == (lock,)
    assert set(found.folders) >= {prefix / "conda-meta", prefix / "lib" / "python3.11" / "site-packages"}
    assert found.trees == (tmp_path / "project",)
    assert told == []


def test_files_that_the_lock_names_are_watched(tmp_path: Path) -> None:
    """A source that the user wrote needs no option."""
    source = tmp_path / "environment.yml"
    source.write_text("channels: [conda-forge]\ndependencies: [python]\n", encoding="utf-8")
    lock = lock_made_from(tmp_path, "files", "environment.yml")
    found, told = look(Follow(lock=lock))
    assert (found, told) == (Watched(files=(lock, source)), [])


def test_a_lock_that_does_not_say_is_followed_alone(tmp_path: Path) -> None:
    """Made from files that it does not name: only the lock, and the projects that an option names."""
    lock = lock_made_from(tmp_path, "files")
    assert look(Follow(lock=lock, include=(tmp_path,)))[0] == Watched(files=(lock,), trees=(tmp_path,))


def test_a_lock_of_another_name_is_followed_alone(tmp_path: Path, prefix: Path) -> None:
    """No export writes it."""
    lock = lock_made_from(tmp_path, "conda-prefix", name="other-lock.yml")
    assert look(Follow(lock=lock, prefix=prefix))[0] == Watched(files=(lock,))


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    """The lock is still followed."""
    lock = lock_made_from(tmp_path, "conda-prefix")
    found, told = look(Follow(lock=lock, prefix=tmp_path / "gone"))
    assert found == Watched(files=(lock,))
    assert len(told) == 1
    assert "gone" in told[0]


@pytest.mark.parametrize("named", [True, False], ids=["by an option", "by the lock"])
def test_a_broken_input_stays_watched(tmp_path: Path, *, named: bool) -> None:
    """Its repair is a change that is seen, and a project beside it is followed meanwhile."""
    source = tmp_path / "environment.yml"
    source.write_text("dependencies: [python\n", encoding="utf-8")
    lock = lock_made_from(tmp_path, "files", *(() if named else ("environment.yml",)))
    found, told = look(Follow(lock=lock, files=(source,) if named else (), include=(tmp_path / "mine",)))
    assert found == Watched(files=(lock, source), trees=(tmp_path / "mine",))
    assert "not valid YAML" in told[0]
