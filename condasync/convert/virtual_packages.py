"""Virtual packages of a target (CEP 30): defaults and overrides; this machine is never asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from condasync.convert.constraint import is_conda_version
from condasync.model.record import ChannelRecord
from condasync.model.target import Subdir, Target, VirtualPackage, VirtualPackageOverride

_LINUX = {"__glibc": "2.28", "__linux": "5.10", "__unix": "0"}
_OSX = {"__osx": "11.0", "__unix": "0"}
_WIN = {"__win": "0"}
_DEFAULTS: dict[Subdir, tuple[dict[str, str], str]] = {
    "linux-64": (_LINUX, "x86_64"),
    "linux-aarch64": (_LINUX, "aarch64"),
    "linux-ppc64le": (_LINUX, "ppc64le"),
    "osx-64": (_OSX, "x86_64"),
    "osx-arm64": (_OSX, "arm64"),
    "win-64": (_WIN, "x86_64"),
}
_CONDA_VARIABLES = {
    "CONDA_OVERRIDE_ARCHSPEC": ("__archspec", ""),
    "CONDA_OVERRIDE_CUDA": ("__cuda", ""),
    "CONDA_OVERRIDE_GLIBC": ("__glibc", "linux-"),
    "CONDA_OVERRIDE_LINUX": ("__linux", "linux-"),
    "CONDA_OVERRIDE_OSX": ("__osx", "osx-"),
    "CONDA_OVERRIDE_WIN": ("__win", "win-"),
}


def default_virtual_packages(subdir: Subdir) -> tuple[VirtualPackage, ...]:
    """Return the virtual packages that a target has unless told otherwise, sorted by name.

    They are conda-lock's defaults without `__cuda`; linux-64 has `__archspec 1 x86_64`, `__glibc 2.28`, `__linux 5.10`
    and `__unix 0`.
    """
    versions, machine = _DEFAULTS[subdir]
    archspec = VirtualPackage(name="__archspec", version="1", build=machine)
    return (archspec, *(VirtualPackage(name=name, version=version) for name, version in sorted(versions.items())))


def parse_override(text: str) -> VirtualPackageOverride:
    """Return what `NAME=VERSION` or `NAME=VERSION=BUILD` overrides; `NAME=` removes the package.

    `__archspec=skylake` is short for `__archspec=1=skylake`: an architecture is a build (CEP 30).
    Raises ValueError when the text is nothing of these.
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not name.startswith("__") or name == "__":
        raise ValueError(f"{text!r} is no virtual package, expected __NAME=VERSION")
    version, _, build = value.partition("=")
    if name == "__archspec" and version and not build and not version.isdigit():
        version, build = "1", version
    return _override(name.lower(), version, build or "0", text)


def with_overrides(
    packages: Iterable[VirtualPackage], overrides: Iterable[VirtualPackageOverride]
) -> tuple[VirtualPackage, ...]:
    """Return the packages after the overrides, sorted by name; the last override of a name wins."""
    chosen: dict[str, VirtualPackage | None] = {one.name: one for one in packages}
    chosen.update((one.name, one.package) for one in overrides)
    return tuple(package for _, package in sorted(chosen.items()) if package is not None)


def virtual_records(target: Target, name: str) -> tuple[ChannelRecord, ...]:
    """Return a target's virtual packages of one name as records, so that requests can be matched against them."""
    return tuple(
        ChannelRecord(
            name=one.name,
            version=one.version,
            build=one.build,
            build_number=0,
            subdir=target.subdir,
            file_name=one.name,
            channel="",
            url="",
        )
        for one in target.virtual_packages
        if one.name == name
    )


def conda_overrides(environ: Mapping[str, str], subdir: Subdir) -> tuple[VirtualPackageOverride, ...]:
    """Return what conda's own `CONDA_OVERRIDE_*` variables change on a target; an empty value removes the package.

    A variable of another system (`CONDA_OVERRIDE_OSX` for linux-64) changes nothing. Raises ValueError for a value
    that is no version.
    """
    overrides = []
    for variable, (name, systems) in _CONDA_VARIABLES.items():
        value = environ.get(variable)
        if value is None or not subdir.startswith(systems):
            continue
        text = f"{variable}={value}"
        is_archspec = name == "__archspec" and value.strip()
        overrides.append(_override(name, "1" if is_archspec else value, value if is_archspec else "0", text))
    return tuple(overrides)


def _override(name: str, version: str, build: str, text: str) -> VirtualPackageOverride:
    version, build = version.strip(), build.strip()
    if not version:
        return VirtualPackageOverride(name=name, package=None)
    if not is_conda_version(version):
        raise ValueError(f"{version!r} is no conda version in {text!r}")
    return VirtualPackageOverride(name=name, package=VirtualPackage(name=name, version=version, build=build))
