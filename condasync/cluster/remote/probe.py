"""What a process finds out about the environment that it runs in. Standard library only; changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import socket
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

VARIABLES = ("CONDASYNC_LOCK_DIGEST", "CONDASYNC_PREFIX", "CONDASYNC_FAULT")
_LONGEST = 500


def seat(prefix: str = "") -> dict[str, Any]:
    """Return where this process runs, in some 400 bytes.

    `volume` tells apart equal paths of machines and containers with one name; `changed` is when the prefix was last
    changed, `started` when this process began, both in seconds since the epoch, 0 when not known.
    """
    folder = prefix or sys.prefix
    try:
        status = os.stat(folder)  # noqa: PTH116  as little as possible has to travel
        volume = f"{status.st_dev}:{status.st_ino}"
    except OSError:
        volume = ""
    return {
        "host": socket.gethostname(),
        "prefix": os.path.realpath(folder),
        "volume": volume,
        "python": platform.python_version(),
        "subdir": _subdir(),
        "pid": os.getpid(),
        "changed": _changed(folder),
        "started": _started(),
        "unprepared": os.environ.get("CONDASYNC_PREFIX") == "",  # so the preload says that it made no prefix
        "variables": {name: os.environ[name][:_LONGEST] for name in VARIABLES if os.environ.get(name)},
    }


def packages(prefix: str) -> list[list[str | None]]:
    """Return every conda package and distribution of a prefix: manager, name, version, build, URL and digest each."""
    rows: list[list[str | None]] = []
    owned: set[str] = set()
    for path in sorted(Path(prefix, "conda-meta").glob("*.json")):
        record = _record(path)
        owned.update(name for name in record.get("files", ()) if name.endswith(("METADATA", "PKG-INFO", ".egg-info")))
        digest = record.get("sha256") or record.get("md5")
        url = _public(str(record.get("url") or "")) or None
        rows.append(["conda", record.get("name") or path.stem, record.get("version"), record.get("build"), url, digest])
    for site in _sites(prefix):
        for one in distributions(path=[site]):
            name, version = _named(one)
            if name and _relative(_metadata_file(one), prefix) not in owned:
                rows.append(["pip", re.sub(r"[-_.]+", "-", name).lower(), version, None, None, None])
    first = {(str(row[1]), str(row[0])): row for row in reversed(rows)}
    return [first[key] for key in sorted(first)]


def digest_of(rows: list[list[str | None]]) -> str:
    """Return a digest of what `packages` says: equal environments have equal ones."""
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def environment(prefix: str) -> str:
    """Return the digest of a prefix's packages: 64 bytes instead of the packages."""
    return digest_of(packages(prefix))


def roster(dask_scheduler: Any) -> list[tuple[str, str, str | None]]:
    """Return (address, name, nanny) of every worker of a scheduler."""
    return [(one.address, str(one.name), one.nanny) for one in dask_scheduler.workers.values()]


def set_variables(values: dict[str, str]) -> None:
    """Set environment variables of this process; an empty value removes one."""
    for name, value in values.items():
        if value:
            os.environ[name] = value
        else:
            os.environ.pop(name, None)


def running_tasks(dask_worker: Any) -> int:
    """Return how many tasks a worker is in the middle of; those that only wait can go elsewhere."""
    state = dask_worker.state
    return len(state.executing) + len(state.long_running)


def _record(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = None
    return record if isinstance(record, dict) else {}


def _public(url: str) -> str:
    """Return a URL without user, password and token: what a prefix remembers must not leave its machine."""
    return re.sub(r"/t/[^/]+/", "/", re.sub(r"//[^/@]*@", "//", url)).partition("?")[0]


def _sites(prefix: str) -> Iterator[str]:
    """Return the folders with distributions of a prefix, which need not be this process's own."""
    if os.path.realpath(prefix) == os.path.realpath(sys.prefix):
        yield from dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    else:
        yield from sorted(str(path) for path in Path(prefix).glob("lib/python*/site-packages"))


def _named(one: Any) -> tuple[str | None, str | None]:
    """Return name and version of a distribution; leftovers without metadata have neither, in one way or another."""
    try:
        return one.metadata["Name"], one.metadata["Version"]
    except (KeyError, OSError, TypeError):
        return None, None


def _metadata_file(one: Any) -> str:
    folder = str(getattr(one, "_path", ""))
    for name in ("METADATA", "PKG-INFO"):
        if os.path.isfile(f"{folder}/{name}"):  # noqa: PTH113
            return f"{folder}/{name}"
    return folder


def _relative(path: str, prefix: str) -> str:
    inside = os.path.relpath(path, prefix) if path else ""
    return inside if not inside.startswith("..") else os.path.relpath(os.path.realpath(path), os.path.realpath(prefix))


def _subdir() -> str:
    system = {"linux": "linux", "darwin": "osx", "win32": "win"}.get(sys.platform, sys.platform)
    machine = platform.machine().lower()
    if machine in {"x86_64", "amd64"}:
        return f"{system}-64"
    return f"{system}-{'arm64' if machine in {'arm64', 'aarch64'} and system != 'linux' else machine}"


def _changed(prefix: str) -> float:
    try:
        return os.stat(f"{prefix}/conda-meta").st_mtime  # noqa: PTH116
    except OSError:
        return 0.0


def _started() -> float:
    """Return when this process began; psutil comes with distributed.

    On Linux psutil knows the time of boot to the second only: the clock that counts from there is finer.
    """
    with suppress(OSError, ValueError, AttributeError, IndexError):
        ticks = int(Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
        running = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
        return time.time() - running
    try:
        import psutil  # type: ignore[import-untyped]  # noqa: PLC0415

        return float(psutil.Process().create_time())
    except (ImportError, OSError):
        return 0.0
