"""What a project folder says about itself in literals; nothing of it is run."""

from __future__ import annotations

import configparser
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement

from condasync.capture.files.setup_py import setup_arguments
from condasync.capture.files.text_file import is_printable, read_text
from condasync.capture.files.toml_text import load_toml, table_in
from condasync.errors import CaptureError


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """Hold a project's name and version when they are literals, and its requirements in Requires-Dist form."""

    name: str | None = None
    version: str | None = None
    requires: tuple[str, ...] = ()


def read_project(folder: Path) -> ProjectFacts:
    """Return what pyproject.toml, else setup.cfg, else setup.py states; nothing when none does or can be read."""
    readers = (("pyproject.toml", _from_pyproject), ("setup.cfg", _from_setup_cfg), ("setup.py", _from_setup_py))
    for name, read in readers:
        path = folder / name
        if not os.path.isfile(path):  # noqa: PTH113 -- Path.is_file raises for a name that is too long
            continue
        try:
            facts = read(path)
        except (CaptureError, configparser.Error):
            # A broken project is no fault of the file that lists it: its path is its name then.
            continue
        if facts.name:
            return facts
    return ProjectFacts()


def also_only_if(requirement: Requirement, marker: Marker | str) -> Requirement:
    """Return a requirement that holds only where `marker` does too."""
    narrowed = Requirement(str(requirement))
    both = f"({requirement.marker}) and ({marker})" if requirement.marker else str(marker)
    narrowed.marker = Marker(both)
    return narrowed


def _from_pyproject(path: Path) -> ProjectFacts:
    document = load_toml(path, read_text(path))
    project = table_in(document, "project", path=path)
    name, version = project.get("name"), project.get("version")
    if not name:
        poetry = table_in(document, "tool", "poetry", path=path)
        name, version = poetry.get("name"), poetry.get("version")
    base = _strings(project.get("dependencies"))
    extras = table_in(document, "project", "optional-dependencies", path=path)
    optional = [_in_extra(text, extra) for extra, texts in extras.items() for text in _strings(texts)]
    return ProjectFacts(name=_text(name), version=_text(version), requires=(*base, *optional))


def _from_setup_cfg(path: Path) -> ProjectFacts:
    config = configparser.ConfigParser(interpolation=None)
    config.read_string(read_text(path))
    version = config.get("metadata", "version", fallback="")
    requires = config.get("options", "install_requires", fallback="")
    return ProjectFacts(
        name=_literal(config.get("metadata", "name", fallback="")),
        version=_literal(version),
        requires=tuple(line.strip() for line in requires.split("\n") if line.strip() and ":" not in line),
    )


def _from_setup_py(path: Path) -> ProjectFacts:
    stated = setup_arguments(read_text(path))
    requires = stated.get("install_requires", ())
    return ProjectFacts(
        name=_text(stated.get("name")),
        version=_text(stated.get("version")),
        requires=(requires,) if isinstance(requires, str) else requires,
    )


def _in_extra(text: str, extra: str) -> str:
    try:
        return str(also_only_if(Requirement(text), f'extra == "{extra}"'))
    except InvalidRequirement:
        return text


def _literal(text: str) -> str | None:
    """Return a setup.cfg value unless it is a directive: `attr: package.__version__`, `file: VERSION`."""
    return text.strip() or None if not text.startswith(("attr:", "file:")) else None


def _strings(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() and is_printable(value) else None
