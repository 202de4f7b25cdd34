"""Wheels keep their locked version where none is installed."""

from __future__ import annotations

from dataclasses import replace

from condasync.model.lockfile import LockedPackage
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.wheels.locked import LockedFirst
from tests.wheels.conftest import FakeSource

ROW = LockedPackage(
    manager="pip",
    name="made-up",
    version="1.10",
    platform="linux-64",
    url="https://example.org/made_up-1.10-py3-none-any.whl",
    md5=None,
    sha256="a" * 64,
)


def test_near_to_what_is_locked_unless_installed(target: Target) -> None:
    """The other source is asked, with the locked version where the caller knows none."""
    source = FakeSource(answers={})
    first = LockedFirst(source=source, locked=(ROW,))
    first.find(PipRequirement(name="Made_Up", specifier=">=1"), target)
    first.find(PipRequirement(name="made-up"), target, near="1.2")
    first.find(PipRequirement(name="other"), target)
    assert source.asked == [("Made_Up", ">=1", "1.10"), ("made-up", "", "1.2"), ("other", "", None)]
    assert first.findings == source.findings


def test_a_wheel_that_became_a_conda_package_is_locked_too(target: Target) -> None:
    """By its own name or as NAME-local; a library of that name says nothing, nor does another platform's row."""
    row = replace(ROW, manager="conda", dependencies=(("python", ""),))
    locked = (
        row,
        replace(row, name="brotli", version="9", dependencies=(("libstdcxx", ""),)),
        replace(row, name="taken", version="9"),
        replace(row, name="taken-local", version="3"),
        replace(row, name="far", platform="osx-arm64"),
    )
    source = FakeSource(answers={})
    first = LockedFirst(source=source, locked=locked)
    for name in ("Made_Up", "brotli", "taken", "far"):
        first.find(PipRequirement(name=name), target)
    assert source.asked == [("Made_Up", "", "1.10"), ("brotli", "", None), ("taken", "", "3"), ("far", "", None)]
