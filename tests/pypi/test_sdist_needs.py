"""What a source distribution needs to be built, as far as it says so."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pytest

from condasync.model.url import Url
from condasync.pypi.index_client import IndexClient
from condasync.pypi.index_pages import index_offers
from condasync.pypi.pip_settings import PipSettings
from condasync.pypi.sdist_needs import build_needs

if TYPE_CHECKING:
    from tests.conftest import PackageIndex


@pytest.fixture
def client() -> Iterator[IndexClient]:
    """Return a client."""
    made = IndexClient(settings=PipSettings(), backoff=0)
    yield made
    made.close()


def tarball(files: Mapping[str, bytes]) -> bytes:
    """Return a .tar.gz with these files."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, body in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    return file.getvalue()


def needs(
    client: IndexClient, index: PackageIndex, body: bytes, *, name: str = "demo-1.0.tar.gz", stated: str = "its own"
) -> str:
    """Return what an sdist on the index needs."""
    index.add("demo", name, body, stated=stated)
    (offer,) = index_offers(client, Url(index.url), "demo")
    return build_needs(client, offer)


PROJECT = b'[build-system]\nrequires = ["setuptools>=61", "cython", "numpy"]\n'


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"demo-1.0/pyproject.toml": PROJECT, "demo-1.0/setup.py": b""}, "built with setuptools>=61, cython, numpy"),
        (
            {"demo-1.0/setup.py": b"import numpy"},
            "with setuptools and whatever its setup.py imports, which it does not",
        ),
        ({"demo-1.0/pyproject.toml": b"[tool.x]\n", "demo-1.0/setup.py": b""}, "whatever its setup.py imports"),
        ({"demo-1.0/vendored/pyproject.toml": PROJECT}, "it would need to be built, and does not say with what"),
        ({"demo-1.0/pyproject.toml": b"[build-system\n"}, "is not known: demo-1.0.tar.gz cannot be read"),
        (
            {"demo-1.0/pyproject.toml": b'[build-system]\nrequires = ["x @ https://me:hidden@example.org/x"]\n'},
            "with x @ https://***@example.org/x",
        ),
    ],
)
def test_what_it_says(client: IndexClient, package_index: PackageIndex, files: dict[str, bytes], told: str) -> None:
    """The build system's requirements are read; setup.py is not run, and a credential is not repeated."""
    assert told in needs(client, package_index, tarball(files))


def test_zip_archives(client: IndexClient, package_index: PackageIndex) -> None:
    """Old projects publish their source as .zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("demo-1.0/pyproject.toml", PROJECT)
    assert "setuptools>=61" in needs(client, package_index, file.getvalue(), name="demo-1.0.zip")


@pytest.mark.parametrize("name", ["demo-1.0.tar.gz", "demo-1.0.zip"])
def test_no_archive(client: IndexClient, package_index: PackageIndex, name: str) -> None:
    """A damaged archive stops nothing: the needs are not known."""
    assert "is not known" in needs(client, package_index, b"no archive", name=name)


def test_another_file_than_stated(client: IndexClient, package_index: PackageIndex) -> None:
    """What has another digest than the index states is not read."""
    told = needs(client, package_index, tarball({"demo-1.0/pyproject.toml": PROJECT}), stated="a" * 64)
    assert told == "what it needs to be built is not known: demo-1.0.tar.gz is not the file that the index states"


def test_a_file_that_is_not_there(client: IndexClient, package_index: PackageIndex) -> None:
    """Nor does a missing file stop anything."""
    package_index.answers["/files/demo-1.0.tar.gz"] = [404]
    assert "is listed, but the file is not there" in needs(client, package_index, b"")
