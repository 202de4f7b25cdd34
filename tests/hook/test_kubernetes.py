"""The resources for dask-kubernetes, as a reader of YAML sees them."""

from __future__ import annotations

import base64
import io
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from condasync.errors import UsageError
from condasync.hook.kubernetes import PREFIX, kubernetes
from condasync.hook.launch import Launch, read_launch
from tests.hook.conftest import WORKER, row, synthetic_lock, write_lock

_FILE = "mine-1!2.0+local-0.conda"
_BESIDE = "file:///proc/self/cwd/condasync-channel/noarch/mine-1%212.0%2Blocal-0.conda"


@pytest.fixture
def launch(tmp_path: Path) -> Launch:
    """Return a lock with a package beside it."""
    write_lock(tmp_path, synthetic_lock(*WORKER, row("mine", "1!2.0+local", url=_BESIDE)))
    package = tmp_path / "condasync-channel/noarch" / _FILE
    package.parent.mkdir(parents=True)
    package.write_bytes(bytes(range(256)))
    return read_launch(tmp_path, name="my-cluster")


def _resources(launch: Launch) -> tuple[dict[str, Any], dict[str, Any]]:
    config_map, cluster = YAML(typ="safe", pure=True).load_all(io.StringIO(kubernetes(launch)))
    return config_map, cluster


def test_pods_find_the_lock_and_its_packages_as_they_are_here(launch: Launch, tmp_path: Path) -> None:
    """Lay the ConfigMap out as a volume does: byte for byte the lock, with the packages beside it."""
    config_map, cluster = _resources(launch)
    spec = cluster["spec"]["worker"]["spec"]
    volume = next(one["configMap"] for one in spec["volumes"] if "configMap" in one)
    assert volume["name"] == config_map["metadata"]["name"]
    data = {key: text.encode() for key, text in config_map["data"].items()}
    data |= {key: base64.b64decode(text) for key, text in config_map["binaryData"].items()}
    laid = {item["path"]: data[item["key"]] for item in volume["items"]}
    names = ("conda-lock.yml", f"condasync-channel/noarch/{_FILE}")
    assert laid == {name: (tmp_path / name).read_bytes() for name in names}
    assert all(key.replace("-", "").isalnum() for key in data)


def test_the_cluster_is_one_of_the_operator(launch: Launch) -> None:
    """Kind, names, ports, selectors and the worker's arguments are those that dask-kubernetes works with."""
    _, cluster = _resources(launch)
    assert (cluster["apiVersion"], cluster["kind"]) == ("kubernetes.dask.org/v1", "DaskCluster")
    assert cluster["metadata"] == {"name": "my-cluster"}
    worker = cluster["spec"]["worker"]["spec"]["containers"][0]
    scheduler = cluster["spec"]["scheduler"]["spec"]["containers"][0]
    assert worker["args"][:2] == ["--name", "$(DASK_WORKER_NAME)"]
    assert scheduler["args"] == ["--host", "0.0.0.0"]
    assert [one["containerPort"] for one in scheduler["ports"]] == [8786, 8787]
    service = cluster["spec"]["scheduler"]["service"]
    assert service["selector"] == {"dask.org/cluster-name": "my-cluster", "dask.org/component": "scheduler"}
    assert [(one["port"], one["targetPort"]) for one in service["ports"]] == [
        (8786, "tcp-comm"),
        (8787, "http-dashboard"),
    ]
    assert scheduler["readinessProbe"]["httpGet"] == {"port": "http-dashboard", "path": "/health"}


@pytest.mark.parametrize("part", ["worker", "scheduler"])
def test_both_parts_run_from_the_prefix_that_the_init_container_makes(launch: Launch, part: str) -> None:
    """The init container applies the lock to a folder of a volume, from which the container starts Python."""
    spec = _resources(launch)[1]["spec"][part]["spec"]
    (maker,), (container,) = spec["initContainers"], spec["containers"]
    assert container["command"][:2] == [f"{PREFIX}/bin/python", "-m"]
    assert {one["name"]: one["value"] for one in container["env"]}["CONDASYNC_LOCK_DIGEST"] == launch.digest
    mounted = {one["name"]: one["mountPath"] for one in maker["volumeMounts"]}
    assert PREFIX.startswith(f"{mounted['condasync-env']}/")
    assert [one["name"] for one in container["volumeMounts"]] == ["condasync-env"]
    assert {one["name"] for one in spec["volumes"]} == set(mounted)
    assert maker["command"][:2] == ["/bin/sh", "-c"]
    steps = maker["command"][2]
    assert f"condasync apply {mounted['condasync-lock']}/conda-lock.yml --prefix {PREFIX}" in steps
    subprocess.run(["sh", "-n"], input=steps, text=True, check=True)
    assert spec["nodeSelector"] == {"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux"}


def test_another_lock_is_another_config_map(launch: Launch) -> None:
    """Running pods keep theirs."""
    before = _resources(launch)[0]["metadata"]["name"]
    launch.path.write_text(launch.text + "# another\n", encoding="utf-8")
    assert _resources(read_launch(launch.path, name="my-cluster"))[0]["metadata"]["name"] != before


def test_what_a_config_map_cannot_hold(launch: Launch) -> None:
    """More than a MiB is refused with a way out."""
    package = launch.path.parent / "condasync-channel/noarch" / _FILE
    package.write_bytes(b"\0" * (1 << 20))
    with pytest.raises(UsageError, match="a ConfigMap holds 1 MiB") as caught:
        kubernetes(launch)
    assert "--for dockerfile" in caught.value.hints[0]


@pytest.mark.parametrize("name", ["Big", "1st", "dot.ted", "x" * 60])
def test_names_of_resources(name: str, tmp_path: Path) -> None:
    """Names follow the rules of Kubernetes."""
    write_lock(tmp_path, synthetic_lock(*WORKER))
    with pytest.raises(UsageError, match="cannot name a cluster of Kubernetes"):
        kubernetes(read_launch(tmp_path, name=name))


def test_a_lock_without_dask_is_refused(tmp_path: Path) -> None:
    """No pod could start."""
    write_lock(tmp_path, synthetic_lock(row("python", "3.11.9")))
    with pytest.raises(UsageError, match="locks no distributed"):
        kubernetes(read_launch(tmp_path))
