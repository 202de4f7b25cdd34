"""Wheels from a source that is made at the first question: most environments leave nothing for wheels."""

from __future__ import annotations

import threading
from collections.abc import Callable

from condasync.model.finding import Finding
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Reason
from condasync.model.wheel import Wheel
from condasync.seams import WheelSource


class WheelsAtNeed:
    """Find wheels in what `make` returns (a `seams.WheelSource`)."""

    def __init__(self, make: Callable[[], WheelSource]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._source: WheelSource | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the source's findings, none when it was never asked."""
        return self._source.findings if self._source else ()

    def find(self, requirement: PipRequirement, target: Target, *, near: str | None = None) -> Wheel | Reason:
        """Return the best wheel that installs on the target, or why there is none."""
        with self._lock:
            if self._source is None:
                self._source = self._make()
        return self._source.find(requirement, target, near=near)
