"""Which conda package is the home of a distribution, given which distributions each conda package holds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from packaging.utils import canonicalize_name

from condasync.errors import NamesError

_CONDA_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*")
_PYPI_NAME = re.compile(r"[A-Z0-9](?:[A-Z0-9._-]*[A-Z0-9])?", re.IGNORECASE)


class Holders:
    """Answer from conda name -> normalised PyPI names; () is a package known to hold no distribution."""

    def __init__(self, held: Mapping[str, tuple[str, ...]]) -> None:
        self._held = held

    def __len__(self) -> int:
        """Return the number of conda names."""
        return len(self._held)

    def homes(self, pypi_name: str) -> tuple[str, ...]:
        """Return the conda packages made of a distribution, the likeliest first, () when none is.

        A package that bears the name of another distribution it holds only vendors the rest (`bleach` holds six), and
        so does a package of many where another one holds nothing else.
        """
        names = self._by_distribution.get(pypi_name, ())
        own = [name for name in names if self._is_own(name, pypi_name)]
        found = own or [name for name in names if not self._is_named_after_another(name, pypi_name)]
        return tuple(sorted(found, key=lambda name: (canonicalize_name(name) != pypi_name, len(name), name)))

    def denial(self, pypi_name: str) -> str | None:
        """Return what the conda package of this name is known to hold instead, None when nothing is known of it."""
        name = self._spelled.get(pypi_name)
        if name is None or pypi_name in self._held[name]:
            return None
        return f"{name} holds {', '.join(self._held[name]) or 'no Python distribution'}"

    def _is_own(self, conda_name: str, pypi_name: str) -> bool:
        return len(self._held[conda_name]) == 1 or canonicalize_name(conda_name) == pypi_name

    def _is_named_after_another(self, conda_name: str, pypi_name: str) -> bool:
        own = canonicalize_name(conda_name)
        return own != pypi_name and own in self._held[conda_name]

    @cached_property
    def _by_distribution(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for conda_name, distributions in self._held.items():
            for distribution in distributions:
                found.setdefault(distribution, []).append(conda_name)
        return found

    @cached_property
    def _spelled(self) -> dict[str, str]:
        return {canonicalize_name(name): name for name in self._held}


def read_holders(path: Path, *, shown: str | None = None) -> Holders:
    """Return the table in a JSON object: conda name -> PyPI name, list of PyPI names, or null.

    Raises NamesError with `shown` (default: the path) for what is no such table; rows without sense are left out.
    """
    place = shown or str(path)
    try:
        rows = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise NamesError(f"{place}: cannot be read: {error}", path=place) from error
    held = {}
    if isinstance(rows, dict):
        held = {name: names for name, row in rows.items() if (names := _names(name, row)) is not None}
    if not held:
        raise NamesError(f"{place}: an object with one row per conda package is wanted", path=place)
    return Holders(held)


def _names(conda_name: str, row: object) -> tuple[str, ...] | None:
    entries = [] if row is None else row if isinstance(row, list) else [row]
    texts = [text for text in entries if isinstance(text, str) and _PYPI_NAME.fullmatch(text)]
    if len(texts) < len(entries) or not _CONDA_NAME.fullmatch(conda_name):
        return None
    # a build without metadata of its own calls itself so
    return tuple(dict.fromkeys(canonicalize_name(text) for text in texts if text != "unknown"))
