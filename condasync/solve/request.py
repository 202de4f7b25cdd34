"""From outcomes to what is asked of a solver: one ladder per package, and what no solver could give set aside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from condasync.model.lockfile import LockedPackage
from condasync.model.record import ChannelRecord
from condasync.model.solve import ChannelPriority, PinMode, Relaxation, RequestedSpec
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.model.translation import Outcome, Reason, Unmapped
from condasync.seams import ChannelIndex
from condasync.solve.availability import best_build, for_priority, installable, with_version
from condasync.solve.locked import with_locked
from condasync.solve.nearest.dependents import with_dependents
from condasync.solve.nearest.held import Ladders
from condasync.solve.nearest.ladder import Ladder, ladder_for
from condasync.solve.settle import left_out, no_build
from condasync.solve.wanted import Wanted, wanted_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Hold the ladders of an export, and the outcomes after those that the channels cannot serve were set aside.

    `relaxations` report the pins of what was set aside.
    """

    outcomes: tuple[Outcome, ...]
    ladders: Ladders
    relaxations: tuple[Relaxation, ...] = ()

    @property
    def unserved(self) -> int:
        """Return how many packages the channels do not have as asked, which needs no solve."""
        missing = sum(
            isinstance(outcome, Unmapped) and outcome.reason.code == "no-build-for-target" for outcome in self.outcomes
        )
        return missing + sum(one.lost is not None for one in self.ladders.every)


def request_for(
    outcomes: Sequence[Outcome],
    *,
    index: ChannelIndex,
    target: Target,
    python: str | None,
    mode: PinMode,
    channel_priority: ChannelPriority,
    locked: Sequence[LockedPackage] = (),
) -> Asked:
    """Return how tightly each package can be asked for, so that a solver gives the captured environment or the nearest.

    `python` is the captured or asked full version ("3.11.7"), a soft pin; its minor is the target's and hard. `locked`
    are the rows of an earlier lock, soft pins where the environment says nothing else.
    """
    wanted = wanted_by(outcomes, target)
    made = {one.name: ladder_for(one, _records(one, index, channel_priority), target, mode) for one in wanted}
    missing = {one.name: no_build(one.name, target) for one in wanted if one.needed and made[one.name] is None}
    ladders = with_dependents([one for one in made.values() if one is not None])
    minor = RequestedSpec(spec=CondaSpec(name="python", version=f"{target.python}.*"), because="python")
    patch = () if mode == "none" or _has_patch(ladders) else _patch(python, index, target)
    asked = Ladders(
        every=tuple(replace(one, requested=False) if one.name == "python" else one for one in ladders),
        hard=(minor,),
        preferred=patch,
        channel_priority=channel_priority,
        may_relax=mode != "exact",
    )
    return Asked(
        outcomes=left_out(outcomes, missing),
        ladders=with_locked(asked, locked, index=index, target=target) if locked else asked,
        relaxations=tuple(_set_aside(one, missing) for one in wanted if one.name in missing and one.local),
    )


def _records(wanted: Wanted, index: ChannelIndex, channel_priority: ChannelPriority) -> tuple[ChannelRecord, ...]:
    """Return the records of a name that a solver may take."""
    records = index.records(wanted.name)
    # A request that names a channel reaches beyond the priority.
    return records if any(spec.channel for spec in wanted.specs) else for_priority(records, channel_priority)


def _has_patch(ladders: Iterable[Ladder]) -> bool:
    return any(ladder.name == "python" and ladder.preferred for ladder in ladders)


def _patch(python: str | None, index: ChannelIndex, target: Target) -> tuple[ChannelRecord, ...]:
    if python is None:
        return ()
    found = best_build(installable(with_version(index.records("python"), python), target))
    return () if found is None else (found,)


def _set_aside(wanted: Wanted, missing: Mapping[str, Reason]) -> Relaxation:
    return Relaxation(
        package=wanted.name,
        local_version=wanted.local.version if wanted.local else "",
        locked_version=None,
        rung="not-from-conda",
        because=missing[wanted.name].text,
    )
