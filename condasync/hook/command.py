"""Run the user's command as `env` would: in place of this process where the system can, with its exit code."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Final, NoReturn

from condasync.errors import CondasyncError

NOT_STARTED: Final = 125
_SIGNALLED: Final = 128
_WORD: Final = 2**32
_SHELL: Final = "/bin/sh"


class CommandNotExecutableError(CondasyncError):
    """The command is there and cannot be run."""

    code = "command-not-executable"
    exit_code = 126


class CommandNotFoundError(CondasyncError):
    """There is no such command."""

    code = "command-not-found"
    exit_code = 127


def run_command(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command and return its exit code; where the system can, it takes this process's place instead.

    Raises CommandNotFoundError and CommandNotExecutableError, whose exit codes are those of `env` and `nohup`.
    """
    # exec on Windows starts another process and leaves at once: the shell would not wait
    return run_and_wait(command, environ) if sys.platform == "win32" else replace_process(command, environ)


def replace_process(command: Sequence[str], environ: Mapping[str, str]) -> NoReturn:
    """Become the command: terminal, signals and process id are its own from here on."""
    sys.stdout.flush()
    sys.stderr.flush()
    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores them, and what is ignored stays so in another program
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    program = command[0]
    try:
        try:
            os.execvpe(program, list(command), environ)  # noqa: S606 - no shell on purpose
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            # a script without #! line: shells, env and nohup give it to sh
            script = shutil.which(program, path=environ.get("PATH")) or program
            os.execve(_SHELL, ["sh", script, *command[1:]], environ)  # noqa: S606
    except (OSError, ValueError) as error:
        raise _why_not(program, error) from error


def run_and_wait(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run a command as a child and return its exit code, 128 + n when signal n ended it.

    Ctrl-C reaches the child by the terminal; this process waits for what the child makes of it.
    """
    program = shutil.which(command[0], path=environ.get("PATH"))
    if program is None:
        missing = FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        there = os.path.isfile(command[0])  # noqa: PTH113
        raise _why_not(command[0], PermissionError(errno.EACCES, os.strerror(errno.EACCES)) if there else missing)
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        with subprocess.Popen([program, *command[1:]], env=dict(environ)) as child:
            code = child.wait()
    except (OSError, ValueError) as error:
        raise _why_not(command[0], error) from error
    finally:
        signal.signal(signal.SIGINT, before)
    if code < 0:
        return _SIGNALLED - code
    return code - _WORD if code >= _WORD // 2 else code  # Windows counts without a sign, exit() takes one


def _why_not(program: str, error: OSError | ValueError) -> CondasyncError:
    text = f"{program!r}: {getattr(error, 'strerror', None) or error}"
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return CommandNotFoundError(text, hints=("everything after -- is the command and its arguments",))
    return CommandNotExecutableError(text, hints=("make it executable (chmod +x), or name its interpreter before it",))
