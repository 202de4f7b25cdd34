"""The cross-check of wheels against everything that is locked, independent of who chose what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from condasync.model.package import CondaPackage, Distribution, PipPackage
from condasync.model.spec import CondaSpec
from condasync.model.translation import Dropped, Kept, Mapped, Outcome, PipWheel, Reason
from condasync.model.url import Url
from condasync.model.wheel import Wheel
from condasync.verify.wheel_requirements import check_wheel_requirements

if TYPE_CHECKING:
    from condasync.model.target import Target
    from tests.verify.conftest import Record


def wheel(name: str, version: str, *requires: str, python: str | None = None) -> PipWheel:
    """Return a locked wheel."""
    return PipWheel(
        package=PipPackage(name=name, version=None, requested=True),
        wheel=Wheel(
            name=name,
            version=version,
            file_name=f"{name}-{version}-py3-none-any.whl",
            url=Url("https://example.org/x.whl"),
            sha256="a" * 64,
            requires=requires,
            requires_python=python,
        ),
        needs=(),
        reason=Reason(code="no-known-name", text=""),
    )


def mapped(name: str, *specs: CondaSpec, release_parts: int | None = None) -> Mapped:
    """Return what conda serves for a PyPI name."""
    package = PipPackage(name=name, version=None, requested=False)
    return Mapped(package=package, specs=specs or (CondaSpec(name=name),), release_parts=release_parts)


def test_everything_met(record: Record, target: Target) -> None:
    """Renamed packages, other wheels and markers that do not hold: nothing is missing."""
    every = [
        wheel("demo", "1.0", "Py.YAML>=6", "friend~=2.0", "win; os_name == 'nt'", python=">=3.9"),
        wheel("friend", "2.5"),
    ]
    records = [record("pyyaml", "6.0.3"), record("python", "3.12.4")]
    assert check_wheel_requirements(every, [mapped("py-yaml", CondaSpec(name="pyyaml"))], records, target) == ()


@pytest.mark.parametrize(
    ("requires", "python", "told"),
    [
        ("numpy<2", None, "needs numpy <2, but conda's numpy 2.1.0 is locked"),
        ("numpy>=2.2", None, "needs numpy >=2.2, but conda's numpy 2.1.0 is locked"),
        ("friend>=3", None, "needs friend >=3, but friend-2.5-py3-none-any.whl is locked"),
        ("absent", None, "needs absent, but no conda package and no wheel of that name is locked"),
        ("unlocked", None, "needs unlocked, but conda's unlocked is not locked"),
        ("foreign", None, "needs foreign, but it is left out: of another platform"),
        ("several", None, "needs several, but conda's part-two is not locked"),
        ("cv2>=4.13", None, "needs cv2 >=4.13, but conda's py-opencv 4.12.0 is locked"),
        (
            "numpy; python_full_version >= '3.12.4' and extra == ''",
            ">=3.12.5",
            "needs Python >=3.12.5, but Python 3.12.4 is",
        ),
    ],
)
def test_a_requirement_that_is_not_met(
    record: Record, target: Target, requires: str, python: str | None, told: str
) -> None:
    """The finding is an error that names the wheel, the requirement, and what is there instead."""
    outcomes: list[Outcome] = [
        mapped("numpy"),
        mapped("unlocked"),
        mapped("several", CondaSpec(name="part-one"), CondaSpec(name="part-two")),
        mapped("cv2", CondaSpec(name="py-opencv", version=">=4.13"), release_parts=3),
        Dropped(
            package=PipPackage(name="foreign", version=None, requested=False),
            reason=Reason(code="platform-only", text="of another platform"),
        ),
    ]
    records = [record("numpy", "2.1.0"), record("part-one"), record("py-opencv", "4.12.0"), record("python", "3.12.4")]
    wheels = [wheel("demo", "1.0", requires, python=python), wheel("friend", "2.5")]
    (finding,) = check_wheel_requirements(wheels, outcomes, records, target)
    assert (finding.code, finding.severity, finding.package) == ("wheel-requirement", "error", "demo")
    assert finding.text.startswith(f"demo-1.0-py3-none-any.whl {told}")


@pytest.mark.parametrize(
    ("specifier", "version", "met"),
    [
        (">=1.0", "1.0rc1", False),
        (">=1.0rc1", "1.0rc2", True),
        ("==1.0", "1.0.0", True),
        ("<2", "2.0.dev1", False),
        (">=8", "9e", True),
        (">=10", "9e", False),
        ("!=1.5", "1.5.post1", True),
    ],
)
def test_versions_are_pythons(record: Record, target: Target, specifier: str, version: str, met: bool) -> None:  # noqa: FBT001  a table
    """Versions are compared as Python compares them; where conda's is none of Python's, the translated spec decides."""
    outcome = mapped("demo", CondaSpec(name="demo", version=specifier))
    found = check_wheel_requirements(
        [wheel("x", "1", f"demo{specifier}")], [outcome], [record("demo", version)], target
    )
    assert (found == ()) is met


def test_the_distributions_of_a_conda_package_count(record: Record, target: Target) -> None:
    """A conda package stands for the distributions whose files it holds; what the target does not need is no fault."""
    held = Distribution(name="Demo_X", version="1.0", location="x")
    kept = Kept(
        package=CondaPackage(name="demo-all", version="1.0", requested=True, distributions=(held,)),
        specs=(CondaSpec(name="demo-all"),),
    )
    dropped = Dropped(
        package=PipPackage(name="brought", version=None, requested=False), reason=Reason(code="not-needed", text="")
    )
    wheels = [wheel("x", "1", "demo-x", "brought")]
    assert check_wheel_requirements(wheels, [kept, dropped], [record("demo-all")], target) == ()
    (finding,) = check_wheel_requirements([wheel("x", "1", "demo-x>2")], [kept], [record("demo-all")], target)
    assert finding.text == "x-1-py3-none-any.whl needs demo-x >2, but conda's demo-all 1.0 is locked"


def test_the_last_outcome_of_a_name_counts(record: Record, target: Target) -> None:
    """What was looked up for the wheels stands over what was captured."""
    outcomes = [mapped("demo", CondaSpec(name="wrong")), mapped("demo", CondaSpec(name="right"))]
    assert check_wheel_requirements([wheel("x", "1", "demo")], outcomes, [record("right")], target) == ()
