"""Asking the name sources in order, and checking what they propose against the channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from condasync.convert.requirement import normalise
from condasync.model.translation import Evidence, NameCandidate, Reason
from condasync.seams import NameSource
from condasync.translate.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Hold what the sources said about one name: a candidate that holds, or the reason why there is none.

    `refused` are the conda names of proposals that did not hold.
    """

    candidate: NameCandidate | None
    reason: Reason
    refused: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def look_up(pypi_name: str, sources: Sequence[NameSource], shelf: Shelf) -> Lookup:
    """Return the first proposal that holds for a normalised PyPI name.

    A source that leads to another name ends the search even when its proposal does not hold: a package of the same
    name is then most likely another thing. A source that only spells the same name otherwise does not.
    """
    reason = Reason(
        code="no-known-name", text=f"no source knows {pypi_name}, and the channel has no package of that name"
    )
    evidence: list[Evidence] = []
    refused: list[str] = []
    for source in sources:
        proposals = source.candidates(pypi_name)
        if not proposals:
            nothing = f"no row for {pypi_name}"
            evidence.append(Evidence(source=source.name, revision=source.revision, detail=nothing))
        for proposal in proposals:
            fault = fault_of(proposal, pypi_name, shelf)
            evidence.append(_told(proposal, fault))
            if fault is None:
                return Lookup(candidate=proposal, reason=reason, refused=tuple(refused), evidence=tuple(evidence))
            reason = fault
            refused += proposal.conda_names
        if any(_leads_elsewhere(proposal, pypi_name) for proposal in proposals):
            break
    return Lookup(candidate=None, reason=reason, refused=tuple(dict.fromkeys(refused)), evidence=tuple(evidence))


def fault_of(proposal: NameCandidate, pypi_name: str, shelf: Shelf) -> Reason | None:
    """Return why a proposal does not hold on this channel, None when it does."""
    if proposal.drop:
        return None
    if not proposal.conda_names:
        return Reason(code="another-project", text=proposal.evidence.detail)
    missing = [name for name in proposal.conda_names if not shelf.has(name)]
    if missing:
        return Reason(code="not-on-channel", text=f"the channel has no package {', '.join(missing)}")
    if proposal.trusted:
        return None
    faults = (_record_fault(name, pypi_name, shelf) for name in proposal.conda_names)
    return next((fault for fault in faults if fault), None)


def _record_fault(name: str, pypi_name: str, shelf: Shelf) -> Reason | None:
    """Return what the channel's records of a name say against it."""
    if not shelf.is_python(name):
        return Reason(code="not-a-python-package", text=f"{name} on the channel is no Python package")
    origins = shelf.pypi_names(name)
    if not origins or pypi_name in origins:
        return None
    return Reason(code="another-project", text=f"{name} on the channel is made of {', '.join(sorted(origins))}")


def _told(proposal: NameCandidate, fault: Reason | None) -> Evidence:
    """Return the proposal's evidence, with the channel's objection."""
    if fault is None or not proposal.conda_names:
        return proposal.evidence
    return replace(proposal.evidence, detail=f"{proposal.evidence.detail}; refused: {fault.text}")


def _leads_elsewhere(proposal: NameCandidate, pypi_name: str) -> bool:
    return proposal.trusted or any(normalise(name) != pypi_name for name in proposal.conda_names)
