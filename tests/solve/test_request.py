"""From outcomes to a request: what is pinned, how hard, and what is set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from condasync.model.package import CondaPackage, Distribution, PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.solve import PinMode, RequestedSpec
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target, VirtualPackage
from condasync.model.translation import Kept, Mapped, Outcome, Unmapped
from condasync.solve.request import Asked, request_for

if TYPE_CHECKING:
    from tests.conftest import MakeIndex, MakeRecord

TARGET = Target(
    subdir="linux-64", python="3.11", virtual_packages=(VirtualPackage(name="__glibc", version="2.28"),)
)


@pytest.fixture
def channel(make_record: MakeRecord) -> list[ChannelRecord]:
    """Return a small synthetic channel."""
    return [
        make_record("python", "3.11.7", build="h_0"),
        make_record("python", "3.11.9", build="h_0"),
        make_record("python", "3.12.1", build="h_0"),
        make_record("numpy", "1.26.3", "python >=3.11,<3.12.0a0", "python_abi 3.11.* *_cp311", build="py311_0"),
        make_record("numpy", "1.26.4", "python >=3.11,<3.12.0a0", "python_abi 3.11.* *_cp311", build="py311_0"),
        make_record("numpy", "1.26.4", "python >=3.11,<3.12.0a0", "python_abi 3.11.* *_cp311", build="py311_1"),
        make_record("numpy", "1.26.4", "python >=3.12,<3.13.0a0", "python_abi 3.12.* *_cp312", build="py312_2"),
        make_record("old", "1.0", "python >=3.9,<3.10.0a0", "python_abi 3.9.* *_cp39", build="py39_0"),
        make_record("zlib", "1.3.1", "__glibc >=2.17", build="h_0"),
        make_record("torchy", "2.1", "python >=3.8", build="cpu_0"),
        make_record("torchy", "2.1", "python >=3.8", "__cuda >=12", build="cuda_9"),
    ]


def ask(
    channel: list[ChannelRecord],
    make_index: MakeIndex,
    *outcomes: Outcome,
    mode: PinMode = "relax",
    python: str | None = None,
) -> Asked:
    """Return the request for outcomes on the synthetic channel."""
    return request_for(
        outcomes,
        index=make_index(channel),
        target=TARGET,
        python=python,
        mode=mode,
        channel_priority="strict",
    )


def installed(name: str, version: str, *, requested: bool, conda: str | None = None) -> Mapped:
    """Return a pip-installed distribution that was mapped."""
    package = PipPackage(
        name=name,
        version=version,
        requested=requested,
        distribution=Distribution(name=name, version=version, location="site-packages"),
    )
    return Mapped(package=package, specs=(CondaSpec(name=conda or name),))


def listed(name: str, specifier: str, constraint: str, *, version: str | None = None) -> Mapped:
    """Return a distribution that a requirements file lists."""
    line = PipRequirement(name=name, specifier=specifier, where="requirements.txt:1")
    package = PipPackage(name=name, version=version, requested=True, requirements=(line,))
    return Mapped(package=package, specs=(CondaSpec(name=name, version=constraint),))


def specs(asked: Asked) -> dict[str, str]:
    """Return what is asked of each name but python."""
    return {
        one.spec.name: " ".join(part for part in (one.spec.version, one.spec.build) if part)
        for one in asked.pinned.request.specs
        if one.spec.name != "python"
    }


def test_requested_package_is_pinned_exactly(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """A requested version that the channel builds for this Python is asked for exactly, its best build preferred."""
    asked = ask(channel, make_index, installed("numpy", "1.26.4", requested=True))
    assert specs(asked) == {"numpy": "==1.26.4"}
    assert [record.file_name for record in asked.pinned.request.preferred] == ["numpy-1.26.4-py311_1.conda"]


def test_transitive_package_is_only_preferred(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """A transitive package must be there, but its version is a wish."""
    asked = ask(channel, make_index, installed("numpy", "1.26.4", requested=False))
    assert specs(asked) == {"numpy": ""}
    assert [record.version for record in asked.pinned.request.preferred] == ["1.26.4"]


def test_missing_version_falls_to_the_same_minor(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """A requested version that the channel lacks is loosened to its minor, and the pin says why."""
    asked = ask(channel, make_index, installed("numpy", "1.26.0", requested=True))
    assert specs(asked) == {"numpy": "1.26.*"}
    (pin,) = asked.pinned.pins
    assert pin.rung == "same-minor"
    assert pin.because == "the channels have no numpy 1.26.0 for Python 3.11"


def test_missing_minor_falls_free(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """When not even the minor is there, any version will do."""
    asked = ask(channel, make_index, installed("numpy", "1.19.5", requested=True))
    assert specs(asked) == {"numpy": ""}
    assert [pin.rung for pin in asked.pinned.pins] == ["free"]


def test_package_without_build_for_this_python_is_set_aside(
    channel: list[ChannelRecord], make_index: MakeIndex
) -> None:
    """One package that conda-forge does not build for this Python leaves the request and says so."""
    asked = ask(channel, make_index, installed("old", "1.0", requested=True), installed("numpy", "1.26.4", requested=True))
    assert specs(asked) == {"numpy": "==1.26.4"}
    outcome = asked.outcomes[0]
    assert isinstance(outcome, Unmapped)
    assert outcome.reason.code == "no-build-for-target"
    assert outcome.reason.text == "no build of old for Python 3.11 on linux-64"


def test_exact_mode_pins_everything(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """With --pin exact transitive packages are asked for exactly, and a missing version stays asked for."""
    asked = ask(
        channel,
        make_index,
        installed("numpy", "1.26.0", requested=False),
        installed("zlib", "1.3.1", requested=False),
        mode="exact",
    )
    assert specs(asked) == {"numpy": "==1.26.0", "zlib": "==1.3.1"}


def test_none_mode_keeps_names_and_ranges(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """With --pin none no local version counts; a listed range is the user's request and stays."""
    asked = ask(
        channel,
        make_index,
        installed("zlib", "1.3.1", requested=True),
        listed("numpy", ">=1.20", ">=1.20"),
        listed("torchy", "==2.1", "==2.1", version="2.1"),
        mode="none",
    )
    assert specs(asked) == {"numpy": ">=1.20", "torchy": "", "zlib": ""}
    assert asked.pinned.request.preferred == ()


def test_listed_range_stays_when_a_record_meets_it(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """A listed range is asked for as it stands."""
    assert specs(ask(channel, make_index, listed("numpy", ">=1.20,<2", ">=1.20,<2"))) == {"numpy": ">=1.20,<2"}


def test_listed_range_that_nothing_meets_is_let_go_with_a_reason(
    channel: list[ChannelRecord], make_index: MakeIndex
) -> None:
    """A listed range that no record meets does not fail the export: it is relaxed and reported."""
    asked = ask(channel, make_index, listed("numpy", ">=3", ">=3"))
    assert specs(asked) == {"numpy": ""}
    assert [pin.because for pin in asked.pinned.pins] == ["the channels have no numpy >=3 for Python 3.11"]


def test_python_minor_is_hard_and_patch_is_preferred(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """The target's minor is asked for, the captured patch is a wish."""
    request = ask(channel, make_index, python="3.11.7").pinned.request
    assert request.specs == (RequestedSpec(spec=CondaSpec(name="python", version="3.11.*"), because="python"),)
    assert [(record.name, record.version) for record in request.preferred] == [("python", "3.11.7")]


def test_conda_package_of_the_target_keeps_its_build(
    channel: list[ChannelRecord], make_record: MakeRecord, make_index: MakeIndex
) -> None:
    """A requested conda package captured on linux-64 is asked for with its build, even when the channel dropped it."""
    gone = make_record("zlib", "1.2.13", build="hdead_3")
    package = CondaPackage(
        name="zlib", version="1.2.13", requested=True, build="hdead_3", subdir="linux-64", record=gone
    )
    asked = ask(channel, make_index, Kept(package=package, specs=(CondaSpec(name="zlib"),)))
    assert specs(asked) == {"zlib": "==1.2.13 hdead_3"}
    assert asked.pinned.request.preferred == (gone,)


def test_conda_package_of_another_platform_loses_its_build_and_may_go(
    channel: list[ChannelRecord], make_record: MakeRecord, make_index: MakeIndex
) -> None:
    """A transitive package captured on macOS is only preferred by version: the solver knows whether linux needs it."""
    mac = make_record("zlib", "1.3.1", build="h_7", subdir="osx-arm64")
    package = CondaPackage(name="zlib", version="1.3.1", requested=False, subdir="osx-arm64", record=mac)
    asked = ask(channel, make_index, Kept(package=package, specs=(CondaSpec(name="zlib"),)))
    assert specs(asked) == {}
    assert [record.subdir for record in asked.pinned.request.preferred] == ["linux-64"]


def test_preference_never_needs_a_virtual_package_that_the_target_lacks(
    channel: list[ChannelRecord], make_index: MakeIndex
) -> None:
    """Of two builds of one version the one that asks for __cuda is no wish on a machine without it."""
    asked = ask(channel, make_index, installed("torchy", "2.1", requested=True))
    assert [record.build for record in asked.pinned.request.preferred] == ["cpu_0"]


def test_local_version_label_means_the_public_version(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """conda-forge has no local versions: 2.1+cu118 is asked for as 2.1."""
    asked = ask(channel, make_index, installed("torchy", "2.1+cu118", requested=True))
    assert specs(asked) == {"torchy": "==2.1"}


def test_conda_version_wins_over_pip_version_of_the_same_name(
    channel: list[ChannelRecord], make_record: MakeRecord, make_index: MakeIndex
) -> None:
    """One conda name is asked for once, though a conda package and a pip package both want it."""
    record = make_record("numpy", "1.26.3", "python >=3.11,<3.12.0a0", build="py311_0")
    package = CondaPackage(name="numpy", version="1.26.3", requested=True, subdir="linux-64", record=record)
    asked = ask(
        channel,
        make_index,
        installed("numpy", "1.26.4", requested=True),
        Kept(package=package, specs=(CondaSpec(name="numpy"),)),
    )
    assert specs(asked) == {"numpy": "==1.26.3 py311_0"}
