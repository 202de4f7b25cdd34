"""Wheels as rows of a lock, and in the pip section."""

from __future__ import annotations

import pytest

from condasync.convert.requirement import parse_requirement
from condasync.lock.wheel_rows import wheel_rows, wheels_to_ask_for
from condasync.model.lockfile import LockedPackage
from condasync.model.package import PipPackage
from condasync.model.target import Target
from condasync.model.translation import PipWheel, Reason
from condasync.model.url import Url
from condasync.model.wheel import Wheel

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=())


def wheel(name: str, *needs: str, requested: bool = False, listed: str = "", extras: tuple[str, ...] = ()) -> PipWheel:
    """Return a wheel with needs, that provides extras, listed in these lines."""
    return PipWheel(
        package=PipPackage(
            name=name,
            version=None,
            requested=requested,
            requirements=tuple(parse_requirement(line) for line in listed.splitlines()),
        ),
        wheel=Wheel(
            name=name,
            version="1.0",
            file_name=f"{name}.whl",
            url=Url(f"https://me:hidden@example.org/{name}.whl"),
            sha256="a" * 64,
            extras=extras,
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
    assert wheels_to_ask_for(wheels, TARGET) == tuple((name, "1.0") for name in asked)


@pytest.mark.parametrize(
    ("listed", "name"),
    [
        ("one", "one"),
        ("one[b]>=1\none[A_c]", "one[a-c,b]"),
        ("one[b]\none[a-c]; sys_platform == 'win32'", "one[b]"),
        ("one[unknown]", "one"),
    ],
)
def test_extras_are_asked_for(listed: str, name: str) -> None:
    """A wheel is listed with the extras that its lines ask for on the target, as far as it has them."""
    wheels = [wheel("one", "two", requested=True, listed=listed, extras=("a-c", "b")), wheel("two")]
    assert wheels_to_ask_for(wheels, TARGET) == ((name, "1.0"),)
