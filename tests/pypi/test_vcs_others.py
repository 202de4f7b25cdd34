"""Sources from real Mercurial, Subversion and Bazaar repositories on disk, where their programs are installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from condasync.errors import BuildError
from condasync.model.url import Url
from condasync.pypi.checkout import checkout
from condasync.pypi.vcs_others import is_settled

_BAZAAR = shutil.which("bzr") or shutil.which("brz")


def _needs(*programs: str) -> pytest.MarkDecorator:
    missing = [name for name in programs if not shutil.which(name)]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


def _run(folder: Path, *command: str, variables: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, env=variables)
    return done.stdout.strip()


def _contents(url: Url, revision: str | None, cache: Path, vcs: str) -> str:
    return (checkout(url, revision, cache, vcs=vcs) / "file").read_text(encoding="utf-8")


@_needs("hg")
def test_mercurial(tmp_path: Path) -> None:
    """A node, a tag, a branch and the default branch lead to their files; a node is fetched once."""
    folder = tmp_path / "repository"
    folder.mkdir()
    _run(folder, "hg", "init")
    nodes = []
    for content in ("one", "two"):
        (folder / "file").write_text(content, encoding="utf-8")
        _run(folder, "hg", "--config", "ui.username=t", "commit", "--addremove", "--message", content)
        nodes.append(_run(folder, "hg", "log", "--rev", ".", "--template", "{node}"))
    url, cache = Url(folder.as_uri()), tmp_path / "cache"
    assert _contents(url, nodes[0], cache, "hg") == "one"
    assert [_contents(url, name, cache, "hg") for name in ("0", "default", None)] == ["one", "two", "two"]
    with pytest.raises(BuildError, match="unknown revision 'nothing'") as fault:
        checkout(url, "nothing", cache, vcs="hg")
    assert fault.value.reason == "source-missing"
    folder.rename(tmp_path / "moved")
    assert _contents(url, nodes[0], cache, "hg") == "one"


@_needs("svn", "svnadmin")
def test_subversion(tmp_path: Path) -> None:
    """A number and the newest revision lead to their files, also below an @ in the URL."""
    _run(tmp_path, "svnadmin", "create", "repository")
    url = Url(f"{(tmp_path / 'repository').as_uri()}/at@work")
    _run(tmp_path, "svn", "mkdir", "--quiet", "--message", "x", f"{url.secret}@")
    _run(tmp_path, "svn", "checkout", "--quiet", f"{url.secret}@", "work")
    for content in ("one", "two"):
        (tmp_path / "work" / "file").write_text(content, encoding="utf-8")
        _run(tmp_path / "work", "svn", "add", "--quiet", "--force", "file")
        _run(tmp_path / "work", "svn", "commit", "--quiet", "--message", content)
    cache = tmp_path / "cache"
    assert [_contents(url, number, cache, "svn") for number in ("2", "3", None)] == ["one", "two", "two"]
    with pytest.raises(BuildError, match="sources cannot be fetched") as fault:
        checkout(url, "99", cache, vcs="svn")
    assert fault.value.reason == "source-missing"


@pytest.mark.skipif(_BAZAAR is None, reason="not installed: bzr, brz")
def test_bazaar(tmp_path: Path) -> None:
    """A number and the newest revision lead to their files."""
    program = _BAZAAR or "bzr"
    folder = tmp_path / "repository"
    folder.mkdir()
    _run(folder, program, "init", "--quiet")
    _run(folder, program, "whoami", "--branch", "t <t@example.org>")
    for content in ("one", "two"):
        (folder / "file").write_text(content, encoding="utf-8")
        _run(folder, program, "add", "--quiet")
        _run(folder, program, "commit", "--quiet", "--message", content)
    url, cache = Url(folder.as_uri()), tmp_path / "cache"
    assert [_contents(url, number, cache, "bzr") for number in ("1", "2", None)] == ["one", "two", "two"]


@pytest.mark.parametrize(
    ("vcs", "program"), [("git", "git"), ("hg", "hg"), ("svn", "svn"), ("bzr", "bzr"), ("darcs", "darcs")]
)
def test_missing_programs_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vcs: str, program: str) -> None:
    """With what to install; nothing is left in the cache."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match=f"{program} is not installed") as fault:
        checkout(Url("https://me:hush@example.org/x"), "1", tmp_path / "cache", vcs=vcs)
    assert (fault.value.reason, fault.value.hints[0]) == ("program-missing", f"install {program}")
    assert "hush" not in fault.value.message
    assert list((tmp_path / "cache").glob("checkouts/*")) == []


@pytest.mark.parametrize("vcs", ["hg", "svn", "bzr"])
def test_words_of_metadata_are_no_options(tmp_path: Path, vcs: str) -> None:
    """A revision that looks like an option is not handed on."""
    with pytest.raises(BuildError, match="there is no '--config"):
        checkout(Url((tmp_path / "x").as_uri()), "--config=alias.update=!touch mark", tmp_path / "cache", vcs=vcs)


@pytest.mark.parametrize("vcs", ["git", "hg", "svn", "bzr"])
def test_offline_only_what_was_fetched_counts(tmp_path: Path, vcs: str) -> None:
    """No program runs."""
    with pytest.raises(BuildError, match="--offline forbids to fetch them"):
        checkout(Url("https://example.org/x"), "1", tmp_path / "cache", vcs=vcs, may_fetch=False)


def test_numbers_and_nodes_are_settled() -> None:
    """Names may move."""
    assert [is_settled(one) for one in ("12", "1.2.3", "0" * 40, "tip", "default", "{2020-01-01}")] == [
        *[True] * 3,
        *[False] * 3,
    ]
