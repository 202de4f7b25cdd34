"""An engine's first process, started before it is known what it will load: its imports alone take 0.1 s."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from condasync.solve.engine.process import ChildProcess


class HeadStart:
    """Keep one process of a command ready for whoever takes it first."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._process: ChildProcess | None = None

    @contextmanager
    def begun(self) -> Iterator[None]:
        """Start the process; end it with the block when nobody took it."""
        with suppress(OSError):  # whoever needs a process starts one then, and can say why that fails
            self._process = ChildProcess(self._command)
        try:
            yield
        finally:
            process = self.take()
            if process is not None:
                process.kill()

    def take(self) -> ChildProcess | None:
        """Return the process, None when there is none or it was taken."""
        process, self._process = self._process, None
        return process
