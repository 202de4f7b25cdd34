"""Sources that only conda-lock reads: its own sections of pyproject.toml, and conda-build's meta.yaml."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from condasync.errors import CaptureError, UsageError
from condasync.lock import virtual_packages_yaml
from condasync.lock.hashed_spec import HashedSpec, versioned
from condasync.lock.source_answer import SourceAnswer
from condasync.model.url import redact
from condasync.pypi.names_grayskull import grayskull_file

_TIMEOUT = 120.0


def asked_of_conda_lock(
    sources: Sequence[Path], *, platforms: Sequence[str], folder: Path, locked: Mapping[str, str]
) -> SourceAnswer:
    """Return what conda-lock itself reads in sources, with the table of names that gives the `locked` hashes.

    Names of PyPI become names of conda by a table that conda-lock fetches: the one that it has kept is tried, then the
    one that came with condasync. `folder` may hold virtual-packages.yaml. Raises UsageError where conda-lock cannot be
    asked, CaptureError for sources that it cannot read.
    """
    names = ", ".join(str(path) for path in sources)
    missing = next((path for path in sources if not path.is_file()), None)
    if missing is not None:
        raise CaptureError(f"{missing}: no such file", path=str(missing))
    virtual = folder / virtual_packages_yaml.DEFAULT_FILENAME
    table = grayskull_file()
    question: dict[str, object] = {
        "sources": [str(path) for path in sources],
        "platforms": list(platforms),
        "virtual_packages": str(virtual) if virtual.is_file() else None,
        "tables": [] if table is None else [str(table)],
    }
    said = _ask(question)
    if "fault" in said:
        raise CaptureError(f"{names}: conda-lock cannot read it: {redact(said['fault'])}", path=str(sources[0]))
    if not said.get("answers"):
        raise UsageError(
            f"{names}: only conda-lock can tell whether a lock matches this kind of source, and it cannot be asked: "
            f"{redact(said.get('unusable', 'it has no table of names'))}",
            hints=("install it beside condasync: pip install 'conda-lock>=4'", "or name an environment: --prefix DIR"),
        )
    best = next((one for one in said["answers"] if one["hashes"] == dict(locked)), said["answers"][0])
    return SourceAnswer(
        hashes=best["hashes"],
        specs={platform: tuple(map(_spec, rows)) for platform, rows in best["requests"].items()},
        platforms=tuple(said["platforms"]),
    )


def _ask(question: dict[str, object]) -> dict[str, Any]:
    command = [sys.executable, "-m", "condasync.lock.conda_lock_child"]
    try:
        done = subprocess.run(
            command, input=json.dumps(question), capture_output=True, text=True, check=False, timeout=_TIMEOUT
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {"unusable": f"it does not answer within {_TIMEOUT:.0f} s"}
    except ValueError:
        return {"unusable": done.stderr.strip().rpartition("\n")[2] or f"it ended with {done.returncode}"}
    return answer


def _spec(row: Sequence[str | None]) -> HashedSpec:
    manager, name, version = row
    return HashedSpec(
        name=name or "",
        manager="pip" if manager == "pip" else "conda",
        category="main",
        source=versioned(version or ""),
    )
