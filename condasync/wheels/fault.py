"""Whether a requirement of a wheel is met, before any solve: by another wheel, or by something on the channels."""

from __future__ import annotations

from collections.abc import Mapping

from packaging.specifiers import SpecifierSet

from condasync.convert.match import fits_python, record_matches
from condasync.convert.requirement import normalise
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Built, Dropped, Kept, Mapped, Outcome, PipWheel, Reason, System, Unmapped
from condasync.seams import ChannelIndex
from condasync.wheels.state import WheelSearch


def fault_of(
    need: PipRequirement, search: WheelSearch, out: Mapping[str, Reason], index: ChannelIndex, target: Target
) -> str | None:
    """Return what a wheel needs and why it cannot have it, None when it can; `out` are wheels that fell already."""
    why = _why_not(need, search, out, index, target)
    return None if why is None else f"{need.name} {need.specifier}".strip() + f", and {why}"


def _why_not(
    need: PipRequirement, search: WheelSearch, out: Mapping[str, Reason], index: ChannelIndex, target: Target
) -> str | None:
    name = normalise(need.name)
    answer = answer_to(name, search)
    why = _why_not_answer(need, answer, out, index, target)
    if why is not None or not isinstance(answer, Mapped) or not need.extras:
        return why
    # What an extra needs beside the conda package is a wheel, or missing; it asks for no extras that are unknown here.
    inner = ((one, answer_to(normalise(one.name), search)) for one in answer.needs)
    faults = ((one, _why_not_answer(one, found, out, index, target)) for one, found in inner)
    return next((f"its extra needs {one.name}, and {fault}" for one, fault in faults if fault), None)


def _why_not_answer(
    need: PipRequirement, answer: Outcome | None, out: Mapping[str, Reason], index: ChannelIndex, target: Target
) -> str | None:
    name = normalise(need.name)
    match answer:
        case None:
            return f"looking up {name} would take more rounds than are made"
        case PipWheel(wheel=wheel):
            clash = None if _admits(need, wheel.version) else f"{wheel.file_name} is what there is"
            return out[name].text if name in out else clash
        case Built(record=record):
            met = _admits(need, record.version)
            return None if met else f"the project itself is {record.version}"
        case Unmapped(reason=reason):
            return reason.text
        case Dropped(reason=reason):
            return None if reason.code == "not-needed" else reason.text
        case Mapped(specs=specs) | Kept(specs=specs) | System(specs=specs):
            missing = next((spec for spec in specs if not on_channel(spec, index, target)), None)
            asked = f"{missing.name} {missing.version}".strip() if missing else ""
            return f"the channels have no {asked} for Python {target.python}" if missing else None


def answer_to(name: str, search: WheelSearch) -> Outcome | None:
    """Return the outcome that stands for a name that a wheel needs; what was captured and is no conda package first."""
    captured = search.captured().get(name)
    return captured if isinstance(captured, (Built, PipWheel, Unmapped)) else search.needed.get(name)


def on_channel(spec: CondaSpec, index: ChannelIndex, target: Target) -> bool:
    """Return whether the channels have a build that a spec admits for the target's Python."""
    return any(record_matches(spec, one) and fits_python(one, target.python) for one in index.records(spec.name))


def _admits(need: PipRequirement, version: str) -> bool:
    return SpecifierSet(need.specifier).contains(version, prereleases=True)
