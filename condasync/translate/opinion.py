"""What one source says about one name, judged by the channel's records."""

from __future__ import annotations

from dataclasses import dataclass, replace

from condasync.convert.match import version_matches
from condasync.convert.requirement import normalise
from condasync.model.translation import Evidence, NameCandidate, Reason
from condasync.seams import NameSource
from condasync.translate.same_name import CHANNEL, SameName
from condasync.translate.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Hold a proposal and the channel's objection to it, None when it holds."""

    proposal: NameCandidate
    fault: Reason | None

    @property
    def told(self) -> Evidence:
        """Return the proposal's evidence, with the channel's objection."""
        evidence = self.proposal.evidence
        if self.fault is None or not self.proposal.conda_names:
            return evidence
        return replace(evidence, detail=f"{evidence.detail}; refused: {self.fault.text}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """Hold what a source says; `guess` says that it goes by the equal name alone."""

    source: NameSource
    judged: tuple[Judged, ...]
    guess: bool

    @property
    def holding(self) -> tuple[NameCandidate, ...]:
        """Return the proposals that hold."""
        return tuple(one.proposal for one in self.judged if one.fault is None)

    @property
    def trusted(self) -> bool:
        """Return whether a person stands behind it."""
        return any(one.proposal.trusted for one in self.judged)

    @property
    def denial(self) -> str | None:
        """Return why the conda package of the same name is another thing, None when the source does not say so."""
        denials = (one.proposal for one in self.judged if not one.proposal.conda_names and not one.proposal.drop)
        return next((each.evidence.detail for each in denials), None)

    def leads_elsewhere(self, pypi_name: str) -> bool:
        """Return whether it leads to a conda package of another name: one of the same name is then another thing."""
        return any(normalise(name) != pypi_name for one in self.judged for name in one.proposal.conda_names)


def opinion_of(source: NameSource, pypi_name: str, shelf: Shelf) -> Opinion:
    """Return what a source says about a normalised PyPI name."""
    judged = tuple(
        Judged(proposal=proposal, fault=fault_of(proposal, pypi_name, shelf))
        for proposal in source.candidates(pypi_name)
    )
    return Opinion(source=source, judged=judged, guess=isinstance(source, SameName))


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


def fits(candidate: NameCandidate, wanted: str, shelf: Shelf) -> bool | None:
    """Return whether the channel has a candidate in a version that meets a conda constraint, None when any will do."""
    if not wanted or not candidate.conda_names:
        return None
    return any(_meets(wanted, version) for version in reversed(shelf.versions(candidate.conda_names[0])))


def facts_of(candidate: NameCandidate, pypi_name: str, wanted: str, shelf: Shelf) -> Evidence:
    """Return what the channel's records say about a candidate: kind, versions, origin."""
    name = candidate.conda_names[0]
    versions = shelf.versions(name)
    kind = "a Python package" if shelf.is_python(name) else "no Python package"
    span = dict.fromkeys((versions[0], versions[-1]))
    parts = [f"has {name}, {kind}, {' to '.join(span)}"]
    if wanted and candidate.release_parts is None:
        parts.append(f"{wanted.removeprefix('==')} is {'' if fits(candidate, wanted, shelf) else 'not '}among them")
    if pypi_name in shelf.pypi_names(name):
        parts.append(f"made of the distribution {pypi_name}")
    return Evidence(source=CHANNEL, revision=", ".join(sorted(shelf.channels)), detail="; ".join(parts))


def _meets(constraint: str, version: str) -> bool:
    try:
        return version_matches(constraint, version)
    except ValueError:
        return False


def _record_fault(name: str, pypi_name: str, shelf: Shelf) -> Reason | None:
    """Return what the channel's records of a name say against it."""
    if not shelf.is_python(name):
        return Reason(code="not-a-python-package", text=f"{name} on the channel is no Python package")
    origins = shelf.pypi_names(name)
    if not origins or pypi_name in origins:
        return None
    return Reason(code="another-project", text=f"{name} on the channel is made of {', '.join(sorted(origins))}")
