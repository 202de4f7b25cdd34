"""Who moves so that no refusal holds any more: the least of all ways, as trying all of them shows."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from condasync.model.solve import Rung
from condasync.model.spec import CondaSpec
from condasync.solve.nearest.held import Ladders
from condasync.solve.nearest.hitting import Core, Hitting
from condasync.solve.nearest.ladder import Ladder, Step

NAMES = ("a", "b", "c", "d")
RUNGS: tuple[Rung, ...] = ("exact", "same-minor", "free")

cores = st.lists(st.dictionaries(st.sampled_from(NAMES), st.integers(0, 2), min_size=1, max_size=3), max_size=7)


def ladders_of(*asked: str) -> Ladders:
    """Return ladders of three steps; the packages that are `asked` for move last."""
    return Ladders(
        every=tuple(
            Ladder(
                name=name,
                steps=tuple(Step(rung=rung, specs=(CondaSpec(name=name, version=rung),), records=()) for rung in RUNGS),
                because="test",
                requested=name in asked,
            )
            for name in NAMES
        ),
        hard=(),
    )


def hit(standing: dict[str, int], found: list[Core]) -> bool:
    """Return whether no refusal holds where the packages stand."""
    return not any(all(standing[name] <= at for name, at in core) for core in found)


@given(drawn=cores, asked=st.sets(st.sampled_from(NAMES)))
def test_nothing_costs_less(drawn: list[dict[str, int]], asked: set[str]) -> None:
    """What is found hits every refusal, and no other way to do so costs less, steps and lost names counted."""
    ladders = ladders_of(*asked)
    found = [frozenset(core.items()) for core in drawn]
    standing = {**dict.fromkeys(NAMES, 0), **Hitting(ladders).cheapest(found)}
    every = (dict(zip(NAMES, places, strict=True)) for places in product(range(len(RUNGS) + 1), repeat=len(NAMES)))
    least = min(ladders.cost(one)[:5] for one in every if hit(one, found))
    assert hit(standing, found)
    assert ladders.cost(standing)[:5] == least


@given(drawn=cores, places=st.tuples(*(st.integers(0, 3) for _ in NAMES)))
def test_what_is_cheaper_costs_less(drawn: list[dict[str, int]], places: tuple[int, ...]) -> None:
    """Every change that is offered hits its refusals for less, and there is none where nothing costs less."""
    ladders = ladders_of()
    found = [frozenset(core.items()) for core in drawn]
    now = dict(zip(NAMES, places, strict=True))
    hitting = Hitting(ladders)
    changes = list(hitting.cheaper(found, now))
    for change in changes:
        assert ladders.cost({**now, **change})[:5] < ladders.cost(now)[:5]
    if not changes:
        least = hitting.cheapest(found)
        assert ladders.cost({name: now[name] for name in least})[:5] <= ladders.cost(least)[:5]


def test_a_package_that_clashes_with_several_moves_for_them() -> None:
    """One package moves where it is in the way of two, even though both would move before it."""
    found = [frozenset({("a", 2), ("d", 0)}), frozenset({("b", 0), ("d", 2)})]
    assert Hitting(ladders_of("d")).cheapest(found) == {"a": 0, "b": 0, "d": 3}


def test_what_shares_no_refusal_is_apart() -> None:
    """Packages that clash with each other are offered by themselves, and what is as cheap as can be is not."""
    found = [frozenset({("a", 0), ("b", 0)}), frozenset({("c", 0), ("d", 0)})]
    now = {"a": 1, "b": 1, "c": 1, "d": 0}
    assert list(Hitting(ladders_of()).cheaper(found, now)) == [{"a": 1, "b": 0}]
