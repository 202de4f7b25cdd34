"""Wheels and their METADATA from a source that is made at the first question: most environments ask none."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, TypeAlias

from condasync.model.finding import Finding
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Reason
from condasync.model.wheel import DistributionMetadata, Wheel
from condasync.seams import MetadataSource, WheelSource

_Question: TypeAlias = tuple[PipRequirement, Target, "str | None"]


class _Source(WheelSource, MetadataSource, Protocol):
    """Both in one."""


class WheelsAtNeed:
    """Ask what `make` returns (a `seams.WheelSource` and `seams.MetadataSource`); for METADATA once per question."""

    def __init__(self, make: Callable[[], _Source]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._source: _Source | None = None
        self._told: dict[_Question, DistributionMetadata | Reason] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the source's findings, none when it was never asked."""
        return self._source.findings if self._source else ()

    def find(self, requirement: PipRequirement, target: Target, *, near: str | None = None) -> Wheel | Reason:
        """Return the best wheel that installs on the target, or why there is none."""
        return self._made().find(requirement, target, near=near)

    def metadata(
        self, requirement: PipRequirement, target: Target, *, near: str | None = None
    ) -> DistributionMetadata | Reason:
        """Return what the best version says of itself, or why that is not known."""
        question = (requirement, target, near)
        if question not in self._told:
            self._told[question] = self._made().metadata(requirement, target, near=near)
        return self._told[question]

    def _made(self) -> _Source:
        with self._lock:
            if self._source is None:
                self._source = self._make()
            return self._source
