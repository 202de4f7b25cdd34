"""Conflicts in words that a data scientist understands: who needs what, and what there is instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text

from condasync.model.solve import Conflict, ConflictStep

_CONFLICTS_SHOWN = 12
_LINES_SHOWN = 8
_FITS_SHOWN = 4
_BELOW_PRERELEASE = re.compile(r"<(\d[\d.]*?)(?:\.0)?\.?a0(?![0-9a-z])")
_FUZZY = re.compile(r"(?<=[0-9])\.\*")
_EXACT = re.compile(r"==(?=[0-9])")
_NAME = "bold cyan"
_WANTED = "yellow"
_THERE = "green"
_ABSENT = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Hold a conflict as steps: what requests ask for by package name, then every requirement once."""

    asked: Mapping[str, ConflictStep]
    needs: tuple[ConflictStep, ...]


def explanation(conflicts: Sequence[Conflict], names: Mapping[str, str] | None = None) -> Text:
    """Return one short paragraph per conflict; `.plain` is the text without colours.

    `names` leads from conda names to the names as installed, where they differ.
    """
    ordered = sorted(conflicts, key=lambda one: (-len(one.packages), one.packages))
    shown = [_paragraph(conflict, names or {}) for conflict in ordered[:_CONFLICTS_SHOWN]]
    if len(ordered) > _CONFLICTS_SHOWN:
        more = ", ".join(name for one in ordered[_CONFLICTS_SHOWN:] for name in one.packages if name != "python")
        shown.append(Text(f"the same holds for {more}", style="dim"))
    return Text("\n").join(shown)


def conflict_hints(conflicts: Sequence[Conflict]) -> tuple[str, ...]:
    """Return what to do about conflicts: versions that would fit, and to let condasync relax pins."""
    fits = [_tidy(fit) for conflict in conflicts for fit in conflict.fits]
    hints = ["let condasync find the nearest environment that works: --pin relax"]
    if fits and len(conflicts) == 1:
        hints.append(f"or ask for {' or '.join(fits[:_FITS_SHOWN])}")
    return tuple(hints)
