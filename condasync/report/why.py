"""How one package was translated, as a short account."""

from __future__ import annotations

from collections.abc import Sequence

from condasync.model.finding import Finding
from condasync.model.package import CapturedPackage, CondaPackage, LocalPackage, PipPackage, SystemPackage
from condasync.model.target import Target
from condasync.model.translation import Built, Dropped, Evidence, Kept, Mapped, Outcome, PipWheel, System, Unmapped
from condasync.report.rows import spec_text

_BUILT_BY_EXPORT = frozenset({"local-project", "direct-url"})  # `why` itself builds nothing


def why_text(outcomes: Sequence[Outcome], findings: Sequence[Finding], target: Target, *, captured: bool) -> str:
    """Return the account of the outcomes of one name, conda and pip packages apart, then what to mind."""
    parts = ["\n".join(_account(outcome, target, captured=captured)) for outcome in outcomes]
    warnings = "\n".join(f"{finding.severity}: {finding.text}" for finding in findings)
    return "\n\n".join([*parts, warnings] if warnings else parts)


def _account(outcome: Outcome, target: Target, *, captured: bool) -> list[str]:
    package = outcome.package
    version = f" {package.version}" if package.version else ""
    name, origin = (package.name, _origin(outcome)) if captured else _asked(package)
    lines = [f"{name}{version} ({origin}), for Python {target.python} on {target.subdir}"]
    lines.append(f"  {_decision(outcome)}")
    if isinstance(outcome, (Unmapped, PipWheel)) and outcome.candidates:
        lines.append(f"  considered: {', '.join(outcome.candidates)}")
    if isinstance(outcome, Mapped) and outcome.needs:
        needs = ", ".join(f"{need.name}{need.specifier}" for need in outcome.needs)
        lines.append(f"  its extras also need, not from conda: {needs}")
    return lines + _table(outcome.evidence)


def _asked(package: CapturedPackage | SystemPackage) -> tuple[str, str]:
    """Return what was asked, and that it is not part of the environment as such."""
    lines = package.requirements if isinstance(package, PipPackage) else ()
    if lines and (lines[0].extras or lines[0].specifier):
        line = lines[0]
        extras = f"[{','.join(line.extras)}]" if line.extras else ""
        return f"{line.name}{extras}{line.specifier}", "asked as a requirement of pip"
    return package.name, "not in the environment, asked as a PyPI name"


def _origin(outcome: Outcome) -> str:  # noqa: PLR0911  one for each
    match outcome.package:
        case PipPackage(distribution=None, requirements=lines):
            places = ", ".join(dict.fromkeys(line.where for line in lines if line.where))
            return f"listed for pip in {places}" if places else "listed for pip"
        case PipPackage():
            return "installed by pip"
        case CondaPackage(record=None):
            return "listed for conda"
        case CondaPackage(channel=channel):
            return f"installed by conda from {channel}" if channel else "installed by conda"
        case LocalPackage(path=path):
            return f"a local project in {path}"
        case SystemPackage(owner="none"):
            return "a file of the system that no package manager knows"
        case SystemPackage(owner=owner):
            return f"installed by {owner}"


def _decision(outcome: Outcome) -> str:  # noqa: PLR0911  one for each
    match outcome:
        case Kept(specs=specs):
            return f"stays a conda package: {', '.join(map(spec_text, specs))}"
        case Mapped(specs=specs):
            return f"is taken from conda: {', '.join(map(spec_text, specs))}"
        case Built(specs=specs):
            return f"is built here and taken from the local channel: {', '.join(map(spec_text, specs))}"
        case System(specs=specs):
            return f"is used by the environment and taken from conda: {', '.join(map(spec_text, specs))}"
        case PipWheel(wheel=wheel, reason=reason):
            return f"stays with pip, locked as {wheel.file_name}: {reason.text} [{reason.code}]"
        case Dropped(reason=reason):
            return f"is not needed: {reason.text} [{reason.code}]"
        case Unmapped(reason=reason) if reason.code in _BUILT_BY_EXPORT:
            return f"is built by an export and taken from the local channel: {reason.text} [{reason.code}]"
        case Unmapped(reason=reason):
            return f"could not be brought along: {reason.text} [{reason.code}]"


def _table(evidence: Sequence[Evidence]) -> list[str]:
    """Return a line per piece of evidence, what decided first, sources and dates below each other."""
    heads = [f"{one.source} ({one.revision})" for one in evidence]
    wide = max(map(len, heads), default=0)
    return [f"    {head:{wide}}  {one.detail}" for head, one in zip(heads, evidence, strict=True)]
