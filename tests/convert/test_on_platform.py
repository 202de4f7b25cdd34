"""An environment as its platforms see it."""

from __future__ import annotations

from dataclasses import replace

from condasync.convert.on_platform import (
    CODE,
    findings_beside_outcomes,
    not_on_platform,
    on_platform,
    with_platforms,
)
from condasync.model.environment import Environment, PlatformPackages
from condasync.model.finding import Finding
from condasync.model.package import CondaPackage, PipPackage

PYTHON = CondaPackage(name="python", version=None, requested=True)
APPNOPE = CondaPackage(name="appnope", version=None, requested=True)
LINUX_MKL = CondaPackage(name="blas", version="1.0", requested=True, build="mkl")
OPENBLAS = CondaPackage(name="blas", version="1.0", requested=True, build="openblas")
NOTE = Finding(code=CODE, severity="note", text="left out")
WARNING = Finding(code=CODE, severity="warning", text="no platform")

LINUX = Environment(kind="files", packages=(LINUX_MKL, PYTHON), findings=(NOTE, WARNING))
MACOS = Environment(kind="files", packages=(APPNOPE, OPENBLAS, PYTHON))
BOTH = with_platforms(LINUX, {"osx-arm64": MACOS, "linux-aarch64": LINUX})


def test_each_platform_has_its_own_packages() -> None:
    """What differs is kept per platform, in the order that an environment promises; the rest is shared."""
    assert BOTH.by_platform == (
        PlatformPackages(platform="osx-arm64", left_out=(LINUX_MKL,), added=(APPNOPE, OPENBLAS)),
    )
    assert on_platform(BOTH, "osx-arm64").packages == MACOS.packages
    for platform in ("linux-64", "linux-aarch64", "win-64"):
        assert on_platform(BOTH, platform).packages == LINUX.packages
    assert on_platform(BOTH, "linux-64").by_platform == ()
    assert on_platform(LINUX, "osx-arm64") is LINUX


def test_what_only_others_ask_for_is_known() -> None:
    """Nothing is skipped in silence: one platform's packages and the others' are all there are."""
    assert not_on_platform(BOTH, "linux-64") == (APPNOPE, OPENBLAS)
    assert not_on_platform(BOTH, "osx-arm64") == (LINUX_MKL,)
    assert not_on_platform(LINUX, "osx-arm64") == ()


def test_what_is_taken_along_later_counts_everywhere() -> None:
    """A module that the command line adds is no matter of selectors."""
    module = PipPackage(name="zz-module", version="1", requested=True)
    more = replace(BOTH, packages=(*BOTH.packages, module))
    assert module in on_platform(more, "osx-arm64").packages
    assert not_on_platform(more, "osx-arm64") == (LINUX_MKL,)


def test_notes_of_selectors_go_where_outcomes_tell() -> None:
    """Warnings stay, and so do the notes where no platform differs."""
    assert findings_beside_outcomes(BOTH) == (WARNING,)
    assert findings_beside_outcomes(LINUX) == (NOTE, WARNING)
