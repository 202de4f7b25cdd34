"""Locks of conda-lock and of condasync against their sources, by the content hash."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.errors import CaptureError, InputSyntaxError
from condasync.lock.content_hash import content_hashes_of
from condasync.lock.freshness import drifts_from_input, drifts_from_sources
from condasync.lock.input_digest import custom_metadata
from condasync.model.environment import Environment
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata
from condasync.model.package import PipPackage
from tests.lock.conftest import Reference

TEXT = """\
channels: [conda-forge]
platforms: [linux-64]
dependencies:
  - zlib >=1.2
  - pip:
    - made-up ==1.0
"""


def row(name: str, version: str, manager: str = "conda") -> LockedPackage:
    """Return a row of the lock."""
    return LockedPackage(
        manager="pip" if manager == "pip" else "conda",
        name=name,
        version=version,
        platform="linux-64",
        url=f"https://example.org/{name}-{version}-0.conda",
        md5="0" * 32,
        sha256=None,
    )


ROWS = (row("zlib", "1.3"), row("pip", "24"), row("made-up", "1.0", "pip"))


def lock(hashes: tuple[tuple[str, str], ...], *rows: LockedPackage) -> LockFile:
    """Return a lock with a content hash."""
    metadata = LockMetadata(
        content_hash=hashes, channels=("conda-forge",), platforms=("linux-64",), sources=("environment.yml",)
    )
    return LockFile(packages=rows or ROWS, metadata=metadata)


def texts(made: LockFile, *sources: Path) -> list[str]:
    """Return what has drifted, in words."""
    return [drift.text for drift in drifts_from_sources(made, sources, folder=sources[0].parent)]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return the environment.yml."""
    path = tmp_path / "environment.yml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_lock_with_the_hash_that_conda_lock_computes_is_fresh(source: Path, reference: Reference) -> None:
    """conda-lock itself says what the hash is."""
    assert texts(lock(tuple(reference(TEXT).items())), source) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("zlib >=1.2", "zlib >=1.4", ["zlib >=1.4 is wanted, 1.3 is locked for linux-64"]),
        ("made-up ==1.0", "made-up ==1.1", ["made-up ==1.1 is wanted, 1.0 is locked for linux-64"]),
        ("- zlib", "- xz\n  - zlib", ["xz is wanted and not locked for linux-64"]),
        (
            "zlib >=1.2",
            "zlib >=1.1",
            [
                "environment.yml or its virtual packages changed for linux-64; the locked packages still meet it",
            ],
        ),
        (
            "[conda-forge]",
            "[other]",
            ["environment.yml or its virtual packages changed for linux-64; the locked packages still meet it"],
        ),
        ("[linux-64]", "[linux-64, win-64]", ["the platform win-64 is wanted and not locked"]),
    ],
)
def test_what_changed_is_named(source: Path, old: str, new: str, expected: list[str]) -> None:
    """Requests that the locked packages do not meet, platforms, and changes that they still meet."""
    made = lock(content_hashes_of(TEXT))
    source.write_text(TEXT.replace(old, new), encoding="utf-8")
    assert texts(made, source) == expected


def test_virtual_packages_count(source: Path) -> None:
    """A virtual-packages.yaml beside the lock enters the hash, as for conda-lock."""
    made = lock(content_hashes_of(TEXT))
    beside = source.with_name("virtual-packages.yaml")
    beside.write_text("subdirs:\n  linux-64:\n    packages:\n      __glibc: '2.17'\n", encoding="utf-8")
    assert len(texts(made, source)) == 1


def test_several_sources_count_together(source: Path, reference: Reference, tmp_path: Path) -> None:
    """The last request of a name counts, as for conda-lock."""
    more = tmp_path / "more.yml"
    more.write_text("channels: []\ndependencies:\n  - zlib 1.3.*\n  - xz\n", encoding="utf-8")
    both = TEXT.replace("zlib >=1.2", "zlib 1.3.*").replace("- zlib", "- xz\n  - zlib")
    made = lock(tuple(reference(both).items()), *ROWS, row("xz", "5"))
    assert texts(made, source, more) == []


def test_sources_that_do_not_go_together_are_refused(source: Path, tmp_path: Path) -> None:
    """The order of their channels would be a guess; conda-lock refuses them as well."""
    more = tmp_path / "more.yml"
    more.write_text("channels: [other]\ndependencies: [xz]\n", encoding="utf-8")
    with pytest.raises(CaptureError, match="the channels of the files do not go together"):
        texts(lock(()), source, more)


@pytest.mark.parametrize(
    ("name", "content", "kind", "message"),
    [
        ("absent.yml", None, CaptureError, "no such file, and the lock names it as its source"),
        ("pyproject.toml", "[project\n", CaptureError, "pyproject.toml: conda-lock cannot read it: .*Error"),
        ("pyproject.toml", None, CaptureError, "pyproject.toml: no such file"),
        ("broken.yml", "dependencies: [", InputSyntaxError, "broken.yml:1: not YAML"),
        ("latin.yml", "dependencies: [caf\xe9]\n", CaptureError, "cannot be read"),
    ],
)
def test_sources_that_cannot_be_read(
    tmp_path: Path, name: str, content: str | None, kind: type[Exception], message: str
) -> None:
    """Each fault is told with the file's name."""
    path = tmp_path / name
    if content is not None:
        path.write_text(content, encoding="latin-1")
    with pytest.raises(kind, match=message):
        texts(lock(()), path)


def test_an_input_that_the_lock_remembers_only_by_digest() -> None:
    """It is stale all the same, and says why it cannot say more."""
    old, new = (
        Environment(kind="venv", packages=(PipPackage(name="a", version=version, requested=True),))
        for version in ("1", "2")
    )
    pairs = custom_metadata(
        inputs=[old], targets=[], python=None, channels_from_command_line=False, engine=("rattler", "0")
    )
    assert [drift.text for drift in drifts_from_input(with_custom(pairs), new)] == ["a 1 became 2"]
    short = tuple(pair for pair in pairs if not pair[0].endswith("_pip"))
    assert "does not remember" in drifts_from_input(with_custom(short), new)[0].text
    assert drifts_from_input(with_custom(short), old) == ()


def with_custom(pairs: tuple[tuple[str, str], ...]) -> LockFile:
    """Return a lock with custom metadata."""
    metadata = LockMetadata(
        content_hash=(), channels=(), platforms=("linux-64",), sources=("environment.yml",), custom=pairs
    )
    return LockFile(packages=(), metadata=metadata)
