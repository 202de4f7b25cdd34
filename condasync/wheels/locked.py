"""Minimal churn for wheels: the version that an earlier lock holds comes first where none is installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from condasync.convert.requirement import normalise
from condasync.model.finding import Finding
from condasync.model.lockfile import LockedPackage
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Reason
from condasync.model.wheel import Wheel
from condasync.seams import WheelSource


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedFirst:
    """A `seams.WheelSource` that asks another one, near to what is locked."""

    source: WheelSource
    locked: Sequence[LockedPackage]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what the other source has to say."""
        return self.source.findings

    def find(self, requirement: PipRequirement, target: Target, *, near: str | None = None) -> Wheel | Reason:
        """Return the best wheel; what is installed counts before what is locked."""
        if near is None:
            near = self._locked(normalise(requirement.name), target)
        return self.source.find(requirement, target, near=near)

    def _locked(self, name: str, target: Target) -> str | None:
        """Return the locked version, of a wheel or of the conda package that was made of one.

        Such a package is called as the wheel, or NAME-local; what is called NAME and does not need Python is another.
        """
        rows = [row for row in self.locked if row.platform == target.subdir]
        wheels = (row.version for row in rows if row.manager == "pip" and normalise(row.name) == name)
        packed = [row for row in rows if row.manager == "conda" and "python" in dict(row.dependencies)]
        local = (row.version for row in packed if row.name == f"{name}-local")
        same = (row.version for row in packed if row.name == name)
        return next(iter((*wheels, *local, *same)), None)
