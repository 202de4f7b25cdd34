"""From outcomes to a request: what is pinned, how hard, and what is set aside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from condasync.model.package import CondaPackage, Distribution, PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.solve import PinMode, RequestedSpec, SolveRequest
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target, VirtualPackage
from condasync.model.translation import Kept, Mapped, Outcome, Unmapped
from condasync.report.rows import spec_text
from condasync.solve.request import Asked, request_for

if TYPE_CHECKING:
    from tests.conftest import MakeIndex, MakeRecord

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=(VirtualPackage(name="__glibc", version="2.28"),))


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
    """Return what the first step of each ladder asks of each name but python."""
    return {
        one.spec.name: " ".join(part for part in (one.spec.version, one.spec.build) if part)
        for one in request(asked).specs
        if one.spec.name != "python"
    }


def request(asked: Asked) -> SolveRequest:
    """Return the request in which every package stands on its first step."""
    return asked.ladders.request((name, 0) for name in asked.ladders.by_name)


def steps(asked: Asked, name: str) -> list[tuple[str, list[str]]]:
    """Return the rungs of one ladder, and what each asks for."""
    return [(step.rung, [spec_text(spec) for spec in step.specs]) for step in asked.ladders.by_name[name].steps]


def lost(asked: Asked) -> list[str]:
    """Return why ladders begin below what was pinned."""
    return [one.lost for one in asked.ladders.every if one.lost]


def preferred(asked: Asked) -> list[str]:
    """Return the soft pins."""
    return [record.file_name for record in request(asked).preferred]


def test_requested_package_is_pinned_exactly(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """A requested version that the channel builds for this Python is asked for exactly, its best build preferred."""
    asked = ask(channel, make_index, installed("numpy", "1.26.4", requested=True))
    assert specs(asked) == {"numpy": "==1.26.4"}
    assert preferred(asked) == ["numpy-1.26.4-py311_1.conda"]
    assert steps(asked, "numpy") == [
        ("exact", ["numpy ==1.26.4"]),
        ("same-minor", ["numpy 1.26.*"]),
        ("same-major", ["numpy 1.*"]),
        ("free", ["numpy"]),
    ]


def test_transitive_package_moves_before_requested(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """A transitive package stands on a ladder too, and is moved first."""
    asked = ask(
        channel,
        make_index,
        installed("numpy", "1.26.4", requested=False),
        installed("torchy", "2.1", requested=True),
        installed("zlib", "1.3.1", requested=False),
    )
    assert sorted(asked.ladders.by_name, key=asked.ladders.moves) == ["numpy", "zlib", "torchy"]


def test_missing_version_falls_to_the_same_minor(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """A requested version that the channel lacks is loosened to its minor, and the pin says why."""
    asked = ask(channel, make_index, installed("numpy", "1.26.0", requested=True))
    assert specs(asked) == {"numpy": "1.26.*"}
    assert lost(asked) == ["the channels have no numpy 1.26.0 for Python 3.11"]
    assert preferred(asked) == ["numpy-1.26.3-py311_0.conda"]


def test_missing_minor_falls_to_the_same_major(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """When not even the minor is there, the major version is held, the nearest newer version preferred."""
    asked = ask(channel, make_index, installed("numpy", "1.19.5", requested=True))
    assert steps(asked, "numpy") == [("same-major", ["numpy 1.*"]), ("free", ["numpy"])]
    assert preferred(asked) == ["numpy-1.26.3-py311_0.conda"]


def test_missing_major_falls_free(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """When not even the major version is there, any version will do, and none is preferred."""
    asked = ask(channel, make_index, installed("numpy", "0.9", requested=True))
    assert steps(asked, "numpy") == [("free", ["numpy"])]
    assert preferred(asked) == []


def test_package_without_build_for_this_python_is_set_aside(
    channel: list[ChannelRecord], make_index: MakeIndex
) -> None:
    """One package that conda-forge does not build for this Python leaves the request and says so."""
    asked = ask(
        channel, make_index, installed("old", "1.0", requested=True), installed("numpy", "1.26.4", requested=True)
    )
    assert specs(asked) == {"numpy": "==1.26.4"}
    outcome = asked.outcomes[0]
    assert isinstance(outcome, Unmapped)
    assert outcome.reason.code == "no-build-for-target"
    assert outcome.reason.text == "no build of old for Python 3.11 on linux-64"
    (relaxation,) = asked.relaxations
    assert (relaxation.package, relaxation.local_version, relaxation.locked_version) == ("old", "1.0", None)
    assert relaxation.rung == "not-from-conda"


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
    assert preferred(asked) == []


def test_listed_range_stays_on_every_rung_but_the_exact(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """What a file lists beside a local version is asked for until nothing but the name is."""
    asked = ask(
        channel,
        make_index,
        installed("numpy", "1.26.4", requested=True),
        listed("numpy", ">=1.20,<2", ">=1.20,<2"),
    )
    assert steps(asked, "numpy") == [
        ("exact", ["numpy ==1.26.4"]),
        ("same-minor", ["numpy >=1.20,<2", "numpy 1.26.*"]),
        ("same-major", ["numpy >=1.20,<2", "numpy 1.*"]),
        ("free", ["numpy >=1.20,<2"]),
        ("free", ["numpy"]),
    ]


def test_one_of_two_listed_ranges_is_let_go(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """Of two listed ranges the one that no record meets goes, the other one stays."""
    asked = ask(channel, make_index, listed("numpy", ">=3", ">=3"), listed("numpy", "<2", "<2"))
    assert steps(asked, "numpy") == [("free", ["numpy <2"]), ("free", ["numpy"])]


def test_release_that_conda_cuts_short_counts_as_the_same(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """opencv-python 2.1.0.76 is conda's 2.1.0: the shared numbers are the exact version."""
    package = PipPackage(name="torchy", version="2.1.76", requested=True)
    asked = ask(channel, make_index, Mapped(package=package, specs=(CondaSpec(name="torchy"),), release_parts=2))
    assert specs(asked) == {"torchy": "2.1.*"}
    assert preferred(asked) == ["torchy-2.1-cpu_0.conda"]
    assert lost(asked) == []


def test_first_of_several_conda_packages_has_the_version(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """Where one distribution is two conda packages, the second is asked for by its own constraint only."""
    package = PipPackage(name="torchy", version="2.1", requested=True)
    both = (CondaSpec(name="torchy"), CondaSpec(name="zlib", version=">=1"))
    assert specs(ask(channel, make_index, Mapped(package=package, specs=both))) == {"torchy": "==2.1", "zlib": ">=1"}


def test_dependents_count_requested_packages(make_record: MakeRecord, make_index: MakeIndex) -> None:
    """A package counts the requested ones that need it, also through others."""
    channel = [
        make_record("base", "1"),
        make_record("middle", "1", "base"),
        make_record("top", "1", "middle"),
        make_record("side", "1", "base"),
    ]
    names = {"base": True, "middle": False, "top": True, "side": False}
    asked = ask(channel, make_index, *(installed(name, "1", requested=wish) for name, wish in names.items()))
    assert {one.name: one.dependents for one in asked.ladders.every} == {"base": 1, "middle": 1, "side": 0, "top": 0}


def test_listed_range_stays_when_a_record_meets_it(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """A listed range is asked for as it stands."""
    assert specs(ask(channel, make_index, listed("numpy", ">=1.20,<2", ">=1.20,<2"))) == {"numpy": ">=1.20,<2"}


def test_listed_range_that_nothing_meets_is_let_go_with_a_reason(
    channel: list[ChannelRecord], make_index: MakeIndex
) -> None:
    """A listed range that no record meets does not fail the export: it is relaxed and reported."""
    asked = ask(channel, make_index, listed("numpy", ">=3", ">=3"))
    assert specs(asked) == {"numpy": ""}
    assert lost(asked) == ["the channels have no numpy >=3 for Python 3.11"]


def test_python_minor_is_hard_and_patch_is_preferred(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """The target's minor is asked for, the captured patch is a wish."""
    asked = request(ask(channel, make_index, python="3.11.7"))
    assert asked.specs == (RequestedSpec(spec=CondaSpec(name="python", version="3.11.*"), because="python"),)
    assert [(record.name, record.version) for record in asked.preferred] == [("python", "3.11.7")]


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
    assert request(asked).preferred == (gone,)


def test_conda_package_of_another_platform_loses_its_build_and_may_go(
    channel: list[ChannelRecord], make_record: MakeRecord, make_index: MakeIndex
) -> None:
    """A transitive package captured on macOS is only preferred by version: the solver knows whether linux needs it."""
    mac = make_record("zlib", "1.3.1", build="h_7", subdir="osx-arm64")
    package = CondaPackage(name="zlib", version="1.3.1", requested=False, subdir="osx-arm64", record=mac)
    asked = ask(channel, make_index, Kept(package=package, specs=(CondaSpec(name="zlib"),)))
    assert specs(asked) == {}
    assert [record.subdir for record in request(asked).preferred] == ["linux-64"]


def test_preference_never_needs_a_virtual_package_that_the_target_lacks(
    channel: list[ChannelRecord], make_index: MakeIndex
) -> None:
    """Of two builds of one version the one that asks for __cuda is no wish on a machine without it."""
    asked = ask(channel, make_index, installed("torchy", "2.1", requested=True))
    assert preferred(asked) == ["torchy-2.1-cpu_0.conda"]


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


def test_what_an_extra_asks_for_says_so(channel: list[ChannelRecord], make_index: MakeIndex) -> None:
    """The reason of each name is who asks for it: the file, or the extra of a package that it lists."""
    demo = listed("torchy", ">=2", ">=2")
    with_extra = replace(
        demo,
        specs=(*demo.specs, CondaSpec(name="numpy", version=">=1"), CondaSpec(name="zlib")),
        because=(("numpy", "torchy[fast] needs it"), ("zlib", "torchy[deep] needs it")),
    )
    asked = ask(channel, make_index, with_extra, listed("numpy", "", ""))
    assert {name: ladder.because for name, ladder in asked.ladders.by_name.items()} == {
        "torchy": "listed in requirements.txt:1",
        "numpy": "torchy[fast] needs it; listed in requirements.txt:1",
        "zlib": "torchy[deep] needs it",
    }
