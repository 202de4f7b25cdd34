"""The METADATA of what is installed, before anybody else is asked."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from condasync.convert.extras import extras_in
from condasync.convert.requirement import normalise
from condasync.model.environment import Environment
from condasync.model.package import CondaPackage, LocalPackage, PipPackage
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Reason
from condasync.model.wheel import DistributionMetadata
from condasync.seams import MetadataSource

INSTALLED = "installed"
"""The `source` of metadata that was read from the environment."""


class InstalledFirst:
    """Answer from a captured environment, else from another source (a `seams.MetadataSource`)."""

    def __init__(self, environment: Environment, source: MetadataSource | None) -> None:
        self._environment = environment
        self._source = source
        self._known: dict[str, DistributionMetadata] | None = None

    def metadata(
        self, requirement: PipRequirement, target: Target, *, near: str | None = None
    ) -> DistributionMetadata | Reason:
        """Return what is installed when the requirement admits its version."""
        if self._known is None:
            self._known = {one.name: one for one in _installed(self._environment)}
        own = self._known.get(normalise(requirement.name))
        if own is not None and _admits(requirement.specifier, own.version):
            return own
        if self._source is None:
            return Reason(code="not-installed", text=f"{requirement.name} is not installed")
        return self._source.metadata(requirement, target, near=near)


def _installed(environment: Environment) -> Iterator[DistributionMetadata]:
    """Yield what conda packages hold, then what pip installed over it, then the user's own projects."""
    for conda in (one for one in environment.packages if isinstance(one, CondaPackage)):
        for each in conda.distributions:
            yield _metadata(each.name, each.version, each.requires, each.extras)
    for pip in (one for one in environment.packages if isinstance(one, PipPackage)):
        if pip.distribution is not None:
            each = pip.distribution
            yield _metadata(each.name, each.version, each.requires, each.extras)
    for local in (one for one in environment.packages if isinstance(one, LocalPackage)):
        if local.version is not None:
            yield _metadata(local.name, local.version, local.requires, ())


def _metadata(name: str, version: str, requires: tuple[str, ...], extras: tuple[str, ...]) -> DistributionMetadata:
    provided = {normalise(extra) for extra in extras} | extras_in(requires)
    return DistributionMetadata(
        name=normalise(name), version=version, requires=requires, extras=tuple(sorted(provided)), source=INSTALLED
    )


def _admits(specifier: str, version: str) -> bool:
    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidSpecifier:
        return False
