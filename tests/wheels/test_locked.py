"""Wheels keep their locked version where none is installed."""

from __future__ import annotations

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
