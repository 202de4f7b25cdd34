"""The difference between two sets of packages: what a lock changes, and what `apply` has to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from condasync.model.finding import Finding

ChangeKind: TypeAlias = Literal["added", "removed", "changed"]
Fact: TypeAlias = Literal["version", "build", "channel", "file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentPackage:
    """State one package as a lock or an environment has it; None is not known.

    `channel` is how a person names it (`conda-forge`, a URL without credentials); `digest` is the sha256 of the file,
    or its md5 where that is all.
    """

    manager: Literal["conda", "pip"]
    name: str
    version: str | None
    build: str | None = None
    channel: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Hold what one side of a comparison has on one platform, sorted by (name, manager)."""

    platform: str
    packages: tuple[PresentPackage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """State what happens to one package on one platform.

    `before` is None when it is added, `after` when it is removed; `facts` are what differs, most telling first, ()
    unless it is changed.
    """

    kind: ChangeKind
    platform: str
    manager: Literal["conda", "pip"]
    name: str
    before: PresentPackage | None
    after: PresentPackage | None
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Hold what leads from one side to the other, sorted by (name, manager, platform).

    `platforms` were compared; `platforms_added` and `platforms_removed` are only on one side, and their packages are no
    changes.
    """

    platforms: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    platforms_added: tuple[str, ...] = ()
    platforms_removed: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def empty(self) -> bool:
        """Return whether both sides are the same."""
        return not (self.changes or self.platforms_added or self.platforms_removed)

    def of_kind(self, kind: ChangeKind) -> tuple[Change, ...]:
        """Return the changes of one kind."""
        return tuple(change for change in self.changes if change.kind == kind)
