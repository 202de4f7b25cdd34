"""Which wheels can be locked: those whose every requirement is met by conda or by another wheel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from condasync.convert.extras import extras_in, no_such_extra
from condasync.convert.requirement import normalise
from condasync.model.finding import Finding
from condasync.model.solve import RequestedSpec
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Built, Mapped, Outcome, PipWheel, Reason, Unmapped
from condasync.seams import ChannelIndex
from condasync.wheels.fault import answer_to, fault_of, on_channel
from condasync.wheels.leftovers import lines_on
from condasync.wheels.moved import moved_wheels
from condasync.wheels.state import WheelPlan, WheelSearch

_PIP = CondaSpec(name="pip")


def settle_wheels(search: WheelSearch, index: ChannelIndex, target: Target) -> WheelPlan:
    """Return the wheels that hold, what they need of the solve, and for the others why they stay behind."""
    out = _falling(search, index, target)
    standing = {one.wheel.name: one for one in search.wheels() if one.wheel.name not in out}
    captured = [one for one in search.outcomes if isinstance(one, PipWheel) and one.wheel.name in standing]
    starts = (*search.beside(), *(PipRequirement(name=one.wheel.name) for one in captured))
    reached = _reached(starts, standing, search)
    own = {one.wheel.name for one in captured}
    needed = tuple(search.needed[name] for name in sorted(reached - own - out.keys()) if name in search.needed)
    locked = [standing[name] for name in sorted(reached & standing.keys())]
    return WheelPlan(
        outcomes=tuple(_left(one, out) for one in search.outcomes),
        needed=needed,
        needs=_requests(locked, search),
        relaxations=moved_wheels(captured),
        findings=(
            *_told(locked),
            *_without_extras(locked, target),
            *_fallen(search, out),
            *_lacking(search, out, index, target),
        ),
    )


def needs_of(name: str, search: WheelSearch) -> tuple[RequestedSpec, ...]:
    """Return what the solve must hold for one wheel and for those that it needs."""
    every = {one.wheel.name: one for one in search.wheels()}
    reached = _reached([PipRequirement(name=name)], every, search)
    return _requests([every[one] for one in sorted(reached & every.keys())], search)


def _falling(search: WheelSearch, index: ChannelIndex, target: Target) -> dict[str, Reason]:
    """Return the wheels that cannot be locked; one that falls takes those with it that need it."""
    wheels = tuple(search.wheels())
    if wheels and not on_channel(_PIP, index, target):
        text = f"the channels have no pip for Python {target.python} to install wheels with"
        return {wheel.wheel.name: Reason(code="wheel-requirement", text=text) for wheel in wheels}
    out = {wheel.wheel.name: search.refused[wheel.wheel.name] for wheel in wheels if wheel.wheel.name in search.refused}
    while True:
        before = len(out)
        for wheel in wheels:
            faults = (fault_of(need, search, out, index, target) for need in wheel.needs)
            fault = next((one for one in faults if one), None)
            if fault is not None and wheel.wheel.name not in out:
                text = f"{wheel.wheel.file_name} needs {fault}"
                out[wheel.wheel.name] = Reason(code="wheel-requirement", text=text)
        if len(out) == before:
            return out


def _reached(starts: Iterable[PipRequirement], standing: Mapping[str, PipWheel], search: WheelSearch) -> set[str]:
    """Return the names of some requirements and of everything that they need, directly or through others.

    A wheel needs what it says; a conda package more than conda gives only where an extra of it is asked for.
    """
    reached: dict[tuple[str, bool], None] = {}
    todo = list(starts)
    while todo:
        one = todo.pop()
        name = normalise(one.name)
        if (name, bool(one.extras)) not in reached:
            reached[name, bool(one.extras)] = None
            by_conda = search.needed.get(name)
            if name in standing:
                todo += standing[name].needs
            elif isinstance(by_conda, Mapped) and one.extras:
                todo += by_conda.needs
    return {name for name, _ in reached}


def _requests(locked: Sequence[PipWheel], search: WheelSearch) -> tuple[RequestedSpec, ...]:
    """Return what the solve must hold for the wheels: pip itself, and the conda packages that meet their needs."""
    asked: dict[CondaSpec, str] = {}
    for wheel in locked:
        because = f"wheel {wheel.wheel.name} {wheel.wheel.version} needs it"
        asked.setdefault(_PIP, because)
        for need in wheel.needs:
            outcome = answer_to(normalise(need.name), search)
            for spec in _asked_of(outcome, need) if isinstance(outcome, Mapped) else ():
                asked.setdefault(spec, because)
    return tuple(RequestedSpec(spec=spec, because=because) for spec, because in asked.items())


def _asked_of(outcome: Mapped, need: PipRequirement) -> Sequence[CondaSpec]:
    """Return what a requirement asks of a conda package: what other wheels' extras of it need is their business."""
    by_extra = dict(outcome.because)
    return [spec for spec in outcome.specs if need.extras or spec.name not in by_extra]


def _left(outcome: Outcome, out: Mapping[str, Reason]) -> Outcome:
    if not isinstance(outcome, PipWheel) or outcome.wheel.name not in out:
        return outcome
    fault = out[outcome.wheel.name]
    return Unmapped(
        package=outcome.package,
        reason=replace(fault, text=f"{outcome.reason.text}; {fault.text}"),
        candidates=outcome.candidates,
        evidence=outcome.evidence,
    )


def _told(locked: Sequence[PipWheel]) -> Iterator[Finding]:
    for one in locked:
        wheel = one.wheel
        if wheel.yanked is not None:
            why = f": {wheel.yanked}" if wheel.yanked else ""
            text = f"{wheel.file_name} was yanked from its index{why}; locked because this very version is asked for"
            yield Finding(code="yanked", severity="warning", text=text, package=wheel.name)
        if wheel.url.public.startswith("file:"):
            text = f"{wheel.file_name} is a file of this machine: the lock does not travel"
            yield Finding(code="local-wheel", severity="warning", text=text, package=wheel.name)


def _without_extras(locked: Sequence[PipWheel], target: Target) -> Iterator[Finding]:
    """Tell which extras are listed for a wheel that it does not have; pip too only warns of them."""
    for one in locked:
        provided = sorted({*one.wheel.extras, *extras_in(one.wheel.requires)})
        lines = lines_on(one.package, target)
        missing = sorted({normalise(extra) for line in lines for extra in line.extras} - set(provided))
        if missing:
            text = no_such_extra(f"{one.wheel.name} {one.wheel.version}", missing, provided)
            where = next((line.where for line in lines if line.where), None)
            yield Finding(code="unknown-extra", severity="warning", text=text, package=one.wheel.name, where=where)


def _lacking(search: WheelSearch, out: Mapping[str, Reason], index: ChannelIndex, target: Target) -> Iterator[Finding]:
    """Tell what built projects and extras need and cannot have; they are locked all the same."""
    for one in search.outcomes:
        for need in one.needs if isinstance(one, Built | Mapped) else ():
            fault = fault_of(need, search, out, index, target)
            if fault is not None:
                asker = f"an extra of {one.package.name}" if isinstance(one, Mapped) else one.package.name
                text = f"{asker} needs {fault}"
                yield Finding(code="wheel-requirement", severity="warning", text=text, package=one.package.name)


def _fallen(search: WheelSearch, out: Mapping[str, Reason]) -> Iterator[Finding]:
    captured = {one.wheel.name for one in search.outcomes if isinstance(one, PipWheel)}
    for name in sorted(captured & out.keys()):
        yield Finding(code=out[name].code, severity="warning", text=out[name].text, package=name)
