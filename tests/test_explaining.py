"""The account of one name: of what is captured, and of requirements that are only asked about."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from condasync.errors import UsageError
from condasync.explaining import explain
from condasync.model.environment import Environment
from condasync.model.export import ExportQuestion
from condasync.model.finding import Finding
from condasync.model.package import Distribution, PipPackage, SystemPackage
from condasync.model.record import RepodataFile
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Mapped, Reason, System, Unmapped
from condasync.model.wheel import Wheel
from condasync.pipeline import Doors
from condasync.seams import ChannelIndex, SolveSession
from condasync.system.stage import SystemAccount

if TYPE_CHECKING:
    from tests.conftest import MakeIndex, MakeRecord


class NoWheels:
    """A `seams.WheelSource` that has nothing."""

    findings: tuple[Finding, ...] = ()

    def find(self, requirement: PipRequirement, target: Target, *, near: str | None = None) -> Wheel | Reason:
        """Return that there is none."""
        return Reason(code="not-on-index", text=f"no {requirement.name} for {target.python} near {near}")


class NoEngine:
    """An engine that an account must not start."""

    name = "none"
    version = "0"

    def open(self, repodata: Sequence[RepodataFile], target: Target) -> AbstractContextManager[SolveSession]:
        """Fail."""
        raise AssertionError(repodata, target)


@pytest.fixture
def index(make_record: MakeRecord, make_index: MakeIndex) -> ChannelIndex:
    """Return a channel with three Python packages."""
    names = ("demo", "numpy", "scipy")
    return make_index([make_record(name, "1.2", "python >=3.11,<3.12.0a0") for name in names])


@pytest.fixture
def doors(index: ChannelIndex) -> Doors:
    """Return adapters without any package index."""
    return Doors(
        index_for=lambda _: index,
        told=tuple,
        names=(),
        wheels=NoWheels(),
        engine=NoEngine(),
        running_python="3.11.9",
    )


INSTALLED = Distribution(
    name="Demo",
    version="1.2",
    location="demo.dist-info",
    requires=('numpy>=1; extra == "fast"', 'nowhere; extra == "fast"'),
    extras=("fast", "empty"),
)
ENVIRONMENT = Environment(
    kind="venv",
    python="3.11.9",
    packages=(PipPackage(name="Demo", version="1.2", requested=True, distribution=INSTALLED),),
)
QUESTION = ExportQuestion(platforms=("linux-64",))


def test_a_captured_name_is_itself(doors: Doors) -> None:
    """The account is that of the installed package, in its version."""
    account = explain("demo", ENVIRONMENT, QUESTION, doors)
    (outcome,) = account.outcomes
    assert isinstance(outcome, Mapped)
    assert (account.captured, outcome.package.version, [one.name for one in outcome.specs]) == (True, "1.2", ["demo"])


def test_what_capture_found_about_a_name_is_told(doors: Doors) -> None:
    """As that its sources are gone; what concerns other packages is not."""
    gone, other = (
        Finding(code="missing-source", severity="warning", text="its sources are gone", package=name)
        for name in ("Demo", "numpy")
    )
    account = explain("demo", replace(ENVIRONMENT, findings=(gone, other)), ExportQuestion(), doors)
    assert gone in account.findings
    assert other not in account.findings


def test_an_extra_is_explained_by_what_is_installed(doors: Doors) -> None:
    """Without any index the installed METADATA says what the extra needs; what conda lacks of it is told."""
    account = explain("demo[Fast]", ENVIRONMENT, QUESTION, doors)
    (outcome,) = account.outcomes
    assert isinstance(outcome, Mapped)
    assert (account.captured, [one.name for one in outcome.specs]) == (False, ["demo", "numpy"])
    assert [one.name for one in outcome.needs] == ["nowhere"]
    assert [one.revision for one in outcome.evidence if one.source == "metadata"] == ["1.2, installed"]
    assert [one.code for one in account.findings if one.code != "guessed-name"] == ["wheel-requirement"]


def test_an_extra_of_another_version_is_not_known(doors: Doors) -> None:
    """What is installed does not speak for a version that is asked for and is not it."""
    account = explain("demo[fast]>=2", ENVIRONMENT, QUESTION, doors)
    assert "extras-not-expanded" in [one.code for one in account.findings]


def test_a_name_that_nothing_has(doors: Doors) -> None:
    """Any PyPI name gets an account."""
    account = explain("nowhere", ENVIRONMENT, QUESTION, doors)
    (outcome,) = account.outcomes
    assert isinstance(outcome, Unmapped)
    assert (account.captured, outcome.reason.code) == (False, "not-on-index")


def test_what_the_environment_uses_of_the_system(doors: Doors) -> None:
    """A file that no package manager knows goes by its path; files as inputs use nothing of this machine."""
    library = SystemPackage(name="/opt/libx.so.1", version=None, owner="none", uses=())
    account = SystemAccount(outcomes=(System(package=library, specs=(CondaSpec(name="numpy"),)),), findings=())
    doors = replace(doors, system=lambda *_: account)
    assert explain("/opt/libx.so.1", ENVIRONMENT, QUESTION, doors).outcomes == account.outcomes
    with pytest.raises(UsageError):
        explain("/opt/libx.so.1", replace(ENVIRONMENT, kind="files"), QUESTION, doors)


@pytest.mark.parametrize("text", ["", "two words", "demo[", "/usr/lib/libx.so.1"])
def test_what_is_neither_name_nor_requirement(text: str, doors: Doors) -> None:
    """It is a mistake in the command line."""
    with pytest.raises(UsageError, match="no requirement of pip"):
        explain(text, ENVIRONMENT, QUESTION, doors)
