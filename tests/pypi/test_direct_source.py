"""Sources of packages that no index has."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from condasync.capture.files.reference import direct_url
from condasync.errors import BuildError
from condasync.model.package import DirectUrl, PipPackage
from condasync.model.spec import PipRequirement
from condasync.model.url import Url
from condasync.pypi.direct_source import direct_source


def _listed(url: str) -> PipPackage:
    line = PipRequirement(name="demo", url=Url(url))
    return PipPackage(name="demo", version=None, requested=True, requirements=(line,))


def _installed(url: str, commit: str, subdirectory: str | None = None) -> PipPackage:
    origin = DirectUrl(kind="vcs", url=Url(url), vcs="git", commit=commit, subdirectory=subdirectory)
    return PipPackage(name="demo", version="1", requested=True, direct_url=origin)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a git repository with a project in a folder below, tagged v1."""
    folder = tmp_path / "repository"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "setup.py").write_text("", encoding="utf-8")
    author = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    for command in (("init", "--quiet"), ("add", "."), (*author, "commit", "--quiet", "-m", "x"), ("tag", "v1")):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def test_line_of_a_file_names_revision_and_folder(repository: Path, tmp_path: Path) -> None:
    """`git+URL@v1#subdirectory=inner` leads to that folder at that tag, online and offline."""
    package = _listed(f"git+{repository.as_uri()}@v1#subdirectory=inner")
    found = direct_source(package, tmp_path / "cache", offline=True)
    assert [path.name for path in found.iterdir()] == ["setup.py"]


def test_installed_package_names_its_commit(repository: Path, tmp_path: Path) -> None:
    """direct_url.json states the commit; a folder that leads out of the repository is refused."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=repository, capture_output=True, text=True, check=True)
    commit = head.stdout.strip()
    found = direct_source(_installed(url=repository.as_uri(), commit=commit), tmp_path / "cache", offline=False)
    assert (found / "inner" / "setup.py").is_file()
    package = _installed(url=repository.as_uri(), commit=commit, subdirectory="../..")
    with pytest.raises(BuildError, match="leads out of its repository"):
        direct_source(package, tmp_path / "cache", offline=False)


def test_every_system_is_asked_with_its_own_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of a file and direct_url.json name it; a tunnel through ssh keeps the name that its program knows."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for vcs, program in (("hg", "hg"), ("svn", "svn"), ("bzr", "bzr")):
        for package in (_listed(f"{vcs}+ssh://me@example.org/x@12#egg=demo"), _stated(vcs)):
            with pytest.raises(BuildError, match=f"{program} is not installed") as fault:
                direct_source(package, tmp_path / "cache", offline=False)
            assert fault.value.reason == "program-missing"
    with pytest.raises(BuildError, match=r"^svn\+ssh://\S+example\.org/x: "):
        direct_source(_listed("svn+ssh://me@example.org/x@12"), tmp_path / "cache", offline=False)


def _stated(vcs: str) -> PipPackage:
    origin = DirectUrl(kind="vcs", url=Url("https://example.org/x"), vcs=vcs, commit="12")
    return PipPackage(name="demo", version="1", requested=True, direct_url=origin)


def test_what_was_fetched_serves_offline(repository: Path, tmp_path: Path) -> None:
    """A commit in the cache needs no network."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=repository, capture_output=True, text=True, check=True)
    package = _installed(url=repository.as_uri(), commit=head.stdout.strip())
    first = direct_source(package, tmp_path / "cache", offline=False)
    repository.rename(tmp_path / "moved")
    assert direct_source(package, tmp_path / "cache", offline=True) == first


def test_folders_and_files_of_this_machine(tmp_path: Path) -> None:
    """A `file:` URL of a folder or an archive is taken in place."""
    archive = tmp_path / "demo-1.tar.gz"
    archive.write_bytes(b"")
    assert direct_source(_listed(archive.as_uri()), tmp_path, offline=True) == archive
    assert direct_source(_listed(f"{tmp_path.as_uri()}#egg=demo"), tmp_path, offline=True) == tmp_path


@pytest.mark.parametrize(
    ("package", "words"),
    [
        (_listed("git+https://me:hush@example.org/demo"), "--offline forbids"),
        (_listed("https://example.org/demo-1.zip"), "--offline forbids"),
        (_listed("hg+https://me:hush@example.org/demo@1.0"), "--offline forbids"),
        (_listed("darcs+https://example.org/demo"), "--offline forbids"),
        (PipPackage(name="demo", version="1", requested=True), "nothing says where it came from"),
    ],
)
def test_what_cannot_be_fetched(tmp_path: Path, package: PipPackage, words: str) -> None:
    """Each reason is told, without credentials."""
    with pytest.raises(BuildError, match=words) as fault:
        direct_source(package, tmp_path, offline=True)
    assert "hush" not in fault.value.message


def test_a_tag_of_a_listed_repository_is_not_part_of_its_url(repository: Path, tmp_path: Path) -> None:
    """As the reader of requirements files hands it over: direct_url.json knows no tags."""
    line = f"git+{repository.as_uri()}@v1#subdirectory=inner"
    package = replace(_listed(line), direct_url=direct_url(line))
    assert [path.name for path in direct_source(package, tmp_path / "cache", offline=True).iterdir()] == ["setup.py"]


def test_digests_of_archives_count(tmp_path: Path) -> None:
    """One of those stated must be the file's; a kind that nobody knows says nothing."""
    archive = tmp_path / "demo-1.tar.gz"
    archive.write_bytes(b"the archive")
    right = f"sha256:{hashlib.sha256(b'the archive').hexdigest()}"
    listed = _listed(archive.as_uri())

    def stating(*hashes: str) -> PipPackage:
        return replace(listed, requirements=(replace(listed.requirements[0], hashes=hashes),))

    for hashes in ((), (right,), ("sha256:" + "0" * 64, right), ("strange:00",)):
        assert direct_source(stating(*hashes), tmp_path, offline=True) == archive
    with pytest.raises(BuildError, match="another digest than is stated") as fault:
        direct_source(stating("sha256:" + "0" * 64), tmp_path, offline=True)
    assert fault.value.reason == "hash-mismatch"
