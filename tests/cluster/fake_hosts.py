"""Machines that exist only as servers: real connections, the real agent on each nanny, and nothing is installed."""

from __future__ import annotations

import asyncio
import json
import pickle
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distributed.comm.core import connect
from distributed.core import Server, error_message
from distributed.protocol.serialize import to_serialize

from condasync.cluster.remote.host import HostAgent
from condasync.cluster.remote.probe import digest_of

_METRICS = {
    "managed_bytes": 0,
    "spilled_bytes": {"memory": 0, "disk": 0},
    "memory": 0,
    "cpu": 0,
    "time": 0.0,
    "bandwidth": {"total": 1e8, "workers": {}, "types": {}},
    "transfer": {"incoming_bytes": 0, "incoming_count": 0, "outgoing_bytes": 0, "outgoing_count": 0},
    "event_loop_interval": 0.02,
    "task_counts": {},
    "digests_total_since_heartbeat": {},
}


@dataclass(slots=True)
class Counted:
    """Count what reaches the workers and nannies beside files, and what they answer, in bytes, and the questions."""

    received: int = 0
    answered: int = 0
    asked: dict[str, int] = field(default_factory=dict)

    def note(self, what: str, received: int, answered: int) -> None:
        """Count one question and its answer."""
        self.asked[what] = self.asked.get(what, 0) + 1
        self.received += received
        self.answered += answered


@dataclass(slots=True)
class Machine:
    """One host with a prefix; `rows` are its packages, `after` those that an installation leaves.

    `folder` is a prefix on the disk, where the packages stand in conda-meta; without it there is none. `like` is the
    machine that does what this one finds done: they share their prefix.
    """

    name: str
    rows: list[list[str | None]]
    after: list[list[str | None]]
    counted: Counted
    fails: bool = False
    python: str = "3.11.7"
    subdir: str = "linux-64"
    nanny: bool = True
    answers: bool = True
    folder: Path | None = None
    like: Machine | None = None
    installations: int = 0
    changed: float = 1.0
    files: list[str] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """Return its prefix."""
        return str(self.folder or f"/machines/{self.name}/prefix")

    def lay_out(self) -> None:
        """Write the packages into the prefix on the disk, where there is one."""
        if self.folder is not None:
            (self.folder / "conda-meta").mkdir(parents=True, exist_ok=True)
            for _, name, version, build, url, digest in self.rows:
                record = {"name": name, "version": version, "build": build, "url": url, "sha256": digest}
                (self.folder / "conda-meta" / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")

    def apply(self, lock: Path, _prefix: str, artifacts: Path, *, offline: bool) -> dict[str, Any]:
        """Stand for `condasync apply`: note what came and pretend."""
        del offline
        self.installations += 1
        self.files += sorted(path.name for path in artifacts.rglob("*.conda"))
        for path in artifacts.iterdir():
            if path != lock.parent:
                shutil.rmtree(path)
        if self.fails:
            return {"status": "failed", "error": "the disk is full", "hints": []}
        if self.like is not None:
            self.rows, self.changed = self.after, time.time()
            return {"status": "unchanged"}
        self.rows, self.changed = self.after, time.time()
        self.lay_out()
        return {"status": "installed"}


class FakeWorker(Server):
    """Be a nanny to the agent and, at the same address, its worker to the scheduler."""

    def __init__(self, machine: Machine, name: str, scheduler: str) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            {"run": self.run, "plugin_add": self.plugin_add},
            needs_workdir=False,  # each would hold a file open until the tests end
        )
        self.env: dict[str, str] = {}
        self.process: object | None = None
        self.connection_args: dict[str, Any] = {}
        self.scheduler = self.rpc(scheduler)
        self.restarts = 0
        self.name = name
        self._machine, self._at = machine, scheduler
        self._began = 0.0
        self._stream: Any = None

    @property
    def nanny(self) -> str | None:
        """Return the address as that of its nanny: the scheduler keeps the two apart."""
        if not self._machine.nanny:
            return None
        return str(self.address).replace("127.0.0.1", "localhost")

    async def begin(self, *, register: bool = True) -> None:
        """Listen and register."""
        await self.listen("tcp://127.0.0.1")  # type: ignore[no-untyped-call]
        self.process = object()
        if register:
            await self._register()

    async def plugin_add(self, plugin: bytes, name: str) -> dict[str, str]:
        """Take the agent in: the real one, with an installation that only pretends."""
        self._machine.counted.note("plugin_add", len(plugin) + len(name), 2)
        await HostAgent(apply=self._machine.apply).setup(self)
        return {"status": "OK"}

    async def join(self) -> None:
        """Come up as a nanny that finds the agent at the scheduler, up to where its worker would start."""
        await self.listen("tcp://127.0.0.1")  # type: ignore[no-untyped-call]
        await self.rpc.start()
        self.env["CONDASYNC_PREFIX"] = self._machine.prefix
        await HostAgent(apply=self._machine.apply).setup(self)

    async def restart(self, timeout: float, reason: str) -> str:
        """Go as a worker process does, and come back."""
        del timeout, reason
        self.restarts += 1
        self._stream.abort()
        await self._register()
        return "OK"

    async def end(self) -> None:
        """Stop."""
        if self._stream is not None:
            self._stream.abort()
        await self.close()

    async def run(
        self, function: bytes, args: bytes, kwargs: bytes | None = None, *, wait: bool = True
    ) -> dict[str, Any]:
        """Answer the functions of `probe` for the machine instead of running them here."""
        del kwargs, wait
        name = pickle.loads(function).__name__
        machine = self._machine
        if not machine.answers:
            return dict(error_message(OSError("blocked")))
        answers: dict[str, Any] = {
            "seat": self._seat,
            "environment": lambda: digest_of(machine.rows),
            "packages": lambda: machine.rows,
            "set_variables": lambda: None,
        }
        answer = answers[name]()
        machine.counted.note(name, len(function) + len(args), len(pickle.dumps(answer)))
        return {"status": "OK", "result": to_serialize(answer)}  # type: ignore[no-untyped-call]

    def _seat(self) -> dict[str, Any]:
        machine = self._machine
        return {
            "host": machine.name,
            "prefix": machine.prefix,
            "volume": "1:1",
            "python": machine.python,
            "subdir": machine.subdir,
            "pid": 1,
            "changed": machine.changed,
            "started": self._began,
            "unprepared": False,
            "variables": {},
        }

    async def _register(self) -> None:
        for _ in range(500):  # until the scheduler has seen the old one go: its name is taken so long
            self._stream = await connect(self._at)  # type: ignore[no-untyped-call]
            await self._stream.write({"op": "register-worker", "reply": False, **self._about()})
            answer = await self._stream.read()
            if answer["status"] == "OK":
                self.process, self._began = object(), time.time()
                return
            self._stream.abort()
            await asyncio.sleep(0.02)
        raise AssertionError(f"{self.name} could not come back: {answer}")

    def _about(self) -> dict[str, Any]:
        return {
            "address": self.address,
            "status": "running",
            "nthreads": 1,
            "name": self.name,
            "now": time.time(),
            "resources": {},
            "memory_limit": 2**30,
            "local_directory": "",
            "services": {},
            "nanny": self.nanny,
            "pid": 1,
            "versions": {},
            "metrics": _METRICS,
            "extra": {},
            "stimulus_id": "registered",
            "server_id": self.id,
        }


async def start(
    machines: Sequence[Machine], workers: int, scheduler: str, *, register: bool = True
) -> list[FakeWorker]:
    """Start a number of workers on machines in turn; without `register` the scheduler is not told of them."""
    made = [FakeWorker(machines[at % len(machines)], f"w{at:04}", scheduler) for at in range(workers)]
    for at in range(0, workers, 50):
        await asyncio.gather(*(one.begin(register=register) for one in made[at : at + 50]))
    return made
