"""One installation on a worker's machine: the lock and the files that came, then `condasync apply` as a process."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

LOCK_NAME = "conda-lock.yml"
_ABSENT = "No module named condasync"
_PYTHON = "CONDASYNC_PYTHON"  # set by condasync.cluster.preload
_LONGEST = 2000
_PAUSE = 0.1


def store_folder(prefix: str) -> Path:
    """Return a prefix's folder for what comes over the wire; a temporary one where the user's cache cannot be written.

    Nobody else may write there: whoever could would choose what is installed, were it not for the digests.
    """
    stated = os.environ.get("CONDASYNC_CACHE_DIR")
    base = Path(stated) if stated else Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "condasync"
    folder = base / "cluster" / hashlib.sha256(prefix.encode()).hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="condasync-cluster-"))


async def take_turn(folder: Path) -> Any:
    """Wait until nobody else installs from a folder; closing what is returned lets the next one begin.

    It asks again and again instead of waiting in a thread: nannies of one process share few threads, and who has the
    turn needs one.
    """
    file = (folder / ".turn").open("a")
    while not _is_ours(file):  # noqa: ASYNC110  another process has it
        await asyncio.sleep(_PAUSE)
    return file


def _is_ours(file: Any) -> bool:
    """Return whether nobody else has the turn; so it is also where there are no locks: `apply` alone takes turns."""
    try:
        import fcntl  # noqa: PLC0415  not on Windows

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return True
    return True


def apply_lock(lock: Path, prefix: str, artifacts: Path, *, offline: bool) -> dict[str, Any]:
    """Make a prefix equal to a lock and return what came of it: `status`, and `error` and `hints` when it failed.

    It is done by the condasync of the prefix, else by the one that the preload came from, else by this process's own. A
    failed one has left the prefix as it was. `status` is "installed", "unchanged" or "failed".
    """
    pythons = dict.fromkeys(
        path
        for path in (f"{prefix}/bin/python", f"{prefix}/python.exe", os.environ.get(_PYTHON, ""), sys.executable)
        if os.access(path, os.X_OK)
    )
    for python in pythons:
        command = [python, "-m", "condasync", "apply", str(lock), "--prefix", prefix, "--artifacts", str(artifacts)]
        command += ["--own-prefix", "--json", *(["--offline"] if offline else [])]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, cwd=lock.parent
            )
        except OSError as error:
            return _failed(f"{python}: cannot be started: {error}")
        if done.returncode == 0 or _ABSENT not in done.stderr:
            return _result(done.returncode, done.stdout, done.stderr)
    return _failed(
        f"{prefix} has no condasync, which installs there",
        "lock condasync along with the environment and start the workers from that lock",
        f"or run there: condasync apply LOCK --prefix {prefix}, then restart the workers",
    )


def _result(code: int, out: str, err: str) -> dict[str, Any]:
    try:
        envelope = json.loads(out)
    except ValueError:
        envelope = {}
    if not isinstance(envelope, dict):
        envelope = {}
    if code == 0:
        data = envelope.get("data") or {}
        return {"status": "unchanged" if data.get("changed") is False else "installed"}
    errors = envelope.get("errors") or []
    if errors:
        hints = [str(hint) for one in errors for hint in one.get("hints", ())]
        return _failed("; ".join(str(one.get("message")) for one in errors), *hints)
    return _failed(err.strip()[-_LONGEST:] or f"condasync apply ended with {code}")


def _failed(error: str, *hints: str) -> dict[str, Any]:
    return {"status": "failed", "error": error[:_LONGEST], "hints": list(hints)}
