"""Several platforms in one run: while one is worked on, the repodata of the next loads in its own process."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TypeAlias

from condasync.model.record import RepodataFile
from condasync.model.target import Target
from condasync.seams import SolverEngine, SolveSession

Opening: TypeAlias = tuple[tuple[RepodataFile, ...], Target]
"""What a session is opened with."""

AHEAD = 2
"""Sessions that load beside the one in use; each may hold a whole channel in memory."""


class SessionsAhead:
    """An engine that opens the sessions which are expected before they are asked for (a `seams.SolverEngine`).

    They begin in the order in which they are expected; one that is not expected is opened as ever.
    """

    def __init__(self, engine: SolverEngine, expected: Sequence[Opening], stack: ExitStack) -> None:
        self._engine = engine
        self._expected = deque(expected)
        self._stack = stack
        self._begun: dict[Opening, tuple[ExitStack, SolveSession]] = {}

    @property
    def name(self) -> str:
        """Return the engine's name."""
        return self._engine.name

    @property
    def version(self) -> str:
        """Return the engine's version."""
        return self._engine.version

    @contextmanager
    def open(self, repodata: Sequence[RepodataFile], target: Target) -> Iterator[SolveSession]:
        """Give a session that has begun to load, and begin the next ones."""
        opening = (tuple(repodata), target)
        if opening in self._expected:
            self._begin(opening)
        own, session = self._begun.pop(opening, (None, None))
        if own is None or session is None:
            with self._engine.open(repodata, target) as fresh:
                yield fresh
            return
        with own:
            while self._expected and len(self._begun) < AHEAD:
                self._begin(self._expected[0])
            yield session

    def _begin(self, opening: Opening) -> None:
        self._expected.remove(opening)
        own = self._stack.enter_context(ExitStack())
        self._begun[opening] = own, own.enter_context(self._engine.open(*opening))


@contextmanager
def ahead(engine: SolverEngine, expected: Sequence[Opening]) -> Iterator[SolverEngine]:
    """Open the expected sessions ahead of their use; what was not used is closed with the block."""
    with ExitStack() as stack:
        yield SessionsAhead(engine, expected, stack)
