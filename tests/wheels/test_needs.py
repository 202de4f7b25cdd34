"""What wheels need on the target, extras and all, and what has to be looked up for that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Outcome, PipWheel
from condasync.wheels.find import find_wheels
from condasync.wheels.needs import answered, unanswered
from condasync.wheels.state import WheelSearch
from tests.wheels.conftest import FakeSource

if TYPE_CHECKING:
    from tests.wheels.conftest import Leave, MakeDemo, Map


def needs_of(outcome: Outcome) -> list[str]:
    """Return the names that a wheel needs."""
    assert isinstance(outcome, PipWheel)
    return [need.name for need in outcome.needs]


def test_extras_of_lines_and_of_other_wheels(left: Leave, wheel: MakeDemo, target: Target) -> None:
    """Extras that a line asks for, that another wheel asks for, and that an extra itself asks for, all count."""
    demo = wheel(
        "demo", "1.0", "base", "a1; extra == 'a'", "demo[c]; extra == 'b'", "c1; extra == 'c'", "d1; extra == 'd'"
    )
    other = wheel("other", "1.0", "Demo[B]>=1")
    line = PipRequirement(name="demo", extras=("a",), where="x:1")
    search = WheelSearch(outcomes=(left("demo", None, line), left("other")))
    found = find_wheels(search, target, FakeSource(answers={"demo": demo, "other": other}))
    assert needs_of(found.outcomes[0]) == ["base", "a1", "demo", "c1"]


def test_names_nobody_looked_up(left: Leave, mapped: Map, wheel: MakeDemo, target: Target) -> None:
    """Each needed name is a package with the lines that ask for it, until it was looked up for these very lines."""
    source = FakeSource(
        answers={"one": wheel("one", "1.0", "NumPy>=1", "two"), "two": wheel("two", "1.0", "numpy<3", "stays")}
    )
    outcomes = (left("one"), left("two"), left("stays", code="local-project"), mapped("numpy"))
    found = find_wheels(WheelSearch(outcomes=outcomes), target, source)
    (numpy,) = unanswered(found)
    assert (numpy.name, numpy.version, numpy.requested) == ("numpy", None, False)
    assert [(line.specifier, line.where) for line in numpy.requirements] == [
        (">=1", "the metadata of one-1.0-py3-none-any.whl"),
        ("<3", "the metadata of two-1.0-py3-none-any.whl"),
    ]
    outcome = mapped("numpy", version=">=1,<3")
    again = answered(found, (outcome,), target)
    assert again.needed == {"numpy": outcome}
    assert unanswered(again) == (numpy,)  # that outcome was not made for these lines


def test_needs_of_extras_are_looked_up_too(left: Leave, mapped: Map, wheel: MakeDemo, target: Target) -> None:
    """What an extra of a conda package needs beside conda is asked for as what a wheel needs, with its own extras."""
    where = "the metadata of demo-1.0-py3-none-any.whl"
    need = PipRequirement(name="Only_A-Wheel", specifier=">=1", extras=("more",), where=where)
    demo = replace(mapped("demo"), needs=(need,))
    (asked,) = unanswered(WheelSearch(outcomes=(demo,)))
    assert (asked.name, asked.requirements) == ("only-a-wheel", (need,))
    search = answered(WheelSearch(outcomes=(demo,)), (left("only-a-wheel", None, need),), target)
    found = find_wheels(
        search, target, FakeSource(answers={"only-a-wheel": wheel("only-a-wheel", "1.0", "x; extra == 'more'")})
    )
    assert needs_of(found.needed["only-a-wheel"]) == ["x"]
