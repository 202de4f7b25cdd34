"""What became of each captured package: exactly one outcome, with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from condasync.model.finding import Finding
from condasync.model.package import CapturedPackage, CondaPackage, LocalPackage, PipPackage, SystemPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.wheel import BuiltWheel, Wheel

OutcomeKind: TypeAlias = Literal["kept", "mapped", "built", "pip-wheel", "system", "dropped", "unmapped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Say which source told what: `source` is its name, `revision` its version or date, `detail` what it says."""

    source: str
    revision: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Say why a package did not come along: a stable kebab-case code and a sentence."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NameCandidate:
    """Propose conda packages for one PyPI name; usually one, several when one distribution is split on conda-forge.

    `drop` says that the target needs nothing for this name (its reason is `evidence.detail`); no conda names without
    `drop` say that there is no equivalent, and a conda package of the same name is another thing. The first conda name
    carries the version. `constraints` are the candidate's own, for some of its names. `trusted` proposals were reviewed
    by a person and may name what is no Python package. `release_parts` is how many release numbers the versions of both
    sides share, None when all (opencv-python 4.8.0.76 is conda's 4.8.0: 3).
    """

    conda_names: tuple[str, ...]
    evidence: Evidence
    drop: bool = False
    trusted: bool = False
    constraints: tuple[CondaSpec, ...] = ()
    release_parts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A conda package that stays one."""

    package: CondaPackage
    specs: tuple[CondaSpec, ...]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """A PyPI distribution whose conda-forge equivalent is known; `specs` hold names and the listed constraints.

    The first spec is the one whose version is the package's; `release_parts` as in NameCandidate. `because` says of
    conda names that the package's extras ask for, who asks; `needs` are requirements of its extras that hold on the
    target and that no conda package stands for.
    """

    package: PipPackage
    specs: tuple[CondaSpec, ...]
    evidence: tuple[Evidence, ...] = ()
    release_parts: int | None = None
    because: tuple[tuple[str, str], ...] = ()
    needs: tuple[PipRequirement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A package that the target does not need: of another platform, of the tooling, or its marker is false."""

    package: CapturedPackage
    reason: Reason
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """A package that could not be brought along, and why."""

    package: CapturedPackage | SystemPackage
    reason: Reason
    candidates: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PipWheel:
    """A distribution that no conda package stands for: locked as a wheel.

    `reason` says why not from conda, `candidates` are conda names that were refused; `needs` are the requirements of
    the wheel that hold on the target, their markers answered.
    """

    package: PipPackage
    wheel: Wheel
    needs: tuple[PipRequirement, ...]
    reason: Reason
    candidates: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A project of the user, or a wheel of an index, as a conda package of the local channel.

    `record` is its row of that channel; `needs` are requirements that hold on the target and that no conda package
    stands for; `reason` says why the channels have nothing in place of an index's wheel, None for a project.
    """

    package: LocalPackage | PipPackage
    wheel: BuiltWheel
    record: ChannelRecord
    specs: tuple[CondaSpec, ...]
    needs: tuple[PipRequirement, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A package of the system that the environment uses, and the conda packages that bring the same."""

    package: SystemPackage
    specs: tuple[CondaSpec, ...]
    evidence: tuple[Evidence, ...] = ()


Outcome: TypeAlias = Kept | Mapped | Built | PipWheel | System | Dropped | Unmapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """Hold one outcome per captured package, in the order of the environment's packages."""

    outcomes: tuple[Outcome, ...]
    findings: tuple[Finding, ...] = ()


def kind_of(outcome: Outcome) -> OutcomeKind:  # noqa: PLR0911  one for each
    """Return the outcome's name in reports and JSON."""
    match outcome:
        case Kept():
            return "kept"
        case Mapped():
            return "mapped"
        case Built():
            return "built"
        case PipWheel():
            return "pip-wheel"
        case System():
            return "system"
        case Dropped():
            return "dropped"
        case Unmapped():
            return "unmapped"
