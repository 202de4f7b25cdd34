"""CPU and CUDA builds for the target, and NVIDIA's wheels that conda's packages make superfluous."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from condasync.convert.requirement import parse_requirement
from condasync.model.package import PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec
from condasync.model.target import Target, VirtualPackage
from condasync.model.translation import Dropped, Mapped, Translation
from condasync.pypi.names_reviewed import ReviewedNames
from condasync.seams import ChannelIndex

MakeRecord = Callable[..., ChannelRecord]
MakeIndex = Callable[..., ChannelIndex]
MakePip = Callable[..., PipPackage]
Translate = Callable[..., Translation]
ON_PYTHON = "python >=3.11,<3.12.0a0"
NAMES = (ReviewedNames(),)


@pytest.fixture
def index(make_record: MakeRecord, make_index: MakeIndex) -> ChannelIndex:
    """Return PyTorch for CPU and CUDA as conda-forge splits it, and libraries of CUDA (synthetic records)."""
    libraries = ("libcublas", "cudnn", "libcudnn", "nccl", "cusparselt", "libtorch", "cuda-version")
    return make_index(
        make_record("pytorch", "2.7.1", build="cpu_mkl_py311_0", depends=(ON_PYTHON, "libtorch 2.7.1 cpu_0")),
        make_record(
            "pytorch", "2.7.1", build="cuda129_mkl_py311_0", depends=(ON_PYTHON, "__cuda", "libtorch 2.7.1 cuda129_0")
        ),
        make_record("pytorch", "2.8.0", build="cpu_mkl_py311_0", depends=(ON_PYTHON,)),
        make_record("libtorch", "2.7.1", build="cuda129_0", depends=("libcublas >=12,<13", "libcudnn >=9")),
        make_record("py-xgboost", "3.0", build="cuda129_pyh_0", depends=(ON_PYTHON, "libxgboost 3.0 cuda129_0")),
        make_record("libxgboost", "3.0", build="cuda129_0", depends=("nccl >=2.28",)),
        *(make_record(name, "12.0", depends=()) for name in libraries if name != "libtorch"),
    )


@pytest.fixture
def cuda_target(target: Target) -> Target:
    """Return a target with a CUDA 12 driver."""
    return replace(target, virtual_packages=(*target.virtual_packages, VirtualPackage(name="__cuda", version="12.4")))


@pytest.mark.parametrize(
    ("version", "build"), [("2.7.1", "cuda*"), ("2.7.1+cu126", "cuda*"), ("2.7.1+cpu", "cpu*"), ("2.8.0", None)]
)
def test_torch_gets_the_variant_that_is_installed(
    *,
    version: str,
    build: str | None,
    index: ChannelIndex,
    cuda_target: Target,
    make_pip: MakePip,
    translated: Translate,
) -> None:
    """On a target with CUDA the wheel's own variant is asked for; 2.8.0 has no CUDA build and must not move."""
    (outcome,) = translated(make_pip("torch", version=version), index=index, names=NAMES, target=cuda_target).outcomes
    assert isinstance(outcome, Mapped)
    assert outcome.specs == (CondaSpec(name="pytorch", build=build),)


def test_without_cuda_on_the_target_the_records_decide(
    index: ChannelIndex, make_pip: MakePip, translated: Translate
) -> None:
    """CUDA builds depend on __cuda: nothing needs to be asked where the target has none."""
    (outcome,) = translated(make_pip("torch", version="2.7.1+cu126"), index=index, names=NAMES).outcomes
    assert isinstance(outcome, Mapped)
    assert outcome.specs == (CondaSpec(name="pytorch"),)


def test_a_build_for_a_newer_driver_is_not_asked_for(
    index: ChannelIndex, target: Target, make_pip: MakePip, translated: Translate
) -> None:
    """A build for CUDA 12 cannot run with a driver for CUDA 11."""
    old = replace(target, virtual_packages=(VirtualPackage(name="__cuda", version="11.8"),))
    (outcome,) = translated(make_pip("torch", version="2.7.1"), index=index, names=NAMES, target=old).outcomes
    assert isinstance(outcome, Mapped)
    assert outcome.specs[0].build is None


def reasons(result: Translation) -> dict[str, str | None]:
    """Return package -> reason of those that were dropped, None for the others."""
    return {
        outcome.package.name: outcome.reason.text if isinstance(outcome, Dropped) else None
        for outcome in result.outcomes
    }


def test_libraries_that_conda_brings_are_dropped(
    index: ChannelIndex, cuda_target: Target, make_pip: MakePip, translated: Translate
) -> None:
    """What CUDA builds depend on, also through their own library, comes with them; the rest stays."""
    wheels = ("nvidia-cublas-cu12", "nvidia-cudnn-cu12", "nvidia-nccl-cu12", "nvidia-cusparselt-cu12")
    packages = [make_pip(name, version="12.0") for name in ("torch", "xgboost", *wheels)]
    assert reasons(translated(*packages, index=index, names=NAMES, target=cuda_target)) == {
        "torch": None,
        "xgboost": None,
        "nvidia-cublas-cu12": "pytorch depends on libcublas, in the version it was built with",
        "nvidia-cudnn-cu12": "pytorch depends on cudnn, in the version it was built with",
        "nvidia-nccl-cu12": "py-xgboost depends on nccl, in the version it was built with",
        "nvidia-cusparselt-cu12": None,
    }


def test_what_only_a_mapped_wheel_asks_for_is_dropped(
    index: ChannelIndex, cuda_target: Target, make_pip: MakePip, translated: Translate
) -> None:
    """Installed metadata shows who asks: torch's wheel does, conda's pytorch does not."""
    torch = make_pip("torch", version="2.7.1", requires=('nvidia-cusparselt-cu12==0.6.3; sys_platform == "linux"',))
    wheel = make_pip("nvidia-cusparselt-cu12", version="0.6.3", requested=False)
    result = translated(torch, wheel, index=index, names=NAMES, target=cuda_target)
    told = "only the wheel of torch asks for cusparselt; the conda package of it does not"
    assert reasons(result)["nvidia-cusparselt-cu12"] == told


def test_libraries_by_themselves_are_mapped(
    index: ChannelIndex, cuda_target: Target, make_pip: MakePip, translated: Translate
) -> None:
    """Without a package that brings it, the library is what the user has; without CUDA on the target it is useless."""
    wheel = make_pip("nvidia-cublas-cu12", version="12.0")
    (kept,) = translated(wheel, index=index, names=NAMES, target=cuda_target).outcomes
    assert isinstance(kept, Mapped)
    (dropped,) = translated(wheel, index=index, names=NAMES).outcomes
    assert isinstance(dropped, Dropped)
    assert dropped.reason.code == "no-cuda"


@pytest.mark.parametrize(
    ("line", "specs"),
    [
        ("jax[cuda12]", (CondaSpec(name="jax"), CondaSpec(name="jaxlib", build="cuda*"))),
        ("tensorflow[and-cuda]", (CondaSpec(name="tensorflow", build="cuda*"),)),
        ("jax[k8s]", (CondaSpec(name="jax"),)),
    ],
)
def test_an_extra_may_ask_for_cuda(  # noqa: PLR0917  fixtures
    line: str,
    specs: tuple[CondaSpec, ...],
    make_record: MakeRecord,
    make_index: MakeIndex,
    make_pip: MakePip,
    translated: Translate,
    cuda_target: Target,
) -> None:
    """The package that has CUDA builds carries the variant, though a newer version has none; no other extra asks."""
    index = make_index(
        make_record("jax", "0.9", build="pyhd_0", noarch="python", depends=("python >=3.11",)),
        make_record("jaxlib", "0.7", build="cuda129_py311_200", depends=(ON_PYTHON, "__cuda")),
        make_record("jaxlib", "0.9", build="cpu_py311_0"),
        make_record("tensorflow", "2.19", build="cuda128py311_0", depends=(ON_PYTHON, "__cuda")),
    )
    asked = parse_requirement(line)
    package = make_pip(asked.name, asked)
    (outcome,) = translated(package, index=index, names=NAMES, target=cuda_target).outcomes
    assert isinstance(outcome, Mapped)
    assert outcome.specs == specs
    (plain,) = translated(package, index=index, names=NAMES).outcomes
    assert isinstance(plain, Mapped)
    assert [spec.build for spec in plain.specs] == [None] * len(specs)
