"""The one reader of environment variables and configuration files."""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

import platformdirs

from condasync.errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SolverChoice: TypeAlias = Literal["auto", "libmamba", "rattler"]

_CHANNEL_ALIAS = "https://conda.anaconda.org"
_NAMES_URL = "https://conda-mapping.prefix.dev/compressed-v0/conda-forge/compressed_mapping.json"
_SYSTEM_HINTS = (
    "GDAL_DATA",
    "GRAPHVIZ_DOT",
    "IMAGEIO_FFMPEG_EXE",
    "JAVA_HOME",
    "JULIA_BINDIR",
    "MAGICK_HOME",
    "OCTAVE_EXECUTABLE",
    "PROJ_DATA",
    "PROJ_LIB",
    "R_HOME",
    "TESSDATA_PREFIX",
)
_TIMEOUT = 600.0
_MEMORY_MB = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedEnvironment:
    """Name an environment of a project: input files, platforms, output folder, all seen from the project's folder."""

    name: str
    inputs: tuple[str, ...]
    platforms: tuple[str, ...] = ()
    output: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Hold everything that is set outside the command line.

    `names_url` is where the online table of names is; `timeout` is in seconds per solve, `memory_limit` in bytes for
    the solver's process; `conda_overrides` are the CONDA_OVERRIDE_* variables as they stand; `python_path` and
    `user_base` are what the user's shell adds to an interpreter's path; `programs` are the folders of PATH, `libraries`
    those of LD_LIBRARY_PATH, `system_hints` the variables that may name a folder of the system; `project_file` is a
    pyproject.toml that holds a table of names; `variables` is the whole environment, for `$TOKEN` in URLs.
    """

    cache_dir: Path
    channel_alias: str = _CHANNEL_ALIAS
    names_url: str = _NAMES_URL
    default_channels: tuple[str, ...] = ("conda-forge",)
    conda_prefix: str | None = None
    virtual_env: str | None = None
    python_executable: str = sys.executable
    python_path: tuple[Path, ...] = ()
    user_base: Path | None = None
    programs: tuple[Path, ...] = ()
    libraries: tuple[Path, ...] = ()
    system_hints: tuple[tuple[str, str], ...] = ()
    timeout: float = _TIMEOUT
    memory_limit: int = _MEMORY_MB * 2**20
    conda_overrides: tuple[tuple[str, str], ...] = ()
    project_file: Path | None = None
    environments: tuple[NamedEnvironment, ...] = ()
    github_actions: bool = False
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """Hold what environment variables tell a Dask worker's host of the lock; None and () where they are silent.

    `fault` is why the worker does not run from the lock; `prepared_process` is the id of the process that was started
    in the prefix.
    """

    cache_dir: Path
    lock: str | None = None
    lock_digest: str | None = None
    prefix: str | None = None
    artifacts: tuple[Path, ...] = ()
    offline: bool = False
    fault: str = ""
    prepared_process: int | None = None


def read_worker_settings(environ: Mapping[str, str]) -> WorkerSettings:
    """Return the settings of a worker's host: environment variables only."""
    process = environ.get("CONDASYNC_PREPARED", "")
    return WorkerSettings(
        cache_dir=_cache_dir(environ),
        lock=environ.get("CONDASYNC_LOCK") or None,
        lock_digest=environ.get("CONDASYNC_LOCK_DIGEST") or None,
        prefix=environ.get("CONDASYNC_PREFIX") or None,
        artifacts=_folders(environ, "CONDASYNC_ARTIFACTS"),
        offline=environ.get("CONDASYNC_OFFLINE", "").lower() in {"1", "true", "yes"},
        fault=environ.get("CONDASYNC_FAULT", ""),
        prepared_process=int(process) if process.isdecimal() else None,
    )


def in_github_actions(environ: Mapping[str, str]) -> bool:
    """Return whether this is a step of a GitHub workflow."""
    return environ.get("GITHUB_ACTIONS") == "true"


def read_settings(environ: Mapping[str, str], folder: Path) -> Settings:
    """Return the settings of this run: environment variables, and `[tool.condasync]` of the folder's pyproject.toml.

    Raises UsageError for a value that cannot be meant.
    """
    project = folder / "pyproject.toml"
    table = _project_table(project) if project.is_file() else {}
    return Settings(
        cache_dir=_cache_dir(environ),
        channel_alias=(environ.get("CONDASYNC_CHANNEL_ALIAS") or _CHANNEL_ALIAS).rstrip("/"),
        names_url=environ.get("CONDASYNC_NAMES_URL") or _NAMES_URL,
        default_channels=_channels(table, project, environ.get("CONDASYNC_CHANNELS", "")),
        conda_prefix=environ.get("CONDA_PREFIX") or None,
        virtual_env=environ.get("VIRTUAL_ENV") or None,
        python_path=_folders(environ, "PYTHONPATH"),
        programs=_folders(environ, "PATH"),
        libraries=_folders(environ, "LD_LIBRARY_PATH"),
        system_hints=tuple((name, environ[name]) for name in _SYSTEM_HINTS if environ.get(name)),
        user_base=None if environ.get("PYTHONNOUSERSITE") else Path(site.getuserbase()),
        timeout=_number(environ, "CONDASYNC_SOLVE_TIMEOUT", _TIMEOUT),
        memory_limit=int(_number(environ, "CONDASYNC_SOLVE_MEMORY_MB", _MEMORY_MB) * 2**20),
        conda_overrides=_conda_overrides(environ),
        project_file=project if "names" in table else None,
        environments=_environments(table, project),
        github_actions=in_github_actions(environ),
        variables=dict(environ),
    )


def _cache_dir(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("CONDASYNC_CACHE_DIR") or platformdirs.user_cache_path("condasync"))


def _channels(table: Mapping[str, object], project: Path, stated: str) -> tuple[str, ...]:
    channels = table.get("channels", stated.split() or ["conda-forge"])
    if not isinstance(channels, list) or not all(isinstance(name, str) for name in channels):
        raise UsageError(f"{project}: in 'tool.condasync.channels': a list of channel names is wanted")
    return tuple(channels)


def _environments(table: Mapping[str, object], project: Path) -> tuple[NamedEnvironment, ...]:
    stated = table.get("environments", {})
    where = f"{project}: in 'tool.condasync.environments"
    if not isinstance(stated, dict):
        raise UsageError(f"{where}': a table of environments is wanted")
    found = []
    for name, facts in stated.items():
        if not isinstance(facts, dict) or facts.keys() - {"inputs", "platforms", "output"}:
            raise UsageError(f"{where}.{name}': inputs, platforms and output are wanted")
        inputs, platforms, output = facts.get("inputs"), facts.get("platforms", []), facts.get("output", name)
        if not isinstance(inputs, list) or not inputs or not all(isinstance(one, str) for one in inputs):
            raise UsageError(f"{where}.{name}.inputs': a list of files is wanted")
        if not isinstance(platforms, list) or not all(isinstance(one, str) for one in platforms):
            raise UsageError(f"{where}.{name}.platforms': a list of platforms is wanted")
        if not isinstance(output, str):
            raise UsageError(f"{where}.{name}.output': a folder is wanted")
        found.append(NamedEnvironment(name=name, inputs=tuple(inputs), platforms=tuple(platforms), output=output))
    return tuple(found)


def _folders(environ: Mapping[str, str], name: str) -> tuple[Path, ...]:
    return tuple(Path(entry) for entry in environ.get(name, "").split(os.pathsep) if entry)


def _conda_overrides(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((key, value) for key, value in environ.items() if key.startswith("CONDA_OVERRIDE_")))


def _project_table(path: Path) -> dict[str, object]:
    """Return `[tool.condasync]` of a pyproject.toml, {} when it has none."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path}: cannot be read: {error}", hints=("mend the file, or run in another folder",)
        ) from error
    tool = data.get("tool")
    table = tool.get("condasync") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else {}


def _number(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = 0
    if value <= 0:
        raise UsageError(f"{name}={text!r} is not a positive number", hints=(f"unset {name} or give a number",))
    return value
