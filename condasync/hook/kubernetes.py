"""For dask-kubernetes: a ConfigMap that holds the lock, and a DaskCluster whose pods make the prefix before they start.

The DaskCluster is what `make_cluster_spec` of dask-kubernetes makes, with an init container and the lock's own Python.
"""

from __future__ import annotations

import base64
import re
from typing import Any, Final

from condasync.errors import UsageError
from condasync.hook.images import BASE, MAKER, image_of, install_condasync, make_prefix
from condasync.hook.launch import Launch
from condasync.hook.yaml_text import yaml_text

_NAME: Final = re.compile(r"[a-z]([-a-z0-9]{0,50}[a-z0-9])?")
_MOST: Final = 1 << 20  # what a ConfigMap may hold
# A folder below the volume: the prefix is replaced as a whole, and the volume itself cannot be.
_VOLUME: Final = "/opt/condasync"
PREFIX: Final = f"{_VOLUME}/env"
_LOCK_FOLDER: Final = "/etc/condasync"


def kubernetes(launch: Launch) -> str:
    """Return both resources as YAML for `kubectl apply`. Raises UsageError for what a ConfigMap cannot hold."""
    launch.version("distributed")
    return yaml_text(config_map(launch), cluster(launch))


def config_map(launch: Launch) -> dict[str, Any]:
    """Return the ConfigMap: the lock, and packages that lie beside it."""
    artifacts = {
        _key(number): base64.b64encode((launch.path.parent / path).read_bytes()).decode()
        for number, path in enumerate(launch.artifacts())
    }
    size = len(launch.text.encode()) + sum(map(len, artifacts.values()))
    if size > _MOST:
        raise UsageError(
            f"lock and local packages are {size / _MOST:.1f} MiB, a ConfigMap holds 1 MiB",
            hints=("build an image instead: condasync hook --for dockerfile", "or export with --artifact-url URL"),
        )
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": map_name(launch)},
        "data": {"lock": launch.text},
        **({"binaryData": artifacts} if artifacts else {}),
    }


def cluster(launch: Launch) -> dict[str, Any]:
    """Return the DaskCluster."""
    ports = {"tcp-comm": 8786, "http-dashboard": 8787}
    scheduler = {
        **_container(launch, "scheduler", "dask_scheduler", ["--host", "0.0.0.0"], ports),  # noqa: S104 - in a pod
        "readinessProbe": _probe({"initialDelaySeconds": 0, "periodSeconds": 1, "timeoutSeconds": 300}),
        "livenessProbe": _probe({"initialDelaySeconds": 15, "periodSeconds": 20}),
    }
    arguments = ["--name", "$(DASK_WORKER_NAME)", "--dashboard", "--dashboard-address", "8788"]
    worker = _container(launch, "worker", "dask_worker", arguments, {"http-dashboard": 8788})
    service = {
        "type": "ClusterIP",
        "selector": {"dask.org/cluster-name": launch.name, "dask.org/component": "scheduler"},
        "ports": [{"name": name, "protocol": "TCP", "port": port, "targetPort": name} for name, port in ports.items()],
    }
    return {
        "apiVersion": "kubernetes.dask.org/v1",
        "kind": "DaskCluster",
        "metadata": {"name": launch.name},
        "spec": {
            "worker": {"replicas": 2, "spec": {**pod(launch), "containers": [worker]}},
            "scheduler": {"spec": {**pod(launch), "containers": [scheduler]}, "service": service},
        },
    }


def pod(launch: Launch) -> dict[str, Any]:
    """Return what a pod needs beside its container: the init container that makes the prefix, and volumes."""
    lock = f"{_LOCK_FOLDER}/{launch.path.name}"
    steps = " && ".join((install_condasync(), *make_prefix(launch, lock, PREFIX)))
    items = [{"key": "lock", "path": launch.path.name}]
    items += [{"key": _key(number), "path": path.as_posix()} for number, path in enumerate(launch.artifacts())]
    mounts = [*volume_mounts(), {"name": "condasync-lock", "mountPath": _LOCK_FOLDER, "readOnly": True}]
    return {
        "nodeSelector": {"kubernetes.io/arch": launch.machine.removeprefix("linux/"), "kubernetes.io/os": "linux"},
        "initContainers": [
            {
                "name": "condasync",
                "image": MAKER,
                "command": ["/bin/sh", "-c", steps],
                "volumeMounts": mounts,
            }
        ],
        "volumes": [
            {"name": "condasync-env", "emptyDir": {}},
            {"name": "condasync-lock", "configMap": {"name": map_name(launch), "items": items}},
        ],
    }


def volume_mounts() -> list[dict[str, Any]]:
    """Return where a container finds the prefix."""
    return [{"name": "condasync-env", "mountPath": _VOLUME}]


def variables(launch: Launch) -> dict[str, str]:
    """Return the environment variables of a container that uses the prefix."""
    return {
        "CONDASYNC_LOCK_DIGEST": launch.digest,
        "CONDASYNC_PREFIX": PREFIX,
        "CONDA_PREFIX": PREFIX,
        "PATH": f"{PREFIX}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    }


def map_name(launch: Launch) -> str:
    """Return the ConfigMap's name: another lock is another ConfigMap. Raises UsageError for a name that cannot be."""
    if not _NAME.fullmatch(launch.name):
        raise UsageError(
            f"{launch.name!r} cannot name a cluster of Kubernetes",
            hints=("use small letters, digits and dashes: --name dask",),
        )
    return f"{launch.name}-lock-{launch.digest[:10]}"


def _container(launch: Launch, name: str, module: str, arguments: list[str], ports: dict[str, int]) -> dict[str, Any]:
    return {
        "name": name,
        "image": image_of(launch, BASE),
        "command": [f"{PREFIX}/bin/python", "-m", f"distributed.cli.{module}"],
        "args": arguments,
        "env": [{"name": key, "value": value} for key, value in variables(launch).items()],
        "ports": [{"name": key, "containerPort": port, "protocol": "TCP"} for key, port in ports.items()],
        "volumeMounts": volume_mounts(),
    }


def _probe(times: dict[str, int]) -> dict[str, Any]:
    return {"httpGet": {"port": "http-dashboard", "path": "/health"}, **times}


def _key(number: int) -> str:
    # keys of a ConfigMap cannot be file names of conda packages, which may hold "!" and "+"
    return f"package-{number}"
