"""From a lock file to what a cluster is told."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import dask
import pytest

from condasync import CondaSync
from condasync.cluster.connect import Door, connected
from condasync.cluster.manifest import parcel_of, read_lock
from condasync.errors import CondasyncError, LockFileError, NetworkError, UsageError
from condasync.lock import conda_lock_v1
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata
from condasync.model.url import redact

DATA = b"a local package"
SHA = hashlib.sha256(DATA).hexdigest()
WriteLock: TypeAlias = Callable[..., Path]


@pytest.fixture
def write_lock(tmp_path: Path) -> WriteLock:
    """Return a writer of a lock with a package of a channel, a wheel, and a local package by its URL."""

    def write(local_url: str, *, digest: str | None = SHA) -> Path:
        packages = (
            _row("libpq", "https://conda.anaconda.org/conda-forge/linux-64/libpq-17.0-h1_0.conda", "b" * 64),
            _row("mine", local_url, digest),
            _row("Wheel.Only", "https://example.org/wheel_only-1.0-py3-none-any.whl", "c" * 64, manager="pip"),
        )
        metadata = LockMetadata(
            content_hash=(("linux-64", "0" * 64),), channels=("conda-forge",), platforms=("linux-64",), sources=()
        )
        path = tmp_path / "conda-lock.yml"
        path.write_text(conda_lock_v1.dumps(LockFile(packages=packages, metadata=metadata)), encoding="utf-8")
        return path

    return write


def _row(name: str, url: str, digest: str | None, *, manager: str = "conda") -> LockedPackage:
    return LockedPackage(
        manager="pip" if manager == "pip" else "conda",
        name=name,
        version="17.0" if name == "libpq" else "1.0",
        platform="linux-64",
        url=url,
        md5="0" * 32,
        sha256=digest,
    )


def test_local_packages_travel_and_others_do_not(write_lock: WriteLock, tmp_path: Path) -> None:
    """Workers fetch from channels themselves; what lies on this machine alone has to be sent."""
    file = tmp_path / "mine-1.0-0.conda"
    file.write_bytes(DATA)
    read = read_lock(write_lock(file.as_uri()))
    parcel = parcel_of(read)
    rows = {row.name: row for row in parcel.rows_for("linux-64") or ()}
    assert {name: row.carried for name, row in rows.items()} == {"libpq": False, "mine": True, "wheel-only": False}
    assert rows["libpq"].file_name == "libpq-17.0-h1_0.conda"
    assert parcel.files == ((SHA, "mine-1.0-0.conda"),)
    assert parcel.contents == ()
    assert zlib.decompress(parcel.text) == read.path.read_bytes()
    assert parcel.digest == hashlib.sha256(read.path.read_bytes()).hexdigest()
    assert parcel.rows_for("osx-arm64") is None


def test_for_offline_workers_everything_travels(write_lock: WriteLock, tmp_path: Path) -> None:
    """They reach nothing but the cluster."""
    (tmp_path / "mine-1.0-0.conda").write_bytes(DATA)
    parcel = parcel_of(read_lock(write_lock((tmp_path / "mine-1.0-0.conda").as_uri())), offline=True)
    assert all(row.carried for row in parcel.rows_for("linux-64") or ())


def test_a_local_package_is_also_looked_for_beside_the_lock(write_lock: WriteLock, tmp_path: Path) -> None:
    """The folder was moved as a whole: the channel beside the lock has what the stated path has no more."""
    beside = tmp_path / "condasync-channel" / "noarch" / "mine-1.0-0.conda"
    beside.parent.mkdir(parents=True)
    beside.write_bytes(DATA)
    lock = write_lock("file:///elsewhere/condasync-channel/noarch/mine-1.0-0.conda")
    assert read_lock(tmp_path).local == read_lock(lock).local == ((SHA, beside),)


@pytest.mark.parametrize(
    ("url", "digest", "message"),
    [
        ("file:///nowhere/mine-1.0-0.conda", SHA, "is not there, and the lock needs it for mine 1.0"),
        ("HERE", None, "has no sha256 in the lock"),
    ],
)
def test_local_packages_that_cannot_travel(
    write_lock: WriteLock, tmp_path: Path, url: str, digest: str | None, message: str
) -> None:
    """Before anything is sent it is said which file lacks, and how to come by it."""
    file = tmp_path / "mine-1.0-0.conda"
    file.write_bytes(DATA)
    lock = write_lock(file.as_uri() if url == "HERE" else url, digest=digest)
    with pytest.raises(LockFileError, match=message) as raised:
        read_lock(lock)
    assert raised.value.hints == ("make the lock anew: condasync export",)


@pytest.mark.parametrize(("content", "message"), [(None, "cannot be read"), (b"\xff\xfe", "not UTF-8"), (b"{", "YAML")])
def test_files_that_are_no_lock(tmp_path: Path, content: bytes | None, message: str) -> None:
    """Exit 6, with the path."""
    path = tmp_path / "conda-lock.yml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LockFileError, match=message):
        read_lock(path)


def test_the_plugin_carries_the_files(write_lock: WriteLock, tmp_path: Path) -> None:
    """One message holds the agent, the lock and the local packages; where there is too much, it says what to do."""
    file = tmp_path / "mine-1.0-0.conda"
    file.write_bytes(DATA)
    lock = write_lock(file.as_uri())
    assert CondaSync(lock).name == "condasync"
    with file.open("r+b") as large:
        large.truncate(300 * 2**20)
    with pytest.raises(UsageError, match="300 MiB"):
        CondaSync(lock)


@pytest.mark.parametrize(
    ("door", "kind", "message"),
    [
        (Door(address="tcp://127.0.0.1:9"), NetworkError, "no Dask scheduler answers within 0.2 s"),
        (Door(address="nonsense://x"), UsageError, "not an address of a scheduler"),
        (Door(address="tls://127.0.0.1:9"), NetworkError, "no certificates"),
        (Door(address="tcp://127.0.0.1:9", tls_key=Path("k")), UsageError, "--tls-ca-file, --tls-cert"),
        (
            Door(address="tcp://x", tls_ca_file=Path("/no/ca"), tls_cert=Path("/no/c"), tls_key=Path("/no/k")),
            UsageError,
            "/no/ca, /no/c, /no/k: no such file",
        ),
    ],
)
def test_doors_that_do_not_open(door: Door, kind: type[CondasyncError], message: str) -> None:
    """Each says what is wrong and what to give."""
    patience = dask.config.set({"distributed.comm.timeouts.connect": "0.2s"})
    with patience, pytest.raises(kind, match=message), connected(door):
        pass


def test_a_password_in_an_address_is_not_repeated() -> None:
    """Dask repeats the address without its scheme, where it is no URL any more; what is shown has none of it."""
    door = Door(address="tcp://me:planted@127.0.0.1:9")
    with pytest.raises(UsageError, match="has no user and no password") as raised, connected(door):
        pass
    assert "planted" not in redact(raised.value.message)
