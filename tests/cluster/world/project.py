"""A local project of one module, in two versions, that builds without any download."""

from __future__ import annotations

from pathlib import Path

from tests.build.conftest import BACKEND

NAME = "shared-project"
MODULE = "shared_project"


def write_project(folder: Path, version: str, *, requires: tuple[str, ...] = ()) -> Path:
    """Write the sources of a version, over those of another one; `shared_project.VERSION` tells it."""
    (folder / "_build").mkdir(parents=True, exist_ok=True)
    (folder / MODULE).mkdir(exist_ok=True)
    (folder / "_build" / "backend.py").write_bytes(BACKEND.read_bytes())
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["_build"]\n\n'
        f'[project]\nname = "{NAME}"\nversion = "{version}"\ndependencies = {list(requires)!r}\n',
        encoding="utf-8",
    )
    (folder / MODULE / "__init__.py").write_text(f'VERSION = "{version}"\n', encoding="utf-8")
    return folder
