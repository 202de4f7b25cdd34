"""The world of the cluster tests: a channel that carries a Dask worker, and a prefix made of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import dask.config
import pytest

from tests.build.python_channel import install
from tests.cluster.simulation import QUIET
from tests.cluster.world.channel import worker_channel
from tests.cluster.world.locks import WORKER
from tests.cluster.world.processes import DaskProcesses


@pytest.fixture(scope="session")
def world_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of this session: `channel`, and `cache` as CONDASYNC_CACHE_DIR."""
    return tmp_path_factory.mktemp("cluster-world")


@pytest.fixture(scope="session")
def dask_channel(world_folder: Path) -> Path:
    """Return a channel with python, dask, distributed, condasync and all that they require."""
    return worker_channel(world_folder / "channel")


@pytest.fixture(scope="session")
def world_cache(world_folder: Path) -> Path:
    """Return a folder to be CONDASYNC_CACHE_DIR."""
    return world_folder / "cache"


@pytest.fixture(scope="session")
def base_prefix(world_folder: Path, dask_channel: Path) -> Path:
    """Return a prefix made of the channel, without any local project; nothing may change it."""
    return install(world_folder / "base", [dask_channel], WORKER, cache=world_folder / "rattler")


@pytest.fixture(scope="session")
def bare_prefix(world_folder: Path, dask_channel: Path) -> Path:
    """Return a prefix that has distributed and no condasync; nothing may change it."""
    return install(world_folder / "bare", [dask_channel], ("distributed",), cache=world_folder / "rattler")


@pytest.fixture
def dask_processes(tmp_path: Path, world_cache: Path) -> Iterator[DaskProcesses]:
    """Return a starter of schedulers and nannies that ends them with the test."""
    with DaskProcesses(tmp_path / "processes", {"CONDASYNC_CACHE_DIR": str(world_cache)}) as processes:
        yield processes


@pytest.fixture
def quiet_dask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let many servers in this process keep quiet, and have a cache of their own."""
    monkeypatch.setenv("CONDASYNC_CACHE_DIR", str(tmp_path / "cache"))
    logger = logging.getLogger("distributed")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    with dask.config.set(QUIET):
        yield
    logger.setLevel(before)
