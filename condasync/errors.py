"""Typed errors: one base, one exit code per family, facts as data."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

Fact: TypeAlias = str | int | float | bool | tuple[str, ...] | None


class CondasyncError(Exception):
    """Say what went wrong, where, and what to do next.

    `facts` reach the JSON envelope beside `code`, `message` and `hints`; they must hold no credential.
    """

    code: ClassVar[str] = "bug"
    exit_code: ClassVar[int] = 70

    def __init__(self, message: str, *, hints: tuple[str, ...] = (), **facts: Fact) -> None:
        super().__init__(message)
        self.message = message
        self.hints = hints
        self.facts = facts


class UsageError(CondasyncError):
    """The command line or the configuration cannot be meant like this."""

    code = "usage"
    exit_code = 2


class CaptureError(CondasyncError):
    """The environment or an input file could not be read."""

    code = "capture"
    exit_code = 3


class InputSyntaxError(CaptureError):
    """An input file is malformed; `path` and `line` say where."""

    code = "input-syntax"


class NamesError(CondasyncError):
    """A source of names could not be read."""

    code = "names"
    exit_code = 4


class SolveError(CondasyncError):
    """No solution was found."""

    code = "solve"
    exit_code = 5


class UnsolvableError(SolveError):
    """The requests contradict each other or the channels."""

    code = "unsolvable"


class SolveTimeoutError(SolveError):
    """The solver took longer than it was given."""

    code = "solve-timeout"


class SolveMemoryError(SolveError):
    """The solver needed more memory than it was given."""

    code = "solve-memory"


class EngineError(SolveError):
    """The engine is missing, too old, or died twice on the same request."""

    code = "engine"


class VerificationError(CondasyncError):
    """What was solved does not stand up to the verification."""

    code = "verification"
    exit_code = 1


class OutputError(CondasyncError):
    """An output file could not be written, or is not ours to overwrite."""

    code = "output"
    exit_code = 6


class LockFileError(CondasyncError):
    """A lock file could not be read; `path` and `key` say where."""

    code = "lock-file"
    exit_code = 6


class DuplicateRowError(LockFileError):
    """A lock holds one package twice for one platform."""

    code = "duplicate-package"


class ApplyError(CondasyncError):
    """A prefix could not be made equal to a lock."""

    code = "apply"
    exit_code = 7


class BuildError(CondasyncError):
    """A project could not be made into a package; `reason` is the stable code that an outcome carries."""

    code = "build"
    exit_code = 7

    def __init__(self, message: str, *, reason: str, hints: tuple[str, ...] = (), **facts: Fact) -> None:
        super().__init__(message, hints=hints, reason=reason, **facts)
        self.reason = reason


class ChannelError(CondasyncError):
    """A channel or its repodata could not be used."""

    code = "channel"
    exit_code = 8


class NetworkError(ChannelError):
    """A server could not be reached or refused."""

    code = "network"


class InterruptionError(BaseException):
    """Ctrl-C, under a name that libraries do not catch: typer would turn a KeyboardInterrupt into silence."""
