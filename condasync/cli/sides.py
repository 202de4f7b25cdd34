"""What `diff` compares: a lock, an environment, or a lock that git remembers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from condasync import wiring
from condasync.errors import UsageError
from condasync.lock.formats import load_lock
from condasync.lock.git_revision import text_at_revision
from condasync.lock.lock_path import read_lock_text
from condasync.model.environment import Environment
from condasync.model.finding import Finding
from condasync.model.lockfile import LockFile
from condasync.model.plan import Contents
from condasync.plan.contents import contents_of_environment, contents_of_lock
from condasync.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Hold one side of a comparison, read; `name` is how the user named it."""

    name: str
    value: LockFile | Environment


def read_side(text: str, settings: Settings) -> Side:
    """Return the lock or environment that a text names: a path, or `REVISION:PATH` of git."""
    path = Path(text)
    if path.is_dir() or (path.exists() and path.name.startswith("python")):
        return Side(name=text, value=wiring.captured(settings, prefix=path, files=()))
    if not path.exists() and ":" in text:
        return Side(name=text, value=load_lock(text_at_revision(text), path=text))
    return Side(name=text, value=load_lock(read_lock_text(path), path=text))


def contents(side: Side, other: Side) -> tuple[tuple[Contents, ...], tuple[Finding, ...]]:
    """Return what a side holds on the platforms where it can be compared with the other one, and what to know of it."""
    if isinstance(side.value, LockFile):
        held = contents_of_lock(side.value)
        if isinstance(other.value, Environment):
            wanted = _platform(other.value, side.value)
            return tuple(one for one in held if one.platform == wanted), ()
        return held, ()
    platform = (
        _platform(side.value, other.value) if isinstance(other.value, LockFile) else _own(side.value, other.value)
    )
    return (contents_of_environment(side.value, platform=platform),), _told(side, platform)


def _platform(environment: Environment, lock: LockFile) -> str:
    """Return the platform of a lock that an environment is compared with: its own, else the lock's only one."""
    platforms = lock.metadata.platforms
    if environment.platform in platforms:
        return environment.platform or ""
    if len(platforms) == 1:
        return platforms[0]
    raise UsageError(
        f"the environment is for {environment.platform or 'no known platform'}, the lock for {', '.join(platforms)}",
        hints=("lock for the platform of the environment: condasync export --platform SUBDIR",),
    )


def _own(one: Environment, other: Environment | LockFile) -> str:
    stated = one.platform or (other.platform if isinstance(other, Environment) else None)
    return stated or "any"


def _told(side: Side, platform: str) -> tuple[Finding, ...]:
    own = side.value.platform if isinstance(side.value, Environment) else None
    if own in {None, platform}:
        return ()
    text = f"{side.name} is for {own} and compared as {platform}: versions count, builds do not"
    return (Finding(code="other-platform", severity="note", text=text, where=side.name),)
