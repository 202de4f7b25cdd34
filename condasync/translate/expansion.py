"""Extras that no row knows, expanded by what the distributions themselves say that they need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from condasync.convert.extras import no_such_extra, requires_of_extra
from condasync.convert.match import fits_python, record_matches, version_key
from condasync.convert.requirement import normalise, without_pins
from condasync.model.finding import Finding
from condasync.model.package import PipPackage
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.translation import Dropped, Evidence, Mapped, Outcome, Reason
from condasync.model.wheel import DistributionMetadata
from condasync.translate.case import Case, Ruled
from condasync.translate.cuda import without_brought
from condasync.translate.installed_metadata import INSTALLED
from condasync.translate.listed import without_local
from condasync.translate.pip_package import ByName, rule_by_name


def rule_pip(package: PipPackage, case: Case) -> Ruled:
    """Return what becomes of a package of pip, its extras included."""
    ruled = rule_by_name(package, case)
    if not isinstance(ruled.outcome, Mapped) or not ruled.unknown:
        return ruled.outcome, ruled.findings
    walk = _Walk(case=case, top=package)
    walk.look_into(ruled)
    return _joined(ruled.outcome, walk), (*walk.findings, *ruled.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Hold what became of one requirement of an extra; `asker` is the extra as `name[extra]`."""

    requirement: PipRequirement
    asker: str
    outcome: Outcome


@dataclass(slots=True, kw_only=True)
class _Walk:
    """Go from extra to extra, each once: they may ask for each other in a circle."""

    case: Case
    top: PipPackage
    seen: set[tuple[str, str]] = field(default_factory=set)
    found: list[_Found] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def look_into(self, ruled: ByName) -> None:
        """Look up the unknown extras of a package, and those of what they need."""
        waiting = [ruled]
        while waiting:
            waiting += self._step(waiting.pop(0))

    def _step(self, ruled: ByName) -> Iterator[ByName]:
        outcome = ruled.outcome
        if not isinstance(outcome, Mapped):
            return
        name = normalise(outcome.package.name)
        fresh = [extra for extra in ruled.unknown if (name, extra) not in self.seen]
        if not fresh:
            return
        self.seen.update((name, extra) for extra in fresh)
        told = self._metadata(outcome, ruled.listed.specifiers)
        if isinstance(told, Reason):
            self._tell_unknown(outcome, fresh, told)
            return
        missing = [extra for extra in fresh if extra not in told.extras]
        if missing:
            self._tell_missing(outcome.package, missing, told)
        for extra in (one for one in fresh if one not in missing):
            try:
                lines = requires_of_extra(told.requires, self.case.target, extra)
            except ValueError as fault:  # what is installed was never checked
                text = f"the metadata of {_place(told)} is malformed: {fault}"
                self._tell_unknown(outcome, [extra], Reason(code="malformed-metadata", text=text))
                continue
            yield from self._needs_of(outcome.package, extra, told, lines)

    def _metadata(self, outcome: Mapped, specifiers: Sequence[str]) -> DistributionMetadata | Reason:
        if self.case.metadata is None:
            return Reason(code="no-metadata", text="nothing is asked for its metadata")
        package, target = outcome.package, self.case.target
        asked = PipRequirement(name=normalise(package.name), specifier=without_local(specifiers))
        near = package.version or _newest(outcome.specs[0], self.case)
        return self.case.metadata.metadata(asked, target, near=near)

    def _needs_of(
        self, package: PipPackage, extra: str, told: DistributionMetadata, lines: Sequence[PipRequirement]
    ) -> Iterator[ByName]:
        """Look up by name what one extra needs; yield it for the extras of its own."""
        asker = f"{package.name}[{extra}]"
        asked = ", ".join(f"{_shown(line)}{line.specifier}" for line in lines) or "nothing on the target"
        self.evidence.append(Evidence(source="metadata", revision=_revision(told), detail=f"{asker} needs {asked}"))
        for line in lines:
            loose = line if package.version is not None else replace(line, specifier=without_pins(line.specifier))
            need = replace(loose, where=f"the metadata of {_place(told)}")
            ruled = rule_by_name(
                PipPackage(name=need.name, version=None, requested=self.top.requested, requirements=(need,)), self.case
            )
            self.findings += ruled.findings
            self.found.append(_Found(requirement=need, asker=asker, outcome=ruled.outcome))
            yield ruled

    def _tell_unknown(self, outcome: Mapped, extras: Sequence[str], reason: Reason) -> None:
        package, names = outcome.package, ", ".join(dict.fromkeys(spec.name for spec in outcome.specs))
        text = f"the extras [{', '.join(extras)}] of {package.name} are not known ({reason.text})"
        self._tell("extras-not-expanded", package, f"{text}; only {names} is asked for")

    def _tell_missing(self, package: PipPackage, extras: Sequence[str], told: DistributionMetadata) -> None:
        self._tell("unknown-extra", package, no_such_extra(f"{told.name} {told.version}", extras, told.extras))

    def _tell(self, code: str, package: PipPackage, text: str) -> None:
        lines = (*package.requirements, *self.top.requirements)
        where = next((line.where for line in lines if line.where), None)
        self.findings.append(Finding(code=code, severity="warning", text=text, package=package.name, where=where))


def _newest(spec: CondaSpec, case: Case) -> str | None:
    """Return the version that a solve would take for itself: its metadata says what it needs."""
    fitting = (
        record.version
        for record in case.shelf.records(spec.name)
        if record_matches(spec, record) and fits_python(record, case.target.python)
    )
    return max(fitting, key=version_key, default=None)


def _place(told: DistributionMetadata) -> str:
    return f"{told.name} {told.version}" if told.source == INSTALLED else told.source


def _revision(told: DistributionMetadata) -> str:
    return f"{told.version}, installed" if told.source == INSTALLED else told.version


def _shown(line: PipRequirement) -> str:
    return f"{line.name}[{','.join(line.extras)}]" if line.extras else line.name


def _joined(outcome: Mapped, walk: _Walk) -> Mapped:
    """Return the package together with what its extras need, as conda packages or else as requirements of its own."""
    kept = without_brought([outcome, *(one.outcome for one in walk.found)], walk.case)[1:]
    specs = dict.fromkeys(outcome.specs)
    because: dict[str, str] = {}
    needs: dict[PipRequirement, None] = {}
    own = {spec.name for spec in outcome.specs}
    for one, became in zip(walk.found, kept, strict=True):
        if isinstance(became, Dropped):
            continue
        if not isinstance(became, Mapped) or not all(_is_served(spec, walk.case) for spec in became.specs):
            needs.setdefault(one.requirement)
            continue
        for spec in became.specs:
            if spec.name in own and not spec.version:
                continue
            specs.setdefault(spec)
            because.setdefault(spec.name, f"{one.asker} needs it")
    return replace(
        outcome,
        specs=tuple(specs),
        evidence=(*outcome.evidence, *walk.evidence),
        because=tuple((name, why) for name, why in because.items() if name not in own),
        needs=tuple(needs),
    )


def _is_served(spec: CondaSpec, case: Case) -> bool:
    """Return whether the channels have a build that a spec admits: a name without one would take its asker with it."""
    records = case.shelf.records(spec.name)
    return any(record_matches(spec, one) and fits_python(one, case.target.python) for one in records)
