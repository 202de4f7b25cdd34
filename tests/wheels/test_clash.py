"""Which wheels have to go when their needs do not hold beside the other packages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from condasync.model.solve import Answer, RequestedSpec, Solution, SolveRequest, Unsolvable
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Outcome
from condasync.wheels.clash import clashing_wheels, touched
from condasync.wheels.find import find_wheels
from condasync.wheels.settle import settle_wheels
from condasync.wheels.state import WheelPlan, WheelSearch
from tests.wheels.conftest import FakeSource

if TYPE_CHECKING:
    from tests.conftest import MakeIndex, MakeRecord
    from tests.wheels.conftest import Leave, MakeDemo, Map

Solve = Callable[[SolveRequest], Answer]
BASE = SolveRequest(specs=(RequestedSpec(spec=CondaSpec(name="numpy", version=">=2"), because="captured"),))


@pytest.fixture
def search(left: Leave, mapped: Map, wheel: MakeDemo, target: Target) -> WheelSearch:
    """Return a search with three wheels: `old` needs numpy<2, `far` a package x, `pure` nothing."""
    wheels = (wheel("old", "1.0", "numpy<2"), wheel("far", "1.0", "x"), wheel("pure", "1.0"))
    outcomes = (left("far", requested=False), left("old"), left("pure"))
    needed = {"numpy": mapped("numpy", version="<2"), "x": mapped("x")}
    source = FakeSource(answers={one.name: one for one in wheels})
    return find_wheels(WheelSearch(outcomes=outcomes, needed=needed), target, source)


@pytest.fixture
def plan(search: WheelSearch, target: Target, make_record: MakeRecord, make_index: MakeIndex) -> WheelPlan:
    """Return the plan of that search."""
    records = [make_record(name, "1.0", "python >=3.9", subdir="noarch") for name in ("pip", "numpy", "x")]
    return settle_wheels(search, make_index(records), target)


def refusing(*pairs: tuple[str, str]) -> Solve:
    """Return a solver that has no solution for a request with both texts of a pair in it."""

    def solve(request: SolveRequest) -> Answer:
        asked = {f"{one.spec.name}{one.spec.version}" for one in request.specs}
        clash = any(set(pair) <= asked for pair in pairs)
        return Unsolvable(explanation="they clash") if clash else Solution(records=())

    return solve


def with_needs(plan: WheelPlan) -> SolveRequest:
    """Return the base request with what the wheels need."""
    return SolveRequest(specs=BASE.specs + plan.needs)


def test_the_wheel_to_blame_goes(search: WheelSearch, plan: WheelPlan) -> None:
    """Only the wheel whose needs clash with the packages falls out, and says what it needs."""
    found = clashing_wheels(search, plan, with_needs(plan), refusing(("numpy>=2", "numpy<2")))
    assert {name: reason.code for name, reason in found.items()} == {"old": "wheel-requirement"}
    assert found["old"].text == (
        "old-1.0-py3-none-any.whl needs pip, numpy <2, which no environment holds beside the other packages"
    )


def test_of_two_wheels_that_clash_the_requested_one_stays(search: WheelSearch, plan: WheelPlan) -> None:
    """Wheels are tried requested ones first."""
    assert list(clashing_wheels(search, plan, with_needs(plan), refusing(("numpy<2", "x")))) == ["far"]


def test_nobody_is_to_blame(search: WheelSearch, plan: WheelPlan) -> None:
    """When the packages do not solve by themselves the wheels stay: they have nothing to do with it."""
    assert clashing_wheels(search, plan, with_needs(plan), refusing(("numpy>=2", "numpy>=2"))) == {}


def test_a_plan_without_needs(search: WheelSearch, plan: WheelPlan) -> None:
    """Without needs nothing is asked."""

    def never(request: SolveRequest) -> Answer:
        raise AssertionError(request)

    assert clashing_wheels(search, WheelPlan(outcomes=plan.outcomes), BASE, never) == {}


def test_a_conda_package_counts_more(search: WheelSearch, plan: WheelPlan) -> None:
    """A name that left conda because of a wheel comes back, and the wheel goes."""
    found = clashing_wheels(search, plan, with_needs(plan), refusing(("gone", "x")), lost=["gone"])
    assert list(found) == ["far"]


def test_a_conda_package_that_is_lost_anyway(search: WheelSearch, plan: WheelPlan) -> None:
    """A name that cannot be had without the wheels either is no reason against them."""
    assert clashing_wheels(search, plan, with_needs(plan), refusing(("gone", "numpy>=2")), lost=["gone"]) == {}


def test_what_wheels_touch(plan: WheelPlan) -> None:
    """Only a need with a version can move a package."""
    assert touched(plan, ["y", "numpy"])
    assert not touched(plan, ["x", "y"])


def test_a_wheel_that_only_an_extra_needs_can_go(  # noqa: PLR0917  fixtures
    left: Leave, mapped: Map, wheel: MakeDemo, target: Target, make_record: MakeRecord, make_index: MakeIndex
) -> None:
    """Nobody captured it, and an extra of a conda package asks for it: the rest must not fail for its sake."""
    demo = replace(mapped("demo"), needs=(PipRequirement(name="old"),))
    source = FakeSource(answers={"old": wheel("old", "1.0", "numpy<2")})
    needed: dict[str, Outcome] = {"old": left("old"), "numpy": mapped("numpy", version="<2")}
    found = find_wheels(WheelSearch(outcomes=(demo,), needed=needed), target, source)
    records = [make_record(name, "1.0", "python >=3.9", subdir="noarch") for name in ("pip", "numpy", "demo")]
    settled = settle_wheels(found, make_index(records), target)
    assert [one.wheel.name for one in settled.needed_wheels] == ["old"]
    clashing = clashing_wheels(found, settled, with_needs(settled), refusing(("numpy>=2", "numpy<2")))
    assert list(clashing) == ["old"]
    again = settle_wheels(replace(found, refused=clashing), make_index(records), target)
    assert (again.wheels, again.needs) == ((), ())
    assert [one.text.partition(",")[0] for one in again.findings] == ["an extra of demo needs old"]
