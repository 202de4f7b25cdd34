"""The agent on a nanny: installs for its host when the scheduler says so, and before its first worker starts."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from distributed.comm.core import connect
from distributed.diagnostics.plugin import NannyPlugin

from condasync.cluster.remote.install import LOCK_NAME, apply_lock, store_folder, take_turn
from condasync.cluster.remote.probe import digest_of, packages, seat
from condasync.cluster.remote.protocol import digests_in
from condasync.cluster.remote.store import RefusedError, Store
from condasync.cluster.remote.stream import receive

_LOG = logging.getLogger("distributed.condasync")


class HostAgent(NannyPlugin):
    """Answer the scheduler on a nanny. It holds nothing of a lock: what to do is asked for, each time."""

    name = "condasync"
    restart = False
    idempotent = False

    def __init__(self, apply: Callable[..., dict[str, Any]] = apply_lock) -> None:
        self._apply = apply

    async def setup(self, nanny: Any) -> None:
        """Begin to answer; a nanny that has no worker yet first brings its prefix to the lock."""
        self._nanny = nanny
        nanny.handlers["condasync_install"] = self.install
        nanny.handlers["condasync_restart"] = self.restart_worker
        nanny.handlers["condasync_variables"] = self.set_variables
        if nanny.process is None:
            await self._join()

    async def install(
        self, lock: str, prefix: str, wanted: Sequence[Sequence[str]], *, offline: bool = False
    ) -> dict[str, Any]:
        """Fetch what this host lacks and make a prefix equal to the lock of a digest; say what came of it."""
        folder = store_folder(prefix)
        with await take_turn(folder):
            return await self._install(folder, lock, prefix, wanted, offline=offline)

    async def set_variables(self, variables: dict[str, str]) -> None:
        """Set environment variables that the next worker process will have."""
        self._nanny.env.update(variables)

    async def restart_worker(self, variables: dict[str, str], patience: float = 120.0) -> str:
        """Start the worker process anew with environment variables; return "OK", or what went wrong."""
        self._nanny.env.update(variables)
        answer = await self._nanny.restart(timeout=patience, reason="condasync")
        return answer if isinstance(answer, str) else str(answer.get("exception_text", "the worker did not start"))

    async def _install(
        self, folder: Path, lock: str, prefix: str, wanted: Sequence[Sequence[str]], *, offline: bool
    ) -> dict[str, Any]:
        store = Store(folder / "files")
        try:
            taken = await self._fetch(store, [(lock, LOCK_NAME)], {lock})
            path = store.path(lock, LOCK_NAME)
            allowed = digests_in(path.read_bytes())
            taken += await self._fetch(store, wanted, allowed)
            done = await asyncio.to_thread(self._apply, path, prefix, store.root, offline=offline)
        except (OSError, RefusedError) as error:
            return {"status": "failed", "error": str(error) or type(error).__name__, "hints": [], "bytes": 0}
        await asyncio.to_thread(store.keep_only, {lock, *allowed})
        return {**done, "bytes": taken}

    async def _fetch(self, store: Store, wanted: Sequence[Sequence[str]], allowed: Collection[str]) -> int:
        """Bring the files that are not in the store, over a connection of their own; return the bytes that came."""
        lacking = await asyncio.to_thread(
            lambda: [(one[0], one[1]) for one in wanted if not store.holds(one[0], one[1])]
        )
        if not lacking:
            return 0
        nanny = self._nanny
        comm = await connect(  # type: ignore[no-untyped-call]
            nanny.scheduler.address, **nanny.connection_args
        )
        comm.name = "condasync"
        try:
            await comm.write({"op": "condasync_stream", "wants": lacking, "reply": False})
            return await receive(comm, store, lacking, allowed)
        finally:
            comm.abort()

    async def _join(self) -> None:
        """Bring the prefix to the lock before a worker starts from it; what fails is told and leaves it as it was."""
        nanny = self._nanny
        if nanny.env.get("CONDASYNC_PREFIX") == "":
            return  # the preload could make no prefix: the fault stays, and where the worker runs is not ours to change
        prefix = nanny.env.get("CONDASYNC_PREFIX") or os.environ.get("CONDASYNC_PREFIX") or sys.prefix
        told = seat(prefix)
        folder = store_folder(told["prefix"])
        with await take_turn(folder):
            present = await asyncio.to_thread(packages, prefix)
            question = {**told, "nanny": nanny.address, "environment": digest_of(present)}
            answer = await nanny.scheduler.condasync_join(**question)
            if answer.get("ask"):
                answer = await nanny.scheduler.condasync_join(**question, packages=present)
            if answer.get("status") == "install":
                done = await self._install(
                    folder, answer["lock"], told["prefix"], answer["wanted"], offline=answer["offline"]
                )
                answer = await nanny.scheduler.condasync_joined(nanny=nanny.address, outcome=done)
        nanny.env.update(answer.get("variables", {}))
        if answer.get("status") == "failed":
            _LOG.error("condasync: %s keeps its environment: %s", prefix, answer.get("error"))
