"""How much memory another process uses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SAMPLE_SECONDS = 0.05 if sys.platform == "linux" else 0.5
"""How often asking is cheap enough."""


def private_bytes(pid: int) -> int | None:
    """Return the resident memory of a process in bytes, None when it is gone or the platform does not say.

    On Linux pages that are backed by a file do not count (mapped repodata); on other POSIX systems they do.
    """
    if sys.platform == "linux":
        return _from_proc(pid)
    if os.name == "posix":
        return resident_by_ps(pid)
    return None


def _from_proc(pid: int) -> int | None:
    try:
        fields = Path(f"/proc/{pid}/statm").read_bytes().split()
    except OSError:
        return None
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")


def resident_by_ps(pid: int) -> int | None:
    """Return the resident memory of a process in bytes as `ps` states it, None when it does not."""
    try:
        answer = subprocess.run(
            ("ps", "-o", "rss=", "-p", str(pid)), capture_output=True, check=False, stdin=subprocess.DEVNULL
        )
    except OSError:
        return None
    text = answer.stdout.strip()
    return int(text) * 1024 if text.isdigit() else None
