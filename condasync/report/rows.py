"""The stable JSON shape of findings, captured packages and outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from condasync.convert.direct_url import reference_of
from condasync.convert.requirement import normalise
from condasync.model.environment import Environment
from condasync.model.finding import Finding
from condasync.model.package import CapturedPackage, CondaPackage, LocalPackage, PipPackage, SystemPackage, manager_of
from condasync.model.record import ChannelRecord
from condasync.model.solve import Relaxation
from condasync.model.spec import CondaSpec
from condasync.model.translation import (
    Built,
    Dropped,
    Evidence,
    Kept,
    Mapped,
    Outcome,
    PipWheel,
    Reason,
    System,
    Unmapped,
    kind_of,
)
from condasync.model.url import redact
from condasync.model.wheel import Wheel

Row: TypeAlias = dict[str, object]


def finding_row(finding: Finding) -> Row:
    """Return one finding as in `data.findings`."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "package": finding.package,
        "where": finding.where,
        "text": finding.text,
    }


def package_row(package: CapturedPackage) -> Row:
    """Return one captured package as `capture --json` shows it."""
    row: Row = {
        "package": package.name,
        "manager": manager_of(package),
        "version": package.version,
        "requested": package.requested,
    }
    match package:
        case PipPackage():
            installed = package.distribution
            row["listed"] = [str(line.where) for line in package.requirements if line.where]
            row["installer"] = installed.installer if installed else None
            row["origin"] = installed.origin if installed else None
            row["location"] = installed.location if installed else None
            row["direct_url"] = reference_of(package.direct_url) if package.direct_url else None
        case CondaPackage():
            row["build"] = package.build
            row["channel"] = package.channel
            row["subdir"] = package.subdir
            row["distributions"] = [one.name for one in package.distributions]
            row["listed"] = [package.where] if package.where else []
        case LocalPackage():
            row["path"] = package.path
            row["editable"] = package.editable
    return row


def environment_data(environment: Environment) -> Row:
    """Return `data` of `capture --json`."""
    return {
        "kind": environment.kind,
        "prefix": environment.prefix,
        "python": environment.python,
        "requires_python": environment.requires_python,
        "platform": environment.platform,
        "channels": [redact(channel) for channel in environment.channels],
        "packages": [package_row(package) for package in environment.packages],
        "findings": [finding_row(finding) for finding in environment.findings],
    }


def outcome_row(
    outcome: Outcome,
    *,
    locked: Sequence[tuple[str, ChannelRecord]],
    relaxations: Sequence[Relaxation],
    wheels: Sequence[tuple[str, Wheel]] = (),
) -> Row:
    """Return one outcome as in `data.outcomes`; `locked` and `wheels` are (platform, what is locked there) pairs."""
    package = outcome.package
    specs = specs_of(outcome)
    names = list(dict.fromkeys(spec.name for spec in specs)) or list(_candidates(outcome))
    moving = {outcome.wheel.name} if isinstance(outcome, PipWheel) else set(names)
    moved = next((each for each in relaxations if each.package in moving), None)
    reason = reason_of(outcome)
    return {
        "package": package.name,
        "manager": manager_of(package),
        "version": package.version,
        "requested": package.requested,
        "outcome": kind_of(outcome),
        "conda_names": names,
        "specs": [spec_text(spec) for spec in specs],
        "locked": [_record_row(platform, record) for platform, record in locked if record.name in names and specs]
        + [_wheel_row(platform, wheel) for platform, wheel in wheels if _is_wheel_of(package, wheel)],
        "relaxed": None
        if moved is None
        else {"from": moved.local_version, "to": moved.locked_version, "because": moved.because},
        "evidence": [_evidence_row(each) for each in outcome.evidence],
        "reason": None if reason is None else {"code": reason.code, "text": reason.text},
    }


def specs_of(outcome: Outcome) -> tuple[CondaSpec, ...]:
    """Return the conda specs of an outcome, () when it has none."""
    match outcome:
        case Kept(specs=specs) | Mapped(specs=specs) | Built(specs=specs) | System(specs=specs):
            return specs
        case PipWheel() | Dropped() | Unmapped():
            return ()


def reason_of(outcome: Outcome) -> Reason | None:
    """Return why the channels have no conda package for an outcome, None when they have or nobody asked them."""
    match outcome:
        case PipWheel(reason=reason) | Built(reason=reason) | Dropped(reason=reason) | Unmapped(reason=reason):
            return reason
        case Kept() | Mapped() | System():
            return None


def spec_text(spec: CondaSpec) -> str:
    """Return a spec as people read it."""
    channel = f"{spec.channel}::" if spec.channel else ""
    version = spec.version or ("*" if spec.build else "")
    return " ".join(part for part in (channel + spec.name, version, spec.build or "") if part)


def _candidates(outcome: Outcome) -> tuple[str, ...]:
    return outcome.candidates if isinstance(outcome, (Unmapped, PipWheel)) else ()


def _is_wheel_of(package: CapturedPackage | SystemPackage, wheel: Wheel) -> bool:
    return isinstance(package, PipPackage) and normalise(package.name) == wheel.name


def _record_row(platform: str, record: ChannelRecord) -> Row:
    return {
        "platform": platform,
        "manager": "conda",
        "name": record.name,
        "version": record.version,
        "build": record.build,
        "url": record.url,
    }


def _wheel_row(platform: str, wheel: Wheel) -> Row:
    return {
        "platform": platform,
        "manager": "pip",
        "name": wheel.name,
        "version": wheel.version,
        "build": None,
        "url": wheel.url.public,
    }


def _evidence_row(evidence: Evidence) -> Row:
    return {"source": evidence.source, "revision": evidence.revision, "detail": evidence.detail}
