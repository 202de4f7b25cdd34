"""What moved away from its local version, and what forced it, told from the records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from condasync.convert.match import version_key, version_matches
from condasync.model.record import ChannelRecord
from condasync.model.solve import Relaxation, Rung
from condasync.model.translation import Reason
from condasync.solve.nearest.clash import excludes
from condasync.solve.nearest.held import Held, Ladders
from condasync.solve.nearest.ladder import Ladder
from condasync.solve.nearest.refusals import Refusal, Refusals

_NAMED_AT_MOST = 4
_TOLD_AT_MOST = 2
_CHAIN_AT_MOST = 3


def relaxations_of(held: Held, ladders: Ladders, refusals: Refusals) -> tuple[Relaxation, ...]:
    """Return every pin and listed constraint that the solution does not hold, with what forced it, sorted by name."""
    locked = {record.name: record for record in held.solution.records}
    lost = lost_of(held, ladders, refusals)
    found = (_relaxation(ladder, held, locked, lost, refusals) for ladder in ladders.every)
    return tuple(sorted((each for each in found if each is not None), key=lambda each: each.package))


def lost_of(held: Held, ladders: Ladders, refusals: Refusals) -> dict[str, Reason]:
    """Return why names left conda."""
    return {
        name: _lost(name, held, refusals)
        for name, ladder in ladders.by_name.items()
        if held.standing[name] >= len(ladder.steps)
    }


def _lost(name: str, held: Held, refusals: Refusals) -> Reason:
    refusal = refusals.against((name, held.standing[name] - 1), held.standing)
    others = sorted(other for other, _ in refusal.wishes if other != name) if refusal else []
    if refusal and not others:
        chain = "; ".join(refusal.because[:_CHAIN_AT_MOST])
        lacks = f"no version of {name} can be had for this Python"
        return Reason(code="no-build-for-target", text=f"{lacks}: {chain}" if chain else lacks)
    told = f": {_told(name, refusal.because)}" if refusal and refusal.because else ""
    beside = f"together with {' and '.join(others)}" if len(others) <= _NAMED_AT_MOST else "beside the other packages"
    return Reason(code="conflicts", text=f"no version of {name} can be had {beside}{told}")


def _relaxation(
    ladder: Ladder, held: Held, locked: Mapping[str, ChannelRecord], lost: Mapping[str, Reason], refusals: Refusals
) -> Relaxation | None:
    if ladder.pinned is None:
        return None
    if ladder.name in lost:
        return Relaxation(
            package=ladder.name,
            local_version=ladder.pinned,
            locked_version=None,
            rung="not-from-conda",
            because=lost[ladder.name].text,
        )
    record = locked.get(ladder.name)
    if record is None or _as_pinned(ladder, held, record):
        return None
    return Relaxation(
        package=ladder.name,
        local_version=ladder.pinned,
        locked_version=record.version,
        rung=_rung(ladder.pinned, record.version) if ladder.exact else "free",
        because=_because(ladder, held, locked, refusals),
    )


def _as_pinned(ladder: Ladder, held: Held, record: ChannelRecord) -> bool:
    if ladder.exact is not None:
        return version_matches(ladder.exact, record.version)
    return ladder.lost is None and held.standing.get(ladder.name, 0) == 0


def _because(ladder: Ladder, held: Held, locked: Mapping[str, ChannelRecord], refusals: Refusals) -> str:
    place = held.standing.get(ladder.name, 0)
    if place == 0:
        return ladder.lost or _locked_out(ladder, locked) or "the solver prefers another version beside the others"
    refusal = refusals.against((ladder.name, 0), held.standing) or refusals.against(
        (ladder.name, place - 1), held.standing
    )
    return "; ".join(part for part in (ladder.lost, _refused(ladder, refusal, held, locked)) if part)


def _refused(ladder: Ladder, refusal: Refusal | None, held: Held, locked: Mapping[str, ChannelRecord]) -> str:
    if refusal is None:
        return "the search ended before it could be given back"
    names = {name for name, _ in refusal.wishes}
    among = {name: locked[name] for name in names & locked.keys()}
    direct = _locked_out(ladder, among) or _between(ladder.name, names, refusal.because)
    if direct is not None:
        return direct
    told = _told(ladder.name, refusal.because) or _locked_out(ladder, locked)
    others = _others(ladder.name, refusal, held, locked)
    if not others:
        return told or "no environment holds it together with the other packages"
    clash = f"it does not go with {others}"
    return f"{clash}: {told}" if told else clash


def _between(name: str, names: Collection[str], clauses: Sequence[str]) -> str | None:
    """Return the clause by which a package and another one of its clash exclude each other directly."""
    for clause in clauses:
        asker, needed = clause.split()[0], clause.partition(" needs ")[2].split()[0]
        if name in {asker, needed} and asker in names and needed in names:
            return clause
    return None


def _told(name: str, clauses: Sequence[str]) -> str:
    """Return the clauses that are about a package, else how the account of the clash begins.

    Which Python a build is for comes last: as a rule that says only which of the builds were left.
    """
    about = [one for one in clauses if one.startswith(f"{name} ") or f" needs {name} " in one]
    about.sort(key=lambda clause: clause.partition(" needs ")[2].startswith("python"))
    return "; ".join((about or list(clauses))[:_TOLD_AT_MOST])


def _others(name: str, refusal: Refusal, held: Held, locked: Mapping[str, ChannelRecord]) -> str:
    """Return the other packages of a refusal, with the version of those that stand at theirs; "" for too many."""
    names = sorted(other for other, _ in refusal.wishes if other != name)
    if len(names) > _NAMED_AT_MOST:
        return ""
    return " and ".join(
        f"{one} {locked[one].version}" if held.standing[one] == 0 and one in locked else one for one in names
    )


def _locked_out(ladder: Ladder, locked: Mapping[str, ChannelRecord]) -> str | None:
    """Return what keeps the local version out, told by the locked packages; the first by name of several."""
    preferred = ladder.preferred
    if preferred is None:
        return None
    for name in sorted(locked):
        found = excludes(locked[name], preferred) or excludes(preferred, locked[name])
        if found is not None:
            return found
    return None


def _rung(local: str, locked: str) -> Rung:
    here, there = local.partition("+")[0], locked.partition("+")[0]
    if version_key(here) == version_key(there):
        return "exact"
    ours, theirs = here.split("."), there.split(".")
    if ours[:2] == theirs[:2]:
        return "same-minor"
    return "same-major" if ours[:1] == theirs[:1] else "free"
