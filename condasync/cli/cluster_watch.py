"""`cluster sync --watch`: what is watched, and how the lock is made anew when it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from condasync import wiring
from condasync.cluster.watch import Look, Watched, next_change
from condasync.errors import CondasyncError
from condasync.hook.child import answer_of
from condasync.hook.lock_options import LOCK_NAME, LockOptions
from condasync.hook.prepare import prepared
from condasync.hook.stated import made_from_files, with_stated
from condasync.lock import conda_lock_v1, environment_yml
from condasync.lock.lock_path import read_lock_text
from condasync.model.environment import Environment
from condasync.model.lockfile import LockFile
from condasync.model.package import LocalPackage
from condasync.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """Say what is followed: a lock, and what it is made from where the options name it, as for `condasync export`."""

    lock: Path
    prefix: Path | None = None
    files: tuple[Path, ...] = ()
    include: tuple[Path, ...] = ()
    offline: bool = False

    @property
    def options(self) -> LockOptions:
        """Return how the lock is made anew."""
        more = tuple(f"--include-module={path}" for path in self.include)
        return LockOptions(
            prefix=self.prefix, files=self.files, output=self.lock.parent, offline=self.offline, more=more
        )


def followed(follow: Follow, settings: Settings, *, tell: Callable[[str], None]) -> Iterator[None]:
    """Yield at once, and each time the lock has become another one since; `tell` hears what goes wrong meanwhile.

    What the lock is made from is watched and the lock made anew when that has changed. Where it does not say what that
    is, and no option does, the lock file alone is followed.
    """
    lock = follow.lock.read_bytes()
    watched = sources_of(follow, settings, tell)
    before = watched.look()
    yield
    while True:
        now = next_change(watched, before)
        if _outside(now, follow) != _outside(before, follow):
            try:
                _refresh(follow, tell, sources_changed=_in_trees(now, watched) != _in_trees(before, watched))
            except CondasyncError as error:
                tell(f"the lock stays as it is: {error.message}")
        watched = sources_of(follow, settings, tell)
        before = _own_change(now, watched.look(), follow)
        if follow.lock.is_file() and (text := follow.lock.read_bytes()) != lock:
            lock = text
            yield


def _outside(look: Look, follow: Follow) -> Look:
    """Return what was seen beside the lock itself."""
    return tuple(one for one in look if one[0] != str(follow.lock))


def _in_trees(look: Look, watched: Watched) -> Look:
    """Return what was seen of the sources of local projects."""
    beside = {str(path) for path in (*watched.files, *watched.folders)}
    return tuple(one for one in look if one[0] not in beside)


def _own_change(then: Look, now: Look, follow: Follow) -> Look:
    """Return what was seen then, with the lock as it is now: that change was this process's own."""
    return tuple(sorted((*_outside(then, follow), *(one for one in now if one[0] == str(follow.lock)))))


def _refresh(follow: Follow, tell: Callable[[str], None], *, sources_changed: bool) -> None:
    """Make the lock anew where its inputs have changed, or the sources of local projects, whose digests it holds."""
    found = prepared(follow.options, tell=tell)
    if found.changed or not sources_changed:
        return
    lock = _lock_at(follow.lock)
    tell("sources have changed; packing them anew")
    envelope = answer_of(with_stated(follow.options, lock).export_words())
    if envelope["exit_code"]:
        raise CondasyncError("condasync export says no", hints=("look at it by itself: condasync export",))


def sources_of(follow: Follow, settings: Settings, tell: Callable[[str], None]) -> Watched:
    """Return what is watched: the lock, and what it is made from as far as that is known; `tell` hears what is not."""
    files = follow.files
    if follow.lock.name != LOCK_NAME:
        return Watched(files=(follow.lock,))
    try:
        lock = _lock_at(follow.lock)
        files = files or _own_sources(follow.lock, lock)
        if not files and follow.prefix is None and made_from_files(lock):
            return Watched(files=(follow.lock,), trees=follow.include)
        environment = wiring.captured(settings, prefix=follow.prefix, files=files)
    except CondasyncError as error:
        tell(f"what the lock is made from cannot be read: {error.message}")
        return Watched(files=(follow.lock, *files), trees=follow.include)  # so that its repair is seen
    trees = tuple(Path(one.path) for one in environment.packages if isinstance(one, LocalPackage))
    return Watched(
        files=(follow.lock, *files), folders=() if files else _folders(environment), trees=(*trees, *follow.include)
    )


def _lock_at(path: Path) -> LockFile:
    return conda_lock_v1.loads(read_lock_text(path), path=str(path))


def _own_sources(path: Path, lock: LockFile) -> tuple[Path, ...]:
    """Return the files that a user wrote and a lock names as its sources."""
    sources = tuple(path.parent / source for source in lock.metadata.sources)
    return tuple(
        one
        for one in sources
        if one.is_file() and not environment_yml.is_generated(one.read_text(encoding="utf-8", errors="replace"))
    )


def _folders(environment: Environment) -> tuple[Path, ...]:
    """Return the folders of an environment whose time changes when something is installed or removed."""
    if environment.prefix is None:
        return ()
    prefix = Path(environment.prefix)
    return (prefix / "conda-meta", *sorted(prefix.glob("lib*/python*/site-packages")), prefix / "Lib/site-packages")
