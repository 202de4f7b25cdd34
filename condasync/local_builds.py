"""Local projects and leftover wheels between translation and solve: their names and requirements on conda."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from condasync.convert.match import version_matches
from condasync.convert.requirement import normalise
from condasync.convert.version import to_conda_constraint, to_conda_version
from condasync.model.build import ProjectToBuild
from condasync.model.environment import Environment
from condasync.model.finding import Finding
from condasync.model.package import CapturedPackage, LocalPackage, PipPackage, SystemPackage
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Built, Dropped, Mapped, Outcome, PipWheel, Translation, Unmapped
from condasync.seams import ChannelIndex, MetadataSource, NameSource, ProjectBuilder
from condasync.translate.shelf import Shelf
from condasync.translate.translate import translate
from condasync.wheels.pack import staying, wheels_to_pack

_OF_EXTRAS = frozenset({"extras-not-expanded", "unknown-extra"})
_TO_BUILD = frozenset({"local-project", "direct-url"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalBuilds:
    """Hold what became of the local projects and of leftover wheels, and the index with their packages on top.

    `packed` are the captured packages whose wheels became conda packages, whatever the translation says of them.
    """

    index: ChannelIndex
    outcomes: Mapping[CapturedPackage, Built | Unmapped] = field(default_factory=dict)
    packed: Mapping[CapturedPackage, Built] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def over(self, outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
        """Return a translation's outcomes with those of the projects in their places."""
        return tuple(map(self._over, outcomes))

    def _over(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome.package, SystemPackage):
            return outcome
        built = self.outcomes.get(outcome.package, outcome) if isinstance(outcome, Unmapped) else outcome
        return self.packed.get(outcome.package, built)


def build_locals(
    environment: Environment,
    *,
    names: Sequence[NameSource],
    index: ChannelIndex,
    target: Target,
    builder: ProjectBuilder | None,
    tell: Callable[[str], None],
    metadata: MetadataSource | None = None,
    wheels: Sequence[PipWheel] = (),
    only_wheels: bool = False,
) -> LocalBuilds:
    """Return the conda packages of the environment's local projects, VCS and archive installs, and of some wheels.

    The projects stay the user's own even when the channels have packages of their names; those are named as the
    alternative when a build fails. Without a builder, or with `only_wheels`, the projects stay behind. A wheel that
    cannot be packed stays one, and those that need it say so.
    """
    candidates = () if only_wheels else projects_in(environment)
    if builder is None or not (candidates or wheels):
        return LocalBuilds(index=index)
    case = _Case(
        environment=environment, names=names, metadata=metadata, index=index, target=target, shelf=Shelf(index)
    )
    ruled = case.translated(candidates)
    projects = tuple(
        case.project(one)
        for one in ruled
        if isinstance(one, Unmapped)
        and one.reason.code in _TO_BUILD
        and isinstance(one.package, LocalPackage | PipPackage)
    )
    packing = wheels_to_pack(wheels, taken=index.names() | {one.conda_name for one in projects})
    stay: tuple[Finding, ...] = ()
    while True:
        asked = (*projects, *packing)
        own = {normalise(one.package.name): one for one in asked}
        built = builder.build(asked, target, map_requirement=partial(case.specs, own=own), tell=tell)
        failed = {
            one: outcome
            for one, outcome in zip(asked, built.outcomes, strict=True)
            if one.wheel is not None and isinstance(outcome, Unmapped)
        }
        stay += tuple(staying(one, outcome.reason) for one, outcome in failed.items())
        renamed = tuple(map(case.renamed, projects, built.outcomes))  # projects come first
        if not failed and renamed == projects:
            break
        projects = renamed
        packing = tuple(one for one in packing if one not in failed)  # what needs them must not ask conda for them
    by_project = dict(zip(asked, built.outcomes, strict=True))
    return LocalBuilds(
        index=builder.index(index, target),
        outcomes={one.package: outcome for one, outcome in by_project.items() if one.wheel is None},
        packed={
            one.package: made for one, made in by_project.items() if one.wheel is not None and isinstance(made, Built)
        },
        findings=(*built.findings, *stay, *case.told, *case.unmet(built.outcomes)),
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
    metadata: MetadataSource | None
    index: ChannelIndex
    target: Target
    shelf: Shelf
    told: dict[Finding, None] = field(default_factory=dict)

    def project(self, outcome: Unmapped) -> ProjectToBuild:
        """Return what to build: under the name that the channels know the project by, so that dependents find it."""
        package = outcome.package
        if not isinstance(package, LocalPackage | PipPackage):  # pragma: no cover - the caller looked
            raise TypeError(package)
        conda_name, alternative = self.called(package.name)
        return ProjectToBuild(
            package=package, conda_name=conda_name, alternative=alternative, evidence=outcome.evidence
        )

    def called(self, name: str) -> tuple[str, str | None]:
        """Return the conda name of a project, and what the channels have in its place."""
        (known,) = self.translated((PipPackage(name=name, version=None, requested=True),))
        if not isinstance(known, Mapped):
            # Another project's package of that name must not be hidden by ours.
            plain = normalise(name)
            return (f"{plain}-local" if plain in self.index.names() else plain), None
        conda_name = known.specs[0].name
        records = self.index.records(conda_name)
        return conda_name, f"{conda_name} {records[-1].version}" if records else None

    def renamed(self, project: ProjectToBuild, outcome: Built | Unmapped) -> ProjectToBuild:
        """Return a project under the name that its wheel told, where the channels have another package of that name."""
        if not isinstance(outcome, Built) or outcome.record.name == project.conda_name:
            return project
        conda_name, alternative = self.called(outcome.record.name)
        if conda_name == outcome.record.name:
            return project
        return replace(project, conda_name=conda_name, alternative=alternative)

    def specs(self, requirement: PipRequirement, own: Mapping[str, ProjectToBuild]) -> tuple[CondaSpec, ...] | None:
        """Return the conda requests for a requirement, None when there is no conda package for it."""
        project = own.get(normalise(requirement.name))
        if project is not None:
            version = project.package.version if project.wheel is None else project.wheel.version
            return (CondaSpec(name=project.conda_name, version=_constraint(requirement, version)),)
        line = replace(requirement, url=None)
        needed = PipPackage(name=line.name, version=None, requested=True, requirements=(line,))
        translation = self._translation((needed,))
        (outcome,) = translation.outcomes
        self.told.update(dict.fromkeys(one for one in translation.findings if one.code in _OF_EXTRAS))
        if isinstance(outcome, Mapped):
            missing = (need for need in outcome.needs if normalise(need.name) not in self.captured())
            self.told.update(dict.fromkeys(_beside_conda(requirement, need) for need in missing))
            return outcome.specs
        return () if isinstance(outcome, Dropped) else None

    def unmet(self, outcomes: Sequence[Built | Unmapped]) -> tuple[Finding, ...]:
        """Return a finding for what a project requires that neither conda nor the environment has."""
        captured = self.captured()
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

    def captured(self) -> set[str]:
        """Return the normalised names that have outcomes of their own."""
        return {normalise(one.name) for one in self.environment.packages}

    def translated(self, packages: Sequence[CapturedPackage]) -> tuple[Outcome, ...]:
        """Return the outcomes of a few packages as if the environment held only them."""
        return self._translation(packages).outcomes

    def _translation(self, packages: Sequence[CapturedPackage]) -> Translation:
        few = replace(self.environment, packages=tuple(packages), constraints=())
        return translate(
            few, names=self.names, index=self.index, target=self.target, shelf=self.shelf, metadata=self.metadata
        )


def _beside_conda(requirement: PipRequirement, need: PipRequirement) -> Finding:
    """Return what an extra needs that a project requires, when conda has it not."""
    asked = f"{requirement.name}[{','.join(requirement.extras)}]"
    text = f"{asked}, which a project requires, needs {need.name}{need.specifier}, which no conda package stands for"
    return Finding(code="requirement-not-on-conda", severity="warning", text=text, package=requirement.name)


def _constraint(requirement: PipRequirement, version: str | None) -> str:
    """Return what one project asks of another: nothing where the one that is there does not meet it either."""
    try:
        constraint = to_conda_constraint(requirement.specifier)
        met = version is not None and version_matches(constraint, to_conda_version(version))
    except ValueError:
        return ""
    return constraint if met else ""
