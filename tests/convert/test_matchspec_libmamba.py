"""Libmamba, where it is there, installs from our text exactly what rattler matches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rattler import MatchSpec, PackageRecord

from condasync.convert.matchspec import parse_spec, to_libmamba, to_rattler

RattlerRecord = Callable[..., PackageRecord]

pytestmark = pytest.mark.libmamba

VERSIONS = ("1.0.post1", "1.7", "1.8.1", "1.24", "1.24.5", "1.240", "1.26.4", "2.0rc1", "2.0", "2.1+cu118", "1!2.0")
BUILDS = ("py312_0", "cuda_12+x", "b.2", "0")
HOME = "https://conda.anaconda.org"


@pytest.fixture(scope="module")
def libmamba() -> Any:
    """Return libmambapy, of the 2.x series."""
    module = pytest.importorskip("libmambapy", reason="libmambapy comes from conda-forge only")
    if module.__version__.startswith("1."):
        pytest.skip("libmambapy 2.x is needed")
    return module


@pytest.mark.parametrize(
    "text",
    [
        "numpy",
        "numpy 1.24",
        "numpy=1.24",
        "numpy >=1.8,<2|==1.7",
        "numpy 1.24.*|>=2.0,!=2.1+cu118|==1.7",
        "numpy (1.24.*|2.*),!=1.24.5",
        "numpy >1.0,!=1.0.post.*,<2a0",
        "numpy !=1.24.*",
        "numpy * py312*",
        "numpy * b.2",
        "numpy 1!2.*",
        "conda-forge::numpy 1.26.4 0",
        "other::numpy",
    ],
)
def test_requests_install_what_rattler_matches(libmamba: Any, rattler_record: RattlerRecord, text: str) -> None:
    """Each version and build stands alone in a database: it is installed if, and only if, rattler matches it."""
    spec = parse_spec(text)
    strict = MatchSpec(to_rattler(spec).removeprefix("conda-forge::"), strict=True)
    expected = {
        (version, build)
        for version in VERSIONS
        for build in BUILDS
        if spec.channel != "other" and strict.matches(rattler_record("numpy", version, build))
    }
    installed = {
        (version, build)
        for version in VERSIONS
        for build in BUILDS
        if _installs(libmamba, to_libmamba(spec), version, build)
    }
    assert installed == expected


def test_a_plus_in_a_build_is_reached_by_a_glob(libmamba: Any) -> None:
    """Libmamba cannot match `+` exactly; the glob that stands for it still reaches the build."""
    request = to_libmamba(parse_spec("numpy ==1.7 cuda_12+x"))
    assert _installs(libmamba, request, "1.7", "cuda_12+x")
    assert not _installs(libmamba, request, "1.7", "py312_0")


def _installs(libmamba: Any, request: str, version: str, build: str) -> bool:
    specs, libsolv = libmamba.specs, libmamba.solver.libsolv
    params = specs.ChannelResolveParams(
        platforms={"linux-64", "noarch"},
        channel_alias=specs.CondaURL.parse(HOME),
        home_dir="/",
        current_working_dir="/",
    )
    database = libsolv.Database(params)
    package = specs.PackageInfo(
        name="numpy",
        version=version,
        build_string=build,
        build_number=0,
        channel="conda-forge",
        platform="linux-64",
        filename="numpy.conda",
        package_url=f"{HOME}/conda-forge/linux-64/numpy.conda",
    )
    database.add_repo_from_packages([package], name="synthetic")
    jobs = [libmamba.solver.Request.Install(specs.MatchSpec.parse(request))]
    outcome = libsolv.Solver().solve(database, libmamba.solver.Request(jobs))
    return isinstance(outcome, libmamba.solver.Solution)
