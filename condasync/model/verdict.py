"""What verifying a lock found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from condasync.model.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Hold the findings over a lock; `checked` maps each platform to its number of conda packages.

    `verified_by` is (name, version) of the engine that was asked, None when it came to that on no platform.
    """

    checked: Mapping[str, int]
    findings: tuple[Finding, ...]
    verified_by: tuple[str, str] | None = None

    @property
    def good(self) -> bool:
        """Return whether no finding is an error."""
        return all(finding.severity != "error" for finding in self.findings)
