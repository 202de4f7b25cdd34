"""Carry a Python environment from a laptop to a cluster, a CI job and a colleague."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from condasync.cluster.plugin import CondaSync
    from condasync.hook.prepare import prepare
    from condasync.hook.synced_cluster import synced_cluster

__version__ = "0.1.0"
__all__ = ["CondaSync", "__version__", "prepare", "synced_cluster"]

_PLACES = {
    "CondaSync": "condasync.cluster.plugin",
    "prepare": "condasync.hook.prepare",
    "synced_cluster": "condasync.hook.synced_cluster",
}


def __getattr__(name: str) -> Any:
    """Return a public function; its module is loaded when it is asked for, so that the command line starts fast."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - as said

    return getattr(import_module(_PLACES[name]), name)
