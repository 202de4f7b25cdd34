"""The grayskull table of names, as the conda-pypi wheel carries it: 12,000 rows, most of them made by a robot."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from condasync.errors import NamesError
from condasync.model.translation import Evidence, NameCandidate
from condasync.seams import ABSENT

if TYPE_CHECKING:
    import importlib.metadata

_CARRIER = "conda-pypi"
_FILE = "conda_pypi/grayskull_pypi_mapping.json"
_CONDA_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*")
# The robot took the digest in a download URL for the project's name in a few rows.
_DIGEST = re.compile(r"[0-9a-f]{40,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrayskullNames:
    """Propose what the grayskull table says (a `seams.NameSource`).

    The file is found through the metadata of the installed conda-pypi, which is never imported, and read at the first
    question (about 20 ms). `path` is another file of the same form. Without conda-pypi the table is empty.
    """

    path: Path | None = None
    name: str = "grayskull"

    @property
    def revision(self) -> str:
        """Return the version of conda-pypi, the file's name when another was given, "absent" when there is none."""
        if self.path is not None:
            return self.path.name
        return _carrier_version() or ABSENT

    def candidates(self, pypi_name: str) -> tuple[NameCandidate, ...]:
        """Return the row's proposal, () when there is no row or it makes no sense.

        Raises NamesError when the file cannot be read.
        """
        path = self.path or grayskull_file()
        row = _rows(path).get(pypi_name) if path else None
        conda_name = row.get("conda_name") if isinstance(row, dict) else None
        if not isinstance(conda_name, str) or not _CONDA_NAME.fullmatch(conda_name) or _DIGEST.fullmatch(pypi_name):
            return ()
        detail = f"{pypi_name} -> {conda_name}"
        return (
            NameCandidate(
                conda_names=(conda_name,),
                evidence=Evidence(source=self.name, revision=self.revision, detail=detail),
            ),
        )


@cache
def grayskull_file() -> Path | None:
    """Return where the installed conda-pypi keeps the table, None when it is not installed or keeps none."""
    carrier = _carrier()
    path = Path(str(carrier.locate_file(_FILE))) if carrier else None
    return path if path and path.is_file() else None


@cache
def _carrier() -> importlib.metadata.Distribution | None:
    import importlib.metadata  # noqa: PLC0415  an input without pip packages asks for no name

    try:
        return importlib.metadata.distribution(_CARRIER)
    except importlib.metadata.PackageNotFoundError:
        return None


@cache
def _carrier_version() -> str | None:
    carrier = _carrier()
    return f"{_CARRIER} {carrier.version}" if carrier else None


@cache
def _rows(path: Path) -> dict[str, Any]:
    hints = ("reinstall conda-pypi", "or name the packages that you need with --names")
    try:
        rows = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise NamesError(f"{path}: cannot be read: {error}", hints=hints, path=str(path)) from error
    if not isinstance(rows, dict):
        raise NamesError(f"{path}: an object with one row per name is wanted", hints=hints, path=str(path))
    return rows
