"""The formats that a lock can be written in and read from: their names, and which one a text is in."""

from __future__ import annotations

from typing import Final, Protocol

from condasync.errors import UsageError
from condasync.lock import conda_lock_v1, explicit, pinned_environment_yml, pixi_lock, pylock_toml
from condasync.model.finding import Finding
from condasync.model.lockfile import LockFile


class Format(Protocol):
    """One format; a module implements it, beside `seams.LockFormat`."""

    @property
    def FORMAT(self) -> str:  # noqa: N802 - the name that conda's plugins use
        """Return the format's name."""
        ...

    @property
    def ALIASES(self) -> tuple[str, ...]:  # noqa: N802
        """Return further names that users may say."""
        ...

    @property
    def DEFAULT_FILENAMES(self) -> tuple[str, ...]:  # noqa: N802
        """Return what such files are called; `{platform}` stands for the platform."""
        ...

    @property
    def ONE_PLATFORM(self) -> bool:  # noqa: N802
        """Return whether a file holds one platform only."""
        ...

    def dumps(self, lock: LockFile) -> str:
        """Return the lock's text; byte-stable."""
        ...

    def loads(self, text: str, *, path: str) -> LockFile:
        """Return the lock that a text holds, raise LockFileError."""
        ...

    def is_generated(self, text: str) -> bool:
        """Return whether condasync wrote a text, so that it may write it again."""
        ...

    def not_carried(self, lock: LockFile) -> tuple[Finding, ...]:
        """Return what the format leaves out of a lock."""
        ...


FORMATS: Final[tuple[Format, ...]] = (conda_lock_v1, explicit, pinned_environment_yml, pixi_lock, pylock_toml)


def format_named(name: str) -> Format:
    """Return the format that a user names. Raises UsageError."""
    wanted = name.strip().lower()
    for one in FORMATS:
        if wanted in {one.FORMAT.lower(), *(alias.lower() for alias in one.ALIASES)}:
            return one
    raise UsageError(f"unknown format: {name}", hints=(f"known are {', '.join(one.FORMAT for one in FORMATS)}",))


def load_lock(text: str, *, path: str) -> LockFile:
    """Return the lock that a text holds, whatever its format. Raises LockFileError."""
    return format_of(text, path=path).loads(text, path=path)


def format_of(text: str, *, path: str) -> Format:
    """Return the format that a text is in, by its keys, else by its name; conda-lock's when nothing tells."""
    name = path.rpartition("/")[2]
    lines = text.splitlines()
    if "@EXPLICIT" in lines:
        return explicit
    if name.endswith(".toml") or any(line.startswith("lock-version") for line in lines):
        return pylock_toml
    keys = {line.partition(":")[0] for line in lines if line[:1].isalpha()}
    if "environments" in keys or name == "pixi.lock":
        return pixi_lock
    if "dependencies" in keys and "package" not in keys:
        return pinned_environment_yml
    return conda_lock_v1
