"""The extra that everything about clusters needs."""

from __future__ import annotations

import importlib

from condasync.errors import UsageError


def require_distributed(what: str, *hints: str) -> None:
    """Raise UsageError where distributed is not installed; `what` needs it, `hints` say what else would do."""
    try:
        importlib.import_module("distributed")
    except ImportError as error:
        raise UsageError(
            f"{what} needs distributed, which is not installed",
            hints=("install the extra: pip install 'condasync[dask]'", *hints),
        ) from error
