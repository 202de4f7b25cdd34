"""A zip archive on a server, read in ranges."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.model.url import Url
from condasync.pypi.index_client import IndexClient, IndexFaultError
from condasync.pypi.pip_settings import PipSettings
from condasync.pypi.remote_file import RemoteFile, remote_file

if TYPE_CHECKING:
    from typing import IO

    from tests.conftest import MakeWheel, PackageIndex


def opened(index: PackageIndex, name: str) -> RemoteFile | None:
    """Return a file of the index."""
    return remote_file(IndexClient(settings=PipSettings()), Url(f"http://{index.host}/files/{name}"))


def test_only_the_end_of_a_large_wheel_is_read(package_index: PackageIndex, make_wheel: MakeWheel) -> None:
    """Of a wheel of 5 MB some kilobytes are enough to read its METADATA."""
    body = make_wheel("demo", "1.0", "numpy", padding=5_000_000)
    package_index.add("demo", "demo.whl", body)
    file = opened(package_index, "demo.whl")
    assert file is not None
    with zipfile.ZipFile(cast("IO[bytes]", file)) as archive:
        assert b"Requires-Dist: numpy" in archive.read("demo-1.0.dist-info/METADATA")
        assert archive.read("demo.py") == b"x" * 5_000_000
    assert package_index.requests[0][1]["range"] == "bytes=-65536"


def test_no_ranges(package_index: PackageIndex, make_wheel: MakeWheel) -> None:
    """A server without ranges gives no such file, nor does one without the file."""
    package_index.serves_ranges = False
    package_index.add("demo", "demo.whl", make_wheel("demo", "1.0"))
    assert opened(package_index, "demo.whl") is None
    assert opened(package_index, "other.whl") is None


def test_a_server_that_stops_serving_ranges(package_index: PackageIndex, make_wheel: MakeWheel) -> None:
    """It is an error that says so, not a wrong answer."""
    package_index.add("demo", "demo.whl", make_wheel("demo", "1.0", padding=200_000))
    file = opened(package_index, "demo.whl")
    assert file is not None
    package_index.serves_ranges = False
    file.seek(0)
    with pytest.raises(IndexFaultError, match="stopped to serve ranges"):
        file.read(10)


@given(st.binary(max_size=400), st.integers(0, 400), st.lists(st.tuples(st.integers(0, 450), st.integers(0, 450))))
def test_reads_as_a_local_file_does(body: bytes, tail: int, reads: list[tuple[int, int]]) -> None:
    """Whatever is read where, the bytes are those of the file."""
    size = min(tail, len(body))
    file = RemoteFile(lambda start, length: body[start : start + length], tail=body[len(body) - size :], size=len(body))
    local = io.BytesIO(body)
    for place, length in reads:
        assert file.seek(place) == local.seek(place)
        wanted, found = local.read(length), b""
        while len(found) < len(wanted):
            found += file.read(length - len(found)) or b""
        assert found == wanted
        assert file.tell() == max(place, min(place + length, max(len(body), place)))
