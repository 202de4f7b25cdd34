"""QuickXplain: smallest sets of requests that cannot hold together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from condasync.model.solve import RequestedSpec
from condasync.model.spec import CondaSpec
from condasync.solve.explain.minimal_conflict import minimal_conflict

NAMES = "abcdefghijkl"


def spec(name: str) -> RequestedSpec:
    """Return a request for a name."""
    return RequestedSpec(spec=CondaSpec(name=name), because="captured")


def holding(*clashes: str) -> Callable[[Sequence[RequestedSpec]], bool]:
    """Return a `holds` for which each clash is a set of names that fail together."""

    def holds(specs: Sequence[RequestedSpec]) -> bool:
        names = {each.spec.name for each in specs}
        return not any(set(clash) <= names for clash in clashes)

    return holds


def names(specs: Sequence[RequestedSpec]) -> str:
    """Return the names of specs, in their order."""
    return "".join(each.spec.name for each in specs)


def test_nothing_clashes() -> None:
    """Requests that hold together have no conflict, and no requests neither."""
    assert minimal_conflict([spec(name) for name in NAMES], holding()) == ()
    assert minimal_conflict([], holding("a")) == ()


def test_one_that_fails_alone() -> None:
    """A request that nothing can meet is the whole conflict."""
    assert names(minimal_conflict([spec(name) for name in NAMES], holding("g"))) == "g"


def test_only_request_fails() -> None:
    """A single request that fails is found without halving."""
    assert names(minimal_conflict([spec("a")], holding("a"))) == "a"


def test_conflict_comes_in_the_order_given() -> None:
    """A conflict of three far apart is found whole, in the order of the requests."""
    assert names(minimal_conflict([spec(name) for name in "lkjihgfedcba"], holding("bgl"))) == "lgb"


def test_first_of_several_conflicts() -> None:
    """Of two conflicts the one whose members stand first is taken."""
    assert names(minimal_conflict([spec(name) for name in NAMES], holding("hk", "bd"))) == "bd"


def test_same_request_twice_counts_once() -> None:
    """A request that is given twice appears once in the conflict."""
    assert names(minimal_conflict([spec(name) for name in "abab"], holding("ab"))) == "ab"


def test_few_questions_for_many_requests() -> None:
    """Two culprits among 300 requests take far fewer questions than deletion one by one."""
    asked: list[int] = []
    many = [spec(f"p{number}") for number in range(300)]
    culprits = {"p17", "p205"}

    def holds(specs: Sequence[RequestedSpec]) -> bool:
        asked.append(len(specs))
        return not culprits <= {each.spec.name for each in specs}

    assert {each.spec.name for each in minimal_conflict(many, holds)} == culprits
    assert len(asked) <= 40


@given(st.lists(st.sets(st.sampled_from(NAMES), min_size=1, max_size=4), min_size=1, max_size=6))
def test_conflict_is_minimal(clashes: list[set[str]]) -> None:
    """The found set fails, and holds as soon as any one member is left out."""
    holds = holding(*("".join(sorted(clash)) for clash in clashes))
    found = minimal_conflict([spec(name) for name in NAMES], holds)
    assert not holds(found)
    assert all(holds([each for each in found if each is not one]) for one in found)
