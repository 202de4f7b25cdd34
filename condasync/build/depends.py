"""The conda dependencies of a wheel: its requirements mapped for a target, markers answered and never dropped."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TypeAlias

from condasync.build.wheel_check import WheelFit
from condasync.build.wheel_file import WheelFile
from condasync.convert.match import version_matches
from condasync.convert.matchspec import to_rattler
from condasync.convert.requirement import normalise, requires_for
from condasync.convert.version import to_conda_constraint
from condasync.errors import BuildError
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Subdir, Target

MapRequirement: TypeAlias = Callable[[PipRequirement], "tuple[CondaSpec, ...] | None"]
"""Gives the conda requests that stand for a requirement whose marker holds, None when none do."""

_PLATFORMS: tuple[Subdir, ...] = ("linux-64", "linux-aarch64", "osx-64", "osx-arm64", "win-64")
_MINORS = tuple(f"3.{minor}" for minor in range(9, 16))


@dataclass(frozen=True, slots=True, kw_only=True)
class Depends:
    """Hold what a conda package of a wheel depends on.

    `unmet` are requirements that no conda package stands for. `one_python` and `one_platform` say that the requirements
    differ between Pythons or platforms, so that the package must not claim to fit all of them.
    """

    texts: tuple[str, ...]
    unmet: tuple[PipRequirement, ...]
    one_python: bool
    one_platform: bool


def depends_of(
    wheel: WheelFile, fit: WheelFit, target: Target, map_requirement: MapRequirement, *, extras: Collection[str] = ()
) -> Depends:
    """Return the dependencies of a wheel's conda package. Raises BuildError for a malformed requirement."""
    try:
        requires_python = to_conda_constraint(wheel.requires_python or "")
        held = _held(wheel, target, extras)
        minors = [minor for minor in _MINORS if version_matches(requires_python, f"{minor}.99")]
        one_python = any(_held(wheel, replace(target, python=minor), extras) != held for minor in minors)
        one_platform = any(_held(wheel, replace(target, subdir=other), extras) != held for other in _PLATFORMS)
    except ValueError as fault:
        raise BuildError(
            f"{wheel.file_name}: {fault}", reason="wheel-broken", hints=("mend the project's requirements",)
        ) from fault
    for_one = fit.kind == "compiled" or one_platform or has_headers(wheel)
    texts = _python(fit, target, requires_python, for_one=for_one, one_minor=one_python)
    unmet: list[PipRequirement] = []
    mapped: dict[str, None] = {}
    for requirement in held:
        specs = map_requirement(requirement)
        if specs is None:
            unmet.append(requirement)
        for spec in specs or ():
            mapped[to_rattler(replace(spec, channel=None))] = None
    return Depends(
        texts=(*texts, *sorted(mapped)), unmet=tuple(unmet), one_python=one_python, one_platform=one_platform
    )


def has_headers(wheel: WheelFile) -> bool:
    """Return whether a wheel installs C headers, whose folder is named after one Python."""
    return any(member.name.startswith(f"{wheel.data_folder}/headers/") for member in wheel.members)


def _held(wheel: WheelFile, target: Target, extras: Collection[str]) -> tuple[PipRequirement, ...]:
    """Return the requirements that hold; `hello[all]` within hello stands for that extra's."""
    asked = {normalise(extra) for extra in extras}
    while True:
        held = requires_for(wheel.requires, target, asked | {""})
        own = {normalise(extra) for one in held if normalise(one.name) == wheel.name for extra in one.extras}
        if own <= asked:
            return tuple(one for one in held if normalise(one.name) != wheel.name)
        asked |= own


def _python(fit: WheelFit, target: Target, requires_python: str, *, for_one: bool, one_minor: bool) -> tuple[str, ...]:
    major, _, minor = target.python.partition(".")
    narrow = f"python >={major}.{minor},<{major}.{int(minor) + 1}.0a0"
    glibc = (f"__glibc >={fit.glibc},<3.0.a0",) if fit.glibc and target.subdir.startswith("linux") else ()
    if for_one:
        return (narrow, f"python_abi {major}.{minor}.* *_cp{major}{minor}", *glibc)
    if one_minor:
        wide = narrow
    elif fit.minimum_python:
        wide = f"python >={fit.minimum_python}" + (f",{requires_python}" if requires_python else "")
    else:
        wide = f"python {requires_python}".strip()
    stable = (f"cpython >={fit.minimum_python}", "_python_abi3_support 1.*") if fit.kind == "abi3" else ()
    return (wide, *stable, *glibc)
