"""Conda packages into a tree that becomes a prefix, by rattler in a process of its own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from condasync.errors import ApplyError

_CHILD = "condasync.apply.install_child"
_FULL = (
    "No space left on device",
    "os error 28",
    "Disk quota exceeded",
    "os error 122",
    "File too large",
    "os error 27",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CondaStep:
    """Say what to link: `install` are rattler's rows with `file://` URLs, `keep` the conda-meta files that stay.

    `tree` is where the files go, `final` the path that is written into them; `cache` holds unpacked packages;
    `reinstall` are names that are linked anew even where nothing seems to differ.
    """

    tree: Path
    final: Path
    platform: str
    cache: Path
    install: tuple[Mapping[str, Any], ...]
    keep: tuple[str, ...]
    reinstall: tuple[str, ...]


def install_conda(step: CondaStep, *, inherit: int) -> None:
    """Make the tree hold exactly the packages to install and to keep. Raises ApplyError.

    The process inherits the file descriptor `inherit`, and with it the turn of the prefix.
    """
    request = {
        "prefix": str(step.tree),
        "final": str(step.final),
        "platform": step.platform,
        "cache": str(step.cache),
        "install": step.install,
        "keep": step.keep,
        "reinstall": step.reinstall,
    }
    try:
        step.cache.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise _cache_fault(step, fault) from fault
    with tempfile.TemporaryFile("w+") as words:
        said, code = _answer(json.dumps(request, default=list), words, inherit)
        if code != 0:
            words.seek(0)
            raise _failed(step, said, words.read(), code)


def narrow(tree: Path, scripts: Iterable[str]) -> None:
    """Take from scripts the rights that their folder does not give.

    The folder has those of the umask; rattler lets the group write entry points whatever it is.
    """
    for script in scripts:
        path = tree / script
        if path.is_file() and not path.is_symlink():
            path.chmod(path.stat().st_mode & path.parent.stat().st_mode & 0o777)


def _answer(request: str, words: IO[str], inherit: int) -> tuple[str, int]:
    with subprocess.Popen(
        _command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, text=True, pass_fds=(inherit,)
    ) as child:
        try:
            said = _talk(child, request)
        except BaseException:
            child.kill()
            raise
    return said, child.returncode


def _talk(child: subprocess.Popen[str], request: str) -> str:
    """Send the request and return the answer; stdin stays open until then, as its end ends the process."""
    if child.stdin is None or child.stdout is None:
        return ""
    with contextlib.suppress(BrokenPipeError):  # it died: its exit status tells
        child.stdin.write(f"{request}\n")
        child.stdin.flush()
    return child.stdout.read()


def _command() -> Sequence[str]:
    """Return the command that runs the child with this interpreter and this process's `sys.path`."""
    boot = f"import sys; sys.path[:] = sys.argv[1:]; from {_CHILD} import main; main()"
    paths = (entry for entry in sys.path if Path(entry).is_absolute())
    return (sys.executable, "-I", "-S", *(("-B",) if sys.dont_write_bytecode else ()), "-c", boot, *paths)


def _cache_fault(step: CondaStep, fault: OSError) -> ApplyError:
    return ApplyError(
        f"the cache of packages cannot be written: {step.cache}: {fault.strerror}; {step.final} is as it was",
        hints=("free some space, or name another cache folder: CONDASYNC_CACHE_DIR",),
        path=str(step.cache),
    )


def _failed(step: CondaStep, said: str, words: str, code: int) -> ApplyError:
    prefix = step.final
    try:
        fault = str(json.loads(said)["fault"])
    except (ValueError, KeyError, TypeError):
        fault = words.strip().rpartition("\n")[2] or f"it ended with exit status {code}"
    if any(mark in fault for mark in _FULL):
        return ApplyError(
            f"{prefix}: the disk is full, or a limit of its use is reached; the prefix is as it was",
            hints=("free some space beside the prefix and in the cache, and apply again",),
            prefix=str(prefix),
        )
    return ApplyError(
        f"{prefix}: the packages could not be linked: {fault}; the prefix is as it was",
        hints=(
            "apply again",
            f"packages are unpacked in {step.cache}: if it is not writable, name another cache: CONDASYNC_CACHE_DIR",
        ),
        prefix=str(prefix),
        stderr=words.strip(),
    )
