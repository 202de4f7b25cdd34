"""What is asked of a package index for the packages that conda leaves over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from condasync.model.package import CondaPackage, LocalPackage
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Reason, Unmapped
from condasync.wheels.leftovers import leftovers

if TYPE_CHECKING:
    from condasync.model.solve import PinMode
    from tests.wheels.conftest import Leave, Map


@pytest.mark.parametrize(
    ("mode", "specifier", "near"),
    [("relax", "", "1.2"), ("exact", "==1.2", "1.2"), ("none", "", None)],
)
def test_the_installed_version(left: Leave, target: Target, mode: PinMode, specifier: str, near: str | None) -> None:
    """The installed version comes first; with --pin exact no other will do, with --pin none it says nothing."""
    (asked,) = leftovers([left("Demo_X", "1.2")], target, constraints=(), mode=mode)
    assert (asked.requirement.name, asked.requirement.specifier, asked.near) == ("demo-x", specifier, near)


def test_lines_and_constraints_are_joined(left: Leave, target: Target) -> None:
    """Every line for the target narrows the question, and so do constraint files; other lines do not count."""
    lines = (
        PipRequirement(name="demo", specifier=">=1", extras=("b", "a"), where="x:1", hashes=("sha256:00",)),
        PipRequirement(name="demo", specifier="<3", extras=("c",), marker="sys_platform == 'linux'", where="x:2"),
        PipRequirement(name="demo", specifier="<2", extras=("d",), marker="sys_platform == 'win32'", where="x:3"),
    )
    constraints = (
        PipRequirement(name="Demo", specifier="!=1.5"),
        PipRequirement(name="demo", specifier="!=1.6", marker="python_version < '3'"),
        PipRequirement(name="other", specifier="!=1.7"),
    )
    (asked,) = leftovers([left("demo", None, *lines)], target, constraints=constraints, mode="relax")
    assert asked.requirement == PipRequirement(
        name="demo", specifier=">=1,<3,!=1.5", extras=("a", "b", "c"), where="x:1", hashes=("sha256:00",)
    )
    assert asked.near is None


def test_what_has_another_cure_is_not_asked_for(left: Leave, mapped: Map, target: Target) -> None:
    """Conda packages, local projects, URLs and malformed lines are not looked for on an index."""
    reason = Reason(code="not-on-channel", text="")
    outcomes = (
        mapped("numpy"),
        left("local", code="local-project"),
        left("direct", code="direct-url"),
        left("odd", code="invalid-requirement"),
        left("fallen", code="wheel-requirement"),
        Unmapped(package=CondaPackage(name="lib", version="1", requested=True), reason=reason),
        Unmapped(package=LocalPackage(name="mine", version="1", path="/x", editable=True), reason=reason),
    )
    assert leftovers(outcomes, target, constraints=(), mode="relax") == ()
