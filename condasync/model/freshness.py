"""Whether a lock still matches what it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from condasync.model.finding import Finding

DriftKind: TypeAlias = Literal["added", "removed", "changed", "not-locked", "setting", "requests"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """State one thing in which the inputs have moved away from a lock.

    `added`, `removed` and `changed` speak of a package that the inputs name; `not-locked` of a request that the lock's
    packages do not meet; `setting` of something beside packages (channels, python); `requests` of a platform whose
    requests are others without one being unmet. `name` is the package's, the setting's or the platform's.
    """

    kind: DriftKind
    name: str
    text: str
    manager: str | None = None
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """Hold what a check found; `compared` names what the lock was compared with, at least one thing."""

    compared: tuple[str, ...]
    drifts: tuple[Drift, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def fresh(self) -> bool:
        """Return whether the lock still matches."""
        return not self.drifts
