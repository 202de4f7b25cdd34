"""What a host is told of the lock, and the prefix that it makes of it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import dask.config
import pytest

from condasync.cluster.worker_prefix import LockOrder, default_prefix, make_prefix, read_order, verified_digest
from condasync.errors import ApplyError, CondasyncError, LockFileError, UsageError
from condasync.settings import read_worker_settings
from tests.build.python_channel import run_python
from tests.cluster.world.locks import digest_of, export_lock


def _order(lock: Path, cache: Path, digest: str | None = None, prefix: Path | None = None) -> LockOrder:
    return LockOrder(lock=lock, digest=digest, prefix=prefix, artifacts=(), offline=True, cache_dir=cache)


@pytest.fixture
def caches_in(world_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let `condasync apply` use the world's cache."""
    monkeypatch.setenv("CONDASYNC_CACHE_DIR", str(world_cache))
    return world_cache


@pytest.mark.parametrize("source", ["variables", "configuration"])
def test_variables_come_before_configuration(source: str, tmp_path: Path) -> None:
    """Every setting can stand in either place; where both speak, the variables win."""
    (one, two), digest = (tmp_path / "one", tmp_path / "two"), "AB" * 32
    configured = {
        "condasync.lock": str(one / "conda-lock.yml"),
        "condasync.digest": digest,
        "condasync.prefix": str(one / "prefix"),
        "condasync.artifacts": [str(one)],
        "condasync.offline": True,
    }
    variables = {
        "CONDASYNC_LOCK": str(two / "conda-lock.yml"),
        "CONDASYNC_LOCK_DIGEST": "cd" * 32,
        "CONDASYNC_PREFIX": str(two / "prefix"),
        "CONDASYNC_ARTIFACTS": f"{two}:{one}",
        "CONDASYNC_OFFLINE": "1",
    }
    cache = {"CONDASYNC_CACHE_DIR": str(tmp_path)}
    with dask.config.set(configured):
        order = read_order(read_worker_settings(cache | (variables if source == "variables" else {})))
    place = two if source == "variables" else one
    assert order == LockOrder(
        lock=place / "conda-lock.yml",
        digest="cd" * 32 if source == "variables" else digest.lower(),
        prefix=place / "prefix",
        artifacts=(two, one) if source == "variables" else (one,),
        offline=True,
        cache_dir=tmp_path,
    )


def test_configuration_may_name_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A prefix on the disk of each node is named as $VARIABLE in the configuration of all; one folder needs no list."""
    monkeypatch.setenv("JOB_DISK", str(tmp_path))
    facts: dict[str, Any] = {"lock": "conda-lock.yml", "prefix": "$JOB_DISK/prefix", "artifacts": "$JOB_DISK/files"}
    with dask.config.set({f"condasync.{key}": value for key, value in facts.items()}):
        order = read_order(read_worker_settings({}))
    assert (order.prefix, order.artifacts) == (tmp_path / "prefix", (tmp_path / "files",))
    assert (order.lock, order.digest, order.offline) == (Path.cwd() / "conda-lock.yml", None, False)


def test_no_lock_is_named() -> None:
    """The message says where to name one."""
    with pytest.raises(UsageError, match="no lock is named") as caught:
        read_order(read_worker_settings({}))
    assert "CONDASYNC_LOCK" in caught.value.hints[0]


def test_digest_is_that_of_the_file(tmp_path: Path) -> None:
    """The right digest and none are taken, another one names both; a lock that is not there is no surprise."""
    lock = tmp_path / "conda-lock.yml"
    lock.write_bytes(b"x")
    right = hashlib.sha256(b"x").hexdigest()
    assert verified_digest(_order(lock, tmp_path)) == verified_digest(_order(lock, tmp_path, right)) == right
    with pytest.raises(LockFileError, match=f"its sha256 is {right}, expected is {'0' * 64}") as changed:
        verified_digest(_order(lock, tmp_path, "0" * 64))
    assert "start that again, by condasync hook" in changed.value.hints[0]
    with pytest.raises(LockFileError, match="cannot be read on this machine: No such file"):
        verified_digest(_order(tmp_path / "none.yml", tmp_path))


def test_default_prefix_is_one_per_lock(tmp_path: Path) -> None:
    """Equal locks share a prefix, others do not."""
    one, two = ("1" * 64, "2" * 64)
    assert default_prefix(tmp_path, one) == tmp_path / "prefixes" / "1111111111111111"
    assert default_prefix(tmp_path, one) != default_prefix(tmp_path, two)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("not: [a lock\n", LockFileError, "conda-lock.yml"),
        ("", LockFileError, "conda-lock.yml"),
    ],
)
def test_broken_lock(text: str, error: type[CondasyncError], message: str, caches_in: Path, tmp_path: Path) -> None:
    """What apply says of the lock is what is raised, and there is no prefix."""
    lock = tmp_path / "conda-lock.yml"
    lock.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message):
        make_prefix(_order(lock, caches_in, prefix=tmp_path / "prefix"))
    assert not (tmp_path / "prefix").exists()


def test_lock_whose_package_is_gone(dask_channel: Path, caches_in: Path, tmp_path: Path) -> None:
    """A package that is nowhere, or is not what the lock says, is an error of apply; there is no prefix."""
    lock = export_lock(tmp_path / "out", dask_channel, cache=caches_in, packages=("zict",))
    text = lock.read_text(encoding="utf-8")
    held = (dask_channel / "linux-64").glob("zict-*.conda")
    broken = tmp_path / "elsewhere" / "linux-64" / next(held).name
    broken.parent.mkdir(parents=True)
    lock.write_text(text.replace(f"{dask_channel.as_uri()}/linux-64/zict", f"{broken.parent.as_uri()}/zict"), "utf-8")
    with pytest.raises(CondasyncError, match="zict"):
        make_prefix(_order(lock, tmp_path / "cache", prefix=tmp_path / "prefix"))
    broken.write_bytes(b"not the package")
    with pytest.raises(CondasyncError, match="zict"):
        make_prefix(_order(lock, tmp_path / "cache", prefix=tmp_path / "prefix"))
    assert not (tmp_path / "prefix").exists()


def test_lock_without_distributed(dask_channel: Path, caches_in: Path, tmp_path: Path) -> None:
    """The prefix is made, and the message says why no worker can start from it."""
    lock = export_lock(tmp_path / "out", dask_channel, cache=caches_in, packages=("zict",))
    with pytest.raises(
        ApplyError, match="no worker starts from it: ModuleNotFoundError: No module named 'distributed'"
    ):
        make_prefix(_order(lock, tmp_path / "cache", prefix=tmp_path / "prefix"))
    assert run_python(tmp_path / "prefix", "import zict; print('there')") == "there"


def test_prefix_is_made_once(dask_channel: Path, caches_in: Path, tmp_path: Path) -> None:
    """Without a named prefix it is the lock's own in the cache; a second time nothing in it is touched."""
    lock = export_lock(tmp_path / "out", dask_channel, cache=caches_in, packages=("distributed",))
    made = make_prefix(_order(lock, tmp_path / "cache", digest_of(lock)))
    assert made.path == default_prefix(tmp_path / "cache", digest_of(lock))
    assert (made.digest, made.has_condasync) == (digest_of(lock), False)
    before = made.path.stat()
    again = make_prefix(_order(lock, tmp_path / "cache"))
    assert again == made
    assert (again.path.stat().st_ino, again.path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
