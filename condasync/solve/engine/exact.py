"""Whether exactly these records are one consistent environment, by an engine's own solve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from condasync.model.record import ChannelRecord
from condasync.model.solve import Answer, Conflict, ConflictStep, RequestedSpec, SolveRequest, Unsolvable
from condasync.model.spec import CondaSpec
from condasync.seams import SolveSession


def verify_exact(session: SolveSession, records: Sequence[ChannelRecord]) -> Answer:
    """Return the records as a solution when each one's needs are met among them, else why they are none.

    Any session for the target serves, one without repodata too: the channels are not asked. Raises as `solve` does.
    """
    doubled = sorted(name for name, count in Counter(record.name for record in records).items() if count > 1)
    if doubled:
        return _doubled(doubled, records)
    asked = tuple(RequestedSpec(spec=CondaSpec(name=record.name), because="locked") for record in records)
    return session.solve(SolveRequest(specs=asked, preferred=tuple(records), only_preferred=True))


def _doubled(names: Sequence[str], records: Sequence[ChannelRecord]) -> Unsolvable:
    """Two records of one name: a solver asked by name would quietly take one of them."""
    conflicts = tuple(
        Conflict(
            packages=(name,),
            chain=tuple(
                ConflictStep(package="request", requires=label, found=label)
                for label in sorted(f"{one.name} {one.version} {one.build}" for one in records if one.name == name)
            ),
        )
        for name in names
    )
    lines = (
        f"{one.packages[0]} is there more than once: " + ", ".join(s.requires for s in one.chain) for one in conflicts
    )
    return Unsolvable(explanation="\n".join(lines), conflicts=conflicts)
