"""`data` of `export --json`: the contract of the command line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from condasync.model.export import Export, ExportFiles, PlatformExport
from condasync.model.finding import Finding
from condasync.model.package import SystemPackage
from condasync.model.record import ChannelRecord
from condasync.model.solve import Solution
from condasync.model.translation import Outcome, OutcomeKind, PipWheel, kind_of
from condasync.report.explanation import conflicts_of
from condasync.report.rows import Row, finding_row, outcome_row, reason_of

_KINDS: tuple[OutcomeKind, ...] = ("kept", "mapped", "built", "pip-wheel", "system", "dropped", "unmapped")


def export_data(export: Export, files: ExportFiles) -> Row:
    """Return the account of an export; outcomes are those of the first platform."""
    first = export.platforms[0]
    locked = all(isinstance(each.answer, Solution) for each in export.platforms)
    return {
        "engine": {"name": export.engine[0], "version": export.engine[1]},
        "verified_by": {"name": export.verified_by[0], "version": export.verified_by[1]} if locked else None,
        "platforms": [each.target.subdir for each in export.platforms],
        "python": first.target.python,
        "channels": [channel.name for channel in export.question.channels],
        "counts": counts(export),
        "outcomes": _outcomes(export),
        "conflicts": _conflicts(export),
        "findings": [finding_row(each) for each in (*export.findings, *_platform_findings(export))],
        "files": {
            "environment": files.environment,
            "lock": files.lock,
            "virtual_packages": files.virtual_packages,
            "more": list(files.more),
        },
    }


def counts(export: Export) -> dict[str, int]:
    """Return how many packages had which outcome; `locked` counts the rows of the lock over all platforms."""
    first = export.platforms[0]
    kinds = Counter(kind_of(outcome) for outcome in first.outcomes)
    return {
        "captured": len(first.outcomes),
        **{kind.replace("-", "_"): kinds[kind] for kind in _KINDS},
        "relaxed": len(first.relaxations),
        "locked": sum(len(records_of(each)) + len(wheels_of(each)) for each in export.platforms),
    }


def records_of(platform: PlatformExport) -> tuple[ChannelRecord, ...]:
    """Return the locked records of one platform, () when the solve failed."""
    return platform.answer.records if isinstance(platform.answer, Solution) else ()


def wheels_of(platform: PlatformExport) -> tuple[PipWheel, ...]:
    """Return the locked wheels of one platform, () when the solve failed."""
    if not isinstance(platform.answer, Solution):
        return ()
    return tuple(one for one in (*platform.outcomes, *platform.needed_wheels) if isinstance(one, PipWheel))


def _conflicts(export: Export) -> list[Row]:
    """Return each conflict once, whichever platforms have it."""
    every = dict.fromkeys(one for each in export.platforms for one in conflicts_of(each.answer))
    return [
        {
            "packages": list(one.packages),
            "chain": [{"package": step.package, "requires": step.requires, "found": step.found} for step in one.chain],
        }
        for one in every
    ]


def _platform_findings(export: Export) -> list[Finding]:
    seen = dict.fromkeys(finding for each in export.platforms for finding in each.findings)
    return list(seen)


def _outcomes(export: Export) -> list[Row]:
    locked = [(each.target.subdir, record) for each in export.platforms for record in records_of(each)]
    relaxations = export.platforms[0].relaxations
    wheels = [(each.target.subdir, one.wheel) for each in export.platforms for one in wheels_of(each)]
    rows = [
        outcome_row(outcome, locked=locked, relaxations=relaxations, wheels=wheels)
        for outcome in export.platforms[0].outcomes
    ]
    for other in export.platforms[1:]:
        for row, outcome in zip(rows, _elsewhere(export, other), strict=True):
            if outcome is not None and kind_of(outcome) != row["outcome"]:
                reason = reason_of(outcome)
                differing = row.setdefault("by_platform", {})
                if isinstance(differing, dict):
                    differing[other.target.subdir] = {
                        "outcome": kind_of(outcome),
                        "reason": None if reason is None else {"code": reason.code, "text": reason.text},
                    }
    return rows


def _elsewhere(export: Export, other: PlatformExport) -> Iterable[Outcome | None]:
    """Return what became of the first platform's packages on another one."""
    outcomes = export.platforms[0].outcomes
    if not export.environment.by_platform:
        return _same(outcomes, other.outcomes)
    there = {one.package: one for one in other.outcomes}  # selectors order them differently
    return (there.get(one.package) for one in outcomes)


def _same(outcomes: Sequence[Outcome], there: Sequence[Outcome]) -> Iterator[Outcome | None]:
    """Yield what became of the same packages on another platform.

    What is used of the system may be used on one platform only: elsewhere conda has a package for its user.
    """
    captured = (one for one in there if not isinstance(one.package, SystemPackage))
    system = {one.package.name: one for one in there if isinstance(one.package, SystemPackage)}
    for one in outcomes:
        yield system.get(one.package.name) if isinstance(one.package, SystemPackage) else next(captured)
