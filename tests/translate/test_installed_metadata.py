"""The environment's own METADATA answers before a package index is asked."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from condasync.model.environment import Environment
from condasync.model.package import CapturedPackage, CondaPackage, Distribution, LocalPackage, PipPackage
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Reason
from condasync.model.wheel import DistributionMetadata
from condasync.translate.installed_metadata import INSTALLED, InstalledFirst

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=())
NOBODY = Reason(code="offline", text="nobody knows")


@dataclass(kw_only=True)
class Nobody:
    """A `seams.MetadataSource` that knows nothing and remembers what it was asked."""

    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def metadata(
        self,
        requirement: PipRequirement,
        target: Target,  # noqa: ARG002  the Protocol's
        *,
        near: str | None = None,
    ) -> DistributionMetadata | Reason:
        """Return that nobody knows."""
        self.asked.append((requirement.name, near))
        return NOBODY


def distribution(name: str, version: str, *requires: str, extras: tuple[str, ...] = ()) -> Distribution:
    """Return an installed distribution."""
    return Distribution(name=name, version=version, location="x.dist-info", requires=requires, extras=extras)


def by_pip(one: Distribution) -> PipPackage:
    """Return what pip installed."""
    return PipPackage(name=one.name, version=one.version, requested=True, distribution=one)


def by_conda(*every: Distribution) -> CondaPackage:
    """Return a conda package that holds distributions."""
    return CondaPackage(name="pack", version="1.0", requested=True, distributions=every)


DEMO = distribution("Demo", "1.2", 'numpy; extra == "Fast_Math"', extras=("fast-math", "Empty"))
LOCAL = LocalPackage(name="mine", version="0.1", path="src", editable=True, requires=('numpy; extra == "test"',))


@pytest.mark.parametrize(
    ("package", "name", "extras"),
    [
        (by_pip(DEMO), "demo", ("empty", "fast-math")),
        (by_conda(distribution("other", "2"), DEMO), "demo", ("empty", "fast-math")),
        (LOCAL, "mine", ("test",)),
    ],
)
def test_what_is_installed_answers(package: CapturedPackage, name: str, extras: tuple[str, ...]) -> None:
    """Whoever installed it, its extras come from its own lines and fields; nobody else is asked."""
    nobody = Nobody()
    source = InstalledFirst(Environment(kind="venv", packages=(package,)), nobody)
    found = source.metadata(PipRequirement(name=name), TARGET)
    assert isinstance(found, DistributionMetadata)
    assert (found.name, found.extras, found.source) == (name, extras, INSTALLED)
    assert nobody.asked == []


def test_what_pip_laid_over_conda_wins() -> None:
    """The version that is imported speaks for itself."""
    packages = (by_conda(distribution("demo", "1.0")), by_pip(DEMO))
    found = InstalledFirst(Environment(kind="conda-prefix", packages=packages), None).metadata(
        PipRequirement(name="demo"), TARGET
    )
    assert isinstance(found, DistributionMetadata)
    assert found.version == "1.2"


@pytest.mark.parametrize(
    "requirement",
    [
        PipRequirement(name="absent"),
        PipRequirement(name="demo", specifier=">=2"),
        PipRequirement(name="demo", specifier="==odd"),
    ],
)
def test_another_version_is_asked_elsewhere(requirement: PipRequirement) -> None:
    """What is not installed, or not in a version that will do, goes to the other source as it was asked."""
    nobody = Nobody()
    source = InstalledFirst(Environment(kind="venv", packages=(by_pip(DEMO),)), nobody)
    assert source.metadata(requirement, TARGET, near="1.0") == NOBODY
    assert nobody.asked == [(requirement.name, "1.0")]


def test_without_another_source_the_reason_is_told() -> None:
    """A file lists, nothing is installed, and there is no index to ask."""
    listed = PipPackage(name="demo", version=None, requested=True)
    found = InstalledFirst(Environment(kind="files", packages=(listed,)), None).metadata(
        PipRequirement(name="demo"), TARGET
    )
    assert found == Reason(code="not-installed", text="demo is not installed")
