"""The stage: an environment goes in, exactly one outcome per captured package comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from condasync.convert.requirement import normalise
from condasync.model.environment import Environment
from condasync.model.package import CapturedPackage, CondaPackage, LocalPackage, PipPackage
from condasync.model.target import Target
from condasync.model.translation import Translation
from condasync.seams import ChannelIndex, MetadataSource, NameSource
from condasync.translate.case import Case, Ruled
from condasync.translate.conda_package import rule_conda
from condasync.translate.cuda import without_brought
from condasync.translate.doubt import merged_guesses
from condasync.translate.expansion import rule_pip
from condasync.translate.pip_package import rule_local
from condasync.translate.same_name import SameName
from condasync.translate.shelf import Shelf
from condasync.translate.twice import settle_twice


def translate(
    environment: Environment,
    *,
    names: Sequence[NameSource],
    index: ChannelIndex,
    target: Target,
    shelf: Shelf | None = None,
    metadata: MetadataSource | None = None,
) -> Translation:
    """Return one outcome per captured package, in the environment's order.

    `names` are asked in their order; the channel's own records come last, for packages of the same name. Raises
    NamesError when a source cannot be read. `shelf` is that of the index, for many small translations on one;
    `metadata` is asked what extras need that no row knows.
    """
    shelf = shelf or Shelf(index)
    case = Case(
        environment=environment,
        target=target,
        shelf=shelf,
        tables=tuple(names),
        sources=(*names, SameName(shelf=shelf)),
        installed=frozenset(_distributions(environment.packages)),
        metadata=metadata,
    )
    ruled = [_rule(package, case) for package in environment.packages]
    outcomes, twice = settle_twice(without_brought([outcome for outcome, _ in ruled], case), shelf)
    findings = tuple(finding for _, told in ruled for finding in told)
    return Translation(outcomes=outcomes, findings=merged_guesses(findings + twice))


def _rule(package: CapturedPackage, case: Case) -> Ruled:
    match package:
        case PipPackage():
            return rule_pip(package, case)
        case CondaPackage():
            return rule_conda(package, case)
        case LocalPackage():
            return rule_local(package, case)


def _distributions(packages: Sequence[CapturedPackage]) -> Iterator[str]:
    """Yield the normalised names of the Python distributions that are there."""
    for package in packages:
        match package:
            case CondaPackage(distributions=distributions):
                yield from (normalise(distribution.name) for distribution in distributions)
            case PipPackage() | LocalPackage():
                yield normalise(package.name)
