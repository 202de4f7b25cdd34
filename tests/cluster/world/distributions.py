"""The installed distributions that a Dask worker needs, with all that they require."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution
from importlib.resources import files

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """Hold a distribution, its name on conda-forge, and the conda names of what it requires here."""

    conda_name: str
    distribution: Distribution
    depends: tuple[str, ...]


def needed(roots: Sequence[str]) -> tuple[Needed, ...]:
    """Return the closure of requirements (`name` or `name[extra]`) over the installed metadata, sorted by name."""
    conda_names = _conda_names()
    extras: dict[str, set[str]] = {}
    todo = [Requirement(root) for root in roots]
    while todo:
        one = todo.pop()
        name = canonicalize_name(one.name)
        wanted = extras.get(name, set()) | one.extras
        if name not in extras or wanted != extras[name]:
            extras[name] = wanted
            todo += _requires(importlib.metadata.distribution(name), wanted)
    return tuple(
        Needed(
            conda_name=conda_names.get(name, name),
            distribution=(found := importlib.metadata.distribution(name)),
            depends=tuple(
                sorted({conda_names.get(key, key) for one in _requires(found, extras[name]) if (key := _key(one))})
            ),
        )
        for name in sorted(extras)
    )


def _key(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)


def _requires(distribution: Distribution, extras: set[str]) -> Iterator[Requirement]:
    for line in distribution.requires or ():
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


def _conda_names() -> dict[str, str]:
    table = json.loads(files("conda_pypi").joinpath("grayskull_pypi_mapping.json").read_text(encoding="utf-8"))
    return {canonicalize_name(name): row["conda_name"] for name, row in table.items()}
