"""What is asked of a builder of projects, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

from condasync.model.finding import Finding
from condasync.model.package import LocalPackage, PipPackage
from condasync.model.translation import Built, Evidence, Reason, Unmapped
from condasync.model.wheel import Wheel


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectToBuild:
    """Ask for a conda package of one project.

    `conda_name` is the name that it shall have; `alternative` what the channels have in its place ("crick 0.0.5"), None
    when nothing. A `wheel` is there already and is only packed anew: `reason` says why not from conda, `extras` are
    those that other wheels ask for.
    """

    package: LocalPackage | PipPackage
    conda_name: str
    alternative: str | None = None
    evidence: tuple[Evidence, ...] = ()
    wheel: Wheel | None = None
    reason: Reason | None = None
    extras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectsBuilt:
    """Hold one outcome per project, in their order."""

    outcomes: tuple[Built | Unmapped, ...]
    findings: tuple[Finding, ...] = ()
