"""What a lock remembers of its inputs names every change, and nothing when there is none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.lock.input_facts import drifts_between, facts_of

SETTINGS: dict[str, Any] = {"channels": ["conda-forge"], "python": "3.11.7", "constraints": []}
NUMPY = ("pip", "numpy", "1.26.4", True, ["numpy==1.26.4"])
ZLIB: tuple[Any, ...] = ("conda", "zlib", None, False, [])
packages = st.lists(
    st.tuples(
        st.sampled_from(["pip", "conda", "local"]),
        st.text(min_size=1, max_size=6),
        st.one_of(st.none(), st.text(max_size=6)),
        st.booleans(),
    ),
    max_size=6,
)


def drifts(old: list[Any], new: list[Any], **settings: Any) -> list[tuple[str, str, str]]:
    """Return (kind, name, text) of what differs."""
    found = drifts_between(facts_of(old, SETTINGS), facts_of(new, {**SETTINGS, **settings}))
    return [(drift.kind, drift.name, drift.text) for drift in found]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([NUMPY], [NUMPY, ZLIB], ("added", "zlib", "zlib was added")),
        ([NUMPY, ZLIB], [ZLIB], ("removed", "numpy", "numpy 1.26.4 was removed")),
        (
            [NUMPY],
            [("pip", "numpy", "2.0", True, ["numpy==2.0"])],
            ("changed", "numpy", "numpy 1.26.4 became 2.0"),
        ),
        (
            [ZLIB],
            [("conda", "zlib", "1.3", False, [])],
            ("changed", "zlib", "zlib in any version became 1.3"),
        ),
        (
            [NUMPY],
            [("pip", "numpy", "1.26.4", False, [])],
            ("changed", "numpy", "numpy 1.26.4 is asked for in another way, or comes from another place"),
        ),
    ],
)
def test_each_change_is_named(old: list[Any], new: list[Any], expected: tuple[str, str, str]) -> None:
    """Versions stand in the text where they are known."""
    assert drifts(old, new) == [expected]


def test_a_package_that_is_listed_twice() -> None:
    """One of two listings may go."""
    twice = [NUMPY, ("pip", "numpy", "1.20", True, [])]
    assert drifts(twice, [NUMPY]) == [("removed", "numpy", "numpy 1.20 was removed")]


def test_settings_are_named() -> None:
    """What is not a package is told by its name; an empty setting is like none."""
    assert drifts([], [], channels=["other"], python=None, find_links=[]) == [
        ("setting", "channels", "channels changed"),
        ("setting", "python", "python changed"),
    ]


@given(old=packages, new=packages)
def test_equal_inputs_have_no_drift_and_others_have_some(old: list[Any], new: list[Any]) -> None:
    """Order does not count, any text may be a name or a version, and no change passes unseen."""
    assert drifts_between(facts_of(old, {}), facts_of(list(reversed(old)), {})) == ()
    assert bool(drifts_between(facts_of(old, {}), facts_of(new, {}))) == (
        sorted(map(_counted, old)) != sorted(map(_counted, new))
    )


def _counted(package: tuple[Any, ...]) -> str:
    manager, name, version, requested = package
    return repr((manager, name, version, requested))


def test_words_hold_no_blank() -> None:
    """A name or version with a blank or an equals sign cannot break the words."""
    facts = facts_of([("pip", "a b", "1 = 2", True)], {})
    assert [word.split("=")[:2] for word in facts["pip"].split()] == [["a%20b", "1%20%3D%202"]]
    assert drifts_between(facts, {})[0].text == "a b 1 = 2 was removed"
