"""How a fresh lock is told to what starts workers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dask.config
import pytest

from condasync.hook.prepared import Prepared, digest_of, in_force

_PREPARED = Prepared(lock=Path("/work place/conda-lock.yml"), digest="ab" * 32, changed=False)


def test_variables_reach_dask_as_configuration() -> None:
    """A process that is started with the variables finds the same values in dask's configuration."""
    code = "import dask; print(dask.config.get('condasync.lock')); print(dask.config.get('condasync.digest'))"
    environ = {**os.environ, **_PREPARED.environment}
    seen = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert seen.stdout.splitlines() == [str(_PREPARED.lock), _PREPARED.digest]
    assert _PREPARED.environment["CONDASYNC_LOCK"] == str(_PREPARED.lock)
    assert _PREPARED.environment["CONDASYNC_LOCK_DIGEST"] == _PREPARED.digest


def test_everything_is_as_before_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside, both places name the lock; afterwards, also after an error, what stood there stands there again."""
    monkeypatch.setenv("CONDASYNC_LOCK", "an older one")
    monkeypatch.delenv("CONDASYNC_LOCK_DIGEST", raising=False)
    before = dict(os.environ)

    def fail() -> None:
        with in_force(_PREPARED):
            assert os.environ["CONDASYNC_LOCK_DIGEST"] == "ab" * 32
            assert dask.config.get("condasync.digest") == "ab" * 32
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert dict(os.environ) == before
    assert dask.config.get("condasync.digest", None) is None


def test_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    """The digest is what sha256sum says; a file that is not there has none."""
    path = tmp_path / "conda-lock.yml"
    assert digest_of(path) is None
    path.write_bytes(b"version: 1\r\n")
    said = subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True).stdout.split()[0]
    assert digest_of(path) == said
