"""Versions and version constraints: from Python's rules (PEP 440) to conda's.

Where both orders must differ, because a conda version is compared part by part and a missing part counts as 0:
- local versions: `1.0 < 1.0+x` for pip, the reverse for conda, and no `==1.0` or `>=1.0` of conda lets `1.0+x` in;
- a development release of a final one comes before its pre-releases for pip, after them for conda
  (`1.0.dev1 < 1.0a1` / `1.0a1 < 1.0.dev1`);
- a suffix counts after the padded release for pip, at its place for conda: `1.0a1 == 1.0.0a1` for pip only, and
  `1.0.post1 < 1.0.0.1` for pip, the reverse for conda. Versions of one project have equally long releases as a rule.
"""

from __future__ import annotations

from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, Specifier
from packaging.version import InvalidVersion, Version

from condasync.convert.constraint import normalise_constraint


@lru_cache(maxsize=65536)
def to_conda_version(version: str) -> str:
    """Return the conda spelling of a PEP 440 version, which is its normal form: `v1.0-RC1` is `1.0rc1`.

    Trailing zeros stay: conda-forge keeps the release as upstream writes it. Raises ValueError for anything else.
    """
    return str(_parsed(version))


@lru_cache(maxsize=16384)
def to_conda_constraint(specifier: str) -> str:
    """Return the strict conda constraint that lets the same versions in as a PEP 440 specifier set, "" for any.

    Pre-releases count as candidates, as they do for conda. `<2.0` becomes `<2a0` and `>1.0` becomes
    `>1.0,!=1.0.post.*`: PEP 440 keeps pre-releases and post-releases of the bound out. A contradiction stays one.
    Known differences: those of the orders (see this module); `>1` lets the longer `1.0.post1` in; `<2.0` lets
    `2a0.dev1` in; `===1.0` is `==1.0` here and lets `1.0.0` in. Raises ValueError for a malformed set.
    """
    clauses = [part.strip() for part in specifier.split(",") if part.strip()]
    return normalise_constraint(",".join(_clause(clause, specifier) for clause in clauses))


def _clause(text: str, specifier: str) -> str:
    try:
        clause = Specifier(text)
    except InvalidSpecifier:
        raise ValueError(f"{text!r} is no version specifier in {specifier!r}") from None
    operator, version = clause.operator, clause.version
    if version.endswith(".*"):
        stem = to_conda_version(version.removesuffix(".*"))
        return f"!={stem}.*" if operator == "!=" else f"{stem}.*"
    match operator:
        case "===":
            return f"=={to_conda_version(version)}"
        case "~=":
            return _compatible(_parsed(version))
        case "<":
            return _below(_parsed(version))
        case ">":
            return _above(_parsed(version))
        case _:
            return f"{operator}{to_conda_version(version)}"


def _compatible(version: Version) -> str:
    family = ".".join(map(str, version.release[:-1]))
    return f">={version},{_epoch(version)}{family}.*"


def _below(version: Version) -> str:
    if version.is_prerelease:
        return f"<{version}"
    if version.is_postrelease:
        return f"<{version}.dev0"
    release = list(version.release)
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    return f"<{_epoch(version)}{'.'.join(map(str, release))}a0"


def _above(version: Version) -> str:
    if version.is_postrelease or version.is_devrelease:
        return f">{version}"
    return f">{version},!={version}.post.*"


def _epoch(version: Version) -> str:
    return f"{version.epoch}!" if version.epoch else ""


def _parsed(version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion:
        raise ValueError(f"{version!r} is no version of a Python distribution (PEP 440)") from None
