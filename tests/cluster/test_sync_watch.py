"""`condasync cluster sync --watch` as a process of its own, at a scheduler without workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.build.python_channel import python_channel
from tests.cluster.world.locks import digest_of, export_lock
from tests.cluster.world.processes import DaskProcesses, wait
from tests.cluster.world.project import MODULE, write_project


class Watching:
    """A running `cluster sync --watch`; `told` are its envelopes so far."""

    def __init__(self, folder: Path, *words: str, cache: Path) -> None:
        self.out = folder / "watch.out"
        self.err = folder / "watch.err"
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "condasync", "cluster", "sync", *words, "--watch", "--json"],
                stdout=out,
                stderr=err,
                env={**os.environ, "CONDASYNC_CACHE_DIR": str(cache)},
            )

    @property
    def told(self) -> list[dict[str, Any]]:
        """Return the envelopes that are complete."""
        text, found = self.out.read_text(encoding="utf-8"), []
        while text.strip():
            try:
                envelope, end = json.JSONDecoder().raw_decode(text.lstrip())
            except ValueError:
                break
            found.append(envelope)
            text = text.lstrip()[end:]
        return found

    def wait_for(self, number: int) -> dict[str, Any]:
        """Return the envelope of this number when it is there."""
        wait(lambda: len(self.told) >= number or self.process.poll() is not None, self.err.read_text)
        return self.told[number - 1]


@pytest.fixture
def small_channel(tmp_path: Path) -> Path:
    """Return a channel with Python alone."""
    return python_channel(tmp_path / "channel")


@pytest.fixture
def watching(
    tmp_path: Path, small_channel: Path, world_cache: Path, dask_processes: DaskProcesses
) -> Iterator[Watching]:
    """Return a watch over a lock of environment.yml and a project."""
    project = write_project(tmp_path / "project", "0.1")
    lock = export_lock(tmp_path / "locked", small_channel, cache=world_cache, packages=(), project=project)
    address = dask_processes.scheduler(Path(sys.executable))
    inputs = ("--file", str(tmp_path / "locked" / "environment.yml"), "--include-module", str(project), "--offline")
    made = Watching(tmp_path, address, str(lock), *inputs, cache=world_cache)
    yield made
    if made.process.poll() is None:
        made.process.kill()
    made.process.wait()


def test_watch_follows_a_project(watching: Watching, tmp_path: Path) -> None:
    """A new version and an edit without one both make a new lock that is brought at once; Ctrl-C ends it with 130."""
    lock = tmp_path / "locked" / "lock" / "conda-lock.yml"
    assert watching.wait_for(1)["data"]["digest"] == (first := digest_of(lock))
    wait(lambda: "following" in watching.err.read_text(encoding="utf-8"))
    write_project(tmp_path / "project", "0.2")
    second = watching.wait_for(2)["data"]["digest"]
    assert second == digest_of(lock) != first
    (tmp_path / "project" / MODULE / "more.py").write_text("EDITED = True\n", encoding="utf-8")
    third = watching.wait_for(3)["data"]["digest"]
    assert third == digest_of(lock) not in {first, second}
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(timeout=60) == 130
    assert watching.told[-1]["exit_code"] == 130
