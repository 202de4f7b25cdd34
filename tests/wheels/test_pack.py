"""Wheels that become conda packages: names, extras, and what is told when they cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from condasync.model.export import PlatformExport
from condasync.model.finding import Finding
from condasync.model.package import PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.solve import Answer, Solution, SolveRequest, Unsolvable
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Built, Outcome, PipWheel, Reason
from condasync.model.url import Url
from condasync.model.wheel import BuiltWheel, Wheel
from condasync.wheels.pack import staying, wheels_to_pack, with_packed
from tests.conftest import MakeRecord

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=())
REASON = Reason(code="no-known-name", text="nobody knows it")
REQUEST = SolveRequest(specs=())


def _wheel(name: str, *needs: PipRequirement, installed: str | None = "1.0") -> PipWheel:
    file_name = f"{name}-1.0-py3-none-any.whl"
    wheel = Wheel(
        name=name, version="1.0", file_name=file_name, url=Url(f"https://example.org/{file_name}"), sha256="0"
    )
    package = PipPackage(name=name, version=installed, requested=True)
    return PipWheel(package=package, wheel=wheel, needs=needs, reason=REASON)


def _built(one: PipWheel, record: ChannelRecord) -> Built:
    wheel = BuiltWheel(file_name=one.wheel.file_name, sha256="0", tag="py3-none-any", source_sha256="0")
    return Built(package=one.package, wheel=wheel, record=record, specs=(), reason=REASON)


def _export(*outcomes: Outcome, answer: Answer | None = None, findings: tuple[Finding, ...] = ()) -> PlatformExport:
    return PlatformExport(
        target=TARGET, outcomes=outcomes, request=REQUEST, answer=answer or Solution(records=()), findings=findings
    )


def test_taken_names_get_a_suffix() -> None:
    """No name of the channels is hidden, however often the suffix is taken too."""
    wheels = [_wheel("free"), _wheel("taken"), _wheel("twice")]
    asked = wheels_to_pack(wheels, taken={"taken", "twice", "twice-local"})
    assert [one.conda_name for one in asked] == ["free", "taken-local", "twice-local-local"]


def test_extras_of_other_wheels_count() -> None:
    """What another wheel asks for with extras is packed with their requirements."""
    need = PipRequirement(name="Its.Friend", extras=("more", "most"))
    asked = wheels_to_pack([_wheel("a", need), _wheel("its-friend")], taken=())
    assert [one.extras for one in asked] == [(), ("more", "most")]


@pytest.mark.parametrize("wanted", [True, False])
def test_without_wheels_or_wish_nothing_happens(wanted: bool) -> None:  # noqa: FBT001  a table
    """A first account without wheels, or without the wish to pack, is the account."""

    def never(_: Sequence[PipWheel]) -> PlatformExport:
        pytest.fail("solved again")

    first = _export() if wanted else _export(_wheel("a"))
    assert with_packed(first, never, wanted=wanted) is first


def test_the_first_account_stands_where_packages_do_not_solve() -> None:
    """Wheels that no environment holds as conda packages stay wheels, and that is told."""
    first = _export(_wheel("a"))
    unsolvable = _export(_wheel("a"), answer=Unsolvable(explanation="no"))
    packed = with_packed(first, lambda _: unsolvable, wanted=True)
    assert packed.outcomes == first.outcomes
    assert [one.code for one in packed.findings] == ["wheel-not-packed"]


def test_what_was_told_of_wheels_stays_told(make_record: MakeRecord) -> None:
    """A version that differs from the installed one is a relaxation under the conda name; so is a yanked file told."""
    wheel, other = _wheel("a", installed="0.9"), _wheel("b")
    yanked = Finding(code="yanked", severity="warning", text="a was yanked", package="a")
    note = Finding(code="local-wheel", severity="warning", text="a file of this machine", package="a")
    second = _export(_built(wheel, make_record("a-local", "1.0")), other)
    packed = with_packed(_export(wheel, other, findings=(yanked, note)), lambda _: second, wanted=True)
    assert [(one.package, one.local_version, one.locked_version) for one in packed.relaxations] == [
        ("a-local", "0.9", "1.0")
    ]
    assert [(one.code, one.package) for one in packed.findings] == [("yanked", "a"), ("wheel-not-packed", "b")]


def test_a_wheel_that_stays_is_told_once() -> None:
    """What said already why a wheel was not packed is not said again."""
    (asked,) = wheels_to_pack([_wheel("a")], taken=())
    told = staying(asked, Reason(code="wheel-broken", text="a is broken"))
    assert (told.code, told.text) == ("wheel-broken", "a is broken; it stays a wheel for pip")
    second = replace(_export(_wheel("a")), findings=(told,))
    assert with_packed(_export(_wheel("a")), lambda _: second, wanted=True).findings == (told,)
