"""For dask-gateway: lines for the server's dask_gateway_config.py, for its job queue and Kubernetes backends."""

from __future__ import annotations

from typing import Any

from condasync.hook.images import BASE, image_of
from condasync.hook.kubernetes import PREFIX, pod, variables, volume_mounts
from condasync.hook.launch import Launch
from condasync.hook.prologue import prologue


def gateway(launch: Launch) -> str:
    """Return the configuration. Raises UsageError when the lock lacks dask-gateway, which its workers run."""
    launch.version("dask-gateway")
    setup = "\n".join(prologue(launch))
    jobs: dict[str, Any] = {
        "worker_setup": setup,
        "scheduler_setup": setup,
        "worker_cmd": '"$CONDASYNC_PREFIX/bin/dask-gateway-worker"',
        "scheduler_cmd": '"$CONDASYNC_PREFIX/bin/dask-gateway-scheduler"',
    }
    mounts = {"volumeMounts": volume_mounts()}
    pods: dict[str, Any] = {
        "image": image_of(launch, BASE),
        "worker_cmd": f"{PREFIX}/bin/dask-gateway-worker",
        "scheduler_cmd": f"{PREFIX}/bin/dask-gateway-scheduler",
        "environment": variables(launch),
        "worker_extra_pod_config": pod(launch),
        "scheduler_extra_pod_config": pod(launch),
        "worker_extra_container_config": mounts,
        "scheduler_extra_container_config": mounts,
    }
    lines = ["# Slurm and PBS: the lock and the Python named here must be on a file system that the nodes share."]
    lines += [f"c.JobQueueClusterConfig.{name} = {_literal(value)}" for name, value in jobs.items()]
    lines += ["", "# Kubernetes: needs the ConfigMap that `condasync hook --for kubernetes` writes."]
    lines += [f"c.KubeClusterConfig.{name} = {_literal(value)}" for name, value in pods.items()]
    return "\n".join(lines) + "\n"


def _literal(value: Any, indent: str = "") -> str:
    """Return a value as Python source, one entry or line of text a line."""
    more = f"{indent}    "
    match value:
        case dict() if value:
            parts = [f"{more}{key!r}: {_literal(one, more)},\n" for key, one in value.items()]
            return f"{{\n{''.join(parts)}{indent}}}"
        case list() if value:
            parts = [f"{more}{_literal(one, more)},\n" for one in value]
            return f"[\n{''.join(parts)}{indent}]"
        case str() if "\n" in value:
            parts = [f"{more}{line!r}\n" for line in value.splitlines(keepends=True)]
            return f"(\n{''.join(parts)}{indent})"
        case _:
            return repr(value)
