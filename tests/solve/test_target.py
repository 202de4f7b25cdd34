"""What the lock is for: the Python minor, the CUDA version, the virtual packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from condasync.errors import UsageError
from condasync.model.environment import Environment
from condasync.model.export import ExportQuestion
from condasync.model.package import CapturedPackage, CondaPackage, PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec
from condasync.model.target import VirtualPackage, VirtualPackageOverride
from condasync.solve.target import captured_cuda, python_choice, target_for

if TYPE_CHECKING:
    from tests.conftest import MakeRecord

RUNNING = "3.11.7"


@pytest.fixture
def pythons(make_record: MakeRecord) -> list[ChannelRecord]:
    """Return the records of python on a synthetic channel."""
    return [make_record("python", version) for version in ("3.9.18", "3.10.13", "3.12.1", "3.12.4", "3.13.0rc1")]


def files(*packages: CapturedPackage, requires_python: str | None = None) -> Environment:
    """Return an environment that was read from files."""
    return Environment(kind="files", packages=packages, requires_python=requires_python)


def listed_python(constraint: str) -> CondaPackage:
    """Return python as an environment.yml lists it."""
    return CondaPackage(
        name="python", version=None, requested=True, specs=(CondaSpec(name="python", version=constraint),)
    )


def test_asked_for_comes_first(pythons: list[ChannelRecord]) -> None:
    """--python wins over what the inputs say; a full version is a soft pin."""
    environment = files(listed_python("3.9.*"))
    choice = python_choice(environment, ExportQuestion(python="3.12.1"), pythons, running=RUNNING)
    assert (choice.minors, choice.full) == (("3.12",), "3.12.1")


@pytest.mark.parametrize("text", ["three", "3", "3.x", ""])
def test_what_is_no_version(pythons: list[ChannelRecord], text: str) -> None:
    """A --python that is no version is a usage error."""
    with pytest.raises(UsageError, match="not a Python version"):
        python_choice(files(), ExportQuestion(python=text), pythons, running=RUNNING)


def test_listed_constraint_gives_the_minors_that_fit_newest_first(pythons: list[ChannelRecord]) -> None:
    """`python>=3.10` may be any minor that the channel has as a final release."""
    choice = python_choice(files(listed_python(">=3.10")), ExportQuestion(), pythons, running=RUNNING)
    assert choice.minors == ("3.12", "3.10")


def test_captured_interpreter(pythons: list[ChannelRecord]) -> None:
    """A captured environment keeps its own Python, also one that the channel lacks."""
    environment = Environment(kind="venv", python="3.8.10")
    choice = python_choice(environment, ExportQuestion(), pythons, running=RUNNING)
    assert (choice.minors, choice.full, choice.finding) == (("3.8",), "3.8.10", None)


def test_requires_python(pythons: list[ChannelRecord]) -> None:
    """Without a listed Python, requires-python and the channel decide."""
    choice = python_choice(files(requires_python=">=3.9,<3.12"), ExportQuestion(), pythons, running=RUNNING)
    assert choice.minors == ("3.10", "3.9")


def test_running_interpreter_is_the_last_resort_and_says_so(pythons: list[ChannelRecord]) -> None:
    """Inputs that name no Python are locked for the one that runs condasync, with a warning."""
    choice = python_choice(files(), ExportQuestion(), pythons, running=RUNNING)
    assert choice.minors == ("3.11",)
    assert choice.finding is not None
    assert choice.finding.severity == "warning"
    assert "--python" in choice.finding.text


def test_constraint_that_no_python_meets(pythons: list[ChannelRecord]) -> None:
    """When no Python of the channel fits, the warning says that, too."""
    choice = python_choice(files(listed_python(">=3.14")), ExportQuestion(), pythons, running=RUNNING)
    assert choice.finding is not None
    assert choice.finding.text.startswith("no Python of the channels fits the inputs")


def pip(name: str, version: str | None) -> PipPackage:
    """Return an installed distribution."""
    return PipPackage(name=name, version=version, requested=True)


@pytest.mark.parametrize(
    ("packages", "cuda"),
    [
        ((pip("torch", "2.1.0+cu118"),), "11.8"),
        ((pip("torch", "2.5.1+cu121"), pip("torchvision", "0.20+cu118")), "12.1"),
        ((pip("torch", "2.9.0+cu130"),), "13.0"),
        ((pip("nvidia-cuda-runtime-cu12", "12.4.127"),), "12.4"),
        ((CondaPackage(name="cuda-version", version="12.6", requested=False),), "12.6"),
        ((CondaPackage(name="cudatoolkit", version="11.8.0", requested=False),), "11.8"),
        ((pip("torch", "2.1.0+cpu"), pip("numpy", "1.26.4"), pip("nothing", None)), None),
    ],
)
def test_cuda_of_captured_builds(packages: tuple[CapturedPackage, ...], cuda: str | None) -> None:
    """CUDA builds say which CUDA they were made for; without one there is no CUDA."""
    assert captured_cuda(packages) == cuda


def virtual(environment: Environment, question: ExportQuestion, name: str) -> str | None:
    """Return the version of a virtual package of the linux-64 target."""
    target = target_for(environment, question, "linux-64", "3.12")
    return next((one.version for one in target.virtual_packages if one.name == name), None)


def test_target_has_no_cuda_unless_told() -> None:
    """A plain environment gives a target without __cuda and with glibc 2.28."""
    assert virtual(files(), ExportQuestion(), "__cuda") is None
    assert virtual(files(), ExportQuestion(), "__glibc") == "2.28"


def test_cuda_option_wins_over_captured_builds() -> None:
    """--cuda wins over captured builds, and an override wins over both."""
    environment = files(pip("torch", "2.1.0+cu118"))
    assert virtual(environment, ExportQuestion(), "__cuda") == "11.8"
    assert virtual(environment, ExportQuestion(cuda="12.4"), "__cuda") == "12.4"
    removed = VirtualPackageOverride(name="__cuda", package=None)
    assert virtual(environment, ExportQuestion(cuda="12.4", overrides=(("linux-64", removed),)), "__cuda") is None


def test_override_of_another_platform_changes_nothing() -> None:
    """An override holds for its platform only."""
    old = VirtualPackageOverride(name="__glibc", package=VirtualPackage(name="__glibc", version="2.17"))
    assert virtual(files(), ExportQuestion(overrides=(("linux-aarch64", old),)), "__glibc") == "2.28"
    assert virtual(files(), ExportQuestion(overrides=(("linux-64", old),)), "__glibc") == "2.17"


def test_macos_has_no_cuda() -> None:
    """There is no CUDA on macOS, whatever was captured."""
    target = target_for(files(pip("torch", "2.1.0+cu118")), ExportQuestion(), "osx-arm64", "3.12")
    assert [one.name for one in target.virtual_packages if one.name == "__cuda"] == []
