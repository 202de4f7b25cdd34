"""What decides whether a lock is fresh and how it is made anew, as values and as words of the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from condasync.errors import UsageError
from condasync.settings import SolverChoice

LOCK_NAME = "conda-lock.yml"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOptions:
    """Hold the options of `condasync export` that the hook knows; `more` are further words for it, as they stand.

    `output` is the folder of the lock.
    """

    prefix: Path | None = None
    files: tuple[Path, ...] = ()
    output: Path = Path()
    platforms: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    python: str | None = None
    cuda: str | None = None
    virtual_packages: tuple[str, ...] = ()
    offline: bool = False
    solver: SolverChoice = "auto"
    pin: Literal["relax", "exact", "none"] = "relax"
    more: tuple[str, ...] = ()

    @property
    def lock(self) -> Path:
        """Return where the lock is or will be, as an absolute path."""
        return self.output.absolute() / LOCK_NAME

    @property
    def strict(self) -> bool:
        """Return whether a package that stays behind is an error."""
        return "--strict" in self.more

    def check_words(self) -> list[str]:
        """Return the words of the `condasync check` that asks about this lock."""
        return ["check", str(self.lock), *self._inputs(), *_repeated("--include-module", self.included())]

    def capture_words(self) -> list[str]:
        """Return the words of the `condasync capture` that reads the inputs of this lock."""
        return ["capture", *self._inputs()]

    def included(self) -> tuple[str, ...]:
        """Return the loose modules that further words ask to take along."""
        pairs = zip(self.more, self.more[1:], strict=False)
        return tuple(str(Path(path).resolve()) for word, path in pairs if word == "--include-module")

    def export_words(self) -> list[str]:
        """Return the words of the `condasync export` that makes this lock."""
        words = ["export", *self._inputs(), "--output", str(self.output), "--solver", self.solver, "--pin", self.pin]
        words += _repeated("--platform", self.platforms) + _repeated("--channel", self.channels)
        words += _repeated("--virtual-package", self.virtual_packages)
        words += _repeated("--python", (self.python,) if self.python else ())
        words += _repeated("--cuda", (self.cuda,) if self.cuda else ())
        return [*words, *(("--offline",) if self.offline else ()), *self.more]

    def _inputs(self) -> list[str]:
        if self.files and self.prefix is not None:
            raise UsageError("--prefix and --file exclude each other", hints=("give one of them",))
        prefix = [] if self.prefix is None else [f"--prefix={self.prefix}"]
        return [*prefix, *_repeated("--file", [str(path) for path in self.files])]


def _repeated(option: str, values: tuple[str, ...] | list[str]) -> list[str]:
    # --option=value: a value that starts with a dash stays a value
    return [f"{option}={value}" for value in values]
