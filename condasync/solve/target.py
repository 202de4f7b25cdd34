"""What the lock is for: the Python minor, the CUDA version, the virtual packages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from condasync.convert.match import record_matches, version_key
from condasync.convert.version import to_conda_constraint
from condasync.convert.virtual_packages import default_virtual_packages, with_overrides
from condasync.errors import UsageError
from condasync.model.environment import Environment
from condasync.model.export import ExportQuestion
from condasync.model.finding import Finding
from condasync.model.package import CapturedPackage, CondaPackage, PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec
from condasync.model.target import Subdir, Target, VirtualPackage, VirtualPackageOverride

_CUDA_LOCAL = re.compile(r"\+cu(\d{2,3})$")
_CUDA_NAMES = ("cuda-version", "cudatoolkit", "cuda-cudart", "nvidia-cuda-runtime-cu12", "nvidia-cuda-runtime-cu11")


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonChoice:
    """Hold the Python minors to try, best first, the full version that is a soft pin, and what to tell the user.

    `unstated` says that the inputs leave the Python to the machine that condasync runs on.
    """

    minors: tuple[str, ...]
    full: str | None = None
    finding: Finding | None = None
    unstated: bool = False


def python_choice(
    environment: Environment, question: ExportQuestion, pythons: Sequence[ChannelRecord], *, running: str
) -> PythonChoice:
    """Return the Python to lock, in DESIGN order: asked for, the input's own, else the running interpreter's minor.

    `pythons` are the channel's records of `python`; `running` is the running interpreter's full version. Raises
    UsageError when the version asked for is no version.
    """
    if question.python is not None:
        return _full_choice(question.python)
    listed = [
        package for package in environment.packages if isinstance(package, CondaPackage) and package.name == "python"
    ]
    if listed and listed[0].version:
        return _full_choice(listed[0].version)
    if listed and any(spec.version for spec in listed[0].specs):
        minors = _minors(record for record in pythons if _admits(listed[0].specs, record))
        return PythonChoice(minors=minors) if minors else _running(running, "no Python of the channels fits the inputs")
    if environment.python is not None:
        return _full_choice(environment.python)
    if environment.requires_python or listed:
        wanted = (CondaSpec(name="python", version=to_conda_constraint(environment.requires_python or "")),)
        minors = _minors(record for record in pythons if _admits(wanted, record))
        if minors:
            return PythonChoice(minors=minors)
    return replace(_running(running, "the inputs name no Python"), unstated=True)


def locked_python(choice: PythonChoice, question: ExportQuestion) -> PythonChoice | None:
    """Return the Python minor of an earlier lock where the inputs leave the choice; None where they do not."""
    row = next((row for row in question.locked if (row.manager, row.name) == ("conda", "python")), None)
    if row is None or "python" in question.updates or not (choice.unstated or len(choice.minors) > 1):
        return None
    minor = ".".join(row.version.split(".")[:2])
    return PythonChoice(minors=(minor,)) if choice.unstated or minor in choice.minors else None


def target_for(environment: Environment, question: ExportQuestion, subdir: Subdir, python: str) -> Target:
    """Return the target for one subdir and Python minor, `__cuda` included when asked for or captured."""
    virtual = default_virtual_packages(subdir)
    cuda = question.cuda or captured_cuda(environment.packages)
    if cuda is not None and not subdir.startswith("osx"):
        package = VirtualPackage(name="__cuda", version=cuda)
        virtual = with_overrides(virtual, (VirtualPackageOverride(name="__cuda", package=package),))
    overrides = tuple(override for platform, override in question.overrides if platform == subdir)
    return Target(subdir=subdir, python=python, virtual_packages=with_overrides(virtual, overrides))


def captured_cuda(packages: Iterable[CapturedPackage]) -> str | None:
    """Return the CUDA version that captured builds were made for, None when there is no CUDA build.

    The sources: a local version such as `+cu121`, NVIDIA's runtime wheels, conda's CUDA packages.
    """
    found: list[str] = []
    for package in packages:
        if package.version is None or not isinstance(package, (PipPackage, CondaPackage)):
            continue
        local = _CUDA_LOCAL.search(package.version)
        if local is not None:
            digits = local.group(1)
            found.append(f"{digits[:-1]}.{digits[-1]}")
        elif package.name in _CUDA_NAMES:
            found.append(".".join(package.version.split(".")[:2]))
    return max(found, key=version_key) if found else None


def _full_choice(version: str) -> PythonChoice:
    parts = version.split(".")
    if len(parts) < 2 or not all(part.isdigit() for part in parts[:2]):  # noqa: PLR2004 - a minor has two parts
        raise UsageError(f"not a Python version: {version}", hints=("name a minor or a full version: 3.12 or 3.12.4",))
    return PythonChoice(minors=(".".join(parts[:2]),), full=version if len(parts) > 2 else None)  # noqa: PLR2004


def _running(version: str, why: str) -> PythonChoice:
    minor = ".".join(version.split(".")[:2])
    return PythonChoice(
        minors=(minor,),
        finding=Finding(
            code="python-of-this-machine",
            severity="warning",
            package="python",
            text=f"{why}: locked for Python {minor}, the one that runs condasync; name another with --python",
        ),
    )


def _admits(specs: Iterable[CondaSpec], record: ChannelRecord) -> bool:
    return all(record_matches(spec, record) for spec in specs)


def _minors(records: Iterable[ChannelRecord]) -> tuple[str, ...]:
    """Return the minors of final releases, newest first."""
    minors = {".".join(record.version.split(".")[:2]) for record in records if not re.search("[a-z]", record.version)}
    return tuple(sorted(minors, key=version_key, reverse=True))
