"""Local projects between translation and solve: what they are called on conda, what their requirements mean there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from condasync.convert.match import version_matches
from condasync.convert.requirement import normalise
from condasync.convert.version import to_conda_constraint, to_conda_version
from condasync.model.build import ProjectToBuild
from condasync.model.environment import Environment
from condasync.model.finding import Finding
from condasync.model.package import CapturedPackage, LocalPackage, PipPackage, SystemPackage
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Built, Dropped, Mapped, Outcome, Unmapped
from condasync.seams import ChannelIndex, NameSource, ProjectBuilder
from condasync.translate.shelf import Shelf
from condasync.translate.translate import translate

_TO_BUILD = frozenset({"local-project", "direct-url"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalBuilds:
    """Hold what became of the local projects, and the index with their packages on top."""

    index: ChannelIndex
    outcomes: Mapping[CapturedPackage, Built | Unmapped] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def over(self, outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
        """Return a translation's outcomes with those of the projects in their places."""
        return tuple(
            self.outcomes.get(outcome.package, outcome)
            if isinstance(outcome, Unmapped) and not isinstance(outcome.package, SystemPackage)
            else outcome
            for outcome in outcomes
        )


def build_locals(
    environment: Environment,
    *,
    names: Sequence[NameSource],
    index: ChannelIndex,
    target: Target,
    builder: ProjectBuilder | None,
    tell: Callable[[str], None],
) -> LocalBuilds:
    """Return the conda packages of the environment's local projects, VCS and archive installs.

    The projects stay the user's own even when the channels have packages of their names; those are named as the
    alternative when a build fails. Without a builder the projects stay behind.
    """
    candidates = projects_in(environment)
    if builder is None or not candidates:
        return LocalBuilds(index=index)
    case = _Case(environment=environment, names=names, index=index, target=target, shelf=Shelf(index))
    ruled = case.translated(candidates)
    projects = tuple(
        case.project(one)
        for one in ruled
        if isinstance(one, Unmapped)
        and one.reason.code in _TO_BUILD
        and isinstance(one.package, LocalPackage | PipPackage)
    )
    own = {normalise(one.package.name): one for one in projects}
    built = builder.build(projects, target, map_requirement=lambda requirement: case.specs(requirement, own), tell=tell)
    return LocalBuilds(
        index=builder.index(index, target),
        outcomes={one.package: outcome for one, outcome in zip(projects, built.outcomes, strict=True)},
        findings=(*built.findings, *case.unmet(built.outcomes)),
    )


def projects_in(environment: Environment) -> tuple[CapturedPackage, ...]:
    """Return what came from a folder, an archive or version control instead of an index."""
    return tuple(one for one in environment.packages if _is_from_elsewhere(one))


def _is_from_elsewhere(package: CapturedPackage) -> bool:
    match package:
        case LocalPackage():
            return True
        case PipPackage(direct_url=origin, requirements=lines):
            return origin is not None or any(line.url for line in lines)
        case _:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    environment: Environment
    names: Sequence[NameSource]
    index: ChannelIndex
    target: Target
    shelf: Shelf

    def project(self, outcome: Unmapped) -> ProjectToBuild:
        """Return what to build: under the name that the channels know the project by, so that dependents find it."""
        package = outcome.package
        if not isinstance(package, LocalPackage | PipPackage):  # pragma: no cover - the caller looked
            raise TypeError(package)
        name = normalise(package.name)
        (known,) = self.translated((PipPackage(name=package.name, version=None, requested=True),))
        if isinstance(known, Mapped):
            conda_name = known.specs[0].name
            records = self.index.records(conda_name)
            alternative = f"{conda_name} {records[-1].version}" if records else None
        else:
            # Another project's package of that name must not be hidden by ours.
            conda_name, alternative = (f"{name}-local" if name in self.index.names() else name), None
        return ProjectToBuild(
            package=package, conda_name=conda_name, alternative=alternative, evidence=outcome.evidence
        )

    def specs(self, requirement: PipRequirement, own: Mapping[str, ProjectToBuild]) -> tuple[CondaSpec, ...] | None:
        """Return the conda requests for a requirement, None when there is no conda package for it."""
        project = own.get(normalise(requirement.name))
        if project is not None:
            return (CondaSpec(name=project.conda_name, version=_constraint(requirement, project.package.version)),)
        line = replace(requirement, url=None)
        needed = PipPackage(name=line.name, version=None, requested=True, requirements=(line,))
        (outcome,) = self.translated((needed,))
        if isinstance(outcome, Dropped):
            return ()
        return outcome.specs if isinstance(outcome, Mapped) else None

    def unmet(self, outcomes: Sequence[Built | Unmapped]) -> tuple[Finding, ...]:
        """Return a finding for what a project requires that neither conda nor the environment has."""
        captured = {normalise(one.name) for one in self.environment.packages}
        return tuple(
            Finding(
                code="requirement-not-on-conda",
                severity="warning",
                text=f"{outcome.package.name} requires {need.name}{need.specifier}, which no conda package stands for",
                package=outcome.package.name,
            )
            for outcome in outcomes
            if isinstance(outcome, Built)
            for need in outcome.needs
            if normalise(need.name) not in captured
        )

    def translated(self, packages: Sequence[CapturedPackage]) -> tuple[Outcome, ...]:
        """Return the outcomes of a few packages as if the environment held only them."""
        few = replace(self.environment, packages=tuple(packages), constraints=())
        translation = translate(few, names=self.names, index=self.index, target=self.target, shelf=self.shelf)
        return translation.outcomes


def _constraint(requirement: PipRequirement, version: str | None) -> str:
    """Return what one project asks of another: nothing where the one that is there does not meet it either."""
    try:
        constraint = to_conda_constraint(requirement.specifier)
        met = version is not None and version_matches(constraint, to_conda_version(version))
    except ValueError:
        return ""
    return constraint if met else ""
