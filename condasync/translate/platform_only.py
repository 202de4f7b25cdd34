"""Packages that mean something on one family of platforms only."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from condasync.model.record import ChannelRecord
from condasync.model.target import Subdir
from condasync.model.translation import Reason

Family: TypeAlias = Literal["linux", "osx", "win"]

_FAMILIES: dict[Family, str] = {"linux": "Linux", "osx": "macOS", "win": "Windows"}

_PYPI: dict[str, Family] = {
    "appnope": "osx",
    "macfsevents": "osx",
    "mitmproxy-linux": "linux",
    "mitmproxy-macos": "osx",
    "mitmproxy-windows": "win",
    "mlx-metal": "osx",
    "comtypes": "win",
    "pypiwin32": "win",
    "pyreadline": "win",
    "pyreadline3": "win",
    "pywin32": "win",
    "pywin32-ctypes": "win",
    "pywinpty": "win",
    "tensorflow-intel": "win",
    "tensorflow-metal": "osx",
    "win-inet-pton": "win",
    "win-unicode-console": "win",
    "win32-setctime": "win",
    "windows-curses": "win",
    "winkerberos": "win",
    "wmi": "win",
}
_CONDA: dict[str, Family] = {
    "appnope": "osx",
    "console_shortcut": "win",
    "libwinpthread": "win",
    "macfsevents": "osx",
    "python.app": "osx",
    "pywin32": "win",
    "pywinpty": "win",
    "ucrt": "win",
    "vc": "win",
    "vc14_runtime": "win",
    "vcomp14": "win",
    "vs2013_runtime": "win",
    "vs2015_runtime": "win",
    "win32_setctime": "win",
    "win_inet_pton": "win",
    "win_unicode_console": "win",
    "wincertstore": "win",
    "winkerberos": "win",
    "winpty": "win",
}
_PREFIXES: tuple[tuple[str, Family], ...] = (("pyobjc", "osx"), ("m2w64-", "win"), ("msys2-", "win"))
# Parts of one platform's toolchain or start menu that other platforms' channels carry too, for other uses.
_WHEN_CAPTURED: dict[str, Family] = {
    "cctools": "osx",
    "ld64": "osx",
    "libcxx": "osx",
    "menuinst": "win",
    "pywin32-on-windows": "win",
    "sigtool": "osx",
    "tapi": "osx",
}
_FOR_SUBDIR = re.compile(r".*_(?P<family>linux|osx|win)-(?:32|64|aarch64|arm64|ppc64le)")


def foreign_distribution(pypi_name: str, target: Subdir) -> Reason | None:
    """Return why a target does not want a distribution (normalised name), None when that is not known."""
    return _reason(pypi_name, _PYPI.get(pypi_name) or _by_prefix(pypi_name), target)


def foreign_conda(name: str, record: ChannelRecord | None, captured_on: str | None, target: Subdir) -> Reason | None:
    """Return why a target does not want a conda package, None when that is not known.

    `record` is the captured one, `captured_on` the subdir of the machine that it was captured from, None when a file
    lists the package. What the target's own platform has installed is never foreign to it.
    """
    if name.startswith("__"):
        text = f"{name} is a fact of a machine (a virtual package), nothing to install"
        return Reason(code="virtual-package", text=text)
    if captured_on == target:
        return None
    known = _CONDA.get(name) or _by_prefix(name)
    if captured_on is not None:
        known = known or _WHEN_CAPTURED.get(name) or _by_subdir(name) or (_by_record(record) if record else None)
    return _reason(name, known, target)


def family_of(subdir: str) -> str:
    """Return the platform family of a subdir: "linux-64" is of "linux"."""
    return subdir.partition("-")[0]


def _reason(name: str, family: Family | None, target: Subdir) -> Reason | None:
    if family is None or family == family_of(target):
        return None
    return Reason(code="platform-only", text=f"{name} belongs to {_FAMILIES[family]} only")


def _by_prefix(name: str) -> Family | None:
    return next((family for prefix, family in _PREFIXES if name.startswith(prefix)), None)


def _by_subdir(name: str) -> Family | None:
    """Return the family of a name like `clang_osx-arm64`."""
    found = _FOR_SUBDIR.fullmatch(name)
    return next((family for family in _FAMILIES if found and found["family"] == family), None)


def _by_record(record: ChannelRecord) -> Family | None:
    """Return the one family whose virtual package (`__osx`) a noarch record needs."""
    if record.noarch is None:
        return None
    needed = {depend.split()[0] for depend in record.depends}
    return next((family for family in _FAMILIES if f"__{family}" in needed), None)
