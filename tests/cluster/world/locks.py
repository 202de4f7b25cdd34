"""Locks of the world's channel, written by a real export in a process of its own."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.build.python_channel import MINOR

WORKER = ("distributed", "condasync")


def export_lock(
    folder: Path, channel: Path, *, cache: Path, packages: Sequence[str] = WORKER, project: Path | None = None
) -> Path:
    """Write `conda-lock.yml` into a folder for packages of a channel, and a project's package beside it; return it.

    An older lock in the folder is replaced. `cache` is condasync's cache folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = "".join(f"  - {package}\n" for package in packages)
    inputs = folder / "environment.yml"
    inputs.write_text(f"channels: [nodefaults]\ndependencies:\n  - python {MINOR}.*\n{wanted}", encoding="utf-8")
    command = [sys.executable, "-m", "condasync", "export", "-f", str(inputs), "-o", str(folder / "lock")]
    command += ["-c", str(channel), "--offline", "--python", MINOR, "--solver", "rattler", "--strict"]
    if project is not None:
        command += ["--include-module", str(project)]
    environment = {**os.environ, "CONDASYNC_CACHE_DIR": str(cache)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "lock" / "conda-lock.yml"


def digest_of(lock: Path) -> str:
    """Return what CONDASYNC_LOCK_DIGEST has to be for a lock."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()
