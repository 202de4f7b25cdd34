"""Whole wheels from the places that a user's pip has, verified by digest and kept in the cache."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from condasync.errors import BuildError, NetworkError, OutputError
from condasync.model.wheel import Wheel
from condasync.pypi.index_client import IndexClient, IndexFaultError

_HINT = "leave out --leftovers conda to lock it as a wheel for pip"


def download_wheel(wheel: Wheel, client: Callable[[], IndexClient], folder: Path, *, offline: bool) -> Path:
    """Return the file of a wheel; it is fetched once, and is what its digest says.

    Raises BuildError when it cannot be had, or may not be fetched because the run is offline; OutputError when the
    cache cannot be written.
    """
    place = folder / wheel.sha256 / wheel.file_name
    if place.is_file() and hashlib.sha256(place.read_bytes()).hexdigest() == wheel.sha256:
        return place
    if offline and not wheel.url.public.startswith("file:"):
        raise BuildError(
            f"{wheel.file_name}: is not in the cache, and --offline forbids to fetch it",
            reason="source-missing",
            hints=("leave out --offline once: what was fetched is kept", _HINT),
        )
    try:
        return _fetched(wheel, client(), place)
    except IndexFaultError as fault:
        raise BuildError(
            f"{wheel.file_name}: {fault.reason.text}", reason="source-missing", hints=(_HINT,), url=str(wheel.url)
        ) from fault
    except NetworkError as fault:
        raise BuildError(f"{wheel.file_name}: {fault.message}", reason="source-missing", hints=(_HINT,)) from fault
    except OSError as fault:
        raise OutputError(
            f"{folder}: the cache cannot be written: {fault.strerror}",
            hints=("free some space, or name another cache folder: CONDASYNC_CACHE_DIR",),
            path=str(folder),
        ) from fault


def _fetched(wheel: Wheel, client: IndexClient, place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=place.parent, prefix=".part-")
    digest = hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as file, client.open(wheel.url) as answer:
            if answer is None:
                raise IndexFaultError("not-on-index", "is listed, but the file is not there")
            for chunk in answer.iter_bytes():
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != wheel.sha256:
            raise BuildError(
                f"{wheel.file_name}: sha256 is {digest.hexdigest()}, the index states {wheel.sha256}",
                reason="hash-mismatch",
                hints=("do not use it before its index says why",),
                url=str(wheel.url),
            )
        Path(part).replace(place)
    finally:
        Path(part).unlink(missing_ok=True)
    return place
