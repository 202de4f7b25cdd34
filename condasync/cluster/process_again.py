"""The same process once more, under the Python of another prefix.

A nanny and its workers must run the same Python and the same distributed: a worker is a pickled object that its nanny
hands to a new interpreter. So not the worker alone is started from the prefix but the whole `dask worker`, which keeps
its process id, its place in the batch system and its log.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

_MODULES = ("distributed.cli.dask_spec", "distributed.cli.dask_worker")
_SCRIPTS = ("dask-spec", "dask-worker")
_COMMANDS = ("spec", "worker")
_PRELOAD_OPTIONS = ("--preload", "--preload-nanny")
_ACTIVATE = 'for one in "$CONDA_PREFIX"/etc/conda/activate.d/*.sh; do . "$one"; done; exec "$@"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Say how this process was started: `sys.orig_argv`, `sys.argv`, and the module's name where it was `-m MODULE`."""

    orig_argv: tuple[str, ...]
    argv: tuple[str, ...]
    module: str | None

    @property
    def head(self) -> tuple[str, ...]:
        """Return the interpreter's flags, then `-m MODULE` or the script's path."""
        return self.orig_argv[1 : len(self.orig_argv) - len(self.argv) + 1]


def is_dask_worker(program: Program) -> bool:
    """Return whether the process is nothing but `dask worker` or `dask spec`, and so may be replaced."""
    is_command = len(program.argv) > 1 and program.argv[1] in _COMMANDS
    if program.module is not None:
        return program.module in _MODULES or (program.module == "dask.__main__" and is_command)
    name = Path(program.head[-1]).name if program.head else ""
    return name in _SCRIPTS or (name == "dask" and is_command)


def command_in(program: Program, prefix: Path) -> tuple[str, ...]:
    """Return the command that starts the same program with a prefix's Python, its activation scripts first."""
    head = program.head
    if program.module is None:
        name = Path(head[-1]).name
        script = prefix / "bin" / name
        module = ("-m", "dask") if name == "dask" else ("-m", f"distributed.cli.{name.replace('-', '_')}")
        head = (*head[:-1], *((str(script),) if script.is_file() else module))
    command = (str(prefix / "bin" / "python"), *head, *program.argv[1:])
    bash = shutil.which("bash")  # scripts of packages are for bash more often than they say
    if bash and any((prefix / "etc" / "conda" / "activate.d").glob("*.sh")):
        return (bash, "-c", _ACTIVATE, "activate", *command)
    return command


def without_preload(command: Sequence[str], module: str) -> tuple[str, ...]:
    """Return a command without the options that preload a module."""
    kept: list[str] = []
    words = iter(command)
    for word in words:
        if word in _PRELOAD_OPTIONS:
            value = next(words, "")
            kept += [] if value == module else [word, value]
        elif word not in {f"{option}={module}" for option in _PRELOAD_OPTIONS}:
            kept.append(word)
    return tuple(kept)


def names_preload(argv: Sequence[str], module: str) -> bool:
    """Return whether a command line preloads a module into workers, with `--preload`."""
    return ("--preload", module) in pairwise(argv) or f"--preload={module}" in argv


def configured_without(preloads: Mapping[str, Sequence[str]], module: str) -> dict[str, str]:
    """Return environment variables that take a module out of dask's lists of preloads (key -> list)."""
    return {
        f"DASK_{key.upper().replace('.', '__')}": json.dumps([one for one in names if one != module])
        for key, names in preloads.items()
        if module in names
    }


def environment_in(environ: Mapping[str, str], prefix: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables of a process in a prefix, as conda's activation sets them, and more."""
    foreign = {"PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
    kept = {name: value for name, value in environ.items() if name not in foreign}
    path = os.pathsep.join(one for one in (str(prefix / "bin"), kept.get("PATH", "")) if one)
    return {**kept, "CONDA_PREFIX": str(prefix), "CONDA_DEFAULT_ENV": str(prefix), "PATH": path, **more}
