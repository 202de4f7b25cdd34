"""Every distribution in a conda prefix has one owner: a conda package, or pip."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from condasync.capture.prefixes.conda_meta import InstalledRecord, read_conda_meta
from condasync.capture.prefixes.distributions import Found, find_distributions
from condasync.capture.prefixes.ownership import overwritten_by_pip, ownership_of
from condasync.capture.prefixes.search_path import SearchEntry
from condasync.model.package import Origin

_SITE = "lib/python3.11/site-packages"


def _read(
    prefix: Path, site: str = _SITE, origin: Origin = "env"
) -> tuple[tuple[InstalledRecord, ...], tuple[Found, ...]]:
    found, _ = find_distributions([SearchEntry(path=prefix / site, origin=origin)])
    return read_conda_meta(prefix)[0], found


def test_a_package_owns_the_distributions_whose_metadata_it_lists(
    conda_prefix: Path, write_dist: Callable[..., Path], write_record: Callable[..., Path]
) -> None:
    """Proves that one conda package may own several distributions of other names, and pip the rest."""
    for name in ("torch", "functorch", "httpx"):
        write_dist(conda_prefix / _SITE, name, "1")
    files = [f"{_SITE}/{name}-1.dist-info/METADATA" for name in ("torch", "functorch")]
    write_record(conda_prefix, "pytorch", "1", files=files)
    records, found = _read(conda_prefix)
    ownership = ownership_of(conda_prefix, records, found)
    assert {name: [d.name for d in owned] for name, owned in ownership.by_package.items()} == {
        "pytorch": ["functorch", "torch"]
    }
    assert [f.key for f in ownership.unowned] == ["httpx"]
    assert overwritten_by_pip(records, ownership.unowned) == ()


def test_case_means_nothing_in_a_windows_prefix(
    tmp_path: Path, write_dist: Callable[..., Path], write_record: Callable[..., Path]
) -> None:
    """Proves that paths below `Lib` are compared as Windows compares them."""
    write_dist(tmp_path / "Lib" / "site-packages", "PyYAML", "6.0")
    write_record(
        tmp_path, "pyyaml", "6.0", subdir="win-64", files=["Lib\\site-packages\\pyyaml-6.0.dist-info\\METADATA"]
    )
    records, found = _read(tmp_path, "Lib/site-packages")
    assert list(ownership_of(tmp_path, records, found).by_package) == ["pyyaml"]


@pytest.mark.parametrize("conda_metadata_is_left", [True, False])
def test_a_newer_version_from_pip_is_reported(
    conda_prefix: Path,
    write_dist: Callable[..., Path],
    write_record: Callable[..., Path],
    *,
    conda_metadata_is_left: bool,
) -> None:
    """Proves the finding both when pip removed conda's metadata and when it did not."""
    write_record(conda_prefix, "py-numpy", "1.26.4", files=[f"{_SITE}/numpy-1.26.4.dist-info/METADATA"])
    if conda_metadata_is_left:
        write_dist(conda_prefix / _SITE, "numpy", "1.26.4", installer="conda")
    place = write_dist(conda_prefix / _SITE, "numpy", "2.1.0")
    records, found = _read(conda_prefix)
    (finding,) = overwritten_by_pip(records, ownership_of(conda_prefix, records, found).unowned)
    assert (finding.code, finding.package, finding.where) == ("overwritten-by-pip", "numpy", str(place))
    assert finding.text == "numpy 2.1.0 from pip lies over version 1.26.4 of the conda package py-numpy"


def test_a_user_site_is_no_overwriting(
    conda_prefix: Path, write_dist: Callable[..., Path], write_record: Callable[..., Path]
) -> None:
    """Proves that a second copy elsewhere on the path is told apart from files that pip replaced."""
    write_record(conda_prefix, "numpy", "1.26.4", files=[f"{_SITE}/numpy-1.26.4.dist-info/METADATA"])
    write_dist(conda_prefix / "user", "numpy", "2.1.0")
    records, found = _read(conda_prefix, "user", "user-site")
    (finding,) = overwritten_by_pip(records, found)
    assert finding.code == "shadowed-distribution"
    assert "numpy 2.1.0 (user-site) and version 1.26.4 of the conda package numpy are both visible" in finding.text


def test_what_a_package_vendors_is_no_claim(
    conda_prefix: Path, write_dist: Callable[..., Path], write_record: Callable[..., Path]
) -> None:
    """Proves that metadata deep inside a package does not claim pip's distribution of that name."""
    vendored = f"{_SITE}/setuptools/_vendor/packaging-24.0.dist-info/METADATA"
    write_record(conda_prefix, "setuptools", "75", files=[vendored])
    write_dist(conda_prefix / _SITE, "packaging", "24.2")
    records, found = _read(conda_prefix)
    assert overwritten_by_pip(records, found) == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(owners=st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("xyz"), max_size=2), max_size=6))
def test_every_distribution_has_exactly_one_owner(
    tmp_path_factory: pytest.TempPathFactory,
    write_dist: Callable[..., Path],
    write_record: Callable[..., Path],
    owners: dict[str, list[str]],
) -> None:
    """Proves that owned and unowned distributions are together all of them, each once, whoever claims them."""
    prefix = tmp_path_factory.mktemp("law")
    (prefix / "conda-meta").mkdir()
    (prefix / _SITE).mkdir(parents=True)
    for dist in owners:
        write_dist(prefix / _SITE, dist, "1")
    for package in "xyz":
        claimed = [f"{_SITE}/{dist}-1.dist-info/METADATA" for dist, names in owners.items() if package in names]
        write_record(prefix, package, "1", files=claimed)
    records, found = _read(prefix)
    ownership = ownership_of(prefix, records, found)
    owned = [d.name for items in ownership.by_package.values() for d in items]
    assert sorted(owners) == sorted([*owned, *(f.key for f in ownership.unowned)])
    assert {dist for dist, names in owners.items() if names} == set(owned)
