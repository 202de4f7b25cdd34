"""How one name is translated: the account behind `condasync why`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from condasync.convert.requirement import normalise, parse_requirement
from condasync.errors import UsageError
from condasync.model.environment import Environment
from condasync.model.export import ExportQuestion
from condasync.model.finding import Finding
from condasync.model.package import PipPackage
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Outcome
from condasync.pipeline import Doors, python_for
from condasync.solve.target import target_for
from condasync.translate.installed_metadata import InstalledFirst
from condasync.wheel_rounds import Sources, wheels_planned


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Hold how one name was translated; `captured` is False when the environment does not have it as asked."""

    outcomes: tuple[Outcome, ...]
    target: Target
    captured: bool
    findings: tuple[Finding, ...] = ()


def explain(text: str, environment: Environment, question: ExportQuestion, doors: Doors) -> Account:
    """Return how a name of the environment was translated, or how a requirement of pip would be (`dask[complete]`).

    Raises UsageError for what is neither.
    """
    doors = replace(doors, metadata=InstalledFirst(environment, doors.metadata))
    target = target_for(environment, question, question.platforms[0], python_for(environment, question, doors))
    sources = Sources(
        environment=environment,
        question=question,
        names=doors.names,
        wheels=doors.wheels,
        metadata=doors.metadata,
        index=doors.index_for(target.subdir),
        target=target,
    )
    line = _line(text)
    if line is not None and _is_more(line):
        return _asked(PipPackage(name=line.name, version=None, requested=True, requirements=(line,)), sources, doors)
    if any(_is_called(one.name, text) for one in environment.packages):
        return _captured(text, sources, doors)
    of_system = _of_system(text, sources, doors)
    if of_system:
        return Account(outcomes=of_system, target=target, captured=True, findings=doors.told())
    if line is None:
        raise UsageError(
            f"{text!r} is in the environment under no such name, and is no requirement of pip",
            hints=("as in: torch, 'dask[complete]', 'numpy>=1.26'",),
        )
    return _asked(PipPackage(name=line.name, version=None, requested=True), sources, doors)


def _asked(package: PipPackage, sources: Sources, doors: Doors) -> Account:
    """Return the account of a requirement that the environment does not have as such."""
    found = sources.translated(replace(sources.environment, packages=(package,)))
    plan = wheels_planned(found.outcomes, sources)
    findings = (*found.findings, *plan.findings, *doors.wheels.findings, *doors.told())
    return Account(
        outcomes=plan.outcomes, target=sources.target, captured=False, findings=tuple(dict.fromkeys(findings))
    )


def _captured(name: str, sources: Sources, doors: Doors) -> Account:
    """Return the account of what the environment has of a name, as part of the whole and by itself."""
    environment = sources.environment
    among_all = sources.translated(environment)
    alone = tuple(package for package in environment.packages if _is_called(package.name, name))
    by_itself = sources.translated(replace(environment, packages=alone))
    every = (*environment.findings, *among_all.findings)
    told = (finding for finding in every if _is_called(finding.package or "", name))
    plan = wheels_planned(
        tuple(outcome for outcome in among_all.outcomes if _is_called(outcome.package.name, name)), sources
    )
    findings = (*told, *by_itself.findings, *plan.findings, *doors.wheels.findings, *doors.told())
    return Account(
        outcomes=plan.outcomes, target=sources.target, captured=True, findings=tuple(dict.fromkeys(findings))
    )


def _of_system(name: str, sources: Sources, doors: Doors) -> tuple[Outcome, ...]:
    """Return what the environment uses of the system under a name; files say what is wanted, not what a machine has."""
    if sources.environment.kind == "files" or doors.system is None:
        return ()
    translation = sources.translated(sources.environment)
    used = doors.system(sources.environment, translation.outcomes, sources.index).outcomes
    return tuple(one for one in used if _is_called(one.package.name, name))


def _line(text: str) -> PipRequirement | None:
    """Return the requirement that a text is, None for what only names a file of the system."""
    try:
        return parse_requirement(text)
    except ValueError:
        return None


def _is_more(line: PipRequirement) -> bool:
    return bool(line.extras or line.specifier or line.marker or line.url)


def _is_called(one: str, name: str) -> bool:
    return normalise(one) == normalise(name)
