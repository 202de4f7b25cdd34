"""One row of a `conda list` output as a package."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from condasync.capture.files.text_file import Place, syntax_error
from condasync.model.environment import Environment
from condasync.model.package import CapturedPackage, CondaPackage, LocalPackage, PipPackage
from condasync.model.spec import CondaSpec, PipRequirement

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_WORD = re.compile(r"[!-+\--{}~]+")  # printable ASCII without blank, comma and bar
_DEVELOP = "<develop>"
_FROM_PIP = frozenset({"pypi", "<pip>", "pip"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRow:
    """Hold one row of a listing; what the listing does not say is None."""

    name: str
    version: str
    place: Place
    build: str | None = None
    channel: str | None = None
    subdir: str | None = None


def row_environment(row: ListedRow) -> Environment:
    """Return the package of a row, its channel, and the interpreter when the row is python.

    Raises InputSyntaxError when name, version or build cannot be one.
    """
    for pattern, what, value in (
        (_NAME, "name", row.name),
        (_WORD, "version", row.version),
        (_WORD, "build", row.build),
    ):
        if value is not None and not pattern.fullmatch(value):
            raise syntax_error(row.place, f"this is no package {what}", shown=value)
    package = _package(row)
    conda = isinstance(package, CondaPackage)
    return Environment(
        kind="files",
        python=row.version if conda and row.name == "python" else None,
        platform=row.subdir if conda and row.subdir != "noarch" else None,
        channels=(row.channel,) if conda and row.channel else (),
        packages=(package,),
    )


def _package(row: ListedRow) -> CapturedPackage:
    if row.channel == _DEVELOP:
        return LocalPackage(name=row.name, version=row.version, path=_DEVELOP, editable=True, where=str(row.place))
    if row.channel in _FROM_PIP or row.build in {"pypi_0", "<pip>"}:
        entry = PipRequirement(name=row.name, specifier=_pin(row.version), where=str(row.place))
        return PipPackage(name=row.name, version=row.version, requested=True, requirements=(entry,))
    return CondaPackage(
        name=row.name,
        version=row.version,
        requested=True,
        build=row.build,
        channel=row.channel,
        subdir=row.subdir,
        specs=(CondaSpec(name=row.name.lower(), version=f"=={row.version}"),),
        where=str(row.place),
    )


def _pin(version: str) -> str:
    try:
        Version(version)
    except InvalidVersion:
        return f"==={version}"
    return f"=={version}"
