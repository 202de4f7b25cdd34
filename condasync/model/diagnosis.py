"""What stands in the way of carrying an environment elsewhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """State whether an environment meets one of the six limits of package synchronisation.

    `where` says what meets it, one line each; `cure` is the command that takes care of it, None when it is not met.
    """

    number: int
    title: str
    where: tuple[str, ...] = ()
    cure: str | None = None

    @property
    def met(self) -> bool:
        """Return whether the environment meets this limit."""
        return bool(self.where)
