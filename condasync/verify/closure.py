"""Is a set of records closed and consistent: every `depends` met, no `constrains` broken, one package per name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from condasync.convert.match import build_matches, record_matches, version_matches
from condasync.convert.matchspec import parse_spec
from condasync.model.finding import Finding, Severity
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec
from condasync.model.target import Target, VirtualPackage


@dataclass(frozen=True, slots=True, kw_only=True)
class _World:
    """Hold what is there to meet dependencies, by name."""

    records: dict[str, list[ChannelRecord]]
    virtual: dict[str, VirtualPackage]


_Judgement = Callable[[ChannelRecord, str, CondaSpec, _World], Iterator[Finding]]


def check_closure(records: Sequence[ChannelRecord], target: Target) -> tuple[Finding, ...]:
    """Return what keeps records from being one installable environment on the target; () when nothing does.

    Errors have the codes `missing-dependency`, `broken-dependency`, `broken-constraint`, `virtual-package`,
    `duplicate-package`, `wrong-platform`, `unreadable-dependency` and `no-md5`; `no-sha256` is a note.
    """
    world = _World(records={}, virtual={one.name: one for one in target.virtual_packages})
    for record in sorted(records, key=lambda one: (one.name, one.version, one.build, one.url)):
        world.records.setdefault(record.name, []).append(record)
    findings: list[Finding] = []
    for namesakes in world.records.values():
        findings += _duplicates(namesakes)
        for record in namesakes:
            findings += _own_faults(record, target)
            findings += _judged(record, record.depends, world, _dependency)
            findings += _judged(record, record.constrains, world, _constraint)
    return tuple(findings)


def _duplicates(namesakes: Sequence[ChannelRecord]) -> Iterator[Finding]:
    if len(namesakes) > 1:
        builds = " and ".join(f"{_label(one)} {one.build}" for one in namesakes)
        yield _finding("duplicate-package", namesakes[0], f"{builds} cannot be in one environment")


def _own_faults(record: ChannelRecord, target: Target) -> Iterator[Finding]:
    if record.subdir not in {target.subdir, "noarch"}:
        yield _finding("wrong-platform", record, f"{_label(record)} is built for {record.subdir}, not {target.subdir}")
    if record.md5 is None:
        yield _finding("no-md5", record, f"the channel states no md5 of {record.file_name}, a lock needs it")
    if record.sha256 is None:
        yield _finding("no-sha256", record, f"the channel states no sha256 of {record.file_name}", severity="note")


def _judged(record: ChannelRecord, texts: Sequence[str], world: _World, judge: _Judgement) -> Iterator[Finding]:
    for text in texts:
        spec = _read(record, text)
        if isinstance(spec, Finding):
            yield spec
        else:
            yield from judge(record, text, spec, world)


def _read(record: ChannelRecord, text: str) -> CondaSpec | Finding:
    try:
        return parse_spec(text)
    except ValueError as error:
        fault = f"{_label(record)} has a dependency that cannot be read: {error}"
        return _finding("unreadable-dependency", record, fault)


def _dependency(record: ChannelRecord, text: str, spec: CondaSpec, world: _World) -> Iterator[Finding]:
    if spec.name.startswith("__"):
        yield from _virtual(record, text, spec, world, needed=True)
        return
    present = world.records.get(spec.name)
    if not present:
        yield _finding("missing-dependency", record, f"{_label(record)} needs {text}, which is not there")
    elif not any(record_matches(spec, one) for one in present):
        there = _there(present, spec)
        yield _finding("broken-dependency", record, f"{_label(record)} needs {text}, but {there} is there")


def _constraint(record: ChannelRecord, text: str, spec: CondaSpec, world: _World) -> Iterator[Finding]:
    if spec.name.startswith("__"):
        yield from _virtual(record, text, spec, world, needed=False)
        return
    broken = [one for one in world.records.get(spec.name, ()) if one is not record and not record_matches(spec, one)]
    if broken:
        there = _there(broken, spec)
        yield _finding("broken-constraint", record, f"{_label(record)} goes only with {text}, but {there} is there")


def _virtual(record: ChannelRecord, text: str, spec: CondaSpec, world: _World, *, needed: bool) -> Iterator[Finding]:
    present = world.virtual.get(spec.name)
    verb = "needs" if needed else "goes only with"
    if present is None:
        if needed:
            fault = f"{_label(record)} needs {text}, but the target has no {spec.name}"
            yield _finding("virtual-package", record, fault)
    elif not (version_matches(spec.version, present.version) and build_matches(spec.build, present.build)):
        has = f"{present.name} {present.version}" + (f" {present.build}" if spec.build else "")
        yield _finding("virtual-package", record, f"{_label(record)} {verb} {text}, but the target has {has}")


def _there(present: Sequence[ChannelRecord], spec: CondaSpec) -> str:
    tails = [f" {one.build}" if spec.build else "" for one in present]
    places = [f" of {one.channel}" if spec.channel else "" for one in present]
    return " and ".join(_label(one) + tail + place for one, tail, place in zip(present, tails, places, strict=True))


def _label(record: ChannelRecord) -> str:
    return f"{record.name} {record.version}"


def _finding(code: str, record: ChannelRecord, text: str, *, severity: Severity = "error") -> Finding:
    return Finding(code=code, severity=severity, text=text, package=record.name)
