"""Where the search for wheels stands: values only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from condasync.convert.requirement import normalise
from condasync.model.finding import Finding
from condasync.model.package import SystemPackage
from condasync.model.solve import Relaxation, RequestedSpec
from condasync.model.spec import PipRequirement
from condasync.model.translation import Built, Mapped, Outcome, PipWheel, Reason


@dataclass(frozen=True, kw_only=True)
class WheelSearch:
    """Hold what is known after some rounds.

    `outcomes` are those of the captured packages, one each; `needed` those of names that wheels need, by normalised
    name; `tried` are the questions that the indexes have answered; `refused` are wheels that must not be taken again.
    """

    outcomes: tuple[Outcome, ...]
    needed: Mapping[str, Outcome] = field(default_factory=dict)
    tried: frozenset[tuple[str, str]] = frozenset()
    refused: Mapping[str, Reason] = field(default_factory=dict)

    def captured(self) -> Mapping[str, Outcome]:
        """Return the captured packages' outcomes by normalised name; wheels win where several share a name."""
        return self._captured

    @cached_property
    def _captured(self) -> Mapping[str, Outcome]:
        found: dict[str, Outcome] = {}
        for outcome in self.outcomes:
            if isinstance(outcome.package, SystemPackage):
                continue  # apt's graphviz is no answer to who needs the Python package of that name
            name = normalise(outcome.package.name)
            if name not in found or isinstance(outcome, PipWheel):
                found[name] = outcome
        return found

    def beside(self) -> Iterator[PipRequirement]:
        """Yield what built projects, and extras of conda packages, need that no conda package stands for."""
        yield from (need for one in self.outcomes if isinstance(one, Built | Mapped) for need in one.needs)

    def wheels(self) -> Iterator[PipWheel]:
        """Yield every wheel, the captured packages' first."""
        yield from (one for one in self.outcomes if isinstance(one, PipWheel))
        yield from (one for _, one in sorted(self.needed.items()) if isinstance(one, PipWheel))


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelPlan:
    """Hold what the search came to.

    `outcomes` are those of the captured packages; `needed` are what the wheels need beyond them, conda packages and
    wheels; `needs` is what the solve must hold so that pip has nothing left to install.
    """

    outcomes: tuple[Outcome, ...]
    needed: tuple[Outcome, ...] = ()
    needs: tuple[RequestedSpec, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def wheels(self) -> tuple[PipWheel, ...]:
        """Return every wheel that is locked, the captured packages' first."""
        return tuple(one for one in (*self.outcomes, *self.needed) if isinstance(one, PipWheel))

    @property
    def needed_wheels(self) -> tuple[PipWheel, ...]:
        """Return the wheels that nobody captured."""
        return tuple(one for one in self.needed if isinstance(one, PipWheel))
