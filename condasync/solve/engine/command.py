"""How an engine's child process is started."""

from __future__ import annotations

import sys
from pathlib import Path


def child_command(module: str) -> tuple[str, ...]:
    """Return the command that runs `main` of a module of ours with this interpreter and this process's `sys.path`."""
    boot = f"import sys; sys.path[:] = sys.argv[1:]; from {module} import main; main()"
    paths = (entry for entry in sys.path if Path(entry).is_absolute())
    return (sys.executable, "-I", "-S", *(("-B",) if sys.dont_write_bytecode else ()), "-c", boot, *paths)
