"""Locks for the hook: made by real processes on the bundled snapshot, and small synthetic ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from condasync.lock import conda_lock_v1
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata

DIGEST = "0" * 64


@pytest.fixture(scope="session")
def hook_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return one cache for all processes, so that the snapshot is unpacked once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def here(tmp_path: Path, hook_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working folder; processes know no package index and no active environment."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("CONDASYNC_CACHE_DIR", str(hook_cache))
    for name in ("CONDA_PREFIX", "VIRTUAL_ENV", "CONDASYNC_LOCK", "CONDASYNC_LOCK_DIGEST"):
        monkeypatch.delenv(name, raising=False)
    return folder


def row(name: str, version: str, *, url: str | None = None, manager: str = "conda") -> LockedPackage:
    """Return a synthetic row, which therefore carries no digest of a real package."""
    return LockedPackage(
        manager="conda" if manager == "conda" else "pip",
        name=name,
        version=version,
        platform="linux-64",
        url=url or f"https://example.org/synthetic/linux-64/{name}-{version}-0.conda",
        md5="0" * 32,
        sha256=DIGEST,
        build="0" if manager == "conda" else None,
    )


WORKER = (row("dask-gateway", "2025.4.0"), row("distributed", "2026.8.0"), row("python", "3.11.9"))


def synthetic_lock(
    *rows: LockedPackage,
    platforms: tuple[str, ...] = ("linux-64",),
    channels: tuple[str, ...] = ("conda-forge",),
    sources: tuple[str, ...] = (),
    custom: tuple[tuple[str, str], ...] = (),
) -> LockFile:
    """Return a lock of synthetic rows."""
    return LockFile(
        packages=tuple(sorted(rows, key=lambda one: one.name)),
        metadata=LockMetadata(
            content_hash=tuple((platform, DIGEST) for platform in platforms),
            channels=channels,
            platforms=platforms,
            sources=sources,
            custom=custom,
        ),
    )


def write_lock(folder: Path, lock: LockFile, name: str = "conda-lock.yml") -> Path:
    """Write a lock and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(conda_lock_v1.dumps(lock), encoding="utf-8")
    return path
