"""What kind of project lies at a path: how it is built, and what it says of itself in literals. Nothing is run."""

from __future__ import annotations

import configparser
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from condasync.build.source_imports import literal_arguments
from condasync.errors import BuildError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """Hold what a project folder states.

    `backend` is the PEP 517 backend, setuptools' legacy one when none is named (PEP 518); `build_requires` what
    `build-system.requires` lists, () without that table; `name` and `version` are literals or None; `requires` are the
    runtime requirements, `external` host libraries (PEP 725), `scripts` and `entry_points` as in the metadata table;
    `lacks_version` tells a metadata table that names no version and does not leave it to the build (PEP 621).
    """

    root: Path
    backend: str
    build_requires: tuple[str, ...] = ()
    in_tree_backend: bool = False
    name: str | None = None
    version: str | None = None
    summary: str | None = None
    license: str | None = None
    home: str | None = None
    requires: tuple[str, ...] = ()
    requires_python: str | None = None
    external: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    lacks_version: bool = False


def is_project(root: Path) -> bool:
    """Return whether a folder holds something that a build frontend can build."""
    return any((root / name).is_file() for name in PROJECT_FILES[:2])


def read_project(root: Path) -> Project:
    """Return what a project folder states; raise BuildError when nothing there can be built, or is malformed."""
    if not is_project(root):
        raise BuildError(
            f"{root}: there is neither pyproject.toml nor setup.py",
            reason="no-project",
            hints=("give the folder that holds pyproject.toml or setup.py",),
            path=str(root),
        )
    document = _document(root / "pyproject.toml")
    system, metadata = _table(document, "build-system"), _table(document, "project")
    config = _setup_cfg(root / "setup.cfg")
    return Project(
        root=root,
        backend=_text(system.get("build-backend")) or LEGACY_BACKEND,
        build_requires=_texts(system.get("requires")),
        in_tree_backend=bool(_texts(system.get("backend-path"))),
        name=_text(metadata.get("name")) or _setting(config, "metadata", "name") or _argument(root, "name"),
        version=_text(metadata.get("version")) or _setting(config, "metadata", "version") or _argument(root, "version"),
        summary=_text(metadata.get("description")) or _setting(config, "metadata", "description"),
        license=_text(metadata.get("license")) or _setting(config, "metadata", "license"),
        home=_home(metadata) or _setting(config, "metadata", "url"),
        requires=_texts(metadata.get("dependencies")) or _lines(config, "options", "install_requires"),
        requires_python=_text(metadata.get("requires-python")) or _setting(config, "options", "python_requires"),
        external=_external(document),
        scripts=_scripts(metadata),
        lacks_version=bool(metadata) and "version" not in metadata and "version" not in _texts(metadata.get("dynamic")),
    )


def setup_requires(root: Path) -> tuple[str, ...]:
    """Return `setup_requires` of setup.cfg."""
    return _lines(_setup_cfg(root / "setup.cfg"), "options", "setup_requires")


def _document(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise BuildError(
            f"{path}: cannot be read: {fault}", reason="project-malformed", hints=("mend the file",), path=str(path)
        ) from fault


def _setup_cfg(path: Path) -> configparser.ConfigParser:
    config = configparser.ConfigParser(interpolation=None, strict=False)
    if path.is_file():
        try:
            config.read_string(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, configparser.Error) as fault:
            raise BuildError(
                f"{path}: cannot be read: {fault}", reason="project-malformed", hints=("mend the file",), path=str(path)
            ) from fault
    return config


def _setting(config: configparser.ConfigParser, section: str, key: str) -> str | None:
    """Return a literal setting; `attr:` and `file:` are directives."""
    text = config.get(section, key, fallback="").strip()
    return None if not text or text.startswith(("attr:", "file:")) else text


def _argument(root: Path, name: str) -> str | None:
    """Return a literal text that setup.py hands to `setup`."""
    path = root / "setup.py"
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    return next(iter(literal_arguments(text, name)), None)


def _lines(config: configparser.ConfigParser, section: str, key: str) -> tuple[str, ...]:
    text = config.get(section, key, fallback="")
    listed = (line.strip() for line in text.split("\n" if "\n" in text else ";"))
    return tuple(line for line in listed if line and not line.startswith(("#", "file:")))


def _table(document: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    table: Any = document
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else {}


def _home(metadata: Mapping[str, Any]) -> str | None:
    urls = {key.lower(): value for key, value in _table(metadata, "urls").items() if isinstance(value, str)}
    return next((urls[key] for key in ("homepage", "home", "repository", "source") if key in urls), None)


def _external(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return host libraries as the project hints them: `[external]` (PEP 725), `extern` of `[tool.condasync]`."""
    external, own = _table(document, "external"), _table(document, "tool", "condasync")
    listed = [*_texts(external.get("host-requires")), *_texts(own.get("extern"))]
    return tuple(dict.fromkeys(listed))


def _scripts(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    tables = (_table(metadata, "scripts"), _table(metadata, "gui-scripts"))
    return tuple(f"{name} = {target}" for table in tables for name, target in sorted(table.items()))


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
