"""Solves under a budget: how many were made, and whether there may be more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TypeAlias

from condasync.errors import SolveMemoryError, SolveTimeoutError
from condasync.model.solve import Answer, SolveRequest, Unsolvable

Solve: TypeAlias = Callable[[SolveRequest], Answer]
Tell: TypeAlias = Callable[[str], None]
"""Shows the user how far the search is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Bound a search by solves, and by seconds on `clock`; only the seconds can make equal inputs answer differently.

    The last solve may overrun the seconds: an engine has its own timeout.
    """

    solves: int = 150
    seconds: float = 180.0
    clock: Callable[[], float] = monotonic


class Attempts:
    """Count the solves of one search; an equal request is asked once, `known` ones are not asked at all.

    `made` is how many were made, `cut_short` whether more could have been found and the budget had ended.
    """

    def __init__(
        self, solve: Solve, budget: Budget, tell: Tell, known: dict[SolveRequest, Answer] | None = None
    ) -> None:
        self._solve = solve
        self._budget = budget
        self._tell = tell
        self._deadline = budget.clock() + budget.seconds
        self._known: dict[SolveRequest, Answer] = {} if known is None else known
        self._gave_up = False
        self.made = 0
        self.cut_short = False

    @property
    def over(self) -> bool:
        """Return whether the budget has ended."""
        return self._gave_up or self.made >= self._budget.solves or self._budget.clock() >= self._deadline

    def go_on(self) -> bool:
        """Return whether the budget lasts; to be asked where more could be found, since the answer no is told."""
        over = self.over
        self.cut_short |= over
        return not over

    def must(self, request: SolveRequest, doing: str) -> Answer:
        """Return the answer, whatever the budget says."""
        known = self._known.get(request)
        if known is None:
            self.made += 1
            self._tell(f"{doing} (solve {self.made})")
            known = self._known[request] = self._solve(request)
        return known

    def may(self, request: SolveRequest, doing: str) -> Answer | None:
        """Return the answer, None when the budget has ended, also because this one solve asks too much."""
        if self.over and request not in self._known:
            self.cut_short = True
            return None
        try:
            return self.must(request, doing)
        except (SolveTimeoutError, SolveMemoryError):
            self._gave_up = self.cut_short = True
            return None


def explanation_of(answer: Answer) -> str:
    """Return the engine's words, "" for a solution."""
    return answer.explanation if isinstance(answer, Unsolvable) else ""
