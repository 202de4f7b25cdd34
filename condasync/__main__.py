"""The program: `condasync`, and `python -m condasync`. It imports next to nothing, so that Ctrl-C finds it ready."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from condasync.errors import InterruptionError

_INTERRUPTED = 130


def main() -> None:
    """Run the command line of this process and exit with its code."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # a job in the background stays deaf to Ctrl-C
        signal.signal(signal.SIGINT, _interrupt)
    try:
        from condasync.cli.app import invoke  # noqa: PLC0415 - takes most of the start

        code = invoke(sys.argv[1:])
    except InterruptionError:
        sys.stderr.write("error: interrupted\n")
        code = _INTERRUPTED
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said; the interpreter's own end has nothing to add
    raise SystemExit(code)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise InterruptionError


if __name__ == "__main__":
    main()
