"""Which packages are left over by conda, and what to ask a package index for instead."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from condasync.convert.marker import marker_holds
from condasync.convert.requirement import normalise
from condasync.model.package import PipPackage
from condasync.model.solve import PinMode
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Outcome, Unmapped

# What did not come from an index, or cannot be meant, is not looked for on one.
_ELSEWHERE = frozenset({"local-project", "direct-url", "invalid-requirement", "wheel-requirement"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """Ask for the wheel of one package; `near` is the version that comes first."""

    outcome: Unmapped
    package: PipPackage
    requirement: PipRequirement
    near: str | None

    @property
    def key(self) -> tuple[str, str]:
        """Return what makes the question another one."""
        return self.requirement.name, self.requirement.specifier


def leftovers(
    outcomes: Iterable[Outcome], target: Target, *, constraints: Sequence[PipRequirement], mode: PinMode
) -> tuple[Leftover, ...]:
    """Return a question for each package of pip that conda has nothing for; the others have other cures."""
    found = []
    for outcome in outcomes:
        if not isinstance(outcome, Unmapped) or outcome.reason.code in _ELSEWHERE:
            continue
        if isinstance(outcome.package, PipPackage) and not _is_by_url(outcome.package):
            found.append(_leftover(outcome, outcome.package, target, constraints, mode))
    return tuple(found)


def _is_by_url(package: PipPackage) -> bool:
    """Return whether an index need not have the very thing, also when building it failed."""
    return package.direct_url is not None or any(line.url for line in package.requirements)


def lines_on(package: PipPackage, target: Target) -> tuple[PipRequirement, ...]:
    """Return the lines that list a package for the target. Raises ValueError for a malformed marker."""
    return tuple(line for line in package.requirements if marker_holds(line.marker, target))


def _leftover(
    outcome: Unmapped, package: PipPackage, target: Target, constraints: Sequence[PipRequirement], mode: PinMode
) -> Leftover:
    name = normalise(package.name)
    lines = lines_on(package, target)
    narrowing = [one for one in constraints if normalise(one.name) == name and marker_holds(one.marker, target)]
    specifiers = [one.specifier for one in (*lines, *narrowing) if one.specifier]
    if mode == "exact" and package.version is not None:
        specifiers.append(f"=={package.version}")
    return Leftover(
        outcome=outcome,
        package=package,
        requirement=PipRequirement(
            name=name,
            specifier=",".join(dict.fromkeys(specifiers)),
            extras=tuple(sorted({extra for line in lines for extra in line.extras})),
            where=next((line.where for line in lines if line.where), None),
            hashes=tuple(dict.fromkeys(digest for line in lines for digest in line.hashes)),
        ),
        near=None if mode == "none" else package.version,
    )
