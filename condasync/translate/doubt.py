"""Findings about names that are less than certain: guessed, disputed, or one letter away from a popular one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from condasync.convert.requirement import normalise
from condasync.model.finding import Finding, Severity
from condasync.model.package import PipPackage
from condasync.translate.lookalike import popular_neighbour
from condasync.translate.lookup import Lookup

_GUESSED = "guessed-name"


def doubts(package: PipPackage, found: Lookup) -> tuple[Finding, ...]:
    """Return what a reader should know of how a name was found, or not found."""
    where = next((line.where for line in package.requirements if line.where), None)
    findings: list[Finding] = []
    if found.disagreement is not None:
        text = f"the sources of names disagree about {package.name}: {found.disagreement}"
        findings.append(
            Finding(code="sources-disagree", severity="warning", text=text, package=package.name, where=where)
        )
    if found.guessed:
        findings.append(_guess(package, found, where))
    popular = None if _is_established(found) else popular_neighbour(normalise(package.name))
    if popular is not None:
        text = (
            f"{package.name} is one letter away from {popular}, and no table of names knows it: is it what you meant?"
        )
        findings.append(Finding(code="lookalike", severity="warning", text=text, package=package.name, where=where))
    return tuple(findings)


def _is_established(found: Lookup) -> bool:
    """Return whether a table knows the name, or the channel has that package in the version asked for."""
    return found.known or (found.candidate is not None and found.fits is not False)


def merged_guesses(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with the guesses of one kind in one: a line for each would bury the others."""
    kept: list[Finding] = []
    guesses: dict[Severity, list[Finding]] = {}
    for one in findings:
        if one.code == _GUESSED:
            guesses.setdefault(one.severity, []).append(one)
        else:
            kept.append(one)
    for severity, several in guesses.items():
        alone = len({normalise(one.package or "") for one in several}) == 1
        kept += several[:1] if alone else [_merged(severity, several)]
    return tuple(kept)


def _merged(severity: Severity, several: Sequence[Finding]) -> Finding:
    known = {normalise(one.package): one.package for one in reversed(several) if one.package}
    names = ", ".join(known[name] for name in sorted(known))
    text = f"{len(known)} packages go by their equal name alone, no table of names has them"
    if severity == "warning":
        text += ", and the channel lacks the versions asked for"
    return Finding(code=_GUESSED, severity=severity, text=f"{text}: {names}")


def _guess(package: PipPackage, found: Lookup, where: str | None) -> Finding:
    name = ", ".join(found.candidate.conda_names) if found.candidate else package.name
    text = f"{package.name} goes by its equal name alone: no table of names says that conda's {name} is the same"
    if found.fits is False:
        version = package.version or "asked for"
        text += f", and the channel has no version {version} of it"
    severity: Severity = "warning" if found.fits is False else "note"
    return Finding(code=_GUESSED, severity=severity, text=text, package=package.name, where=where)
