"""One conda package asked for by several captured packages: their requests must not contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from condasync.convert.match import is_python_package, record_matches, version_key
from condasync.model.finding import Finding
from condasync.model.package import CondaPackage, PipPackage
from condasync.model.spec import CondaSpec
from condasync.model.translation import Dropped, Kept, Mapped, Outcome, Reason
from condasync.translate.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """Say which outcome (its place) asks for a conda name, and whether the name carries the package's version."""

    name: str
    place: int
    outcome: Kept | Mapped
    carries_version: bool

    @property
    def told(self) -> str:
        """Return the claim in words."""
        package = self.outcome.package
        manager = "conda" if isinstance(package, CondaPackage) else "pip"
        asked = ",".join(dict.fromkeys(spec.version for spec in self.outcome.specs if spec.name == self.name))
        if not self.carries_version:
            return f"{manager} {package.name}, which asks for {self.name} {asked or '(any version)'}"
        return f"{manager} {package.name} {package.version or asked or '(any version)'}"

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """Return what sorts the claim whose request stands first."""
        return not isinstance(self.outcome, Kept), not self.carries_version, self.place

    @property
    def release_parts(self) -> int | None:
        """Return how many release numbers the package's version shares with conda's, None for all."""
        return self.outcome.release_parts if isinstance(self.outcome, Mapped) else None


def settle_twice(outcomes: Sequence[Outcome], shelf: Shelf) -> tuple[tuple[Outcome, ...], tuple[Finding, ...]]:
    """Return the outcomes without contradicting requests for one conda name, and a finding for each such name.

    The conda package's request stands, else the first one; later ones that no record of the channel can meet beside it
    are widened to any version.
    """
    settled = list(outcomes)
    findings: list[Finding] = []
    for name, claims in _claims(outcomes).items():
        first, *others = sorted(_after_pip(claims, settled), key=lambda claim: claim.rank)
        standing = [spec for spec in first.outcome.specs if spec.name == name]
        for other in others:
            differ = _versions_differ(first, other)
            asked = [spec for spec in other.outcome.specs if spec.name == name]
            if _contradict(name, standing + asked, shelf):
                settled[other.place] = _widened(settled[other.place], name)
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
                carries = name == outcome.specs[0].name
                found.setdefault(name, []).append(
                    _Claim(name=name, place=place, outcome=outcome, carries_version=carries)
                )
    return {name: claims for name, claims in found.items() if len(claims) > 1}


def _after_pip(claims: Sequence[_Claim], settled: list[Outcome]) -> Sequence[_Claim]:
    """Return the claims without that of a conda package that pip has replaced: what is imported is pip's.

    pip removes the metadata of what it replaces: such a package has no distribution left. It is dropped in `settled`.
    """
    by_pip = next((claim for claim in claims if claim.carries_version and _lies_in_prefix(claim.outcome)), None)
    if by_pip is None:
        return claims
    kept: list[_Claim] = []
    for claim in claims:
        package = claim.outcome.package
        if isinstance(package, CondaPackage) and _has_lost_its_files(package):
            reason = Reason(code="overwritten-by-pip", text=f"{by_pip.told} lies over it and is asked for instead")
            settled[claim.place] = Dropped(package=package, reason=reason, evidence=claim.outcome.evidence)
        else:
            kept.append(claim)
    return kept


def _lies_in_prefix(outcome: Kept | Mapped) -> bool:
    package = outcome.package
    return isinstance(package, PipPackage) and package.distribution is not None and package.distribution.origin == "env"


def _has_lost_its_files(package: CondaPackage) -> bool:
    return package.record is not None and is_python_package(package.record) and not package.distributions


def _versions_differ(one: _Claim, other: _Claim) -> bool:
    """Return whether both say a version of the conda package, and not the same one."""
    left, right = one.outcome.package.version, other.outcome.package.version
    if left is None or right is None or not (one.carries_version and other.carries_version):
        return False
    parts = min((claim.release_parts for claim in (one, other) if claim.release_parts is not None), default=None)
    if parts is None:
        return not _equal(left, right)
    return parts > 0 and left.split(".")[:parts] != right.split(".")[:parts]


def _equal(left: str, right: str) -> bool:
    """Return whether two versions are equal; one that nobody can read equals itself only."""
    try:
        return version_key(_public(left)) == version_key(_public(right))
    except ValueError:
        return left == right


def _public(version: str) -> str:
    return version.partition("+")[0].lower()


def _contradict(name: str, specs: Sequence[CondaSpec], shelf: Shelf) -> bool:
    if len({(spec.version, spec.build) for spec in specs if spec.version or spec.build}) <= 1:
        return False
    return not any(all(record_matches(spec, record) for spec in specs) for record in shelf.records(name))


def _widened(outcome: Outcome, name: str) -> Outcome:
    if not isinstance(outcome, (Kept, Mapped)):
        return outcome
    specs = tuple(CondaSpec(name=name) if spec.name == name else spec for spec in outcome.specs)
    return replace(outcome, specs=specs)


def _finding(name: str, first: _Claim, other: _Claim) -> Finding:
    text = f"{name} is asked for twice: {first.told} and {other.told}; the first one counts"
    return Finding(code="same-package-twice", severity="warning", text=text, package=other.outcome.package.name)
