"""The nearest solvable environment: as few packages as possible change, each as little as possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from condasync.model.finding import Finding
from condasync.model.solve import Answer, Relaxation, Solution, SolveRequest
from condasync.model.translation import Reason
from condasync.solve.nearest.attempts import Attempts, Budget, Solve, Tell
from condasync.solve.nearest.base import first_environment
from condasync.solve.nearest.because import lost_of, relaxations_of
from condasync.solve.nearest.held import Held, Ladders, Standing
from condasync.solve.nearest.hitting import Hitting
from condasync.solve.nearest.lessons import Lessons
from condasync.solve.nearest.refusals import Refusals, Search
from condasync.solve.nearest.refute import Refute
from condasync.solve.nearest.swap import swapped
from condasync.solve.nearest.tighten import PINS, tightened


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """Hold an answer with the request that it answers.

    `standing` is the step of each ladder that is known to hold, `lost` says why names left conda, `solves` counts.
    """

    request: SolveRequest
    answer: Answer
    standing: Standing = field(default_factory=dict)
    relaxations: tuple[Relaxation, ...] = ()
    lost: Mapping[str, Reason] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    solves: int = 1


def nearest(
    ladders: Ladders,
    solve: Solve,
    *,
    refute: Refute,
    tell: Tell,
    budget: Budget | None = None,
    lessons: Lessons | None = None,
    thorough: bool = True,
) -> Nearest:
    """Return the nearest environment that solves; Unsolvable when nothing may be relaxed, or not even python solves.

    No relaxed package can be held one step tighter beside the others as they are. Equal ladders and answers of `solve`
    give an equal result unless the seconds of the budget end, which a finding `budget-ended` tells: then the nearest
    environment found so far is returned. `refute` saves solves where the records alone show a clash, and says why;
    `lessons` are those of earlier searches for the same target, and take in what this one learns. A search that is not
    `thorough` lets no other package of a clash move instead, and does without the engine's own answers: `solve` may
    give any that is right.
    """
    lessons = Lessons() if lessons is None else lessons
    attempts = Attempts(solve, budget or Budget(), tell, lessons.answers if thorough else None)
    if not ladders.may_relax:
        request = ladders.request((name, 0) for name in ladders.by_name)
        return _as_it_is(request, attempts.must(request, "solving"), ladders)
    search = Search(
        ladders=ladders,
        attempts=attempts,
        refute=refute,
        refusals=lessons.refusals(ladders),
        hitting=Hitting(ladders),
        tried=lessons.exchanges,
    )
    first = first_environment(search, lessons.standing(ladders))
    if not isinstance(first, Held):
        request = ladders.request(())
        return Nearest(request=request, answer=first, solves=attempts.made)
    held = tightened(first, search, PINS)
    if thorough:
        held = swapped(held, search)
    lessons.keep(ladders, search.refusals, held.standing)
    return Nearest(
        request=held.request,
        answer=held.solution,
        standing=held.standing,
        relaxations=relaxations_of(held, ladders, search.refusals),
        lost=lost_of(held, ladders, search.refusals),
        findings=(_budget_ended(attempts.made),) if attempts.cut_short else (),
        solves=attempts.made,
    )


def _as_it_is(request: SolveRequest, answer: Answer, ladders: Ladders) -> Nearest:
    if not isinstance(answer, Solution):
        return Nearest(request=request, answer=answer)
    held = Held(standing=dict.fromkeys(ladders.by_name, 0), request=request, solution=answer)
    relaxations = relaxations_of(held, ladders, Refusals())
    return Nearest(request=request, answer=answer, standing=held.standing, relaxations=relaxations)


def _budget_ended(solves: int) -> Finding:
    return Finding(
        code="budget-ended",
        severity="warning",
        text=f"the search for the nearest environment ended early, after {solves} solves: what is locked holds, "
        "but more of the local versions might have been kept",
    )
