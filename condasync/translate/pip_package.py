"""Rules for what pip installed or a file lists for pip."""

from __future__ import annotations

from dataclasses import dataclass, replace

from condasync.convert.requirement import normalise
from condasync.convert.version import to_conda_version
from condasync.model.finding import Finding
from condasync.model.package import LocalPackage, PipPackage
from condasync.model.spec import CondaSpec
from condasync.model.translation import Dropped, Evidence, Mapped, NameCandidate, Outcome, Reason, Unmapped
from condasync.model.url import Url
from condasync.translate.case import Case, Ruled
from condasync.translate.cuda import with_variant
from condasync.translate.doubt import doubts
from condasync.translate.extras import bigger_package, with_extras
from condasync.translate.listed import Listed, asked_by, conda_constraint, lines_for
from condasync.translate.lookup import Lookup, look_up
from condasync.translate.platform_only import foreign_distribution

_NOTHING_LISTED = Listed(extras=(), specifiers=())


@dataclass(frozen=True, slots=True, kw_only=True)
class ByName:
    """Say what a package of pip is by its name and by the rows of its extras; `unknown` extras have no row."""

    outcome: Outcome
    listed: Listed = _NOTHING_LISTED
    unknown: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def rule_by_name(package: PipPackage, case: Case) -> ByName:
    """Return what becomes of a package of pip, as far as its name tells."""
    try:
        lines = lines_for(package.requirements, case.target)
        if package.requirements and not lines:
            return ByName(outcome=_marker_false(package, case))
        listed = asked_by(lines, case.environment.constraints, case.target) if lines else _NOTHING_LISTED
        conda_constraint(listed.specifiers, None)  # a malformed line is told, whether the name is known or not
        return _rule(replace(package, requirements=lines) if lines else package, package, listed, case)
    except ValueError as fault:
        return _invalid(package, str(fault))


def rule_local(package: LocalPackage, case: Case) -> Ruled:
    """Return what becomes of a project that lies on this machine: not built yet, so it stays behind with a reason."""
    found = look_up(normalise(package.name), case.sources, case.shelf)
    reason = Reason(code="local-project", text=f"{package.name} is a local project in {package.path}")
    return Unmapped(package=package, reason=reason, candidates=_names(found), evidence=found.evidence), ()


def _rule(counting: PipPackage, package: PipPackage, listed: Listed, case: Case) -> ByName:
    """Rule about a package of which only the lines that count are left in `counting`."""
    pypi_name = normalise(package.name)
    foreign = foreign_distribution(pypi_name, case.target.subdir)
    if foreign is not None:
        return ByName(outcome=Dropped(package=package, reason=foreign))
    found = look_up(pypi_name, case.sources, case.shelf, _wanted(package, listed))
    direct = _direct(counting, on_channel=found.candidate is not None)
    if direct is not None:
        return ByName(
            outcome=Unmapped(package=package, reason=direct, candidates=_names(found), evidence=found.evidence)
        )
    if found.candidate is None:
        unknown = Unmapped(package=package, reason=found.reason, candidates=found.refused, evidence=found.evidence)
        return ByName(outcome=unknown, findings=doubts(package, found))
    if found.candidate.drop:
        reason = Reason(code="not-needed", text=found.candidate.evidence.detail)
        return ByName(outcome=Dropped(package=package, reason=reason, evidence=found.evidence))
    mapped = _mapped(package, listed, found.candidate, found.evidence, case)
    return replace(mapped, findings=doubts(package, found))


def _mapped(
    package: PipPackage, listed: Listed, candidate: NameCandidate, evidence: tuple[Evidence, ...], case: Case
) -> ByName:
    pypi_name = normalise(package.name)
    if package.distribution is not None:
        bigger = bigger_package(pypi_name, package.distribution, case.installed, case.tables, case.shelf)
        candidate, evidence = (bigger, (*evidence, bigger.evidence)) if bigger else (candidate, evidence)
    expanded = with_extras(candidate, pypi_name, listed.extras, case.tables, case.shelf)
    constraint = conda_constraint(listed.specifiers, candidate.release_parts)
    fixed = {spec.name: spec for spec in candidate.constraints}
    specs = tuple(
        fixed.get(name) or CondaSpec(name=name, version=constraint if name in expanded.versioned else "")
        for name in expanded.names
    )
    outcome = Mapped(
        package=package,
        specs=specs,
        evidence=(*evidence, *expanded.evidence),
        release_parts=candidate.release_parts,
    )
    return ByName(outcome=with_variant(outcome, case, listed.extras), listed=listed, unknown=expanded.unknown)


def _wanted(package: PipPackage, listed: Listed) -> str:
    """Return the conda constraint for the version that is installed or listed, "" for any."""
    try:
        return (
            f"=={to_conda_version(package.version)}".partition("+")[0]
            if package.version
            else conda_constraint(listed.specifiers, None)
        )
    except ValueError:  # an installed version that nobody can read decides nothing
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Origin:
    """Say where a package came from, not being from an index."""

    kind: str
    url: Url


def _direct(package: PipPackage, *, on_channel: bool) -> Reason | None:
    """Return why an index, and so conda-forge, need not have the very thing that is installed or listed."""
    origins = [_Origin(kind="a URL", url=line.url) for line in package.requirements if line.url]
    if package.direct_url is not None:
        kinds = {"directory": "a folder", "archive": "an archive", "vcs": "version control"}
        origins.append(_Origin(kind=kinds[package.direct_url.kind], url=package.direct_url.url))
    if not origins:
        return None
    local = package.direct_url is not None and package.direct_url.kind == "directory"
    origin = origins[-1]
    text = f"{package.name} comes from {origin.kind}, {origin.url}"
    other = "; the channel's build may be another version of it" if on_channel else ""
    return Reason(code="local-project" if local else "direct-url", text=text + other)


def _marker_false(package: PipPackage, case: Case) -> Dropped:
    markers = " / ".join(dict.fromkeys(line.marker for line in package.requirements if line.marker))
    machine = f"{case.target.subdir} with Python {case.target.python}"
    return Dropped(package=package, reason=Reason(code="marker-false", text=f"{markers}: not true on {machine}"))


def _invalid(package: PipPackage, fault: str) -> ByName:
    where = next((line.where for line in package.requirements if line.where), None)
    finding = Finding(code="invalid-requirement", severity="error", text=fault, package=package.name, where=where)
    unmapped = Unmapped(package=package, reason=Reason(code="invalid-requirement", text=fault))
    return ByName(outcome=unmapped, findings=(finding,))


def _names(found: Lookup) -> tuple[str, ...]:
    return found.candidate.conda_names if found.candidate else found.refused
