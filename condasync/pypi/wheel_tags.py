"""The compatibility tags (PEP 425, 600) that a target accepts, best first; this machine is never asked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms

from condasync.model.target import Subdir, Target

_MACHINES: dict[Subdir, str] = {
    "linux-64": "x86_64",
    "linux-aarch64": "aarch64",
    "linux-ppc64le": "ppc64le",
    "osx-64": "x86_64",
    "osx-arm64": "arm64",
    "win-64": "amd64",
}
_LEGACY = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_OLDEST = {"x86_64": 5}
_OLDEST_ELSEWHERE = 17


@lru_cache(maxsize=32)
def ranked_tags(target: Target) -> dict[Tag, int]:
    """Return the tags of a CPython on the target with their rank; a lower rank is a better fit.

    The target's `__glibc` says which manylinux wheels run there, its `__osx` which macOS wheels.
    """
    major, minor = (int(part) for part in target.python.split(".")[:2])
    interpreter = f"cp{major}{minor}"
    platforms = list(_platforms(target))
    tags = [
        *cpython_tags((major, minor), [interpreter], platforms),
        *compatible_tags((major, minor), interpreter, platforms),
    ]
    return {tag: rank for rank, tag in reversed(list(enumerate(tags)))}


@lru_cache(maxsize=32)
def platform_tags(target: Target) -> frozenset[str]:
    """Return the platform part of the tags that run on the target, whatever the Python; `any` among them."""
    return frozenset({"any", *_platforms(target)})


def _platforms(target: Target) -> Iterator[str]:
    machine = _MACHINES[target.subdir]
    match target.subdir.partition("-")[0]:
        case "linux":
            yield from _manylinux(_version(target, "__glibc"), machine)
            yield f"linux_{machine}"
        case "osx":
            version = _version(target, "__osx")
            if version is not None:
                yield from mac_platforms(version, machine)
        case _:
            yield f"win_{machine}"


def _manylinux(glibc: tuple[int, int] | None, machine: str) -> Iterator[str]:
    if glibc is None or glibc[0] != 2:  # noqa: PLR2004  there is no other glibc
        return
    for minor in range(glibc[1], _OLDEST.get(machine, _OLDEST_ELSEWHERE) - 1, -1):
        yield f"manylinux_2_{minor}_{machine}"
        if minor in _LEGACY:
            yield f"{_LEGACY[minor]}_{machine}"


def _version(target: Target, name: str) -> tuple[int, int] | None:
    """Return major and minor of a virtual package, None when the target has none or its version has no numbers."""
    text = next((one.version for one in target.virtual_packages if one.name == name), "")
    parts = [*text.split("."), "0"]
    return (int(parts[0]), int(parts[1])) if parts[0].isdigit() and parts[1].isdigit() else None
