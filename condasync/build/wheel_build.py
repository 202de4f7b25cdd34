"""Wheels of projects: built from a copy in a child process, kept by the digest of what they were built from."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from condasync.build.build_log import read_log
from condasync.build.source_tree import SourceTree
from condasync.convert.requirement import normalise
from condasync.errors import BuildError, OutputError

TIMEOUT = 600.0
WHEEL_FILES = "wheel-files"
"""The folder of the cache with wheels of package indexes, one folder each."""
_FORMAT = "1"
_POLL = 0.1
_SCM_WORDS = ("scm", "vcs", "versioneer", "versioningit", "dunamai", "dynamic-versioning")
_LOG = "build.log"
_NOT_FOUND = "No matching distribution found"
_OFFLINE_HINT = (
    "offline, build requirements come from local folders alone (PIP_FIND_LINKS); or build once without --offline"
)
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildPlan:
    """Say how wheels are built.

    `python` runs the build and decides what a compiled wheel is for; its minor is `minor`. `requires` are build
    requirements beyond those declared; `timeout` is in seconds; `offline` keeps builds from package indexes.
    """

    cache_dir: Path
    python: Path
    minor: str
    requires: tuple[str, ...] = ()
    timeout: float = TIMEOUT
    offline: bool = False


def build_wheel(
    tree: SourceTree,
    plan: BuildPlan,
    *,
    name: str,
    version: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Path:
    """Return the wheel of a project; it is built only when its sources, Python or requirements have changed.

    The build sees a copy of the tree, so the sources stay as they are. `version` helps projects that take theirs from
    version control when there is none. Raises BuildError with the cause, the last lines of the log and where it lies,
    OutputError when the cache cannot be written.
    """
    folder = plan.cache_dir / "built-wheels" / _key(tree, plan, version)
    kept = sorted(folder.glob("*.whl"))
    if kept:
        return kept[0]
    tell(f"building {name}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name[:12]}-", dir=folder.parent))
    except OSError as fault:
        raise OutputError(f"{folder}: cannot be written: {fault.strerror}", path=str(folder)) from fault
    try:
        built = _build(tree, plan, work, name=name, version=version, tell=tell)
        return _keep(built, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _build(
    tree: SourceTree, plan: BuildPlan, work: Path, *, name: str, version: str | None, tell: Callable[[str], None]
) -> Path:
    source, output = work / "source", work / "wheel"
    tree.copy_to(source)
    git = _git_folder(tree.root)
    if git is not None:
        (source / ".git").write_text(f"gitdir: {git}\n", encoding="utf-8")
    output.mkdir()
    request = {
        "source": str(source),
        "output": str(output),
        "venv": str(work / "venv"),
        "python": str(plan.python),
        "requires": list(plan.requires),
        "source_map": str(source),
        "scm_version": version if git is None else None,
        "offline": plan.offline,
        "find_links": [str(folder) for folder in sorted(plan.cache_dir.glob(f"{WHEEL_FILES}/*"))]
        if plan.offline
        else [],
    }
    asked, log = work / "request.json", output / _LOG
    asked.write_text(json.dumps(request), encoding="utf-8")
    code = _run_child(asked, log, plan.timeout, lambda line: tell(f"building {name}: {line}"))
    wheels = sorted(output.glob("*.whl"))
    if code == 0 and len(wheels) == 1:
        return output
    raise _failure(name, code, log, _kept_log(log, plan, name), plan)


def _run_child(request: Path, log: Path, timeout: float, tell: Callable[[str], None]) -> int | None:
    """Run the build and return its exit code, None when it took too long; whatever it started is ended with it."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "condasync.build.build_child", str(request)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return _wait(process, log, time.monotonic() + timeout, tell)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: subprocess.Popen[bytes], log: Path, end: float, tell: Callable[[str], None]) -> int | None:
    size = 0
    while time.monotonic() < end:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(_POLL)
        if log.stat().st_size != size:
            size = log.stat().st_size
            lines = read_log(log.read_text(encoding="utf-8", errors="replace")).last_lines
            tell(lines[-1] if lines else "started")
    return None


def _keep(output: Path, folder: Path) -> Path:
    """Move a finished build into the cache; when another process was faster, its wheel counts."""
    with contextlib.suppress(OSError):
        output.rename(folder)
    return next(folder.glob("*.whl"))


def _kept_log(log: Path, plan: BuildPlan, name: str) -> Path:
    # A listed path is its project's name until a wheel tells another: no part of it may lead out of the cache.
    plain = _NOT_IN_NAMES.sub("-", normalise(name)).strip("-")[-_NAME_LENGTH:]
    place = plan.cache_dir / "build-logs" / f"{plain}.log"
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(log, place)
    place.chmod(0o600)  # a log may hold what the backend printed of the environment
    return place


def _failure(name: str, code: int | None, log: Path, kept: Path, plan: BuildPlan) -> BuildError:
    text = log.read_text(encoding="utf-8", errors="replace")
    reading = read_log(text)
    if code is None:
        return BuildError(
            f"{name}: the build took longer than {plan.timeout:g} s and was stopped",
            reason="build-timeout",
            hints=("give it more time with --build-timeout SECONDS", f"the whole log: {kept}"),
            log=str(kept),
            last_lines=reading.last_lines,
        )
    return BuildError(
        f"{name}: the build failed: {reading.cause or (reading.last_lines[-1:] or ('it gave no reason',))[0]}",
        reason="build-failed",
        hints=(*((_OFFLINE_HINT,) if plan.offline and _NOT_FOUND in text else ()), f"the whole log: {kept}"),
        log=str(kept),
        missing_module=reading.missing_module,
        last_lines=reading.last_lines,
    )


def _key(tree: SourceTree, plan: BuildPlan, version: str | None) -> str:
    facts: Sequence[object] = (
        _FORMAT,
        tree.digest(),
        plan.minor,
        sys.platform,
        platform.machine(),
        sorted(plan.requires),
        version,
        _revision(tree),
    )
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _git_folder(root: Path) -> Path | None:
    """Return the repository's folder when the project is the top of a git working tree."""
    git = root / ".git"
    if git.is_dir():
        return git.resolve()
    if git.is_file():  # a linked working tree or a submodule
        text = git.read_text(encoding="utf-8", errors="replace")
        return (root / text.partition("gitdir:")[2].strip()).resolve()
    return None


def _revision(tree: SourceTree) -> str | None:
    """Return what version control says, for projects that make their version of it: HEAD and the tags."""
    git = _git_folder(tree.root)
    if git is None or not _asks_version_control(tree):
        return None
    whole = hashlib.sha256()
    places = [git / "HEAD", git / "packed-refs", *sorted((git / "refs").rglob("*"))]
    for place in places:
        if place.is_file():
            whole.update(os.fsencode(place.relative_to(git)) + b"\0" + place.read_bytes())
    return whole.hexdigest()


def _asks_version_control(tree: SourceTree) -> bool:
    for name in ("pyproject.toml", "setup.cfg", "setup.py"):
        place = tree.root / name
        if place.is_file() and any(word in place.read_text("utf-8", errors="replace") for word in _SCM_WORDS):
            return True
    return False
