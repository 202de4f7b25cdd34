"""One request as conda-lock hashes it: the fields of its dependency models, in their spelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Manager: TypeAlias = Literal["conda", "pip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedSpec:
    """Hold one request. `source` are the fields that depend on its kind: version, URL, repository or path."""

    name: str
    manager: Manager
    category: str
    source: tuple[tuple[str, Any], ...]
    extras: tuple[str, ...] = ()
    markers: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what enters the hash; fields that older versions of conda-lock did not have stay out while unset."""
        content: dict[str, Any] = {
            "name": self.name,
            "manager": self.manager,
            "category": self.category,
            "extras": sorted(self.extras),
            **dict(self.source),
        }
        if self.markers is not None:
            content["markers"] = self.markers
        return content


def versioned(
    version: str, *, build: str | None = None, channel: str | None = None, digest: str | None = None
) -> tuple[tuple[str, Any], ...]:
    """Return the source fields of a request by version."""
    return (("version", version), ("build", build), ("conda_channel", channel), ("hash", digest))
