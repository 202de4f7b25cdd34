"""What every rule of a translation may look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from condasync.model.environment import Environment
from condasync.model.finding import Finding
from condasync.model.target import Target
from condasync.model.translation import Outcome
from condasync.seams import MetadataSource, NameSource
from condasync.translate.shelf import Shelf

Ruled: TypeAlias = tuple[Outcome, tuple[Finding, ...]]
"""What a rule says about one package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Hold one translation's inputs; `tables` are the caller's sources, `sources` these and the channel itself.

    `installed` are the normalised names of every captured Python distribution; without `metadata` extras are what rows
    and the channel say of them.
    """

    environment: Environment
    target: Target
    shelf: Shelf
    tables: tuple[NameSource, ...]
    sources: tuple[NameSource, ...]
    installed: frozenset[str]
    metadata: MetadataSource | None = None
