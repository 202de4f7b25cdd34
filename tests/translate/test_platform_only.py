"""Packages of one platform family: which the target has no use for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from condasync.model.record import ChannelRecord
from condasync.model.target import Subdir
from condasync.translate.platform_only import foreign_conda, foreign_distribution

MakeRecord = Callable[..., ChannelRecord]


@pytest.mark.parametrize(
    ("pypi_name", "home", "elsewhere"),
    [
        ("pywin32", "win-64", "linux-64"),
        ("appnope", "osx-arm64", "linux-64"),
        ("pyobjc-framework-cocoa", "osx-64", "win-64"),
        ("mitmproxy-linux", "linux-aarch64", "osx-64"),
    ],
)
def test_distributions_of_one_platform(pypi_name: str, home: Subdir, elsewhere: Subdir) -> None:
    """A distribution of one platform is foreign elsewhere and at home on every machine of its family."""
    assert foreign_distribution(pypi_name, home) is None
    reason = foreign_distribution(pypi_name, elsewhere)
    assert reason is not None
    assert reason.code == "platform-only"


@pytest.mark.parametrize("name", ["appnope", "pywin32", "vc", "ucrt", "vs2015_runtime", "pyobjc-core", "m2w64-gcc"])
def test_conda_packages_of_one_platform(name: str) -> None:
    """Runtime parts of Windows and macOS are foreign on Linux, listed or installed."""
    assert foreign_conda(name, None, None, "linux-64") is not None
    assert foreign_conda(name, None, "osx-64", "linux-64") is not None


@pytest.mark.parametrize("name", ["pywin32-on-windows", "win_inet_pton", "appnope"])
def test_what_the_target_has_installed_is_not_foreign(name: str) -> None:
    """A Linux prefix may hold noarch packages that do something on Windows only: it exports to its own records."""
    assert foreign_conda(name, None, "linux-64", "linux-64") is None


@pytest.mark.parametrize("name", ["libcxx", "menuinst", "clang_osx-arm64", "sigtool"])
def test_parts_that_linux_has_other_uses_for(name: str) -> None:
    """What Linux channels carry too is dropped when a Mac or Windows had it installed, kept when somebody lists it."""
    captured_on = "win-64" if name == "menuinst" else "osx-arm64"
    assert foreign_conda(name, None, captured_on, "linux-64") is not None
    assert foreign_conda(name, None, None, "linux-64") is None
    assert foreign_conda(name, None, "linux-64", "linux-64") is None


def test_noarch_records_state_their_platform(make_record: MakeRecord) -> None:
    """A noarch record that depends on `__osx` was made for a Mac."""
    record = make_record("trash", noarch="python", depends=("__osx", "python >=3.9"))
    assert foreign_conda("trash", record, "osx-arm64", "linux-64") is not None
    assert foreign_conda("trash", record, "osx-arm64", "osx-64") is None
    plain = make_record("trash", noarch="python", depends=("__unix", "python >=3.9"))
    assert foreign_conda("trash", plain, "osx-arm64", "linux-64") is None


@pytest.mark.parametrize("name", ["__glibc", "__cuda", "__osx"])
def test_virtual_packages_are_never_installed(name: str) -> None:
    """A virtual package is a fact of the machine, also on its own platform."""
    reason = foreign_conda(name, None, None, "linux-64")
    assert reason is not None
    assert reason.code == "virtual-package"
