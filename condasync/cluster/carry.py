"""Pickles code of `remote` by value, so that it runs where condasync is not installed."""

from __future__ import annotations

import hashlib
import pickle
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import cloudpickle  # type: ignore[import-untyped]

from condasync.cluster import remote
from condasync.cluster.remote import probe
from condasync.cluster.remote.host import HostAgent
from condasync.cluster.remote.parcel import Functions


def by_value(thing: object) -> bytes:
    """Return a pickle that carries the code of `remote` with it."""
    cloudpickle.register_pickle_by_value(remote)
    try:
        return pickle.dumps(_Unpickled(cloudpickle.dumps(thing)))
    finally:
        cloudpickle.unregister_pickle_by_value(remote)


class _Unpickled:
    """Become what a pickle holds where this is unpickled; compressed on the way, to a third for code."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed

    def __reduce__(self) -> tuple[Any, tuple[Any]]:
        return pickle.loads, (_Inflated(zlib.compress(self._packed, 9)),)


class _Inflated:
    def __init__(self, packed: bytes) -> None:
        self._packed = packed

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return zlib.decompress, (self._packed,)


class Carried:
    """Stand for a function of `remote` here; where it is unpickled it is the function itself."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._packed = by_value(function)
        self.__name__ = function.__name__

    def __reduce__(self) -> tuple[Any, tuple[bytes]]:
        return pickle.loads, (self._packed,)

    def __call__(self, *arguments: Any) -> Any:
        """Call the function here."""
        return pickle.loads(self._packed)(*arguments)  # noqa: S301  made above


@cache
def functions() -> Functions:
    """Return what runs on workers and nannies."""
    return Functions(
        version=_version(),
        seat=by_value(probe.seat),
        environment=by_value(probe.environment),
        packages=by_value(probe.packages),
        running_tasks=by_value(probe.running_tasks),
        set_variables=by_value(probe.set_variables),
        agent=by_value(HostAgent()),
    )


def _version() -> str:
    sources = sorted(Path(remote.__path__[0]).glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
