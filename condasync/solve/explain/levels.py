"""Narrow requests a few at a time, so that the next ones go on from where they begin to differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from condasync.model.spec import CondaSpec
from condasync.solve.explain.narrowing import Narrowed, Run
from condasync.solve.explain.pool import Pools

_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class _Level:
    """Hold what some more requests came to, beside those of the levels before it."""

    specs: tuple[CondaSpec, ...]
    run: Run


@dataclass(slots=True)
class Levels:
    """Keep what the last requests came to; requests that are new since then are taken up last."""

    pools: Pools
    _levels: list[_Level] = field(default_factory=list)
    _order: dict[CondaSpec, None] = field(default_factory=dict)

    def narrowed(self, specs: Sequence[CondaSpec]) -> Narrowed:
        """Return what requests leave of the records; stops at the first ones that leave nothing of some name."""
        asked = dict.fromkeys(specs)
        self._order = {spec: None for spec in (*self._order, *asked) if spec in asked}
        specs = tuple(self._order)
        parts = [specs[at : at + _AT_ONCE] for at in range(0, len(specs), _AT_ONCE)]
        same = 0
        while same < min(len(parts), len(self._levels)) and self._levels[same].specs == parts[same]:
            same += 1
        del self._levels[same:]
        for part in parts[same:]:
            run = self._levels[-1].run.copy() if self._levels else Run(pools=self.pools)
            run.narrow(part)
            if run.empty is not None:
                return run.result()
            self._levels.append(_Level(part, run))
        return (self._levels[-1].run if self._levels else Run(pools=self.pools)).result()
