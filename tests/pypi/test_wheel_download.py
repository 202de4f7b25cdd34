"""Whole wheels: fetched once, verified, kept; whatever keeps them from it is a reason."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from condasync.errors import BuildError, NetworkError, OutputError
from condasync.model.url import Url
from condasync.model.wheel import Wheel
from condasync.pypi.index_client import IndexClient
from condasync.pypi.pip_settings import PipSettings
from condasync.pypi.wheel_download import download_wheel
from tests.conftest import PackageIndex

BODY = b"the bytes of a wheel"
NAME = "only_a_wheel-1.0-py3-none-any.whl"


def _wheel(url: str, body: bytes = BODY) -> Wheel:
    sha256 = hashlib.sha256(body).hexdigest()
    return Wheel(name="only-a-wheel", version="1.0", file_name=NAME, url=Url(url), sha256=sha256)


def _client() -> IndexClient:
    return IndexClient(settings=PipSettings(), backoff=0.0)


@pytest.fixture
def served(package_index: PackageIndex) -> str:
    """Return the URL of a wheel on an index."""
    package_index.add("only-a-wheel", NAME, BODY)
    return f"http://{package_index.host}/files/{NAME}"


def test_a_wheel_is_fetched_once(served: str, package_index: PackageIndex, tmp_path: Path) -> None:
    """The second time, and offline, the cache serves; a file that was damaged there is fetched anew."""
    path = download_wheel(_wheel(served), _client, tmp_path, offline=False)
    assert (path.name, path.read_bytes()) == (NAME, BODY)
    assert download_wheel(_wheel(served), _client, tmp_path, offline=True) == path
    assert len(package_index.requests) == 1
    path.write_bytes(b"damaged")
    assert download_wheel(_wheel(served), _client, tmp_path, offline=False).read_bytes() == BODY
    assert [one.name for one in path.parent.iterdir()] == [NAME]


def test_another_content_is_refused(served: str, tmp_path: Path) -> None:
    """A file that is not what the index states is not kept."""
    with pytest.raises(BuildError, match="the index states") as caught:
        download_wheel(_wheel(served, b"stated"), _client, tmp_path, offline=False)
    assert caught.value.reason == "hash-mismatch"
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_offline_nothing_is_asked(served: str, package_index: PackageIndex, tmp_path: Path) -> None:
    """An unseen wheel stays unseen; one that lies on this machine is no question of the network."""
    with pytest.raises(BuildError, match="--offline forbids"):
        download_wheel(_wheel(served), _client, tmp_path / "cache", offline=True)
    assert package_index.requests == []
    (tmp_path / NAME).write_bytes(BODY)
    here = _wheel((tmp_path / NAME).as_uri())
    assert download_wheel(here, _client, tmp_path / "cache", offline=True).read_bytes() == BODY


def test_what_cannot_be_had_is_a_reason(served: str, package_index: PackageIndex, tmp_path: Path) -> None:
    """A file that is gone, a server that is down, and a pip that does not tell its settings."""
    with pytest.raises(BuildError, match="the file is not there"):
        download_wheel(_wheel(f"{served}.gone"), _client, tmp_path, offline=False)
    package_index.close()
    with pytest.raises(BuildError, match="cannot be used"):
        download_wheel(_wheel(served), _client, tmp_path, offline=False)

    def silent() -> IndexClient:
        raise NetworkError("pip does not tell")

    with pytest.raises(BuildError, match="pip does not tell"):
        download_wheel(_wheel(served), silent, tmp_path, offline=False)


def test_a_cache_that_cannot_be_written(served: str, tmp_path: Path) -> None:
    """A file where the cache's folder should be is the cache's fault, not the wheel's."""
    (tmp_path / "cache").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="the cache cannot be written"):
        download_wheel(_wheel(served), _client, tmp_path / "cache", offline=False)
