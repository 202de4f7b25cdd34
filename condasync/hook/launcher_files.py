"""What launchers read, one template for each kind, with a mark that tells whose file it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from condasync.hook.coiled import coiled
from condasync.hook.gateway import gateway
from condasync.hook.images import apptainer, dockerfile
from condasync.hook.jobqueue import jobqueue, shell
from condasync.hook.kubernetes import kubernetes
from condasync.hook.launch import Launch

_MARK: Final = "# Made by `condasync hook --for "
KINDS: Final[Mapping[str, Callable[[Launch], str]]] = {
    "jobqueue": jobqueue,
    "shell": shell,
    "slurm": shell,
    "kubernetes": kubernetes,
    "gateway": gateway,
    "coiled": coiled,
    "dockerfile": dockerfile,
    "apptainer": apptainer,
}


def launcher_file(kind: str, launch: Launch) -> str:
    """Return the file of a kind of launcher for a lock. Raises UsageError where the lock lacks what it needs."""
    text = KINDS[kind](launch)
    return f"{_MARK}{kind}` from the lock with sha256 {launch.digest}. Make it anew when that changes.\n{text}"


def is_generated(text: str) -> bool:
    """Return whether a file was made here and may be replaced."""
    return text.startswith(_MARK)
