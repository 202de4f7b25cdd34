"""The last source of names: a conda package of the same name, which only the channel's own records can back."""

from __future__ import annotations

from dataclasses import dataclass

from condasync.model.translation import Evidence, NameCandidate
from condasync.translate.shelf import Shelf

CHANNEL = "channel"
"""What reports call the channel's own records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SameName:
    """Propose conda packages whose name is the PyPI name, but for `-`, `_` and `.` (a `seams.NameSource`)."""

    shelf: Shelf
    name: str = CHANNEL

    @property
    def revision(self) -> str:
        """Return the names of the channels."""
        return ", ".join(sorted(self.shelf.channels))

    def candidates(self, pypi_name: str) -> tuple[NameCandidate, ...]:
        """Return one proposal per spelling that the channel has, the likeliest first."""
        return tuple(
            NameCandidate(
                conda_names=(name,),
                evidence=Evidence(source=self.name, revision=self.revision, detail=f"has a package {name}"),
            )
            for name in self.shelf.spellings(pypi_name)
        )
