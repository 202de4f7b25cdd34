"""Environment markers (PEP 508) answered for a target machine, never for this one."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName

from condasync.model.target import Subdir, Target

_SYSTEMS = {
    "linux": ("posix", "linux", "Linux"),
    "osx": ("posix", "darwin", "Darwin"),
    "win": ("nt", "win32", "Windows"),
}
_MACHINES: dict[Subdir, str] = {
    "linux-64": "x86_64",
    "linux-aarch64": "aarch64",
    "linux-ppc64le": "ppc64le",
    "osx-64": "x86_64",
    "osx-arm64": "arm64",
    "win-64": "AMD64",
}


def marker_environment(target: Target) -> dict[str, str]:
    """Return the value of every marker variable but `extra` for a CPython on the target.

    The patch release is not known before a solve: it counts as 0, so that backports needed below some patch stay in.
    `platform_release` is the kernel of the target's `__linux`, else empty like `platform_version`.
    """
    os_name, sys_platform, system = _SYSTEMS[target.subdir.partition("-")[0]]
    minor = ".".join(target.python.split(".")[:2])
    full = target.python if target.python.count(".") > 1 else f"{minor}.0"
    return {
        "implementation_name": "cpython",
        "implementation_version": full,
        "os_name": os_name,
        "platform_machine": _MACHINES[target.subdir],
        "platform_python_implementation": "CPython",
        "platform_release": next((one.version for one in target.virtual_packages if one.name == "__linux"), ""),
        "platform_system": system,
        "platform_version": "",
        "python_full_version": full,
        "python_version": minor,
        "sys_platform": sys_platform,
    }


def marker_holds(marker: str | None, target: Target, extras: Collection[str] = ()) -> bool:
    """Return whether a marker is true on the target with any of the extras, or with none when none is asked for.

    Raises ValueError for a malformed marker and for variables that PEP 508 does not know.
    """
    if marker is None:
        return True
    environment = marker_environment(target)
    return any(_holds(marker, {**environment, "extra": extra}) for extra in sorted(extras) or ("",))


def _holds(marker: str, environment: dict[str, str]) -> bool:
    try:
        return _parsed(marker).evaluate(environment)
    except (InvalidMarker, UndefinedComparison) as error:
        raise ValueError(f"{marker!r} is no marker: {str(error).splitlines()[0]}") from None
    except UndefinedEnvironmentName as error:
        raise ValueError(f"{marker!r} is no marker of a requirement: {error.args[0]} has no value") from None


@lru_cache(maxsize=8192)
def _parsed(marker: str) -> Marker:
    return Marker(marker)
