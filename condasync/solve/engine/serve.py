"""What runs in an engine's child process, whatever the engine. Standard library only, and little of it."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType
from typing import Any, BinaryIO, NoReturn, TypeAlias

from condasync.solve.engine.wire import read_frame, write_frame

if sys.platform != "win32":
    import resource

Answer: TypeAlias = dict[str, Any]
Solve: TypeAlias = Callable[[dict[str, Any]], Answer]


def serve(load: Callable[[dict[str, Any]], Solve]) -> NoReturn:
    """Answer every request on stdin with one frame on stdout; leave at once when stdin ends.

    The first frame is the opening for `load`; each other one is a request for what `load` returned. The process always
    leaves by `os._exit`: libraries with threads of their own crash in the interpreter's finalization. An exception that
    nobody caught goes to stderr and ends the process.
    """
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash leaves no file in the user's folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business, it closes stdin or kills
    sys.excepthook = _leave_with_traceback
    answers = _own_stdout()
    frames: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, frames), daemon=True).start()
    solve = load(json.loads(frames.get()))
    while True:
        answer = solve(json.loads(frames.get()))
        write_frame(answers, json.dumps(answer).encode())


def _own_stdout() -> BinaryIO:
    """Return the pipe to the parent, and send everything that libraries print to stderr instead."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return pipe


def _read(stream: BinaryIO, frames: SimpleQueue[bytes]) -> None:
    """Pass frames on; the end of the stream ends the process, also in the middle of a solve: the parent is gone."""
    code = 1
    try:
        while (frame := read_frame(stream)) is not None:
            frames.put(frame)
        code = 0
    finally:
        os._exit(code)


def _leave_with_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.__excepthook__(kind, error, trace)
    sys.stderr.flush()
    os._exit(1)
