"""One conda package asked for by several captured packages: their requests must not contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from condasync.convert.match import record_matches
from condasync.convert.requirement import normalise
from condasync.model.finding import Finding
from condasync.model.package import CondaPackage
from condasync.model.spec import CondaSpec
from condasync.model.translation import Kept, Mapped, Outcome
from condasync.translate.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """Say which outcome (its place) asks for a conda name."""

    place: int
    outcome: Kept | Mapped

    @property
    def told(self) -> str:
        package = self.outcome.package
        manager = "conda" if isinstance(package, CondaPackage) else "pip"
        version = package.version or ",".join(dict.fromkeys(spec.version for spec in self.outcome.specs))
        return f"{manager} {package.name} {version or '(any version)'}"


def settle_twice(outcomes: Sequence[Outcome], shelf: Shelf) -> tuple[tuple[Outcome, ...], tuple[Finding, ...]]:
    """Return the outcomes without contradicting requests for one conda name, and a finding for each such name.

    The conda package's request stands, else the first one; later ones that no record of the channel can meet beside it
    are widened to any version.
    """
    settled = list(outcomes)
    findings: list[Finding] = []
    for name, claims in _claims(outcomes).items():
        first, *others = sorted(claims, key=lambda claim: (not isinstance(claim.outcome, Kept), claim.place))
        standing = [spec for spec in first.outcome.specs if spec.name == name]
        for other in others:
            differ = _versions_differ(first, other)
            asked = [spec for spec in other.outcome.specs if spec.name == name]
            if _contradict(name, standing + asked, shelf):
                settled[other.place] = _widened(other.outcome, name)
                differ = True
            else:
                standing += asked
            if differ:
                findings.append(_finding(name, first, other))
    return tuple(settled), tuple(findings)


def _claims(outcomes: Sequence[Outcome]) -> dict[str, list[_Claim]]:
    found: dict[str, list[_Claim]] = {}
    for place, outcome in enumerate(outcomes):
        if isinstance(outcome, (Kept, Mapped)):
            for name in dict.fromkeys(spec.name for spec in outcome.specs):
                found.setdefault(name, []).append(_Claim(place=place, outcome=outcome))
    return {name: claims for name, claims in found.items() if len(claims) > 1}


def _versions_differ(one: _Claim, other: _Claim) -> bool:
    """Return whether both say a version of the same thing, and not the same one."""
    left, right = one.outcome.package, other.outcome.package
    same_thing = normalise(left.name) == normalise(right.name) or len(other.outcome.specs) == 1
    return same_thing and None not in (left.version, right.version) and left.version != right.version


def _contradict(name: str, specs: Sequence[CondaSpec], shelf: Shelf) -> bool:
    if len({(spec.version, spec.build) for spec in specs if spec.version or spec.build}) <= 1:
        return False
    return not any(all(record_matches(spec, record) for spec in specs) for record in shelf.records(name))


def _widened(outcome: Kept | Mapped, name: str) -> Outcome:
    specs = tuple(CondaSpec(name=name) if spec.name == name else spec for spec in outcome.specs)
    return replace(outcome, specs=specs)


def _finding(name: str, first: _Claim, other: _Claim) -> Finding:
    text = f"{name} is asked for twice: {first.told} and {other.told}; the first one counts"
    return Finding(code="same-package-twice", severity="warning", text=text, package=other.outcome.package.name)
