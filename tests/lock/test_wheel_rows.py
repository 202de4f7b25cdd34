"""Wheels as rows of a lock, and in the pip section."""

from __future__ import annotations

import pytest

from condasync.convert.requirement import parse_requirement
from condasync.lock.wheel_rows import wheel_rows, wheels_to_ask_for
from condasync.model.lockfile import LockedPackage
from condasync.model.package import PipPackage
from condasync.model.translation import PipWheel, Reason
from condasync.model.url import Url
from condasync.model.wheel import Wheel


def wheel(name: str, *needs: str, requested: bool = False) -> PipWheel:
    """Return a wheel with needs."""
    return PipWheel(
        package=PipPackage(name=name, version=None, requested=requested),
        wheel=Wheel(
            name=name,
            version="1.0",
            file_name=f"{name}.whl",
            url=Url(f"https://me:hidden@example.org/{name}.whl"),
            sha256="a" * 64,
        ),
        needs=tuple(parse_requirement(need) for need in needs),
        reason=Reason(code="no-known-name", text=""),
    )


def test_a_row() -> None:
    """A row has the sha256, a URL without credentials, and the requirements that other wheels meet."""
    wheels = [wheel("one", "numpy", "Two>=1", "two<3", "three", "one[x]"), wheel("two"), wheel("three")]
    row, *_ = wheel_rows(wheels, "linux-64")
    assert row == LockedPackage(
        manager="pip",
        name="one",
        version="1.0",
        platform="linux-64",
        url="https://example.org/one.whl",
        md5=None,
        sha256="a" * 64,
        dependencies=(("three", ""), ("two", ">=1,<3")),
    )


@pytest.mark.parametrize(
    ("wheels", "asked"),
    [
        ([wheel("one", "two", requested=True), wheel("two")], ["one"]),
        ([wheel("one", "two", requested=True), wheel("two", requested=True)], ["one", "two"]),
        ([wheel("one", "two"), wheel("two")], ["one"]),
        ([wheel("one", "one[x]")], ["one"]),
        ([], []),
    ],
)
def test_what_a_person_would_list(wheels: list[PipWheel], asked: list[str]) -> None:
    """Requested wheels are asked for, and those that nobody else brings."""
    assert wheels_to_ask_for(wheels) == tuple((name, "1.0") for name in asked)
