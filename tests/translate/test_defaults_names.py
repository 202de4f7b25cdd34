"""Packages of Anaconda's channels under conda-forge's names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from condasync.model.package import CondaPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec
from condasync.model.translation import Dropped, Kept, Translation, Unmapped
from condasync.seams import ChannelIndex
from condasync.translate.defaults_names import counterpart

MakeRecord = Callable[..., ChannelRecord]
MakeIndex = Callable[..., ChannelIndex]
MakeConda = Callable[..., CondaPackage]
Translate = Callable[..., Translation]


@pytest.mark.parametrize(
    ("name", "other"), [("ruamel_yaml", "ruamel.yaml"), ("numpy-base", "numpy"), ("tensorflow-mkl", "tensorflow")]
)
def test_a_renamed_package_is_asked_for_under_its_name(
    *,
    name: str,
    other: str,
    make_record: MakeRecord,
    make_index: MakeIndex,
    make_conda: MakeConda,
    translated: Translate,
) -> None:
    """The version stays; the installed record is of another name and is no candidate."""
    installed = make_conda(name, make_record(name, "1.0", channel="defaults"))
    (outcome,) = translated(installed, index=make_index(other), platform="linux-64").outcomes
    assert isinstance(outcome, Kept)
    assert outcome.specs == (CondaSpec(name=other),)
    assert (outcome.package.name, outcome.package.version, outcome.package.record) == (name, "1.0", None)
    assert outcome.evidence[0].detail.startswith(f"{name} -> {other}: ")


def test_listed_constraints_go_along(make_index: MakeIndex, make_conda: MakeConda, translated: Translate) -> None:
    """A listed request keeps its version, without the build, which is Anaconda's."""
    listed = make_conda("ruamel_yaml", specs=(CondaSpec(name="ruamel_yaml", version=">=0.17", build="py39_0"),))
    (outcome,) = translated(listed, index=make_index("ruamel.yaml")).outcomes
    assert isinstance(outcome, Kept)
    assert outcome.specs == (CondaSpec(name="ruamel.yaml", version=">=0.17"),)


def test_a_name_that_the_channel_has_stays(make_index: MakeIndex, make_conda: MakeConda, translated: Translate) -> None:
    """conda-forge still has old builds of some of these names: then nothing is renamed."""
    listed = make_conda("ruamel_yaml", specs=(CondaSpec(name="ruamel_yaml"),))
    (outcome,) = translated(listed, index=make_index("ruamel_yaml", "ruamel.yaml")).outcomes
    assert isinstance(outcome, Kept)
    assert outcome.specs == (CondaSpec(name="ruamel_yaml"),)


@pytest.mark.parametrize("name", ["anaconda", "anaconda-navigator", "pytorch-mutex"])
def test_the_parts_of_a_distribution_are_not_needed(
    name: str, make_record: MakeRecord, make_index: MakeIndex, make_conda: MakeConda, translated: Translate
) -> None:
    """What only makes sense inside Anaconda's distribution is dropped with the reason."""
    installed = make_conda(name, make_record(name, "1.0", channel="defaults"))
    (outcome,) = translated(installed, index=make_index("numpy"), platform="linux-64").outcomes
    assert isinstance(outcome, Dropped)
    assert outcome.reason.code == "not-needed"


def test_a_counterpart_that_the_channel_lacks_is_no_help(
    make_index: MakeIndex, make_conda: MakeConda, translated: Translate
) -> None:
    """Neither name is there: the package is unmapped as any other."""
    listed = make_conda("ninja-base", specs=(CondaSpec(name="ninja-base"),))
    (outcome,) = translated(listed, index=make_index("numpy")).outcomes
    assert isinstance(outcome, Unmapped)
    assert outcome.reason.code == "not-on-channel"
    assert counterpart("numpy") is None
