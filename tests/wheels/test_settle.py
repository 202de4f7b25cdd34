"""Which wheels hold, what they ask of the solve, and what becomes of the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from condasync.model.package import PipPackage
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Dropped, Mapped, Outcome, PipWheel, Reason, Unmapped, kind_of
from condasync.wheels.find import find_wheels
from condasync.wheels.settle import needs_of, settle_wheels
from condasync.wheels.state import WheelPlan, WheelSearch
from tests.wheels.conftest import FakeSource

if TYPE_CHECKING:
    from condasync.model.wheel import Wheel
    from tests.conftest import FakeIndex, MakeIndex, MakeRecord
    from tests.wheels.conftest import Leave, MakeDemo, Map


@pytest.fixture(scope="module")
def index(make_record: MakeRecord, make_index: MakeIndex) -> FakeIndex:
    """Return a channel with pip, numpy and a package for another Python."""
    return make_index(
        [
            make_record("pip", "25.0", "python >=3.9", subdir="noarch"),
            make_record("numpy", "2.0", "python >=3.11,<3.12.0a0"),
            make_record("later", "1.0", "python >=3.13,<3.14.0a0"),
        ]
    )


def searched(target: Target, outcomes: tuple[Outcome, ...], *wheels: Wheel, **needed: Outcome) -> WheelSearch:
    """Return a search after all rounds, with these wheels on the index and these outcomes for needed names."""
    source = FakeSource(answers={one.name: one for one in wheels})
    search = WheelSearch(outcomes=outcomes, needed=needed)
    for _ in range(3):
        search = find_wheels(search, target, source)
    return search


def specs(plan: WheelPlan) -> list[tuple[str, str, str]]:
    """Return what a plan asks of the solve."""
    return [(need.spec.name, need.spec.version, need.because) for need in plan.needs]


def test_a_wheel_asks_for_pip_and_its_needs(  # noqa: PLR0917  fixtures
    left: Leave, mapped: Map, wheel: MakeDemo, target: Target, index: FakeIndex, make_index: MakeIndex
) -> None:
    """The solve must hold pip and the conda packages that a wheel needs, directly or through other wheels."""
    search = searched(
        target,
        (left("demo"),),
        wheel("demo", "1.0", "friend>=2"),
        wheel("friend", "2.5", "numpy"),
        friend=left("friend"),
        numpy=mapped("numpy", version=">=2"),
        unused=mapped("unused"),
    )
    plan = settle_wheels(search, index, target)
    assert specs(plan) == [
        ("pip", "", "wheel demo 1.0 needs it"),
        ("numpy", ">=2", "wheel friend 2.5 needs it"),
    ]
    assert [one.wheel.name for one in plan.wheels] == ["demo", "friend"]
    assert [one.wheel.name for one in plan.needed_wheels] == ["friend"]
    assert plan.findings == ()
    assert [need.spec.name for need in needs_of("friend", search)] == ["pip", "numpy"]
    without_pip = settle_wheels(search, make_index(index.records("numpy")), target)
    assert (without_pip.wheels, without_pip.needs) == ((), ())
    (outcome,) = without_pip.outcomes
    assert isinstance(outcome, Unmapped)
    assert outcome.reason.text.endswith("the channels have no pip for Python 3.11 to install wheels with")


@pytest.mark.parametrize(
    ("need", "told"),
    [
        ("numpy>=9", "needs numpy >=9, and the channels have no numpy >=9 for Python 3.11"),
        ("later", "needs later, and the channels have no later for Python 3.11"),
        ("nowhere", "needs nowhere, and nobody knows nowhere; no nowhere anywhere"),
        ("friend>=3", "needs friend >=3, and friend-2.5-py3-none-any.whl is what there is"),
        ("foreign", "needs foreign, and it is of another platform"),
        ("mine", "needs mine, and nobody knows mine"),
        ("deeper", "needs deeper, and looking up deeper would take more rounds than are made"),
    ],
)
def test_a_need_that_is_not_met(  # noqa: PLR0917  fixtures and a table
    left: Leave, mapped: Map, wheel: MakeDemo, target: Target, index: FakeIndex, need: str, told: str
) -> None:
    """The wheel stays behind with the requirement as reason, and whatever needs it does so too."""
    foreign = Dropped(
        package=PipPackage(name="foreign", version=None, requested=False),
        reason=Reason(code="platform-only", text="it is of another platform"),
    )
    search = searched(
        target,
        (left("parent"), left("demo"), left("friend"), left("mine", code="local-project")),
        wheel("demo", "1.0", need),
        wheel("parent", "1.0", "demo"),
        wheel("friend", "2.5"),
        numpy=mapped("numpy", version=">=9"),
        later=mapped("later"),
        nowhere=left("nowhere"),
        foreign=foreign,
    )
    plan = settle_wheels(search, index, target)
    assert [kind_of(outcome) for outcome in plan.outcomes] == ["unmapped", "unmapped", "pip-wheel", "unmapped"]
    parent, demo = plan.outcomes[:2]
    assert isinstance(demo, Unmapped)
    assert isinstance(parent, Unmapped)
    assert demo.reason.code == parent.reason.code == "wheel-requirement"
    assert demo.reason.text == f"nobody knows demo; demo-1.0-py3-none-any.whl {told}"
    assert parent.reason.text.startswith("nobody knows parent; parent-1.0-py3-none-any.whl needs demo, and demo-1.0")
    assert [(one.code, one.package) for one in plan.findings] == [
        ("wheel-requirement", "demo"),
        ("wheel-requirement", "parent"),
    ]


def test_what_the_target_does_not_need_is_met(left: Leave, wheel: MakeDemo, target: Target, index: FakeIndex) -> None:
    """A name that a reviewed row drops as brought by something else is no fault."""
    dropped = Dropped(
        package=PipPackage(name="qt", version=None, requested=False),
        reason=Reason(code="not-needed", text="pyqt brings it"),
    )
    search = searched(target, (left("demo"),), wheel("demo", "1.0", "qt"), qt=dropped)
    assert [kind_of(outcome) for outcome in settle_wheels(search, index, target).outcomes] == ["pip-wheel"]


def test_wheels_that_need_each_other(left: Leave, wheel: MakeDemo, target: Target, index: FakeIndex) -> None:
    """A circle holds as a whole, and falls as a whole."""
    good = searched(target, (left("one"), left("two")), wheel("one", "1", "two"), wheel("two", "1", "one"))
    assert len(settle_wheels(good, index, target).wheels) == 2
    bad = searched(target, (left("one"), left("two")), wheel("one", "1", "two"), wheel("two", "1", "one", "absent"))
    assert settle_wheels(bad, index, target).wheels == ()


def test_findings_about_what_is_locked(left: Leave, wheel: MakeDemo, target: Target, index: FakeIndex) -> None:
    """A yanked wheel and a wheel that is a file of this machine are told of."""
    search = searched(
        target,
        (left("gone"), left("here")),
        wheel("gone", "1.0", yanked="a mistake"),
        wheel("here", "1.0", url="file:///wheels/here-1.0-py3-none-any.whl"),
    )
    plan = settle_wheels(search, index, target)
    assert [(one.code, one.severity, one.package) for one in plan.findings] == [
        ("yanked", "warning", "gone"),
        ("local-wheel", "warning", "here"),
    ]
    assert "a mistake" in plan.findings[0].text


def test_another_version_is_a_relaxation(left: Leave, wheel: MakeDemo, target: Target, index: FakeIndex) -> None:
    """A captured wheel in another version than the local one is reported with both."""
    search = searched(target, (left("demo", "1.2.0"), left("same", "1.0")), wheel("demo", "1.2.5"), wheel("same", "1"))
    (moved,) = settle_wheels(search, index, target).relaxations
    assert (moved.package, moved.local_version, moved.locked_version, moved.rung) == (
        "demo",
        "1.2.0",
        "1.2.5",
        "same-minor",
    )


def test_a_refused_wheel_says_why(left: Leave, wheel: MakeDemo, target: Target, index: FakeIndex) -> None:
    """What the solve refused ends with that reason."""
    search = searched(target, (left("demo"),), wheel("demo", "1.0"))
    refused = Reason(code="wheel-requirement", text="it clashes")
    plan = settle_wheels(WheelSearch(outcomes=search.outcomes, refused={"demo": refused}), index, target)
    (outcome,) = plan.outcomes
    assert isinstance(search.outcomes[0], PipWheel)
    assert isinstance(outcome, Unmapped)
    assert outcome.reason == Reason(code="wheel-requirement", text="nobody knows demo; it clashes")


def extra(mapped: Map, name: str, *needs: str) -> Mapped:
    """Return a conda package whose extras need what conda lacks."""
    where = f"the metadata of {name}-1.0-py3-none-any.whl"
    return replace(mapped(name), needs=tuple(PipRequirement(name=need, where=where) for need in needs))


def test_wheels_of_extras_are_locked(
    left: Leave, mapped: Map, wheel: MakeDemo, target: Target, index: FakeIndex
) -> None:
    """A wheel that only an extra of a conda package needs is locked, and what it needs joins the solve."""
    search = searched(
        target,
        (extra(mapped, "numpy", "friend"),),
        wheel("friend", "1.0", "numpy>=2"),
        friend=left("friend"),
        numpy=mapped("numpy", version=">=2"),
    )
    plan = settle_wheels(search, index, target)
    assert [one.wheel.name for one in plan.needed_wheels] == ["friend"]
    assert specs(plan) == [
        ("pip", "", "wheel friend 1.0 needs it"),
        ("numpy", ">=2", "wheel friend 1.0 needs it"),
    ]
    assert plan.findings == ()


def test_a_wheel_of_an_extra_that_falls_is_told_and_not_locked(
    left: Leave, mapped: Map, wheel: MakeDemo, target: Target, index: FakeIndex
) -> None:
    """The package stays, the finding says which extra lacks what; another that is nowhere is told too."""
    search = searched(
        target,
        (extra(mapped, "numpy", "friend", "nowhere"),),
        wheel("friend", "1.0", "later"),
        friend=left("friend"),
        later=mapped("later"),
        nowhere=left("nowhere"),
    )
    plan = settle_wheels(search, index, target)
    assert plan.wheels == ()
    assert [kind_of(one) for one in plan.outcomes] == ["mapped"]
    assert [(one.code, one.severity, one.text) for one in plan.findings] == [
        (
            "wheel-requirement",
            "warning",
            (
                "an extra of numpy needs friend, and friend-1.0-py3-none-any.whl needs later, and the channels have no"
                " later for Python 3.11"
            ),
        ),
        (
            "wheel-requirement",
            "warning",
            "an extra of numpy needs nowhere, and nobody knows nowhere; no nowhere anywhere",
        ),
    ]


def test_a_wheel_falls_with_what_the_extra_of_its_need_lacks(
    left: Leave, mapped: Map, wheel: MakeDemo, target: Target, index: FakeIndex
) -> None:
    """A wheel that asks for an extra of a conda package cannot be locked without it; one that does not ask, can."""
    search = searched(
        target,
        (left("demo"), left("plain")),
        wheel("demo", "1.0", "numpy[fast]"),
        wheel("plain", "1.0", "numpy"),
        numpy=extra(mapped, "numpy", "nowhere"),
        nowhere=left("nowhere"),
    )
    plan = settle_wheels(search, index, target)
    outcome, plain = plan.outcomes
    assert isinstance(plain, PipWheel)
    assert isinstance(outcome, Unmapped)
    assert "needs numpy, and its extra needs nowhere, and nobody knows nowhere" in outcome.reason.text


def test_an_extra_that_a_wheel_does_not_have_is_told(
    left: Leave, mapped: Map, wheel: MakeDemo, target: Target, index: FakeIndex
) -> None:
    """It is locked all the same, as pip would install it, with the extras that it has."""
    line = PipRequirement(name="demo", extras=("Fast_Math", "gone"), where="requirements.txt:2")
    demo = wheel("demo", "1.0", "numpy; extra == 'fast-math'")
    search = searched(target, (left("demo", None, line),), demo, numpy=mapped("numpy"))
    found = [one for one in settle_wheels(search, index, target).findings if one.code == "unknown-extra"]
    assert [(one.text, one.where) for one in found] == [
        ("demo 1.0 has no extra [gone]; its extras are fast-math", "requirements.txt:2")
    ]


def test_what_an_extra_needs_is_asked_by_those_who_ask_for_it(
    left: Leave, mapped: Map, wheel: MakeDemo, target: Target, index: FakeIndex
) -> None:
    """One wheel's `numpy[fast]` is no business of another's plain `numpy`."""
    numpy = mapped("numpy")
    fast = replace(
        numpy, specs=(*numpy.specs, CondaSpec(name="pip", version="25.*")), because=(("pip", "numpy[fast]"),)
    )
    friend = replace(fast, needs=(PipRequirement(name="friend"),))
    search = searched(
        target,
        (left("plain"), left("demo")),
        wheel("plain", "1.0", "numpy"),
        wheel("demo", "1.0", "numpy[fast]"),
        wheel("friend", "1.0"),
        numpy=friend,
        friend=left("friend"),
    )
    assert [one.spec for one in needs_of("plain", search)] == [CondaSpec(name="pip"), CondaSpec(name="numpy")]
    assert CondaSpec(name="pip", version="25.*") in [one.spec for one in needs_of("demo", search)]
    plan = settle_wheels(search, index, target)
    assert [one.wheel.name for one in plan.needed_wheels] == ["friend"]
    without = replace(search, outcomes=search.outcomes[:1])
    assert settle_wheels(without, index, target).needed_wheels == ()
