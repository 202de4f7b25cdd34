"""A real scheduler and real nannies, each a process group of its own that is gone when the test is over."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from typing_extensions import Self

T = TypeVar("T")

PATIENCE = 120.0  # seconds until a wait gives up: much more than any of them needs
_INHERITED = ("HOME", "LANG", "PATH", "TMPDIR")
_DASK = {
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "60s",
    "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "false",
    "MALLOC_TRIM_THRESHOLD_": "65536",
}


@dataclass(frozen=True, slots=True)
class Started:
    """Hold a process and where its output goes."""

    process: subprocess.Popen[bytes]
    log: Path

    def output(self) -> str:
        """Return what it has written so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def ended(self) -> bool:
        """Return whether the process is over."""
        return self.process.poll() is not None

    def wait_for_output(self, text: str) -> None:
        """Wait until it has written a text; fail when it ends without."""
        wait(lambda: text in self.output() or self.ended, lambda: f"no {text!r} in {self.log}:\n{self.output()}")
        assert text in self.output(), f"no {text!r} in {self.log}:\n{self.output()}"

    def wait_for_end(self) -> int:
        """Return the exit code when it is over."""
        wait(lambda: self.ended, lambda: f"still runs; {self.log}:\n{self.output()}")
        return int(self.process.wait())


@dataclass(slots=True)
class DaskProcesses:
    """Start a scheduler and nannies; leaving the block ends whatever still runs.

    `folder` takes their logs and working folders. Nothing of the caller's environment variables reaches them but the
    few that every program needs, and `environ`.
    """

    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    started: list[Started] = field(default_factory=list)
    address: str = ""

    def __enter__(self) -> Self:
        """Make the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every process group."""
        self.close()

    def run(self, name: str, python: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> Started:
        """Start `PYTHON ARGUMENTS` in a process group of its own; NAME.log takes its output."""
        log = self.folder / f"{name}.log"
        inherited = {key: os.environ[key] for key in _INHERITED if key in os.environ}
        with log.open("wb") as file:
            process = subprocess.Popen(
                [str(python), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**inherited, **_DASK, "PYTHONUNBUFFERED": "1", **self.environ, **(environ or {})},
                cwd=self.folder,
                start_new_session=True,
            )
        self.started.append(Started(process, log))
        return self.started[-1]

    def scheduler(self, python: Path, *options: str) -> str:
        """Start a scheduler on 127.0.0.1 and return its address."""
        file = self.folder / "scheduler.json"
        file.unlink(missing_ok=True)
        arguments = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show", "--scheduler-file", str(file))
        begun = self.run("scheduler", python, "-m", "distributed.cli.dask_scheduler", *arguments, *options)

        def address() -> str:
            assert not begun.ended, begun.output()
            with contextlib.suppress(OSError, ValueError):  # not there yet, or half of it
                return str(json.loads(file.read_text(encoding="utf-8"))["address"])
            return ""

        self.address = wait(address, lambda: f"no scheduler:\n{begun.output()}")
        return self.address

    def nanny(
        self, name: str, python: Path, *options: str, environ: Mapping[str, str] | None = None, threads: int = 1
    ) -> Started:
        """Start `dask worker`, which is a nanny and its worker, of the scheduler; it need not have come up yet."""
        arguments = ["--host", "127.0.0.1", "--no-dashboard", "--nthreads", str(threads), "--memory-limit", "0"]
        arguments += ["--name", name, "--local-directory", str(self.folder / f"scratch-{name}")]
        command = ("-m", "distributed.cli.dask_worker", self.address, *arguments)
        return self.run(name, python, *command, *options, environ=environ)

    def close(self) -> None:
        """End every process group: asked first, then killed."""
        for one in reversed(self.started):
            _signal(one, signal.SIGTERM)
        for one in self.started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                one.process.wait(timeout=10)
            _signal(one, signal.SIGKILL)  # the leader may be gone while its children are not
            one.process.wait()


def wait(condition: Callable[[], T], otherwise: Callable[[], str] = lambda: "waited in vain") -> T:
    """Return the first true value of a condition; fail with a text when none comes."""
    last = time.monotonic() + PATIENCE
    for _ in _ticks():
        if value := condition():
            return value
        assert time.monotonic() < last, otherwise()
    raise AssertionError


def _ticks() -> Iterator[None]:
    while True:
        yield
        time.sleep(0.05)


def _signal(one: Started, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(one.process.pid, number)
