"""The reviewed table of names: every row is well formed, and the rows that people stumble over say the right thing."""

from __future__ import annotations

import re

import pytest

from condasync.model.spec import CondaSpec
from condasync.pypi.names_reviewed import ReviewedNames, reviewed_rows

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\[[a-z0-9]+(?:-[a-z0-9]+)*\])?")
CONDA_NAME = re.compile(r"[a-z0-9_][a-z0-9_.-]*")


@pytest.mark.parametrize("row", reviewed_rows())
def test_every_row_is_well_formed(row: str) -> None:
    """A row has a normalised key, one proposal that names packages or says why not, and a reason."""
    candidate, *others = ReviewedNames().candidates(row)
    assert all(other.conda_names and other.release_parts == 3 for other in others)
    assert KEY.fullmatch(row)
    assert all(CONDA_NAME.fullmatch(name) for name in candidate.conda_names)
    assert candidate.trusted
    assert not (candidate.drop and candidate.conda_names)
    head, colon, why = candidate.evidence.detail.partition(": ")
    assert head.startswith(row)
    assert colon
    assert len(why) > len("Qt")
    assert candidate.release_parts is None or 0 <= candidate.release_parts <= 3


@pytest.mark.parametrize(
    ("pypi_name", "conda_names"),
    [
        ("torch", ("pytorch",)),
        ("opencv-python-headless", ("py-opencv",)),
        ("nvidia-cublas-cu12", ("libcublas",)),
        ("psycopg2-binary", ("psycopg2",)),
        ("tables", ("pytables",)),
        ("matplotlib", ("matplotlib-base",)),
        ("dask", ("dask-core",)),
        ("dask[complete]", ("dask",)),
        ("brotli", ("brotli-python",)),
        ("jq", ("jq.py",)),
        ("metis", ("metis-python",)),
        ("pgvector", ("pgvector-python",)),
        ("playwright", ("playwright-python",)),
        ("kaleido", ("python-kaleido",)),
        ("graphviz", ("python-graphviz",)),
        ("redis", ("redis-py",)),
        ("docker", ("docker-py",)),
        ("tzdata", ("python-tzdata",)),
        ("build", ("python-build",)),
    ],
)
def test_names_that_differ(pypi_name: str, conda_names: tuple[str, ...]) -> None:
    """The names that a same-name guess gets wrong lead to the Python package."""
    (candidate,) = ReviewedNames().candidates(pypi_name)
    assert candidate.conda_names == conda_names


def test_one_distribution_may_need_several_packages() -> None:
    """A row may set a constraint of its own: CuPy for CUDA 12 needs cuda-version 12."""
    (candidate,) = ReviewedNames().candidates("cupy-cuda12x")
    assert candidate.conda_names == ("cupy", "cuda-version")
    assert candidate.constraints == (CondaSpec(name="cuda-version", version="12.*"),)


def test_versions_that_are_longer_on_one_side() -> None:
    """OpenCV's wheels have a fourth number that conda-forge's version has not; an empty package's means nothing."""
    assert [ReviewedNames().candidates(name)[0].release_parts for name in ("opencv-python", "sklearn", "torch")] == [
        3,
        0,
        None,
    ]


@pytest.mark.parametrize("pypi_name", ["iris", "glib", "mamba", "boost", "lit", "ffmpeg"])
def test_names_that_lead_astray(pypi_name: str) -> None:
    """A name whose conda namesake is another project is known to have no equivalent."""
    (candidate,) = ReviewedNames().candidates(pypi_name)
    assert (candidate.conda_names, candidate.drop) == ((), False)


def test_a_distribution_that_is_none_is_dropped() -> None:
    """Debian's pkg-resources==0.0.0 is dropped with the reason."""
    (candidate,) = ReviewedNames().candidates("pkg-resources")
    assert candidate.drop
    assert "Debian" in candidate.evidence.detail


def test_an_unknown_name_has_no_row() -> None:
    """What nobody reviewed is left to the other sources; the source says its date."""
    source = ReviewedNames()
    assert source.candidates("numpy") == ()
    assert source.name == "reviewed"
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", source.revision)
