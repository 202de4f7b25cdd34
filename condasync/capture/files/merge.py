"""Several captures into one: one package per manager and normalised name, nothing that was listed lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from condasync.capture.files.pins import conda_pins, first, pip_contradiction, pip_pins, same_version
from condasync.model.environment import Environment, Indexes
from condasync.model.finding import Finding
from condasync.model.package import CapturedPackage, CondaPackage, LocalPackage, Manager, PipPackage, manager_of

_T = TypeVar("_T", bound=Hashable)
_Key = tuple[Manager, str]
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_STRICTNESS: tuple[Indexes, ...] = ("beside", "instead", "none")
DUPLICATE = "duplicate-requirement"


def merge(environments: Sequence[Environment]) -> Environment:
    """Return one environment that lists what all of them list.

    Requirements and specs of one package are joined in the order of the inputs, each kept with its place; `version` is
    what their exact pins agree on, None and a finding `duplicate-requirement` where pins contradict each other.
    Channels, indexes and inputs stand in the order first seen. Associative on packages.
    """
    groups: dict[_Key, list[CapturedPackage]] = {}
    for package in chain.from_iterable(environment.packages for environment in environments):
        groups.setdefault(_key(package), []).append(package)
    packages = tuple(_joined(groups[key]) for key in sorted(groups))
    earlier = _distinct(environments, lambda one: (finding for finding in one.findings if finding.code != DUPLICATE))
    return Environment(
        kind=environments[0].kind if len(environments) == 1 else "files",
        prefix=first(environment.prefix for environment in environments),
        python=first(environment.python for environment in environments),
        requires_python=_requires_python(environments),
        platform=first(environment.platform for environment in environments),
        channels=_distinct(environments, lambda one: one.channels),
        platforms=_distinct(environments, lambda one: one.platforms),
        packages=packages,
        constraints=_distinct(environments, lambda one: one.constraints),
        index_urls=_distinct(environments, lambda one: one.index_urls),
        indexes=strictest(one.indexes for one in environments),
        find_links=_distinct(environments, lambda one: one.find_links),
        inputs=_distinct(environments, lambda one: one.inputs),
        findings=tuple(
            dict.fromkeys(chain(earlier, _two_projects(groups), chain.from_iterable(map(_contradictions, packages))))
        ),
    )


def strictest(every: Iterable[Indexes]) -> Indexes:
    """Return what counts of pip's own indexes: one `--no-index` forbids them all, as pip has it."""
    return max((*every, "beside"), key=_STRICTNESS.index)


def _key(package: CapturedPackage) -> _Key:
    """Identify a package; conda names differ in nothing but case, pip names are compared as PEP 503 says.

    A project or URL without a name goes by its path or URL, which is compared as it stands.
    """
    if isinstance(package, CondaPackage):
        return "conda", package.name.lower()
    named = _NAME.fullmatch(package.name)
    return manager_of(package), canonicalize_name(package.name) if named else package.name


def _distinct(environments: Sequence[Environment], field: Callable[[Environment], Iterable[_T]]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(map(field, environments))))


def _requires_python(environments: Sequence[Environment]) -> str | None:
    given = {environment.requires_python for environment in environments} - {None}
    if len(given) <= 1:
        return next(iter(given), None)
    return str(SpecifierSet(",".join(sorted(one for one in given if one))))


def _joined(packages: Sequence[CapturedPackage]) -> CapturedPackage:
    head = packages[0]
    match head:
        case PipPackage():
            return _joined_pip(head, [one for one in packages if isinstance(one, PipPackage)])
        case CondaPackage():
            return _joined_conda(head, [one for one in packages if isinstance(one, CondaPackage)])
        case LocalPackage():
            return _joined_local(head, [one for one in packages if isinstance(one, LocalPackage)])


def _joined_pip(head: PipPackage, packages: Sequence[PipPackage]) -> PipPackage:
    joined = replace(
        head,
        requested=any(one.requested for one in packages),
        requirements=tuple(dict.fromkeys(chain.from_iterable(one.requirements for one in packages))),
        distribution=first(one.distribution for one in packages),
        direct_url=first(one.direct_url for one in packages),
    )
    if joined.distribution or not joined.requirements:
        return replace(joined, version=first(one.version for one in packages))
    return replace(joined, version=same_version(pip_pins(joined.requirements)))


def _joined_conda(head: CondaPackage, packages: Sequence[CondaPackage]) -> CondaPackage:
    joined = replace(
        head,
        requested=any(one.requested for one in packages),
        channel=first(one.channel for one in packages),
        subdir=first(one.subdir for one in packages),
        specs=tuple(dict.fromkeys(chain.from_iterable(one.specs for one in packages))),
        record=first(one.record for one in packages),
        distributions=tuple(dict.fromkeys(chain.from_iterable(one.distributions for one in packages))),
        where=first(one.where for one in packages),
    )
    version, build = _conda_version(joined, packages)
    return replace(joined, version=version, build=build)


def _conda_version(joined: CondaPackage, packages: Sequence[CondaPackage]) -> tuple[str | None, str | None]:
    build = first(one.build for one in packages)
    if joined.record or not joined.specs:
        return first(one.version for one in packages), build
    version = same_version(conda_pins(joined.specs))
    return version, build if version else None


def _joined_local(head: LocalPackage, packages: Sequence[LocalPackage]) -> LocalPackage:
    return replace(
        head,
        version=first(one.version for one in packages),
        editable=any(one.editable for one in packages),
        requested=any(one.requested for one in packages),
        extras=tuple(sorted(frozenset(chain.from_iterable(one.extras for one in packages)))),
        requires=tuple(dict.fromkeys(chain.from_iterable(one.requires for one in packages))),
    )


def _two_projects(groups: Mapping[_Key, Sequence[CapturedPackage]]) -> Iterator[Finding]:
    for packages in groups.values():
        projects = [one for one in packages if isinstance(one, LocalPackage)]
        for other in projects[1:]:
            if other.path != projects[0].path:
                text = f"two projects are called {other.name}; {other.path} is left out, {projects[0].path} is kept"
                yield Finding(
                    code="duplicate-project", severity="warning", text=text, package=other.name, where=other.where
                )


def _contradictions(package: CapturedPackage) -> Iterator[Finding]:
    match package:
        case PipPackage():
            text, where = pip_contradiction(package.requirements), package.requirements[-1:]
            place = where[0].where if where else None
        case CondaPackage():
            pins = conda_pins(package.specs)
            text = " and ".join(f"=={pin}" for pin in pins) if pins and same_version(pins) is None else ""
            place = package.where
        case LocalPackage():
            return
    if text:
        yield Finding(
            code=DUPLICATE,
            severity="warning",
            text=f"{package.name} is listed with contradictory pins: {text}",
            package=package.name,
            where=place,
        )
