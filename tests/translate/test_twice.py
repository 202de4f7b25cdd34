"""One conda package asked for by several captured packages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from condasync.model.finding import Finding
from condasync.model.package import CondaPackage, Distribution, PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.translation import Dropped, Kept, Mapped, Translation
from condasync.pypi.names_reviewed import ReviewedNames
from condasync.seams import ChannelIndex

MakeRecord = Callable[..., ChannelRecord]
MakeIndex = Callable[..., ChannelIndex]
MakePip = Callable[..., PipPackage]
MakeConda = Callable[..., CondaPackage]
Translate = Callable[..., Translation]


def specs_of(result: Translation) -> list[str]:
    """Return the constraints of all outcomes."""
    return [
        spec.version for outcome in result.outcomes if isinstance(outcome, (Kept, Mapped)) for spec in outcome.specs
    ]


def told(result: Translation) -> tuple[Finding, ...]:
    """Return the findings, without those about names that only the channel knows."""
    return tuple(finding for finding in result.findings if finding.code != "guessed-name")


def numpy_index(make_record: MakeRecord, make_index: MakeIndex) -> ChannelIndex:
    """Return an index with numpy 1.24, 1.26 and 2.0."""
    return make_index(*(make_record("numpy", version) for version in ("1.24.0", "1.26.4", "2.0.0")))


@pytest.mark.parametrize(("name", "binding"), [("brotli", "brotli-python"), ("ninja", "ninja-python")])
def test_the_library_and_its_binding_of_one_name_both_survive(
    *,
    name: str,
    binding: str,
    make_record: MakeRecord,
    make_index: MakeIndex,
    make_conda: MakeConda,
    make_pip: MakePip,
    translated: Translate,
) -> None:
    """The library or program from conda and the binding from pip: two packages, two outcomes, no complaint."""
    library = make_record(name, "1.1.0", depends=())
    result = translated(
        make_conda(name, library),
        make_pip(name.capitalize(), version="1.0.9"),
        index=make_index(library, binding),
        names=(ReviewedNames(),),
    )
    conda, pip = result.outcomes
    assert isinstance(conda, Kept)
    assert isinstance(pip, Mapped)
    assert (conda.specs, pip.specs) == ((CondaSpec(name=name),), (CondaSpec(name=binding),))
    assert told(result) == ()


def test_what_pip_has_replaced_is_asked_for_as_pip_left_it(
    make_record: MakeRecord, make_index: MakeIndex, make_conda: MakeConda, make_pip: MakePip, translated: Translate
) -> None:
    """A conda package without a distribution left, below pip's: imports find pip's, so its version is the real one."""
    result = translated(
        make_conda("numpy", make_record("numpy", "1.26.4")),
        make_pip("numpy", version="1.24.0"),
        index=numpy_index(make_record, make_index),
    )
    conda, pip = result.outcomes
    assert isinstance(conda, Dropped)
    assert conda.reason.code == "overwritten-by-pip"
    assert conda.reason.text == "pip numpy 1.24.0 lies over it and is asked for instead"
    assert isinstance(pip, Mapped)
    assert told(result) == ()


def test_installed_twice_with_different_versions_is_told(
    make_record: MakeRecord, make_index: MakeIndex, make_conda: MakeConda, make_pip: MakePip, translated: Translate
) -> None:
    """A pip package beside a conda one that is whole: both outcomes stay, the finding names both versions."""
    whole = Distribution(name="numpy", version="1.26.4", location="numpy-1.26.4.dist-info")
    result = translated(
        make_conda("numpy", make_record("numpy", "1.26.4"), distributions=(whole,)),
        make_pip("numpy", version="1.24.0"),
        index=numpy_index(make_record, make_index),
    )
    assert [type(outcome) for outcome in result.outcomes] == [Kept, Mapped]
    (finding,) = told(result)
    assert (finding.code, finding.severity) == ("same-package-twice", "warning")
    assert finding.text == "numpy is asked for twice: conda numpy 1.26.4 and pip numpy 1.24.0; the first one counts"


def test_the_same_version_twice_is_no_news(
    make_record: MakeRecord, make_index: MakeIndex, make_conda: MakeConda, make_pip: MakePip, translated: Translate
) -> None:
    """Equal versions, also spelled differently, contradict nothing."""
    result = translated(
        make_conda("numpy", make_record("numpy", "1.26.4")),
        make_pip("NumPy", version="1.26.4"),
        index=numpy_index(make_record, make_index),
    )
    assert told(result) == ()


def test_listed_ranges_that_meet_both_stay(
    make_record: MakeRecord, make_index: MakeIndex, make_conda: MakeConda, make_pip: MakePip, translated: Translate
) -> None:
    """Two constraints that one record meets are both kept."""
    result = translated(
        make_conda("numpy", specs=(CondaSpec(name="numpy", version="<2"),)),
        make_pip("numpy", ">=1.25"),
        index=numpy_index(make_record, make_index),
    )
    assert specs_of(result) == ["<2", ">=1.25"]
    assert told(result) == ()


def test_listed_ranges_that_contradict_give_way_to_conda(
    make_record: MakeRecord, make_index: MakeIndex, make_conda: MakeConda, make_pip: MakePip, translated: Translate
) -> None:
    """Where no record meets both, the conda request counts, and the finding says so."""
    result = translated(
        make_pip("numpy", ">=2"),
        make_conda("numpy", specs=(CondaSpec(name="numpy", version="1.26.*"),)),
        index=numpy_index(make_record, make_index),
    )
    assert specs_of(result) == ["", "1.26.*"]
    (finding,) = told(result)
    assert finding.text == ("numpy is asked for twice: conda numpy 1.26.* and pip numpy >=2; the first one counts")


def test_several_wheels_of_one_conda_package(
    make_record: MakeRecord, make_index: MakeIndex, make_pip: MakePip, translated: Translate
) -> None:
    """Two OpenCV wheels of different versions are one conda package: the first one's version counts."""
    index = make_index(make_record("py-opencv", "4.8.0"), make_record("py-opencv", "4.8.1"))
    result = translated(
        make_pip("opencv-contrib-python", "==4.8.0.76"),
        make_pip("opencv-python", "==4.8.0.76"),
        make_pip("opencv-python-headless", "==4.8.1.78"),
        index=index,
        names=(ReviewedNames(),),
    )
    assert specs_of(result) == ["4.8.0.*", "4.8.0.*", ""]
    assert [finding.package for finding in told(result)] == ["opencv-python-headless"]


def test_a_package_that_an_extra_adds_is_no_rival(
    make_record: MakeRecord, make_index: MakeIndex, make_pip: MakePip, translated: Translate
) -> None:
    """`dask[array]` asks for numpy without a version: that contradicts no numpy of another version."""
    index = make_index(make_record("dask-core", "2024.5.0"), make_record("numpy", "1.26.4"))
    line = PipRequirement(name="dask", specifier="==2024.5.0", extras=("array",))
    result = translated(
        make_pip("dask", line, version="2024.5.0"),
        make_pip("numpy", "==1.26.4", version="1.26.4"),
        index=index,
        names=(ReviewedNames(),),
    )
    assert specs_of(result) == ["==2024.5.0", "", "==1.26.4"]
    assert told(result) == ()


def test_versions_are_compared_as_far_as_they_are_shared(
    make_record: MakeRecord, make_index: MakeIndex, make_conda: MakeConda, make_pip: MakePip, translated: Translate
) -> None:
    """Conda's OpenCV 4.8.0 is the wheel's 4.8.0.76, not its 4.8.1.78."""
    installed = make_record("py-opencv", "4.8.0")
    result = translated(
        make_conda("py-opencv", installed),
        make_pip("opencv-python", version="4.8.0.76"),
        make_pip("opencv-python-headless", version="4.8.1.78"),
        index=make_index(installed),
        names=(ReviewedNames(),),
    )
    assert [finding.package for finding in told(result)] == ["opencv-python-headless"]


def test_a_version_that_nobody_can_read_equals_itself(
    make_record: MakeRecord, make_index: MakeIndex, make_pip: MakePip, translated: Translate
) -> None:
    """Odd versions of broken metadata are compared as text, without a crash."""
    index = make_index(make_record("py-opencv", "4.8.0"), "numpy")
    odd = translated(
        make_pip("numpy", version="not a version"), make_pip("NumPy", version="not a version"), index=index
    )
    assert told(odd) == ()
