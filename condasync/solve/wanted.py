"""What the outcomes of a translation want from conda: one value per conda name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from condasync.convert.version import to_conda_version
from condasync.model.package import CondaPackage, LocalPackage, PipPackage, SystemPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.model.translation import Built, Kept, Mapped, Outcome, System

Convertible: TypeAlias = Kept | Mapped | Built | System


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """Hold what is installed or pinned locally.

    `version` is in conda's form, `exact` the constraint that counts as the same version, `record` is there when it can
    be reused as it is.
    """

    version: str
    exact: str
    record: ChannelRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Ask for one conda name.

    `specs` are the listed constraints; `needed` is False when only the solver can tell whether the target needs it
    (a transitive conda package that was captured on another platform); `because` says who asks.
    """

    name: str
    specs: tuple[CondaSpec, ...]
    local: Local | None
    requested: bool
    needed: bool
    because: str


def wanted_by(outcomes: Iterable[Outcome], target: Target) -> tuple[Wanted, ...]:
    """Return what the outcomes want, one value per conda name, sorted by name.

    Where a conda package and a pip package want the same name, the conda package's version is the local one. A project
    that was built is wanted as it is, whatever else bears its name.
    """
    found: dict[str, Wanted] = {}
    convertible: list[Convertible] = [one for one in outcomes if isinstance(one, (Kept, Mapped, Built, System))]
    built = {spec.name for outcome in convertible if isinstance(outcome, Built) for spec in outcome.specs}
    for outcome in sorted(convertible, key=lambda each: (isinstance(each, System), isinstance(each, Mapped))):
        for spec in outcome.specs:
            if spec.name in built and not isinstance(outcome, Built):
                continue
            one = _wanted(outcome, spec, target)
            found[spec.name] = _join(found[spec.name], one) if spec.name in found else one
    return tuple(found[name] for name in sorted(found))


def _wanted(outcome: Convertible, spec: CondaSpec, target: Target) -> Wanted:
    # The version of what the system brings is a wish: it chooses a rung and forbids nothing.
    listed = bool(spec.version or spec.build) and not isinstance(outcome, System)
    return Wanted(
        name=spec.name,
        specs=(spec,) if listed or spec.channel else (),
        local=_local(outcome, spec, target),
        requested=outcome.package.requested,
        needed=_needed(outcome, target),
        because=_because_of(outcome, spec.name),
    )


def _join(one: Wanted, other: Wanted) -> Wanted:
    return Wanted(
        name=one.name,
        specs=one.specs + tuple(spec for spec in other.specs if spec not in one.specs),
        local=one.local or other.local,
        requested=one.requested or other.requested,
        needed=one.needed or other.needed,
        because=one.because if one.because == other.because else f"{one.because}; {other.because}",
    )


def _local(outcome: Convertible, spec: CondaSpec, target: Target) -> Local | None:
    match outcome:
        case Kept(package=package):
            if package.version is None:
                return None
            exact = f"=={package.version}"
            return Local(version=package.version, exact=exact, record=_reusable(package, target))
        case Mapped(package=pip, specs=specs, release_parts=parts):
            # Of several conda packages the first has the distribution's version; the others only go with it.
            if pip.version is None or spec is not specs[0] or parts == 0:
                return None
            version = to_conda_version(pip.version)
            return Local(version=version, exact=_exact(version, parts))
        case Built(record=record):
            return Local(version=record.version, exact=f"=={record.version}")
        case System():
            # Only the family counts, as the request states it: `15.*`.
            family = spec.version
            return Local(version=family.removesuffix(".*"), exact=family) if family else None


def _exact(version: str, parts: int | None) -> str:
    """Return the constraint for a PyPI version: conda-forge has no local ones, `2.1.0+cu118` is its 2.1.0."""
    public = version.partition("+")[0]
    numbers = public.split(".")
    if parts is None or len(numbers) <= parts:
        return f"=={public}"
    return f"{'.'.join(numbers[:parts])}.*"


def _reusable(package: CondaPackage, target: Target) -> ChannelRecord | None:
    record = package.record
    return record if record is not None and record.subdir in (target.subdir, "noarch") else None


def _needed(outcome: Convertible, target: Target) -> bool:
    match outcome:
        case Mapped() | Built() | System():
            return True
        case Kept(package=package):
            if package.requested or package.distributions or package.record is None:
                return True
            return package.record.subdir in (target.subdir, "noarch")


def _because_of(outcome: Convertible, name: str) -> str:
    asked = dict(outcome.because).get(name) if isinstance(outcome, Mapped) else None
    return asked or _because(outcome)


def _because(outcome: Convertible) -> str:
    package: CondaPackage | PipPackage | LocalPackage | SystemPackage = outcome.package
    match package:
        case LocalPackage(path=path):
            return f"built from {path}"
        case SystemPackage(uses=uses):
            return f"used by {', '.join(dict.fromkeys(use.by for use in uses))}"
        case PipPackage(requirements=requirements) if requirements:
            places = ", ".join(dict.fromkeys(line.where for line in requirements if line.where))
            return f"listed in {places}" if places else "listed"
        case PipPackage():
            return "installed by pip"
        case CondaPackage(where=str() as where):
            return f"listed in {where}"
        case CondaPackage():
            return "installed by conda"
