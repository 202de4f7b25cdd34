"""What the sources of a lock ask for, whoever read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from condasync.lock.hashed_spec import HashedSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAnswer:
    """Hold what sources ask for: hashes and requests per platform; `platforms` are those that they name."""

    hashes: Mapping[str, str]
    specs: Mapping[str, tuple[HashedSpec, ...]]
    platforms: tuple[str, ...] = ()


def is_environment_yml(path: Path) -> bool:
    """Return whether conda-lock takes a file for an environment.yml, by its name."""
    return path.name != "meta.yaml" and path.suffix in {".yml", ".yaml"}
