"""What wheels need on the target, and which of these names nobody has looked up yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from condasync.convert.requirement import normalise, requires_for
from condasync.model.package import PipPackage
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Built, Mapped, Outcome, PipWheel, kind_of
from condasync.wheels.leftovers import lines_on
from condasync.wheels.state import WheelSearch


def with_needs(search: WheelSearch, target: Target) -> WheelSearch:
    """Return the search with the needs of every wheel worked out for the target.

    A wheel's extras are those that its own lines and the other wheels ask for, which may ask for more in turn.
    """
    while True:
        asked = _extras_asked(search)
        renewed = replace(
            search,
            outcomes=tuple(_renewed(outcome, asked, target) for outcome in search.outcomes),
            needed={name: _renewed(outcome, asked, target) for name, outcome in search.needed.items()},
        )
        if renewed == search:
            return renewed
        search = renewed


def unanswered(search: WheelSearch) -> tuple[PipPackage, ...]:
    """Return a package, with the lines that ask for it, per name that wheels need and that was not looked up for them.

    What was captured and is locked as a wheel, or stays behind, is its own answer.
    """
    captured = search.captured()
    lines: dict[str, dict[PipRequirement, None]] = {}
    for need in _needs(search):
        name = normalise(need.name)
        if name not in captured or not _is_own_answer(captured[name]):
            lines.setdefault(name, {})[need] = None
    packages = (
        PipPackage(name=name, version=None, requested=False, requirements=tuple(lines[name])) for name in sorted(lines)
    )
    return tuple(one for one in packages if not _looked_up(search.needed.get(one.name), one))


def answered(search: WheelSearch, outcomes: tuple[Outcome, ...], target: Target) -> WheelSearch:
    """Return the search with the outcomes of names that wheels need."""
    fresh = {normalise(outcome.package.name): outcome for outcome in outcomes}
    return with_needs(replace(search, needed={**search.needed, **fresh}), target)


def _needs(search: WheelSearch) -> Iterator[PipRequirement]:
    """Yield what wheels need, and what built projects and extras need that no conda package stands for.

    Each says where it is stated.
    """
    for outcome in (*search.wheels(), *search.outcomes, *(one for _, one in sorted(search.needed.items()))):
        match outcome:
            case PipWheel(wheel=wheel, needs=needs) | Built(wheel=wheel, needs=needs):
                where = f"the metadata of {wheel.file_name}"
                yield from (replace(need, where=where) for need in needs)
            case Mapped(needs=needs):
                yield from needs
            case _:
                pass


def _is_own_answer(outcome: Outcome) -> bool:
    return kind_of(outcome) in {"built", "pip-wheel", "unmapped"}


def _looked_up(outcome: Outcome | None, package: PipPackage) -> bool:
    return outcome is not None and outcome.package == package


def _extras_asked(search: WheelSearch) -> dict[str, set[str]]:
    asked: dict[str, set[str]] = {}
    for need in _needs(search):
        asked.setdefault(normalise(need.name), set()).update(need.extras)
    return asked


def _renewed(outcome: Outcome, asked: Mapping[str, set[str]], target: Target) -> Outcome:
    if not isinstance(outcome, PipWheel):
        return outcome
    own = {extra for line in lines_on(outcome.package, target) for extra in line.extras}
    extras = {normalise(extra) for extra in own | asked.get(outcome.wheel.name, set())}
    return replace(outcome, needs=requires_for(outcome.wheel.requires, target, extras))
