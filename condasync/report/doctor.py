"""The six limits of package synchronisation, for one environment: met or not, where, and what cures it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from condasync.convert.requirement import normalise
from condasync.model.diagnosis import Limit
from condasync.model.environment import Environment
from condasync.model.export import Export, PlatformExport
from condasync.model.finding import Finding
from condasync.model.package import LocalPackage, PipPackage, SystemPackage
from condasync.model.solve import Unsolvable
from condasync.model.translation import Built, Outcome, Unmapped
from condasync.report.explanation import conflicts_of
from condasync.report.rows import Row
from condasync.report.system_words import uses_words

_SHOWN = 8
_FOLLOW = "condasync hook -- COMMAND before a cluster starts; condasync cluster sync ADDRESS while it runs"
_CLUSTERS = ("distributed", "dask", "ray")
_CONTRADICTIONS = frozenset({"conflicts", "inconsistent-conda"})
# What moved for these reasons moved alone.
_NOT_THERE = ("the channels have no ", "the environment is for Python ")
_DIRECT = "direct-url"  # from version control or an address: an export builds it
_NO_WHEEL = ("no-wheel", "wheel-", "no-version")


def limits_of(export: Export, findings: Sequence[Finding], *, again: str) -> tuple[Limit, ...]:
    """Return the six limits; `again` are options that name the inputs.

    `findings` say what builds do not declare, and which modules lie loose.
    """
    first = export.platforms[0]
    run = f"condasync export{again}"
    return (
        _system(first.outcomes, run),
        _cluster(export.environment),
        _unsolvable(export, first, run),
        _local(first.outcomes, (*export.environment.findings, *findings), run),
        _without_wheels(first.outcomes, run),
        _undeclared(first.outcomes, findings, run),
    )


def doctor_data(limits: Sequence[Limit]) -> Row:
    """Return `data` of `doctor --json`."""
    return {
        "limits": [
            {"number": one.number, "title": one.title, "met": one.met, "where": list(one.where), "cure": one.cure}
            for one in limits
        ]
    }


def doctor_text(limits: Sequence[Limit]) -> RenderableType:
    """Return a paragraph per limit."""
    lines: list[Text] = []
    for one in limits:
        mark = ("met", "bold yellow") if one.met else ("not met", "bold green")
        lines.append(Text.assemble(f"{one.number}. {one.title}: ", mark))
        lines += [Text(f"   {each}") for each in one.where[:_SHOWN]]
        if len(one.where) > _SHOWN:
            lines.append(Text(f"   ... and {len(one.where) - _SHOWN} more; --json shows all", style="dim"))
        if one.cure:
            lines.append(Text.assemble("   cure: ", (one.cure, "bold cyan")))
    return Group(*lines)


def _system(outcomes: Iterable[Outcome], run: str) -> Limit:
    where = []
    for outcome in outcomes:
        package = outcome.package
        if isinstance(package, SystemPackage):
            origin = "owned by no package manager" if package.owner == "none" else package.owner
            left = "" if not isinstance(outcome, Unmapped) else f"; stays behind: {outcome.reason.text}"
            where.append(f"{package.name} ({origin}), {uses_words(package.uses)}{left}")
    title = "packages of the system (apt, homebrew ...) are used"
    return _limit(1, title, where, run)


def _cluster(environment: Environment) -> Limit:
    names = {normalise(package.name): package for package in environment.packages}
    where = [f"{name} {names[name].version or ''}".strip() for name in _CLUSTERS if name in names]
    return _limit(2, "a running cluster does not follow the environment", where[:1], _FOLLOW)


def _unsolvable(export: Export, first: PlatformExport, run: str) -> Limit:
    where = [finding.text for finding in export.findings if finding.code in _CONTRADICTIONS]
    where += [
        f"{one.package} {one.local_version} gives way to {one.locked_version or 'nothing'}: {one.because}"
        for one in first.relaxations
        if not one.because.startswith(_NOT_THERE)
    ]
    if isinstance(first.answer, Unsolvable):
        where += [f"{' and '.join(one.packages)} do not go together" for one in conflicts_of(first.answer)]
        where = where or [first.answer.explanation]
    return _limit(3, "the packages do not solve together as they are", where, run)


def _local(outcomes: Sequence[Outcome], findings: Sequence[Finding], run: str) -> Limit:
    gone = {one.package for one in findings if one.code == "missing-source"}
    where = [
        f"{outcome.package.name} in {outcome.package.path}"
        + (", which does not exist any more" if outcome.package.name in gone else "")
        for outcome in outcomes
        if isinstance(outcome.package, LocalPackage) and isinstance(outcome, (Built, Unmapped))
    ]
    where += [one.reason.text for one in outcomes if isinstance(one, Unmapped) and one.reason.code == _DIRECT]
    loose = [one for one in findings if one.code == "loose-module"]
    included = "".join(f" --include-module {shlex.quote(one.where)}" for one in loose if one.where)
    where += [one.text for one in loose]
    return _limit(4, "local projects must come along", where, run + included)


def _without_wheels(outcomes: Iterable[Outcome], run: str) -> Limit:
    left = [
        one
        for one in outcomes
        if isinstance(one, Unmapped) and isinstance(one.package, PipPackage) and one.reason.code != _DIRECT
    ]
    where = [f"{one.package.name} {one.package.version or ''}: {one.reason.text}" for one in left]
    return _limit(5, "packages have neither a conda package nor a wheel", where, _recipe(left) or run)


def _recipe(left: Sequence[Unmapped]) -> str | None:
    unbuilt = [one.package for one in left if one.reason.code.startswith(_NO_WHEEL) and one.package.version]
    return f"condasync recipe {shlex.quote(f'{unbuilt[0].name}=={unbuilt[0].version}')}" if unbuilt else None


def _undeclared(outcomes: Iterable[Outcome], findings: Sequence[Finding], run: str) -> Limit:
    """Name what builds import and do not declare; what is on an index only as source is cured by a recipe."""
    found = [one for one in findings if one.code == "undeclared-build-requirement"]
    names = {one.package for one in found}
    released = [
        one
        for one in outcomes
        if isinstance(one, Unmapped) and one.reason.code.startswith(_NO_WHEEL) and one.package.name in names
    ]
    cure = _recipe(released) if len(released) == len(names) else None
    where = [one.text for one in found]
    return _limit(6, "projects do not declare what their build needs", where, cure or f"{run} --add-build-requires")


def _limit(number: int, title: str, where: Sequence[str], cure: str) -> Limit:
    return Limit(number=number, title=title, where=tuple(where), cure=cure if where else None)
