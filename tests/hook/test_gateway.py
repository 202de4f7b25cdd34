"""The configuration for dask-gateway, executed as the server does."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from condasync.errors import UsageError
from condasync.hook.gateway import gateway
from condasync.hook.kubernetes import PREFIX, pod
from condasync.hook.launch import Launch, read_launch
from condasync.hook.prologue import prologue
from tests.hook.conftest import WORKER, row, synthetic_lock, write_lock


@pytest.fixture
def launch(tmp_path: Path) -> Launch:
    """Return a lock in a folder whose name needs quoting."""
    folder = tmp_path / """it's "here" \\ $HOME"""
    write_lock(folder, synthetic_lock(*WORKER))
    return read_launch(folder)


def _config(text: str) -> SimpleNamespace:
    config = SimpleNamespace(JobQueueClusterConfig=SimpleNamespace(), KubeClusterConfig=SimpleNamespace())
    exec(compile(text, "dask_gateway_config.py", "exec"), {"c": config})
    return config


def test_jobs_run_the_prologue_before_the_worker(launch: Launch) -> None:
    """The server joins setup and command into a script of sh: the prefix is made before its worker is started."""
    jobs = _config(gateway(launch)).JobQueueClusterConfig
    for part in ("worker", "scheduler"):
        setup, command = getattr(jobs, f"{part}_setup"), getattr(jobs, f"{part}_cmd")
        assert setup.splitlines() == list(prologue(launch))
        assert command == f'"$CONDASYNC_PREFIX/bin/dask-gateway-{part}"'
        subprocess.run(["sh", "-n"], input=f"#!/bin/sh\n{setup}\n{command} --nthreads 1", text=True, check=True)


def test_pods_get_the_prefix_from_an_init_container(launch: Launch) -> None:
    """The same parts as for dask-kubernetes, under the names of the gateway's options."""
    pods = _config(gateway(launch)).KubeClusterConfig
    for part in ("worker", "scheduler"):
        assert getattr(pods, f"{part}_cmd") == f"{PREFIX}/bin/dask-gateway-{part}"
        assert getattr(pods, f"{part}_extra_pod_config") == pod(launch)
        (mount,) = getattr(pods, f"{part}_extra_container_config")["volumeMounts"]
        assert PREFIX.startswith(mount["mountPath"])
    assert pods.environment["CONDASYNC_LOCK_DIGEST"] == launch.digest
    assert pods.image == "debian:bookworm-slim"


def test_a_lock_without_the_gateways_worker_is_refused(tmp_path: Path) -> None:
    """Its pods and jobs start dask-gateway-worker, which comes with dask-gateway."""
    write_lock(tmp_path, synthetic_lock(row("distributed", "2026.8.0")))
    with pytest.raises(UsageError, match="locks no dask-gateway"):
        gateway(read_launch(tmp_path))
