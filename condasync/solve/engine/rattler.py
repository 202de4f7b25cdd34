"""The embedded engine: py-rattler in a child process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from condasync.convert.matchspec import to_rattler
from condasync.errors import EngineError
from condasync.model.record import RepodataFile
from condasync.model.solve import ChannelPriority
from condasync.model.target import Target
from condasync.seams import SolveSession
from condasync.solve.engine.child import Child, Limits
from condasync.solve.engine.command import child_command
from condasync.solve.engine.head_start import HeadStart
from condasync.solve.engine.session import EngineSession, opening_frame

_PRIORITIES: frozenset[ChannelPriority] = frozenset({"strict", "disabled"})


class RattlerEngine:
    """Solve with rattler (a `seams.SolverEngine`): `timeout` in seconds per solve, `memory_limit` in bytes.

    rattler knows strict and disabled channel priority. Flexible is the same as strict with one channel, and an
    EngineError with more.
    """

    def __init__(self, *, timeout: float, memory_limit: int) -> None:
        self._limits = Limits(timeout=timeout, memory=memory_limit)
        self._command = child_command("condasync.solve.engine.rattler_child")
        self._first = HeadStart(self._command)

    @property
    def name(self) -> str:
        """Return "rattler"."""
        return "rattler"

    @property
    def version(self) -> str:
        """Return py-rattler's version, raise EngineError when it is not installed."""
        try:
            from rattler import __version__  # noqa: PLC0415  costs 30 ms before a child runs
        except ImportError as error:
            raise EngineError("py-rattler is not installed", hints=("pip install py-rattler",)) from error
        return __version__

    def head_start(self) -> AbstractContextManager[None]:
        """Start the first session's process at once; it is ended with the block when no session opened."""
        return self._first.begun()

    @contextmanager
    def open(self, repodata: Sequence[RepodataFile], target: Target) -> Iterator[SolveSession]:
        """Start a session; repodata stands in order of channel priority."""
        child = Child(
            engine=self.name,
            command=self._command,
            opening=opening_frame(repodata, target),
            limits=self._limits,
            first=self._first.take(),
        )
        session = EngineSession(child, engine=self.name, repodata=repodata, priorities=_PRIORITIES, render=to_rattler)
        try:
            yield session
        finally:
            session.close()
