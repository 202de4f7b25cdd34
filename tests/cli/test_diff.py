"""`condasync diff` on locks, prefixes and git revisions."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from condasync.lock import conda_lock_v1
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata
from condasync.model.record import ChannelRecord
from tests.cli.conftest import Cli, make_conda_prefix
from tests.conftest import MakeRecord


def lock_text(*records: ChannelRecord, platforms: tuple[str, ...] = ("linux-64",)) -> str:
    """Return a lock of records; their digests are made up, for nothing is fetched."""
    rows = tuple(
        LockedPackage(
            manager="conda",
            name=record.name,
            version=record.version,
            platform="linux-64",
            url=record.url,
            md5="0" * 32,
            sha256=None,
            build=record.build,
        )
        for record in records
    )
    metadata = LockMetadata(content_hash=(), channels=("synthetic",), platforms=platforms, sources=())
    return conda_lock_v1.dumps(LockFile(packages=rows, metadata=metadata))


@pytest.fixture
def locks(cli: Cli, make_record: MakeRecord) -> tuple[Path, Path]:
    """Return two locks of the working directory: zlib moves, xz goes, zstd comes."""
    del cli  # makes the working directory
    old, new = Path("old.yml"), Path("new.yml")
    old.write_text(lock_text(make_record("zlib", "1.2.13"), make_record("xz", "5.2")), encoding="utf-8")
    new.write_text(lock_text(make_record("zlib", "1.3.1"), make_record("zstd", "1.5")), encoding="utf-8")
    return old, new


def changes(cli: Cli, one: str | Path, other: str | Path) -> list[tuple[str, str]]:
    """Return (kind, name) of every change."""
    ran = cli("diff", one, other, "--json")
    assert ran.code == 0, ran.out
    return [(change["kind"], change["name"]) for change in ran.data["changes"]]


EXPECTED = [("removed", "xz"), ("changed", "zlib"), ("added", "zstd")]


def test_two_locks(cli: Cli, locks: tuple[Path, Path]) -> None:
    """A difference is an answer, not a failure."""
    assert changes(cli, *locks) == EXPECTED
    text = cli("diff", *locks)
    assert text.code == 0
    assert text.out.endswith("old.yml and new.yml: 1 added, 1 removed, 1 changed\n")


def test_a_lock_in_git(cli: Cli, locks: tuple[Path, Path]) -> None:
    """The committed lock beside the one that lies there now."""
    old, new = locks
    identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
    for arguments in (("init", "--quiet"), ("add", str(old)), (*identity, "commit", "--quiet", "-m", "one")):
        subprocess.run(["git", *arguments], check=True)
    old.write_text(new.read_text(encoding="utf-8"), encoding="utf-8")
    assert changes(cli, "HEAD:old.yml", old) == EXPECTED


def test_a_prefix_against_a_lock(cli: Cli, tmp_path: Path, make_record: MakeRecord) -> None:
    """A prefix that was made from the lock has no difference; later installs show."""
    records = [make_record("python", "3.11.7"), make_record("zlib", "1.3.1")]
    Path("lock.yml").write_text(lock_text(*records), encoding="utf-8")
    same = make_conda_prefix(tmp_path / "same", records, requested={"zlib"})
    assert changes(cli, same, "lock.yml") == []
    more = make_conda_prefix(tmp_path / "more", [*records, make_record("xz", "5.2")], requested={"zlib"})
    assert changes(cli, "lock.yml", more) == [("added", "xz")]


def test_markdown_is_not_wrapped(cli: Cli, locks: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A narrow terminal does not break the table."""
    monkeypatch.setenv("COLUMNS", "20")
    assert "| `zlib` | changed | `1.2.13` | `1.3.1` | version |\n" in cli("diff", *locks, "--markdown").out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("absent.yml", "new.yml"), 6, "absent.yml: no such file"),
        (("HEAD:absent.yml", "new.yml"), 6, "HEAD:absent.yml: "),
        ((".", "new.yml"), 3, "not an environment"),
        (("new.yml", "new.yml", "--json", "--markdown"), 2, "exclude each other"),
    ],
)
def test_what_cannot_be_compared(
    cli: Cli, locks: tuple[Path, Path], arguments: tuple[str, ...], code: int, message: str
) -> None:
    """Exit codes and messages of the contract."""
    del locks
    ran = cli("diff", *arguments)
    assert ran.code == code
    assert message in ran.out + ran.err


def test_a_prefix_of_another_platform_is_compared_by_version(cli: Cli, tmp_path: Path, make_record: MakeRecord) -> None:
    """It is said that builds do not count; with several platforms in the lock none can be chosen."""
    mac = [make_record("python", "3.11.7", build="mac_0", subdir="osx-arm64")]
    prefix = make_conda_prefix(tmp_path / "mac", mac, requested={"python"})
    Path("one.yml").write_text(lock_text(make_record("python", "3.11.7")), encoding="utf-8")
    ran = cli("diff", "one.yml", prefix)
    assert "is for osx-arm64 and compared as linux-64: versions count, builds do not" in ran.out
    several = lock_text(make_record("python", "3.11.7"), platforms=("linux-64", "win-64"))
    Path("two.yml").write_text(several, encoding="utf-8")
    assert cli("diff", "two.yml", prefix).code == 2
