"""Wheels in another version than the local one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from condasync.model.package import PipPackage
from condasync.model.solve import Relaxation
from condasync.model.translation import PipWheel, Reason
from condasync.wheels.moved import moved_wheels, without_replaced

if TYPE_CHECKING:
    from tests.wheels.conftest import MakeDemo


def placed(wheel: MakeDemo, local: str | None, locked: str, *candidates: str) -> PipWheel:
    """Return a wheel that stands for a package with a local version."""
    package = PipPackage(name="demo", version=local, requested=True)
    reason = Reason(code="not-on-channel", text="")
    return PipWheel(package=package, wheel=wheel("demo", locked), needs=(), reason=reason, candidates=candidates)


@pytest.mark.parametrize(
    ("local", "locked", "rung"),
    [
        ("1.2.3", "1.2.4", "same-minor"),
        ("1.2.3+cu118", "1.2.3", "same-minor"),
        ("1.2.3", "1.9", "same-major"),
        ("1.2.3", "2.0", "free"),
        ("1!1.2", "1.2", "free"),
        ("2004d", "1.2", "free"),
    ],
)
def test_how_far_a_version_moved(wheel: MakeDemo, local: str, locked: str, rung: str) -> None:
    """The rung is how much of the version is still the same."""
    (found,) = moved_wheels([placed(wheel, local, locked)])
    assert (found.local_version, found.locked_version, found.rung) == (local, locked, rung)
    assert found.because == f"no package index has a wheel of demo {local} that installs on the target"


@pytest.mark.parametrize(("local", "locked"), [(None, "1.0"), ("1.0", "1.0"), ("1.0", "1.0.0"), ("v1.0", "1.0")])
def test_the_same_version_did_not_move(wheel: MakeDemo, local: str | None, locked: str) -> None:
    """Equal versions are equal however they are written; a package without a local version cannot move."""
    assert moved_wheels([placed(wheel, local, locked)]) == ()


def test_a_package_that_left_conda_for_a_wheel_is_no_loss(wheel: MakeDemo) -> None:
    """The loss of the conda package is not reported when a wheel stands in its place; other relaxations are."""

    def relaxed(package: str, locked: str | None) -> Relaxation:
        return Relaxation(package=package, local_version="1", locked_version=locked, rung="free", because="")

    kept = (relaxed("demo", "2"), relaxed("other", None))
    every = (*kept, relaxed("demo-conda", None), relaxed("demo", None), *kept)
    assert without_replaced(every, [placed(wheel, "1", "2", "demo-conda")]) == kept
