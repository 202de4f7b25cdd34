"""Locks as git remembers them, in a repository made for the test."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from condasync.errors import LockFileError
from condasync.lock.git_revision import text_at_revision


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with one commit, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
    (tmp_path / "conda-lock.yml").write_text("old\n", encoding="utf-8")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for arguments in (("init", "--quiet"), ("add", "."), (*identity, "commit", "--quiet", "-m", "one")):
        subprocess.run(["git", *arguments], check=True, cwd=tmp_path)
    (tmp_path / "conda-lock.yml").write_text("new\n", encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("repository")
def test_the_text_is_the_committed_one() -> None:
    """What changed since is not looked at."""
    assert text_at_revision("HEAD:conda-lock.yml") == "old\n"


def test_a_subfolder_can_be_named_from_within(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`./` is the working directory, as for git."""
    (repository / "sub").mkdir()
    monkeypatch.chdir(repository / "sub")
    assert text_at_revision("HEAD:../conda-lock.yml") == "old\n"


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("HEAD:absent.yml", "path 'absent.yml' does not exist in 'HEAD'"),
        ("nothing:conda-lock.yml", "invalid object name 'nothing'"),
        ("HEAD:binary", "not UTF-8 text"),
        ("--version:x", "not a revision"),
    ],
)
def test_what_cannot_be_read_is_told(name: str, message: str) -> None:
    """The message names what was asked for, and git's own reason."""
    with pytest.raises(LockFileError, match=message) as raised:
        text_at_revision(name)
    assert raised.value.message.startswith(f"{name}: ")


def test_outside_of_a_repository_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git's message is the message."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(LockFileError, match="not a git repository"):
        text_at_revision("HEAD:conda-lock.yml")


def test_without_git_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """No traceback where git is not installed."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LockFileError, match="there is no git"):
        text_at_revision("HEAD:conda-lock.yml")
