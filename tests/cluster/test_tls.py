"""A cluster that speaks TLS: status and sync use the certificates that they are given, or Dask's configuration."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.world.locks import export_lock
from tests.cluster.world.processes import DaskProcesses, wait
from tests.cluster.world.project import write_project

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make certificates")


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Return the options that name one self-signed certificate, its key, and itself as the authority."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    words = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=condasync-test"]
    subprocess.run(["openssl", "req", *words, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    return {"--tls-ca-file": str(cert), "--tls-cert": str(cert), "--tls-key": str(key)}


def condasync(*words: str, environ: Mapping[str, str] | None = None) -> tuple[int, dict[str, Any]]:
    """Run a command and return its exit code and envelope."""
    done = subprocess.run(
        [sys.executable, "-m", "condasync", *words, "--json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environ or {})},
    )
    return done.returncode, json.loads(done.stdout)


def test_certificates_are_used_as_given(  # noqa: PLR0917  fixtures
    tls: Mapping[str, str],
    tmp_path: Path,
    bare_prefix: Path,
    dask_channel: Path,
    world_cache: Path,
    dask_processes: DaskProcesses,
) -> None:
    """Without them nothing is reached; with them status, and sync up to the installation, go over TLS.

    The workers' prefix has no condasync: the sync sends its files there and then tells that, changing nothing.
    """
    options = [word for pair in tls.items() for word in pair]
    address = dask_processes.scheduler(bare_prefix / "bin" / "python", "--protocol", "tls", *options)
    assert address.startswith("tls://")
    dask_processes.nanny("one", bare_prefix / "bin" / "python", *options)
    project = write_project(tmp_path / "project", "0.1")
    lock = str(export_lock(tmp_path / "locked", dask_channel, cache=world_cache, project=project))

    wait(lambda: condasync("cluster", "status", address, lock, *options)[1]["data"]["hosts"])
    code, envelope = condasync("cluster", "status", address, lock, *options)
    (host,) = envelope["data"]["hosts"]
    added = {change["name"] for change in host["difference"]["changes"] if change["kind"] == "added"}
    assert (code, "shared-project" in added, "condasync" in added) == (1, True, True)

    configured = {
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": tls["--tls-ca-file"],
        "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT": tls["--tls-cert"],
        "DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY": tls["--tls-key"],
    }
    assert condasync("cluster", "status", address, lock, environ=configured)[1]["data"] == envelope["data"]

    code, envelope = condasync("cluster", "sync", address, lock, *options)
    (host,) = envelope["data"]["hosts"]
    assert (code, host["status"]) == (7, "failed")
    assert "has no condasync" in host["error"]
    assert host["received"] == envelope["data"]["sent"] > 1000

    code, envelope = condasync("cluster", "status", address, lock)
    assert (code, envelope["errors"][0]["code"]) == (8, "network")
    code, envelope = condasync("cluster", "status", address, lock, *options[:2])
    assert (code, envelope["errors"][0]["code"]) == (2, "usage")
