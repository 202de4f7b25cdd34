"""Wheels that become conda packages on request: what they are called, which of their extras count."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from condasync.convert.requirement import normalise
from condasync.model.build import ProjectToBuild
from condasync.model.export import PlatformExport
from condasync.model.finding import Finding
from condasync.model.solve import Relaxation, Solution
from condasync.model.translation import Built, Outcome, PipWheel, Reason
from condasync.wheels.moved import moved_wheels


def wheels_to_pack(wheels: Sequence[PipWheel], *, taken: Collection[str]) -> tuple[ProjectToBuild, ...]:
    """Return what to pack; a name that is `taken` on the channels belongs to another package, so `-local` is added."""
    return tuple(
        ProjectToBuild(
            package=one.package,
            conda_name=_free(one.wheel.name, taken),
            evidence=one.evidence,
            wheel=one.wheel,
            reason=one.reason,
            extras=_extras(one, wheels),
        )
        for one in wheels
    )


def staying(project: ProjectToBuild, reason: Reason) -> Finding:
    """Return what to tell of a wheel that could not become a conda package."""
    text = f"{reason.text}; it stays a wheel for pip"
    return Finding(code=reason.code, severity="warning", text=text, package=project.package.name)


def with_packed(
    first: PlatformExport, again: Callable[[Sequence[PipWheel]], PlatformExport], *, wanted: bool
) -> PlatformExport:
    """Return the account after packing the wheels of a first one, whose solve found out which they are.

    `again` solves with some wheels as conda packages. Where no environment holds them, the first account stands.
    """
    wheels = tuple(one for one in (*first.outcomes, *first.needed_wheels) if isinstance(one, PipWheel))
    if not wanted or not wheels or not isinstance(first.answer, Solution):
        return first
    second = again(wheels)
    if not isinstance(second.answer, Solution):
        text = "no environment holds the wheels as conda packages: they stay wheels for pip"
        told = Finding(code="wheel-not-packed", severity="warning", text=text)
        return replace(first, findings=(*first.findings, told))
    yanked = tuple(one for one in first.findings if one.code == "yanked" and one not in second.findings)
    return replace(
        second,
        relaxations=second.relaxations + _moved(wheels, second.outcomes),
        findings=(*yanked, *second.findings, *_still_wheels(second)),
    )


def _moved(wheels: Sequence[PipWheel], outcomes: Sequence[Outcome]) -> tuple[Relaxation, ...]:
    """Return a relaxation per packed wheel whose version differs from the captured one, under its conda name."""
    packed = [one for one in outcomes if isinstance(one, Built) and one.reason is not None]
    names = {normalise(one.package.name): one.record.name for one in packed}
    moved = moved_wheels(one for one in wheels if one.wheel.name in names)
    return tuple(replace(one, package=names[one.package]) for one in moved)


def _still_wheels(export: PlatformExport) -> Iterator[Finding]:
    """Yield a finding per wheel that is left to pip, unless the findings tell why already."""
    told = {finding.package for finding in export.findings}
    for one in (*export.outcomes, *export.needed_wheels):
        if isinstance(one, PipWheel) and one.package.name not in told:
            text = f"{one.wheel.file_name} stays a wheel for pip: {one.reason.text}"
            yield Finding(code="wheel-not-packed", severity="warning", text=text, package=one.package.name)


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name = f"{name}-local"
    return name


def _extras(wheel: PipWheel, wheels: Sequence[PipWheel]) -> tuple[str, ...]:
    needs = (need for one in wheels for need in one.needs if normalise(need.name) == wheel.wheel.name)
    return tuple(sorted({extra for need in needs for extra in need.extras}))
