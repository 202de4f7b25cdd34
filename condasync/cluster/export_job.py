"""One export as a worker does it: files come with the job, files go back with its answer. Nothing else is imported."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from condasync import __version__

CARRIED = (
    "CONDASYNC_CHANNELS",
    "CONDASYNC_CHANNEL_ALIAS",
    "CONDASYNC_NAMES_URL",
    "CONDASYNC_SOLVE_MEMORY_MB",
    "CONDASYNC_SOLVE_TIMEOUT",
)
"""Variables that decide what a lock holds; beside them those that begin with CONDA_OVERRIDE_."""
_OVERRIDE = "CONDA_OVERRIDE_"
_BUG = 70
_NETWORK = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """Lock one environment on another machine.

    `words` are those of `condasync export`; `files` are paths as seen from the project's folder (perhaps with `..`)
    and their bytes; `output` is the folder that is written. `python` (the minor version) and `version` are those of
    who asks: a worker of another kind could answer otherwise.
    """

    name: str
    words: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...]
    output: str
    variables: tuple[tuple[str, str], ...]
    python: str = ".".join(platform.python_version_tuple()[:2])
    version: str = __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReply:
    """Hold the envelope of `condasync export --json`, and the files that it made or changed, paths as in the job."""

    envelope: dict[str, Any]
    files: tuple[tuple[str, bytes], ...] = ()


def carried_variables(environ: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the variables that decide what a lock holds, sorted. Credentials of channels are not among them."""
    return tuple(sorted((key, value) for key, value in environ.items() if _is_carried(key)))


def failed(message: str, *hints: str, exit_code: int = _NETWORK) -> ExportReply:
    """Return the reply that an environment could not be locked."""
    error = {"code": "network" if exit_code == _NETWORK else "bug", "message": message, "hints": list(hints)}
    return ExportReply(envelope={"exit_code": exit_code, "data": {}, "errors": [error]})


def export_here(job: ExportJob) -> ExportReply:
    """Run an export in a folder of its own, which holds the job's files and is gone afterwards."""
    own = ".".join(platform.python_version_tuple()[:2]), __version__
    if own != (job.python, job.version):
        return failed(
            f"the worker runs condasync {own[1]} under Python {own[0]}, this is {job.version} under {job.python}",
            "make the workers' environment as this one is, or leave --scheduler out",
        )
    with TemporaryDirectory(prefix="condasync-") as folder:
        deep = max((Path(path).parts.count("..") for path, _ in (*job.files, (job.output, b""))), default=0)
        project = Path(folder, *["project"] * (deep + 1))
        project.mkdir(parents=True)
        for path, content in job.files:
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).write_bytes(content)
        return _exported(job, project)


def _exported(job: ExportJob, project: Path) -> ExportReply:
    environ = {key: value for key, value in os.environ.items() if not _is_carried(key)} | dict(job.variables)
    done = subprocess.run(
        [sys.executable, "-m", "condasync", "export", *job.words, "--json"],
        cwd=project,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        envelope = json.loads(done.stdout)
    except ValueError:
        return failed(done.stderr.strip() or f"ended with {done.returncode}", exit_code=_BUG)
    sent = {os.path.normpath(path): content for path, content in job.files}
    made = [path for path in (project / job.output).rglob("*") if path.is_file()]
    files = [(os.path.relpath(path, project), path.read_bytes()) for path in sorted(made)]
    return ExportReply(envelope=envelope, files=tuple(pair for pair in files if sent.get(pair[0]) != pair[1]))


def _is_carried(key: str) -> bool:
    return key in CARRIED or key.startswith(_OVERRIDE)
