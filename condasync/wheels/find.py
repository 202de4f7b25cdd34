"""One round of the search: a wheel, or a reason, for every leftover that was not asked for yet."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from condasync.model.solve import PinMode
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Evidence, Outcome, PipWheel, Reason
from condasync.model.wheel import Wheel
from condasync.seams import WheelSource
from condasync.wheels.leftovers import Leftover, leftovers
from condasync.wheels.needs import with_needs
from condasync.wheels.state import WheelSearch

_AT_ONCE = 16
# The index gave no answer: what is known of the package stays what it was.
_NO_ANSWER = frozenset({"offline", "index-unreachable", "index-untrusted", "index-malformed"})


def find_wheels(
    search: WheelSearch,
    target: Target,
    source: WheelSource,
    *,
    constraints: Sequence[PipRequirement] = (),
    mode: PinMode = "relax",
) -> WheelSearch:
    """Return the search after asking for every leftover, many at once. Raises as the source does."""
    taken = search.captured()
    free = [one for name, one in sorted(search.needed.items()) if name not in taken]
    asked = leftovers((*search.outcomes, *free), target, constraints=constraints, mode=mode)
    questions = {one.key: one for one in asked if one.key not in search.tried and one.key[0] not in search.refused}
    if not questions:
        return search
    with ThreadPoolExecutor(max_workers=min(_AT_ONCE, len(questions))) as pool:
        answers = dict(zip(questions, pool.map(lambda one: _ask(one, target, source), questions.values()), strict=True))
    by_outcome = {id(one.outcome): _answer(one, answers[one.key]) for one in asked if one.key in answers}
    searched = replace(
        search,
        outcomes=tuple(by_outcome.get(id(outcome), outcome) for outcome in search.outcomes),
        needed={name: by_outcome.get(id(outcome), outcome) for name, outcome in search.needed.items()},
        tried=search.tried | questions.keys(),
    )
    return with_needs(searched, target)


def _ask(leftover: Leftover, target: Target, source: WheelSource) -> Wheel | Reason:
    try:
        return source.find(leftover.requirement, target, near=leftover.near)
    except ValueError as fault:
        return Reason(code="invalid-requirement", text=str(fault))


def _answer(leftover: Leftover, answer: Wheel | Reason) -> Outcome:
    outcome = leftover.outcome
    if isinstance(answer, Reason):
        if answer.code in _NO_ANSWER:
            return outcome
        text = f"{outcome.reason.text}; {answer.text}"
        return replace(outcome, reason=Reason(code=answer.code, text=text))
    told = f"{answer.file_name} installs on the target"
    evidence = Evidence(source="package index", revision=answer.version, detail=told)
    return PipWheel(
        package=leftover.package,
        wheel=answer,
        needs=(),
        reason=outcome.reason,
        candidates=outcome.candidates,
        evidence=(*outcome.evidence, evidence),
    )
