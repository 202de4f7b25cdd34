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
            name = normalise(requirement.name)
            near = next(
                (
                    row.version
                    for row in self.locked
                    if row.manager == "pip" and row.platform == target.subdir and normalise(row.name) == name
                ),
                None,
            )
        return self.source.find(requirement, target, near=near)
