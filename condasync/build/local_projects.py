"""The stage: projects of the user go in, each comes out as a conda package of the local channel, or with a reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from condasync.build.conda_package import MadePackage, conda_package
from condasync.build.depends import MapRequirement
from condasync.build.local_channel import Published, channel_index, local_channel, publish, record_of
from condasync.build.sources import Fetch, Source, Unpack, wheel_of
from condasync.build.wheel_build import BuildPlan
from condasync.build.wheel_check import WheelFit, check_fit, missing_modules, shown
from condasync.build.wheel_file import read_wheel
from condasync.channel.index import SparseIndex
from condasync.channel.joined_index import JoinedIndex
from condasync.convert.direct_url import reference_of
from condasync.convert.requirement import normalise
from condasync.errors import BuildError
from condasync.model.build import ProjectsBuilt, ProjectToBuild
from condasync.model.finding import Finding
from condasync.model.package import LocalPackage, PipPackage
from condasync.model.record import Channel, RepodataFile
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.model.translation import Built, Evidence, Reason, Unmapped
from condasync.model.wheel import BuiltWheel, Wheel
from condasync.seams import ChannelIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSettings:
    """Say how projects are built and where their channel is.

    `plan_for` gives the plan for a Python minor; `fetch_wheel` the file of an index's wheel, verified; `add_undeclared`
    retries a failed build with what it imports and does not declare.
    """

    plan_for: Callable[[str], BuildPlan]
    fetch: Fetch
    fetch_wheel: Callable[[Wheel], Path]
    unpack: Unpack
    channel: Channel
    folder: Path
    add_undeclared: bool = False


@dataclass(slots=True)
class LocalProjects:
    """Build projects and keep their conda packages until they are published (a `seams.ProjectBuilder`)."""

    settings: BuildSettings
    _made: dict[str, list[MadePackage]] = field(default_factory=dict)

    @property
    def channel(self) -> Channel | None:
        """Return the local channel once something was built for it."""
        return self.settings.channel if any(self._made.values()) else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what has to be done with the channel so that the lock works elsewhere."""
        packages = sorted({f"{one.subdir}/{one.file_name}" for made in self._made.values() for one in made})
        folder, place = self.settings.folder, self.settings.channel.base_url.public
        if not packages:
            return ()
        if place == local_channel(folder).base_url.public:
            number = f"{len(packages)} package{'s' * (len(packages) > 1)}"
            text = (
                f"the lock names {number} built here by their place beside it: take {folder.name} along with the lock, "
                "and install in the folder where both lie; or upload it and export with --artifact-url URL"
            )
            return (Finding(code="built-channel", severity="note", text=text, where=str(folder)),)
        index = sorted({f"{subdir}/repodata.json" for subdir in ("noarch", *(one.split("/")[0] for one in packages))})
        return tuple(
            Finding(code="upload", severity="note", text=f"upload {folder / one} to {place}/{one}", where=str(folder))
            for one in (*packages, *index)
        )

    def build(
        self,
        projects: Sequence[ProjectToBuild],
        target: Target,
        *,
        map_requirement: MapRequirement,
        tell: Callable[[str], None],
    ) -> ProjectsBuilt:
        """Return one outcome per project; a project that cannot be built does not keep the others from it."""
        outcomes: list[Built | Unmapped] = []
        findings: list[Finding] = []
        made = self._made[target.subdir] = []
        taken: set[str] = set()
        for project in projects:
            if project.conda_name in taken:
                outcomes.append(_twice(project))
                continue
            taken.add(project.conda_name)
            try:
                outcome, package, told = self._one(project, target, map_requirement, tell)
            except BuildError as fault:
                outcomes.append(_failed(project, fault, findings))
            else:
                outcomes.append(outcome)
                made.append(package)
                findings += told
        return ProjectsBuilt(outcomes=tuple(outcomes), findings=tuple(findings))

    def index(self, base: ChannelIndex, target: Target) -> ChannelIndex:
        """Return the channels' index with what was built for the target on top."""
        made = self._made.get(target.subdir, [])
        if not made:
            return base
        folder = self.settings.plan_for(target.python).cache_dir / "local-channels"
        files = []
        for subdir in (target.subdir, "noarch"):
            text = channel_index(made, subdir).encode()
            digest = hashlib.sha256(text).hexdigest()
            path = folder / digest / "repodata.json"
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text)
            files.append(RepodataFile(channel=self.settings.channel, subdir=subdir, path=path, sha256=digest))
        return JoinedIndex(SparseIndex(files), base)

    def publish(self) -> Published | None:
        """Write the channel folder; None when nothing was built. Raises OutputError."""
        packages = {one.file_name: one for made in self._made.values() for one in made}
        if not packages:
            return None
        return publish(self.settings.folder, [packages[name] for name in sorted(packages)])

    def _one(
        self,
        project: ProjectToBuild,
        target: Target,
        map_requirement: MapRequirement,
        tell: Callable[[str], None],
    ) -> tuple[Built, MadePackage, tuple[Finding, ...]]:
        package = project.package
        source = self._source(project, target, tell)
        fit = check_fit(source.wheel, target)
        made = conda_package(
            source.wheel,
            fit,
            name=_conda_name(project, source),
            target=target,
            map_requirement=map_requirement,
            extras=_extras(project),
            direct_url=_direct_url(package),
        )
        record = record_of(made, self.settings.channel)
        told = f"built from the sources with digest {source.digest[:12]} as {source.wheel.file_name}"
        origin = package.direct_url if isinstance(package, PipPackage) else None
        if origin is not None and origin.kind == "vcs":
            told += f", {reference_of(origin)}"
        if project.wheel is not None:
            told = f"packed from {source.wheel.file_name} of the package index, sha256 {source.digest[:12]}"
        added = "".join(f", with {one.name} added to its build requirements" for one in source.added)
        outcome = Built(
            package=package,
            wheel=BuiltWheel(
                file_name=source.wheel.file_name,
                sha256=source.wheel.sha256,
                tag=str(fit.tag),
                source_sha256=source.digest,
                glibc=fit.glibc,
            ),
            record=record,
            specs=(CondaSpec(name=record.name, version=f"=={record.version}"),),
            needs=made.unmet,
            evidence=(*project.evidence, Evidence(source="local build", revision=record.version, detail=told + added)),
            reason=project.reason,
        )
        return outcome, made, tuple(_findings(project, source, fit))

    def _source(self, project: ProjectToBuild, target: Target, tell: Callable[[str], None]) -> Source:
        if project.wheel is not None:
            tell(f"packing {project.wheel.file_name}")
            wheel = read_wheel(self.settings.fetch_wheel(project.wheel))
            return Source(wheel=wheel, tree=None, digest=wheel.sha256)
        return wheel_of(
            project.package,
            self.settings.plan_for(target.python),
            fetch=self.settings.fetch,
            unpack=self.settings.unpack,
            add_undeclared=self.settings.add_undeclared,
            tell=tell,
        )


def _findings(project: ProjectToBuild, source: Source, fit: WheelFit) -> Iterator[Finding]:
    name = project.package.name
    if source.tree is not None:
        where = str(source.tree.root)
        if source.tree.refused:
            text = f"{name}: files that look like secrets are not taken along: {shown(source.tree.refused)}"
            yield Finding(code="secret-left-out", severity="warning", text=text, package=name, where=where)
        missing = missing_modules(source.wheel, source.tree)
        if missing:
            text = f"{name}: the wheel lacks modules of the sources, which work only where the project is editable: "
            yield Finding(
                code="module-missing", severity="warning", text=text + shown(missing), package=name, where=where
            )
    if source.wheel.version == "0.0.0" and not source.stated_version:
        text = f"{name} states no version, so its package is 0.0.0; set `version` in [project] of pyproject.toml"
        yield Finding(code="no-version", severity="warning", text=text, package=name)
    if fit.libraries:
        text = f"{name} is linked with {shown(fit.libraries)}, which every machine must have; a recipe can bring them"
        yield Finding(code="host-library", severity="warning", text=text, package=name)


def _failed(project: ProjectToBuild, fault: BuildError, findings: list[Finding]) -> Unmapped:
    """Return why a project stays behind, what it does not declare, and what there is instead."""
    name = project.package.name
    parts = [fault.message]
    if project.alternative:
        parts.append(f"the channel has {project.alternative}, which can be asked for instead")
    lines = fault.facts.get("last_lines")
    log = "".join(f"\n    {line}" for line in lines) if isinstance(lines, tuple) and lines else ""
    hints = "".join(f"\n  hint: {hint}" for hint in fault.hints)
    place = fault.facts.get("log") or fault.facts.get("path")
    findings.append(
        Finding(
            code=fault.reason,
            severity="error",
            text="; ".join(parts) + log + hints,
            package=name,
            where=str(place) if place and str(place) not in fault.message + hints else None,
        )
    )
    return Unmapped(
        package=project.package,
        reason=Reason(code=fault.reason, text="; ".join(parts)),
        candidates=(project.alternative.split()[0],) if project.alternative else (),
        evidence=project.evidence,
    )


def _twice(project: ProjectToBuild) -> Unmapped:
    text = f"another project of this environment is called {normalise(project.package.name)} too; the first one counts"
    return Unmapped(
        package=project.package, reason=Reason(code="duplicate-project", text=text), evidence=project.evidence
    )


def _conda_name(project: ProjectToBuild, source: Source) -> str:
    """Return the name of the package; a listed path was called after its folder until its wheel told the name."""
    called_after_folder = project.conda_name == normalise(project.package.name) != source.wheel.name
    return source.wheel.name if called_after_folder else project.conda_name


def _extras(project: ProjectToBuild) -> tuple[str, ...]:
    package = project.package
    own = (
        package.extras
        if isinstance(package, LocalPackage)
        else [e for line in package.requirements for e in line.extras]
    )
    return tuple(sorted({*own, *project.extras}))


def _direct_url(package: LocalPackage | PipPackage) -> dict[str, object] | None:
    """Return what direct_url.json of the package says; a folder of this machine means nothing elsewhere."""
    origin = None if isinstance(package, LocalPackage) else package.direct_url
    if origin is None or origin.kind == "directory" or origin.url.public.startswith("file:"):
        return None
    stated: dict[str, object] = {"url": origin.url.public}
    if origin.subdirectory:
        stated["subdirectory"] = origin.subdirectory
    if origin.kind == "vcs":
        stated["vcs_info"] = {"vcs": origin.vcs, "commit_id": origin.commit}
    else:
        stated["archive_info"] = {}
    return stated
