"""Real projects in folders, with a build backend of their own, so that isolated builds need no index."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest

BACKEND = Path(__file__).parent / "data" / "backend.py"


class WriteTree(Protocol):
    """Write files below a folder."""

    def __call__(self, folder: Path, files: Mapping[str, str | bytes]) -> Path:
        """Return the folder."""
        ...


class MakeProject(Protocol):
    """Write a project that builds without any download."""

    def __call__(
        self,
        folder: Path,
        *,
        name: str = "hello-local",
        version: str | None = "1.2",
        requires: tuple[str, ...] = (),
        table: str = "",
        files: Mapping[str, str | bytes] | None = None,
    ) -> Path:
        """Return the folder."""
        ...


def _write_tree(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def _make_project(
    folder: Path,
    *,
    name: str = "hello-local",
    version: str | None = "1.2",
    requires: tuple[str, ...] = (),
    table: str = "",
    files: Mapping[str, str | bytes] | None = None,
) -> Path:
    stated = "" if version is None else f'version = "{version}"\n'
    pyproject = (
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["_build"]\n\n'
        f'[project]\nname = "{name}"\n{stated}dependencies = {list(requires)!r}\n{table}'
    )
    module = name.replace("-", "_")
    sources: dict[str, str | bytes] = {
        "pyproject.toml": pyproject,
        "_build/backend.py": BACKEND.read_bytes(),
        f"{module}/__init__.py": f'def main():\n    print("{name} runs")\n',
    }
    return _write_tree(folder, {**sources, **(files or {})})


@pytest.fixture(scope="session")
def write_tree() -> WriteTree:
    """Return a writer of files."""
    return _write_tree


@pytest.fixture(scope="session")
def make_project() -> MakeProject:
    """Return a writer of projects."""
    return _make_project
