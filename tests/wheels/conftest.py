"""What the tests of wheels share: a source of wheels in memory, and outcomes made by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from condasync.convert.virtual_packages import default_virtual_packages
from condasync.model.finding import Finding
from condasync.model.package import PipPackage
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Mapped, Reason, Unmapped
from condasync.model.url import Url
from condasync.model.wheel import Wheel

Leave = Callable[..., Unmapped]
Map = Callable[..., Mapped]
MakeDemo = Callable[..., Wheel]


@dataclass(kw_only=True)
class FakeSource:
    """A `seams.WheelSource` over answers in memory that remembers what it was asked."""

    answers: Mapping[str, Wheel | Reason]
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return nothing."""
        return ()

    def find(self, requirement: PipRequirement, target: Target, *, near: str | None = None) -> Wheel | Reason:
        """Return the answer for a name."""
        with self._lock:
            self.asked.append((requirement.name, requirement.specifier, near))
        if target.subdir != "linux-64":
            raise AssertionError(target)
        return self.answers.get(requirement.name, Reason(code="not-on-index", text=f"no {requirement.name} anywhere"))


@pytest.fixture(scope="session")
def target() -> Target:
    """Return the default linux-64 target."""
    return Target(subdir="linux-64", python="3.11", virtual_packages=default_virtual_packages("linux-64"))


@pytest.fixture(scope="session")
def wheel() -> MakeDemo:
    """Return a maker of pure wheels."""

    def make(name: str, version: str, *requires: str, **more: str) -> Wheel:
        file_name = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
        return Wheel(
            name=name,
            version=version,
            file_name=file_name,
            url=Url(more.pop("url", f"https://example.org/{file_name}")),
            sha256="a" * 64,
            requires=requires,
            yanked=more.pop("yanked", None),
        )

    return make


@pytest.fixture(scope="session")
def left() -> Leave:
    """Return a maker of unmapped outcomes."""

    def make(
        name: str,
        version: str | None = None,
        *lines: PipRequirement,
        code: str = "no-known-name",
        requested: bool = True,
    ) -> Unmapped:
        return Unmapped(
            package=PipPackage(name=name, version=version, requested=requested, requirements=lines),
            reason=Reason(code=code, text=f"nobody knows {name}"),
        )

    return make


@pytest.fixture(scope="session")
def mapped() -> Map:
    """Return a maker of outcomes that conda serves."""

    def make(name: str, conda: str | None = None, version: str = "") -> Mapped:
        package = PipPackage(name=name, version=None, requested=False)
        return Mapped(package=package, specs=(CondaSpec(name=conda or name, version=version),))

    return make
