"""The stage: from translated packages to the packages of the system that they still need, each with what brings it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from condasync.model.environment import Environment
from condasync.model.export import SystemScope
from condasync.model.finding import Finding
from condasync.model.package import LocalPackage, PipPackage, SystemPackage, SystemUse
from condasync.model.translation import Dropped, Evidence, Kept, Mapped, Outcome, Reason, System, Unmapped
from condasync.seams import ChannelIndex
from condasync.system.brought import brought_by
from condasync.system.contents import place_of
from condasync.system.equivalent import Equivalent, library_equivalent, newest, program_equivalent
from condasync.system.hints import hinted, variables
from condasync.system.loader import Loader
from condasync.system.machine import Machine
from condasync.system.owner import Owner
from condasync.system.owners import owners_of
from condasync.system.scan_cache import ScanCache
from condasync.system.tables import names
from condasync.system.uses import Search, unique
from condasync.system.words import use_words

_UNOWNED = Owner(manager="none", name="", version=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemAccount:
    """Hold the outcomes of the system's packages, sorted by name, and what else was seen."""

    outcomes: tuple[System | Unmapped, ...] = ()
    findings: tuple[Finding, ...] = ()


def system_libraries(
    environment: Environment,
    outcomes: Sequence[Outcome],
    index: ChannelIndex,
    *,
    machine: Machine,
    scope: SystemScope,
    cache: ScanCache,
) -> SystemAccount:
    """Return what the environment uses of the system, and the conda packages that bring it.

    With "needed" only what conda does not bring anyway: packages that became conda packages depend on their libraries.
    With "all" their files are searched too. Only what is linked, loaded by one name, needed by a reviewed row, or
    called by the user's own project becomes an outcome; the rest is a finding.
    """
    if scope == "none":
        return SystemAccount()
    search = Search(
        machine=machine,
        loader=Loader(machine),
        cache=cache,
        brought=brought_by(environment),
        bin_folders=(Path(environment.prefix) / "bin",) if environment.prefix else (),
    )
    uses = unique(_uses(outcomes, index, search, scope))
    cache.save()
    owners, findings = owners_of((Path(use.path) for use in uses if use.path), machine)
    owned = [(use, owners.get(Path(use.path or ""), _UNOWNED)) for use in uses]
    counted = [(use, owner) for use, owner in owned if not (owner.base and use.strength in {"called", "hinted"})]
    made, notes = _outcomes(counted, index, machine)
    brought = {spec.name for outcome in (*outcomes, *made) for spec in getattr(outcome, "specs", ())}
    notes += variables(machine, search.brought, brought)
    return SystemAccount(
        outcomes=made,
        findings=(*search.loader.findings, *dict.fromkeys(search.findings), *findings, *notes),
    )


def _uses(outcomes: Iterable[Outcome], index: ChannelIndex, search: Search, scope: SystemScope) -> Iterator[SystemUse]:
    for outcome in outcomes:
        package = outcome.package
        if not isinstance(package, (PipPackage, LocalPackage)) or isinstance(outcome, (Kept, Dropped)):
            continue
        place = place_of(package)
        if place is not None and (scope == "all" or not isinstance(outcome, Mapped)):
            yield from search.uses(place)
        for use in search.required(package.name):
            if not (isinstance(outcome, Mapped) and _brings(outcome, use.wants, index)):
                yield use


def _brings(outcome: Mapped, program: str, index: ChannelIndex) -> bool:
    """Return whether a conda package depends on the one that a program comes from."""
    row = names().programs.get(program)
    if row is None:
        return False
    records = (record for spec in outcome.specs if (record := newest(spec.name, index)))
    return any(depend.split(" ")[0] == row.conda for record in records for depend in record.depends)


def _outcomes(
    owned: Sequence[tuple[SystemUse, Owner]], index: ChannelIndex, machine: Machine
) -> tuple[tuple[System | Unmapped, ...], list[Finding]]:
    groups: defaultdict[tuple[str, str], list[tuple[SystemUse, Owner, Equivalent]]] = defaultdict(list)
    notes: list[Finding] = []
    for use, owner in owned:
        answer = _equivalent(use, owner, index)
        machine_only = answer.reason is not None and answer.reason.code == "of-the-machine"
        place = machine.name_of(Path(use.path)) if use.path else use.wants
        if use.strength == "hinted" or machine_only:
            notes.append(hinted(use, owner, answer))
        else:
            groups[owner.manager, owner.name or place].append((use, owner, answer))
    return tuple(_outcome(groups[key], key[1]) for key in sorted(groups, key=lambda key: (key[1], key[0]))), notes


def _equivalent(use: SystemUse, owner: Owner, index: ChannelIndex) -> Equivalent:
    known = None if owner is _UNOWNED else owner
    is_library = ".so" in use.wants or use.wants.endswith(".dylib")
    return (library_equivalent if is_library else program_equivalent)(use.wants, known, index)


def _outcome(group: Sequence[tuple[SystemUse, Owner, Equivalent]], name: str) -> System | Unmapped:
    uses = tuple(use for use, _, _ in group)
    owner = group[0][1]
    package = SystemPackage(name=name, version=owner.version, owner=owner.manager, uses=uses)
    answers = [answer for _, _, answer in group]
    proofs = tuple(_proof(use, owner) for use in uses)
    told = tuple(dict.fromkeys(each for answer in answers for each in answer.evidence))
    specs = {spec.name: spec for answer in answers for spec in answer.specs}
    reasons = [answer.reason for answer in answers if answer.reason]
    if specs:
        left = tuple(Evidence(source="left out", revision=names().revision, detail=each.text) for each in reasons)
        return System(package=package, specs=tuple(specs.values()), evidence=(*proofs, *told, *left))
    candidates = tuple(dict.fromkeys(name for answer in answers for name in answer.candidates))
    reason = Reason(code=reasons[0].code, text="; ".join(dict.fromkeys(each.text for each in reasons)))
    return Unmapped(package=package, reason=reason, candidates=candidates, evidence=(*proofs, *told))


def _proof(use: SystemUse, owner: Owner) -> Evidence:
    return Evidence(source=use.strength, revision=owner.manager, detail=f"{use_words(use)} ({use.path})")
