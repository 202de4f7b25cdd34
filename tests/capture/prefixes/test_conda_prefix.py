"""A conda prefix is captured whole from its files, of whatever platform it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from condasync.capture.prefixes.conda_prefix import CondaPrefix, is_conda_prefix
from condasync.capture.prefixes.search_path import Outside
from condasync.errors import CaptureError
from condasync.model.package import CondaPackage, PipPackage, manager_of

_SITE = "lib/python3.11/site-packages"


def test_conda_and_pip_packages_are_captured_side_by_side(
    conda_prefix: Path, write_dist: Callable[..., Path], write_record: Callable[..., Path]
) -> None:
    """Proves every field of an environment that holds both kinds."""
    write_dist(conda_prefix / _SITE, "numpy", "1.26.4", installer="conda")
    pip_place = write_dist(conda_prefix / _SITE, "httpx", "0.27", requested=True, requires=("idna",))
    write_dist(conda_prefix / _SITE, "idna", "3.7")
    write_record(
        conda_prefix,
        "numpy",
        "1.26.4",
        subdir="linux-64",
        requested_specs=["numpy"],
        depends=["python >=3.11"],
        files=[f"{_SITE}/numpy-1.26.4.dist-info/METADATA"],
    )
    write_record(conda_prefix, "tzdata", "2024a", channel="https://example.org/mirror")
    environment = CondaPrefix(prefix=conda_prefix).capture()
    assert environment.findings == ()
    assert (environment.kind, environment.prefix, environment.python, environment.platform, environment.channels) == (
        "conda-prefix",
        str(conda_prefix),
        "3.11.7",
        "linux-64",
        ("conda-forge", "https://example.org/mirror"),
    )
    assert [(manager_of(package), package.name) for package in environment.packages] == [
        ("conda", "numpy"),
        ("conda", "python"),
        ("conda", "tzdata"),
        ("pip", "httpx"),
        ("pip", "idna"),
    ]
    numpy, httpx = environment.packages[0], environment.packages[3]
    assert isinstance(numpy, CondaPackage)
    assert numpy.record is not None
    assert (numpy.version, numpy.build, numpy.channel, numpy.subdir) == ("1.26.4", "0", "conda-forge", "linux-64")
    assert [d.name for d in numpy.distributions] == ["numpy"]
    assert isinstance(httpx, PipPackage)
    assert httpx.distribution is not None
    assert httpx.distribution.location == str(pip_place)


def test_requested_is_what_was_asked_for_or_what_nothing_needs(
    conda_prefix: Path, write_record: Callable[..., Path]
) -> None:
    """Proves the rule for conda packages: a request, else no dependent in the prefix."""
    write_record(conda_prefix, "asked", "1", requested_spec="asked")
    write_record(conda_prefix, "top", "1", depends=["asked >=1", "needed"], requested_spec="None")
    write_record(conda_prefix, "needed", "1")
    packages = CondaPrefix(prefix=conda_prefix).capture().packages
    requested = {package.name: package.requested for package in packages}
    assert requested == {"asked": True, "top": True, "needed": False, "python": True}


def test_the_interpreter_of_a_conda_prefix_is_never_run(conda_prefix: Path, tmp_path: Path) -> None:
    """Proves that a foreign or hostile bin/python has no part in the capture."""
    (conda_prefix / "bin").mkdir()
    script = conda_prefix / "bin" / "python"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    script.chmod(0o755)
    assert CondaPrefix(prefix=conda_prefix).capture().python == "3.11.7"
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("subdir", "site", "fields"),
    [
        ("osx-arm64", "lib/python3.12/site-packages", {}),
        ("win-64", "Lib/site-packages", {}),
        ("linux-64", "lib/python3.12t/site-packages", {"python_site_packages_path": "lib/python3.12t/site-packages"}),
    ],
)
def test_other_layouts_are_read(
    tmp_path: Path,
    write_dist: Callable[..., Path],
    write_record: Callable[..., Path],
    *,
    subdir: str,
    site: str,
    fields: dict[str, str],
) -> None:
    """Proves that prefixes of other platforms and free-threaded Pythons are read by their layout."""
    write_record(tmp_path, "python", "3.12.1", subdir=subdir, **fields)
    write_dist(tmp_path / site, "httpx", "0.27")
    environment = CondaPrefix(prefix=tmp_path).capture()
    assert (environment.platform, environment.findings) == (subdir, ())
    assert [package.name for package in environment.packages] == ["python", "httpx"]


def test_a_prefix_without_python_holds_conda_packages_only(tmp_path: Path, write_record: Callable[..., Path]) -> None:
    """Proves that a prefix for tools is an environment, with no Python and, all noarch, no platform."""
    write_record(tmp_path, "tzdata", "2024a")
    environment = CondaPrefix(prefix=tmp_path).capture()
    assert (environment.python, environment.platform) == (None, None)
    assert [package.name for package in environment.packages] == ["tzdata"]


def test_an_empty_prefix_is_an_empty_environment(tmp_path: Path) -> None:
    """Proves that `conda create` without packages can be captured."""
    (tmp_path / "conda-meta").mkdir()
    (tmp_path / "conda-meta" / "history").write_text("")
    assert is_conda_prefix(tmp_path)
    assert CondaPrefix(prefix=tmp_path).capture().packages == ()


def test_what_the_shell_adds_is_marked(conda_prefix: Path, tmp_path: Path, write_dist: Callable[..., Path]) -> None:
    """Proves that PYTHONPATH and user-site packages are captured when asked for, with their origin."""
    write_dist(tmp_path / "extra", "a", "1")
    write_dist(tmp_path / "user" / _SITE, "b", "1")
    write_dist(conda_prefix / _SITE, "c", "1")
    outside = Outside(python_path=(tmp_path / "extra",), user_base=tmp_path / "user")
    packages = CondaPrefix(prefix=conda_prefix, outside=outside).capture().packages
    origins = {p.name: p.distribution.origin for p in packages if isinstance(p, PipPackage) and p.distribution}
    assert origins == {"a": "pythonpath", "b": "user-site", "c": "env"}
    plain = CondaPrefix(prefix=conda_prefix).capture().packages
    assert [package.name for package in plain] == ["python", "c"]


def test_a_site_folder_that_is_a_file_is_reported(conda_prefix: Path) -> None:
    """Proves that a damaged prefix does not look like one without pip packages."""
    (conda_prefix / _SITE).rmdir()
    (conda_prefix / _SITE).write_text("")
    assert [f.code for f in CondaPrefix(prefix=conda_prefix).capture().findings] == ["unread-archive"]


def test_without_a_readable_record_there_is_no_capture(conda_prefix: Path) -> None:
    """Proves that the error of conda-meta reaches the caller."""
    (conda_prefix / "conda-meta" / "python-3.11.7-0.json").write_text("{")
    with pytest.raises(CaptureError):
        CondaPrefix(prefix=conda_prefix).capture()
