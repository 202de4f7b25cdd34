"""An engine that gives way to another one when it turns out that it cannot run here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Protocol

from condasync.errors import EngineError
from condasync.model.finding import Finding
from condasync.model.record import RepodataFile
from condasync.model.solve import Answer, SolveRequest
from condasync.model.target import Target
from condasync.seams import SolverEngine, SolveSession


class StartableEngine(SolverEngine, Protocol):
    """An engine whose first process can be started ahead."""

    def head_start(self) -> AbstractContextManager[None]:
        """Start the first session's process at once."""
        ...


class FallbackEngine:
    """Solve with `first` (a `seams.SolverEngine`); where it cannot run, with `other`, which a finding says.

    That a library is installed and cannot be loaded shows in the child only, at the first request of a session. An
    engine that has answered once stays: its later faults are errors.
    """

    def __init__(self, first: StartableEngine, other: StartableEngine) -> None:
        self._current = first
        self._other = other
        self.findings: tuple[Finding, ...] = ()

    @property
    def name(self) -> str:
        """Return the name of the engine that solves."""
        return self._current.name

    @property
    def version(self) -> str:
        """Return the version of the library behind the engine that solves."""
        return self._current.version

    def head_start(self) -> AbstractContextManager[None]:
        """Start the first session's process at once; it is ended with the block when no session opened."""
        return self._current.head_start()

    @contextmanager
    def open(self, repodata: Sequence[RepodataFile], target: Target) -> Iterator[SolveSession]:
        """Start a session; repodata stands in order of channel priority."""
        with ExitStack() as stack:
            session = stack.enter_context(self._current.open(repodata, target))
            if self._current is self._other:
                yield session
            else:
                yield _Session(session, lambda error: stack.enter_context(self._gave_way(error).open(repodata, target)))

    def _gave_way(self, error: EngineError) -> SolverEngine:
        text = f"{self._other.name} solves instead of {self._current.name}: {error.message}"
        self.findings = (Finding(code="engine-fallback", severity="warning", text=text),)
        self._current = self._other
        return self._other


class _Session:
    """Solve in one session until the first answer; where there is none because the engine cannot run, in another."""

    def __init__(self, session: SolveSession, instead: Callable[[EngineError], SolveSession]) -> None:
        self._session = session
        self._instead: Callable[[EngineError], SolveSession] | None = instead

    def solve(self, request: SolveRequest) -> Answer:
        """Return the answer. Raises as the sessions do."""
        instead, self._instead = self._instead, None
        try:
            return self._session.solve(request)
        except EngineError as error:
            if instead is None or not error.facts.get("cannot_run"):
                raise
            self._session = instead(error)
        return self._session.solve(request)
