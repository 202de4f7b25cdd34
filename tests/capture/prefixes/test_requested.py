"""What was asked for: marker files where installers write them, else what nothing depends on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.capture.prefixes.distributions import Found, find_distributions
from condasync.capture.prefixes.requested import requested_keys
from condasync.capture.prefixes.search_path import SearchEntry
from condasync.model.package import Distribution

_ENTRY = SearchEntry(path=Path("site-packages"), origin="env")


def _dist(key: str, *requires: str, marked: bool = False, installer: str | None = "pip") -> Found:
    distribution = Distribution(name=key, version="1", location=key, installer=installer, requires=requires)
    return Found(key=key, place=Path(key), distribution=distribution, entry=_ENTRY, marked=marked)


def _requested(*found: Found, python: str = "3.11.7") -> set[str]:
    return set(requested_keys(found, found, python=python))


def test_marker_files_are_believed() -> None:
    """Proves that with one REQUESTED file the installer's other packages only came along."""
    assert {"dask"} == _requested(_dist("dask", "numpy", marked=True), _dist("numpy"), _dist("orphan"))


def test_the_mark_of_a_venv_s_own_pip_says_nothing() -> None:
    """Proves that ensurepip's REQUESTED files do not hide that nobody marked the rest."""
    assert {"pip", "dask"} == _requested(_dist("pip", marked=True), _dist("dask", "numpy"), _dist("numpy"))


def test_each_installer_is_judged_by_itself() -> None:
    """Proves that what poetry installed is not taken for unrequested because pip marks its own."""
    dask, numpy = _dist("dask", "numpy", installer="poetry 1.8.2"), _dist("numpy", installer="poetry 1.8.2")
    assert {"dask", "httpx"} == _requested(dask, numpy, _dist("httpx", marked=True), _dist("idna"))


@pytest.mark.parametrize(
    ("requires", "expected"),
    [
        (("b",), {"a"}),
        (("B_",), {"a", "b"}),
        (("b ; extra == 'all'",), {"a", "b"}),
        (("b ; python_version < '3.8'",), {"a", "b"}),
        (("b ; python_version >= '3.8'",), {"a"}),
        (("not a requirement ~~",), {"a", "b"}),
        (("a[more]", "b ; extra == 'more'"), {"a"}),
    ],
)
def test_without_marks_what_nothing_needs_is_requested(requires: tuple[str, ...], expected: set[str]) -> None:
    """Proves that markers are evaluated, extras count when they are required, and broken lines do not stop it."""
    assert expected == _requested(_dist("a", *requires), _dist("b"))


def test_extras_are_followed_through_others() -> None:
    """Proves that an extra which another package requires pulls in what it names."""
    app = _dist("app", "dask[complete]")
    dask = _dist("dask", "dask[array] ; extra == 'complete'", "numpy ; extra == 'array'")
    assert {"app"} == _requested(app, dask, _dist("numpy"))


def test_markers_are_read_for_the_captured_python() -> None:
    """Proves that the Python of the environment decides, not the running one."""
    found = (_dist("a", "b ; python_version < '3.5'"), _dist("b"))
    assert {"a"} == _requested(*found, python="3.4.10")


def test_what_conda_owns_needs_things_too() -> None:
    """Proves that a pip package which only a conda package depends on is not requested."""
    pip_side = (_dist("helper"),)
    assert requested_keys(pip_side, (*pip_side, _dist("owner", "helper")), python="3.11.7") == frozenset()


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=10), st.booleans())
def test_requested_names_are_installed_names(edges: list[tuple[str, str]], marks: bool) -> None:  # noqa: FBT001
    """Proves that the answer never names what is not there, and that every chain without a cycle has a head."""
    found = [_dist(key, *(b for a, b in edges if a == key), marked=marks and key == "a") for key in "abcdef"]
    requested = _requested(*found)
    assert requested <= set("abcdef")
    needed = {b for a, b in edges if a != b}
    assert requested == ({"a"} if marks else set("abcdef") - needed)


def test_marks_are_read_from_disk(tmp_path: Path, write_dist: Callable[..., Path]) -> None:
    """Proves the way from REQUESTED files to names on a real folder."""
    write_dist(tmp_path, "Dask", "1", requested=True, requires=("numpy",))
    write_dist(tmp_path, "numpy", "1")
    found, _ = find_distributions([SearchEntry(path=tmp_path, origin="env")])
    assert {"dask"} == _requested(*found)
