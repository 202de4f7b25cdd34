"""The reference engine: libmambapy 2 in a child process."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path

from condasync.convert.matchspec import to_libmamba
from condasync.errors import EngineError
from condasync.model.record import RepodataFile
from condasync.model.solve import ChannelPriority
from condasync.model.target import Target
from condasync.seams import SolveSession
from condasync.solve.engine.child import Child, Limits
from condasync.solve.engine.command import child_command
from condasync.solve.engine.head_start import HeadStart
from condasync.solve.engine.session import EngineSession, opening_frame

_PRIORITIES: frozenset[ChannelPriority] = frozenset({"strict", "flexible", "disabled"})
_VERSION = re.compile(r"^version_info\s*=\s*\(([^)]*)\)", re.MULTILINE)
_HINTS = ("install libmambapy 2 from conda-forge", "solve with the other engine: --solver rattler")


class LibmambaEngine:
    """Solve with libmamba (a `seams.SolverEngine`): `timeout` in seconds per solve, `memory_limit` in bytes.

    `cache_dir` keeps repodata in libsolv's own form; it need not exist, and is not used where it cannot be written.
    """

    def __init__(self, *, timeout: float, memory_limit: int, cache_dir: Path) -> None:
        self._limits = Limits(timeout=timeout, memory=memory_limit)
        self._command = child_command("condasync.solve.engine.libmamba_child")
        self._first = HeadStart(self._command)
        self._cache_dir = cache_dir

    @property
    def name(self) -> str:
        """Return "libmamba"."""
        return "libmamba"

    @property
    def version(self) -> str:
        """Return libmambapy's version, raise EngineError when it is not installed or too old."""
        reason = why_unavailable()
        if reason is not None:
            raise EngineError(reason, hints=_HINTS, engine=self.name)
        return installed_version() or ""

    def head_start(self) -> AbstractContextManager[None]:
        """Start the first session's process at once; it is ended with the block when no session opened."""
        return self._first.begun()

    @contextmanager
    def open(self, repodata: Sequence[RepodataFile], target: Target) -> Iterator[SolveSession]:
        """Start a session; repodata stands in order of channel priority. Raises EngineError as `version` does."""
        opening = opening_frame(
            repodata, target, cache_dir=str(self._cache_dir.absolute()), library=f"libmambapy {self.version}"
        )
        child = Child(
            engine=self.name,
            command=self._command,
            opening=opening,
            limits=self._limits,
            first=self._first.take(),
        )
        session = EngineSession(child, engine=self.name, repodata=repodata, priorities=_PRIORITIES, render=to_libmamba)
        try:
            yield session
        finally:
            session.close()


def why_unavailable() -> str | None:
    """Return why libmamba cannot be the engine, None when it can as far as is known without loading it."""
    if _location() is None:
        return "libmambapy is not installed"
    found = installed_version()
    if found is None:
        return "libmambapy is installed but does not say its version"
    if int(found.partition(".")[0]) < 2:  # noqa: PLR2004  1.x is another API
        return f"libmambapy {found} is too old, 2.0 or newer is needed"
    return None


def installed_version() -> str | None:
    """Return the version of the libmambapy that would be imported; nothing of it runs."""
    place = _location()
    if place is None:
        return None
    try:
        text = (place / "version.py").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    found = _VERSION.search(text)
    numbers = re.findall(r"\d+", found.group(1)) if found else []
    return ".".join(numbers) or None


def _location() -> Path | None:
    spec = find_spec("libmambapy")
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None
