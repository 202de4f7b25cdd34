"""What is open after something moved, and nothing else."""

from __future__ import annotations

from condasync.solve.explain.agenda import Agenda


def test_all_that_a_name_asks_for_is_open_at_first() -> None:
    """Following a name opens its dependencies and its constraints in both directions."""
    agenda = Agenda()
    agenda.follow("a", ["b", "c"], ["d"])
    assert agenda.down["a"] == agenda.up["a"] == {"b", "c"}
    assert agenda.down_limits["a"] == agenda.up_limits["a"] == {"d"}


def test_a_move_opens_what_the_name_asks_for_and_who_asks_for_it() -> None:
    """Downwards the mover's own requirements open, upwards those of its askers; what neither touches stays closed."""
    agenda = _closed()
    agenda.moved("b")
    assert dict(agenda.down) == {"b": {"c"}}
    assert dict(agenda.up) == {"a": {"b"}}
    assert dict(agenda.up_limits) == {"x": {"b"}}


def test_a_name_that_must_be_there_opens_its_needs_and_the_constraints_on_it() -> None:
    """Constraints count between names that must be there only, so both sides of them open."""
    agenda = _closed()
    agenda.forced("b")
    assert dict(agenda.down) == {"b": {"c"}}
    assert dict(agenda.up) == {}
    assert agenda.down_limits["x"] == agenda.up_limits["x"] == {"b"}


def _closed() -> Agenda:
    agenda = Agenda()
    agenda.follow("a", ["b"], [])
    agenda.follow("b", ["c"], [])
    agenda.follow("x", [], ["b"])
    for open_ in (agenda.down, agenda.up, agenda.down_limits, agenda.up_limits):
        open_.clear()
    return agenda
