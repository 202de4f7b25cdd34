"""Do the packages of a captured environment agree with each other: what `pip check` finds, and the same for conda."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import get_args

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from condasync.convert.marker import marker_holds
from condasync.convert.requirement import normalise, parse_requirement
from condasync.convert.virtual_packages import default_virtual_packages
from condasync.model.environment import Environment
from condasync.model.finding import Finding
from condasync.model.package import CapturedPackage, CondaPackage, LocalPackage, PipPackage
from condasync.model.spec import PipRequirement
from condasync.model.target import Subdir, Target
from condasync.verify.closure import check_closure

_CONDA_FAULTS = frozenset({"missing-dependency", "broken-dependency", "broken-constraint"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Installed:
    """Hold what counts of one Python distribution, whoever installed it; `requires` are raw Requires-Dist lines."""

    name: str
    version: str | None
    requires: tuple[str, ...]
    where: str | None


def check_consistency(environment: Environment) -> tuple[Finding, ...]:
    """Return where installed packages contradict each other; () for what files list, which is not installed.

    Codes: `inconsistent-pip`, `missing-requirement`, `unreadable-requirement` (of Python distributions, the markers
    answered for the captured Python and platform, no extras), `inconsistent-conda` (`depends` and `constrains` of
    conda packages; virtual packages are the machine's own and are not looked at).
    """
    if environment.kind == "files":
        return ()
    installed = {normalise(one.name): one for package in _in_import_order(environment) for one in _installed(package)}
    target = _machine(environment)
    of_pip = [finding for _, one in sorted(installed.items()) for finding in _unmet(one, installed, target)]
    return (*of_pip, *_of_conda(environment))


def _in_import_order(environment: Environment) -> list[CapturedPackage]:
    """Return the packages so that the distribution that pip laid over conda's comes last and counts."""
    return sorted(environment.packages, key=lambda package: not isinstance(package, CondaPackage))


def _installed(package: CapturedPackage) -> Iterator[_Installed]:
    match package:
        case PipPackage(distribution=one) if one is not None:
            yield _Installed(name=package.name, version=one.version, requires=one.requires, where=one.location)
        case CondaPackage(distributions=distributions):
            for one in distributions:
                yield _Installed(name=one.name, version=one.version, requires=one.requires, where=one.location)
        case LocalPackage():
            yield _Installed(name=package.name, version=package.version, requires=package.requires, where=package.where)
        case PipPackage():
            pass


def _machine(environment: Environment) -> Target | None:
    """Return the captured machine as a target, None when Python or platform are not known."""
    subdir: Subdir | None = next((one for one in get_args(Subdir) if one == environment.platform), None)
    if subdir is None or environment.python is None:
        return None
    return Target(subdir=subdir, python=environment.python, virtual_packages=default_virtual_packages(subdir))


def _unmet(one: _Installed, installed: Mapping[str, _Installed], target: Target | None) -> Iterator[Finding]:
    for line in one.requires:
        try:
            required = parse_requirement(line)
            counts = required.marker is None or (target is not None and marker_holds(required.marker, target))
        except ValueError as error:
            text = f"{_label(one)} has a requirement that cannot be read: {error}"
            yield _finding("unreadable-requirement", one, text)
            continue
        there = installed.get(normalise(required.name))
        if counts and there is None:
            yield _finding("missing-requirement", one, f"{_label(one)} needs {_text(required)}, which is not installed")
        elif counts and there is not None and not _meets(required, there):
            text = f"{_label(one)} needs {_text(required)}, but {_label(there)} is installed"
            yield _finding("inconsistent-pip", one, text)


def _meets(required: PipRequirement, there: _Installed) -> bool:
    """Return whether an installed version meets a requirement, as pip has it: pre-releases count."""
    if not required.specifier or there.version is None:
        return True
    try:
        return SpecifierSet(required.specifier).contains(Version(there.version), prereleases=True)
    except InvalidVersion:
        return False


def _of_conda(environment: Environment) -> Iterator[Finding]:
    packages = {
        one.name: one for one in environment.packages if isinstance(one, CondaPackage) and one.record is not None
    }
    records = [one.record for one in packages.values() if one.record is not None]
    # The platform does not matter: virtual packages and builds of another one are no faults of an installed prefix.
    target = Target(subdir="linux-64", python="", virtual_packages=())
    for finding in check_closure(records, target):
        if finding.code in _CONDA_FAULTS and finding.package is not None:
            yield replace(finding, code="inconsistent-conda", severity="warning", where=packages[finding.package].where)


def _label(one: _Installed) -> str:
    return f"{one.name} {one.version}" if one.version else one.name


def _text(required: PipRequirement) -> str:
    extras = f"[{','.join(required.extras)}]" if required.extras else ""
    return f"{required.name}{extras}{required.specifier}"


def _finding(code: str, one: _Installed, text: str) -> Finding:
    return Finding(code=code, severity="warning", text=text, package=one.name, where=one.where)
