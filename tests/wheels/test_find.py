"""One round: leftovers become wheels, or learn why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from condasync.model.target import Target
from condasync.model.translation import PipWheel, Reason, Unmapped
from condasync.wheels.find import find_wheels
from condasync.wheels.state import WheelSearch
from tests.wheels.conftest import FakeSource

if TYPE_CHECKING:
    from tests.wheels.conftest import Leave, MakeDemo, Map


def test_every_leftover_is_asked_for_once(left: Leave, mapped: Map, wheel: MakeDemo, target: Target) -> None:
    """A wheel takes the place of its leftover, in order; a second round asks nothing again."""
    source = FakeSource(answers={"demo": wheel("demo", "1.0", "numpy", "win; sys_platform == 'win32'")})
    search = WheelSearch(outcomes=(left("absent"), mapped("numpy"), left("Demo", "1.0")))
    found = find_wheels(search, target, source)
    absent, numpy, demo = found.outcomes
    assert isinstance(absent, Unmapped)
    assert absent.reason == Reason(code="not-on-index", text="nobody knows absent; no absent anywhere")
    assert numpy == search.outcomes[1]
    assert isinstance(demo, PipWheel)
    assert (demo.package.name, demo.wheel.version, demo.reason.code) == ("Demo", "1.0", "no-known-name")
    assert [need.name for need in demo.needs] == ["numpy"]
    assert demo.evidence[-1].detail == "demo-1.0-py3-none-any.whl installs on the target"
    assert sorted(source.asked) == [("absent", "", None), ("demo", "", "1.0")]
    assert find_wheels(found, target, source) == found
    assert len(source.asked) == 2


@pytest.mark.parametrize("code", ["offline", "index-unreachable", "index-untrusted", "index-malformed"])
def test_an_index_without_answer_changes_nothing(left: Leave, target: Target, code: str) -> None:
    """What is known of the package stays as it was when no index could say anything."""
    search = WheelSearch(outcomes=(left("demo"),))
    source = FakeSource(answers={"demo": Reason(code=code, text="no answer")})
    assert find_wheels(search, target, source).outcomes == search.outcomes


def test_what_a_wheel_needs_is_asked_for_too(left: Leave, wheel: MakeDemo, target: Target) -> None:
    """A needed name that conda lacks is looked for, unless a captured package of that name is its own answer."""
    source = FakeSource(answers={"friend": wheel("friend", "2.0"), "own": wheel("own", "9")})
    search = WheelSearch(
        outcomes=(left("own", code="local-project"),), needed={"friend": left("friend"), "own": left("own")}
    )
    found = find_wheels(search, target, source)
    assert [name for name, _, _ in source.asked] == ["friend"]
    assert isinstance(found.needed["friend"], PipWheel)
    assert isinstance(found.needed["own"], Unmapped)


def test_a_refused_wheel_is_not_asked_for_again(left: Leave, wheel: MakeDemo, target: Target) -> None:
    """What fell out stays out."""
    source = FakeSource(answers={"demo": wheel("demo", "1.0")})
    refused = {"demo": Reason(code="wheel-requirement", text="it clashes")}
    search = WheelSearch(outcomes=(left("demo"),), refused=refused)
    assert find_wheels(search, target, source) == search


def test_a_malformed_specifier(left: Leave, target: Target) -> None:
    """A version that is none ends as a reason, not as a crash."""

    class Refusing(FakeSource):
        def find(self, *_: object, **__: object) -> Reason:
            raise ValueError("Invalid specifier: '==2004d'")

    found = find_wheels(WheelSearch(outcomes=(left("demo"),)), target, Refusing(answers={}))
    (outcome,) = found.outcomes
    assert isinstance(outcome, Unmapped)
    assert outcome.reason.code == "invalid-requirement"
