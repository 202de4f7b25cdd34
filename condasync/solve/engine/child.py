"""A child process that answers requests within limits and is started again once when it dies. Knows no engine."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from condasync.errors import EngineError, SolveMemoryError, SolveTimeoutError
from condasync.solve.engine.memory import SAMPLE_SECONDS, private_bytes
from condasync.solve.engine.process import ChildProcess, Death

_MEGABYTE = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bound one request: `timeout` in seconds of wall time, `memory` in bytes of the child's own resident memory."""

    timeout: float
    memory: int


class Child:
    """Keep one child process at work: `opening` is its first frame, also after it was started again.

    `engine` names it in messages. The process starts at once, and again at the next request after a limit ended it;
    `first` is a process of the same command that runs already.
    """

    def __init__(
        self, *, engine: str, command: Sequence[str], opening: bytes, limits: Limits, first: ChildProcess | None = None
    ) -> None:
        self._engine = engine
        self._command = tuple(command)
        self._opening = opening
        self._limits = limits
        self._process: ChildProcess | None = self._opened(first or self._start())

    def ask(self, request: bytes) -> bytes:
        """Return the answer to one request.

        Raises SolveTimeoutError or SolveMemoryError at a limit, EngineError when the child died twice on this request.
        """
        deadline = time.monotonic() + self._limits.timeout
        first = self._exchange(request, deadline)
        if isinstance(first, bytes):
            return first
        second = self._exchange(request, deadline)
        if isinstance(second, bytes):
            return second
        raise self._died(second)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.close()

    def _start(self) -> ChildProcess:
        try:
            process = ChildProcess(self._command)
        except OSError as error:
            raise EngineError(
                f"the {self._engine} engine cannot be started: {error}", hints=("reinstall condasync",)
            ) from error
        return process

    def _opened(self, process: ChildProcess) -> ChildProcess:
        process.send(self._opening)
        return process

    def _exchange(self, request: bytes, deadline: float) -> bytes | Death:
        process = self._process or self._opened(self._start())
        self._process = None
        try:
            process.send(request)
            answer = self._wait(process, deadline)
            if isinstance(answer, bytes):
                self._process = process
            return answer
        finally:  # a limit, Ctrl-C: what still runs has no use any more
            if self._process is None:
                process.kill()

    def _wait(self, process: ChildProcess, deadline: float) -> bytes | Death:
        while True:
            left = deadline - time.monotonic()
            answer = process.receive(max(0.0, min(SAMPLE_SECONDS, left)))
            if answer is not None:
                return answer
            if left <= 0:
                raise self._too_slow()
            used = private_bytes(process.pid)
            if used is not None and used > self._limits.memory:
                raise self._too_big(used)

    def _too_slow(self) -> SolveTimeoutError:
        seconds = self._limits.timeout
        return SolveTimeoutError(
            f"the {self._engine} engine found no answer within {seconds:g} seconds",
            hints=("allow more seconds with CONDASYNC_SOLVE_TIMEOUT", "ask for narrower versions"),
            engine=self._engine,
            timeout=seconds,
        )

    def _too_big(self, used: int) -> SolveMemoryError:
        limit = self._limits.memory
        return SolveMemoryError(
            f"the {self._engine} engine needed more than {limit // _MEGABYTE} MB of memory",
            hints=("allow more with CONDASYNC_SOLVE_MEMORY_MB", "ask for narrower versions"),
            engine=self._engine,
            memory_limit=limit,
            memory_used=used,
        )

    def _died(self, death: Death) -> EngineError:
        words = death.last_words.rpartition("\n")[2]
        return EngineError(
            f"the {self._engine} engine died twice on the same request: it {death.cause}"
            + (f": {words}" if words else ""),
            hints=("solve with another engine: --solver",),
            engine=self._engine,
            cause=death.cause,
            stderr=death.last_words,
        )
