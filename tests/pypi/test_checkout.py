"""Sources from real git repositories on disk."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from condasync.errors import BuildError
from condasync.model.url import Url
from condasync.pypi.checkout import checkout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with two commits, a tag on the first and a branch on the second."""
    folder = tmp_path / "repository"
    folder.mkdir()
    _git(folder, "init", "--quiet", "--initial-branch=main")
    for content, name in (("one", "v1"), ("two", "v2")):
        (folder / "file").write_text(content, encoding="utf-8")
        _git(folder, "add", "file")
        _git(folder, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", content)
        _git(folder, *(("tag", name) if name == "v1" else ("branch", name)))
    return folder


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize(("revision", "content"), [("v1", "one"), ("v2", "two"), (None, "two"), ("main", "two")])
def test_every_kind_of_revision(repository: Path, tmp_path: Path, revision: str | None, content: str) -> None:
    """A tag, a branch and the default branch lead to their files."""
    folder = checkout(Url(repository.as_uri()), revision, tmp_path / "cache")
    assert (folder / "file").read_text(encoding="utf-8") == content


def test_commit_is_fetched_once(repository: Path, tmp_path: Path) -> None:
    """A commit cannot change: once fetched, the repository may be gone."""
    commit = _git(repository, "rev-parse", "v1")
    first = checkout(Url(repository.as_uri()), commit, tmp_path / "cache")
    repository.rename(tmp_path / "moved")
    assert checkout(Url(repository.as_uri()), commit, tmp_path / "cache") == first
    assert (first / "file").read_text(encoding="utf-8") == "one"
    assert [path.name for path in first.parent.iterdir()] == [first.name]


@pytest.mark.parametrize("revision", ["nothing", "--upload-pack=x", "0" * 40])
def test_unknown_revisions(repository: Path, tmp_path: Path, revision: str) -> None:
    """What the repository does not have is told; nothing is left in the cache."""
    with pytest.raises(BuildError) as fault:
        checkout(Url(repository.as_uri()), revision, tmp_path / "cache")
    assert fault.value.reason == "source-missing"
    assert list((tmp_path / "cache" / "checkouts").iterdir()) == []


def test_transports_that_run_programs_are_refused(tmp_path: Path) -> None:
    """A URL from a metadata file cannot start a command."""
    mark = tmp_path / "mark"
    with pytest.raises(BuildError):
        checkout(Url(f"ext::sh -c touch% {mark}"), None, tmp_path / "cache")
    assert not mark.exists()


def test_messages_and_copies_hold_no_credentials(tmp_path: Path) -> None:
    """A password in the URL reaches git and nobody else."""
    with pytest.raises(BuildError) as fault:
        checkout(Url("http://me:hush@127.0.0.1:9/x.git"), None, tmp_path / "cache")
    assert "hush" not in fault.value.message
    assert "127.0.0.1" in fault.value.message
