"""One child process with a frame in and a frame out, nothing more. Portable: threads instead of select."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import IO, BinaryIO, cast

from condasync.model.url import redact
from condasync.solve.engine.wire import FrameError, read_frame, write_frame

_STDERR_KEPT = 8192
_GRACE = 2.0  # seconds to leave by itself once stdin has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """Say how a child ended: `cause` is "was killed by SIGKILL", `last_words` the redacted end of its stderr."""

    cause: str
    last_words: str


class ChildProcess:
    """Run a command whose stdin and stdout carry frames; its stderr is kept, bounded.

    It runs in a session of its own, so that Ctrl-C reaches only us, and ends by itself when its stdin ends.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._requests: SimpleQueue[bytes | None] = SimpleQueue()
        self._answers: SimpleQueue[bytes | str] = SimpleQueue()
        self._stderr = bytearray()
        self._threads = tuple(
            threading.Thread(target=work, daemon=True) for work in (self._write, self._read, self._listen)
        )
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def send(self, payload: bytes) -> None:
        """Send one frame in the background; a child that does not read cannot block us."""
        self._requests.put(payload)

    def receive(self, seconds: float) -> bytes | Death | None:
        """Return the next frame, how the child ended, or None when `seconds` passed without either."""
        try:
            answer = self._answers.get(timeout=seconds)
        except Empty:
            return None
        if isinstance(answer, bytes):
            return answer
        return self._death(garbage=answer)

    def close(self) -> int:
        """End the child by ending its stdin, after a grace period by force; return its exit status."""
        self._requests.put(None)
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        return self._bury()

    def kill(self) -> None:
        """End the child at once."""
        self._process.kill()
        self._bury()

    def _death(self, *, garbage: str) -> Death:
        if garbage:
            self.kill()
            cause = f"answered with {garbage}"
        else:
            cause = _cause(self.close())
        return Death(cause=cause, last_words=redact(self._stderr.decode(errors="replace").strip()))

    def _bury(self) -> int:
        self._requests.put(None)
        status = self._process.wait()
        for thread in self._threads:
            thread.join()
        for pipe in (self._process.stdout, self._process.stderr):
            _stream(pipe).close()
        return status

    def _write(self) -> None:
        stdin = _stream(self._process.stdin)
        try:
            while (payload := self._requests.get()) is not None:
                write_frame(stdin, payload)
        except OSError:
            pass  # the child is gone: the reader says so
        finally:
            with suppress(OSError):  # what was not sent cannot be sent any more
                stdin.close()

    def _read(self) -> None:
        stdout = _stream(self._process.stdout)
        try:
            while (payload := read_frame(stdout)) is not None:
                self._answers.put(payload)
            self._answers.put("")
        except FrameError as error:
            self._answers.put(str(error))

    def _listen(self) -> None:
        stderr = cast("IO[bytes]", self._process.stderr)
        while chunk := stderr.read1(_STDERR_KEPT):  # type: ignore[attr-defined]
            self._stderr += chunk
            del self._stderr[:-_STDERR_KEPT]


def _stream(pipe: IO[bytes] | None) -> BinaryIO:
    return cast("BinaryIO", pipe)


def _cause(status: int) -> str:
    if status >= 0:
        return f"ended with exit status {status}"
    try:
        return f"was killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"was killed by signal {-status}"
