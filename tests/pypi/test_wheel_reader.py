"""How the METADATA of an offered wheel is read, and what is refused."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from condasync.convert.virtual_packages import default_virtual_packages
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.url import Url
from condasync.model.wheel import Wheel
from condasync.pypi.index_client import IndexClient, IndexFaultError
from condasync.pypi.index_pages import index_offers
from condasync.pypi.pip_settings import PipSettings
from condasync.pypi.wheel_choice import Candidate, choose
from condasync.pypi.wheel_reader import read_wheel

if TYPE_CHECKING:
    from tests.conftest import MakeWheel, PackageIndex

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=default_virtual_packages("linux-64"))
NAME = "demo-1.0-py3-none-any.whl"
METADATA = b"Name: demo\nVersion: 1.0\nRequires-Dist: from-beside\nRequires-Python: >=3.9\n"


@pytest.fixture
def client() -> Iterator[IndexClient]:
    """Return a client."""
    made = IndexClient(settings=PipSettings(), backoff=0)
    yield made
    made.close()


def read(client: IndexClient, index: PackageIndex, *hashes: str) -> Wheel:
    """Return the one wheel of the index."""
    requirement = PipRequirement(name="demo", hashes=hashes)
    found = choose(index_offers(client, Url(index.url), "demo"), requirement, TARGET)
    assert isinstance(found, Candidate)
    index.requests.clear()
    return read_wheel(client, found, requirement)


def fault(client: IndexClient, index: PackageIndex, *hashes: str) -> tuple[str, str]:
    """Return code and text of the fault that reading ends with."""
    with pytest.raises(IndexFaultError) as caught:
        read(client, index, *hashes)
    return caught.value.reason.code, caught.value.reason.text


def test_metadata_beside_the_wheel(client: IndexClient, package_index: PackageIndex, make_wheel: MakeWheel) -> None:
    """With PEP 658 nothing of the wheel itself is downloaded."""
    body = make_wheel("demo", "1.0", "from-within")
    package_index.add("demo", NAME, body, metadata=METADATA, yanked=None)
    assert read(client, package_index) == Wheel(
        name="demo",
        version="1.0",
        file_name=NAME,
        url=Url(f"http://{package_index.host}/files/{NAME}"),
        sha256=hashlib.sha256(body).hexdigest(),
        requires=("from-beside",),
        requires_python=">=3.9",
    )
    assert package_index.paths == [f"/files/{NAME}.metadata"]


def test_metadata_that_is_not_what_the_index_states(
    client: IndexClient, package_index: PackageIndex, make_wheel: MakeWheel
) -> None:
    """METADATA with another digest is not believed."""
    package_index.add("demo", NAME, make_wheel("demo", "1.0"), metadata=METADATA)
    package_index.answers[f"/files/{NAME}.metadata"] = [METADATA + b"Requires-Dist: evil\n"]
    assert fault(client, package_index) == (
        "hash-mismatch",
        f"{NAME}: the METADATA that came is not what the index states",
    )


def test_metadata_within_the_wheel(client: IndexClient, package_index: PackageIndex, make_wheel: MakeWheel) -> None:
    """Without PEP 658 only the end of a wheel is read, when the server serves ranges."""
    package_index.add("demo", NAME, make_wheel("demo", "1.0", "from-within", padding=200_000))
    assert read(client, package_index).requires == ("from-within",)
    assert [headers.get("range") for _, headers in package_index.requests] == ["bytes=-65536"]


def test_metadata_promised_and_not_there(
    client: IndexClient, package_index: PackageIndex, make_wheel: MakeWheel
) -> None:
    """An index that promises METADATA and does not have it is no reason to fail."""
    package_index.add("demo", NAME, make_wheel("demo", "1.0", "from-within"), metadata=METADATA)
    package_index.answers[f"/files/{NAME}.metadata"] = [404]
    assert read(client, package_index).requires == ("from-within",)


def test_the_whole_wheel(client: IndexClient, package_index: PackageIndex, make_wheel: MakeWheel) -> None:
    """Where ranges are not served the wheel is downloaded, and must have the digest that the index states."""
    package_index.serves_ranges = False
    package_index.add("demo", NAME, make_wheel("demo", "1.0", "from-within"))
    assert read(client, package_index).requires == ("from-within",)
    package_index.files.clear()
    package_index.add("demo", NAME, make_wheel("demo", "1.0"), stated="a" * 64)
    code, text = fault(client, package_index)
    assert code == "hash-mismatch"
    assert text.endswith(f"the index states {'a' * 64}")


def test_an_index_without_digests(client: IndexClient, package_index: PackageIndex, make_wheel: MakeWheel) -> None:
    """When nobody states the sha256 the whole wheel is read to know it."""
    body = make_wheel("demo", "1.0", "from-within")
    package_index.add("demo", NAME, body, stated=None, metadata=METADATA)
    wheel = read(client, package_index)
    assert (wheel.sha256, wheel.requires) == (hashlib.sha256(body).hexdigest(), ("from-within",))


def test_hashes_of_the_input(client: IndexClient, package_index: PackageIndex, make_wheel: MakeWheel) -> None:
    """A hash of the input that the page cannot answer is compared with the file itself."""
    body = make_wheel("demo", "1.0")
    package_index.add("demo", NAME, body, metadata=METADATA)
    good, bad = hashlib.sha512(body).hexdigest(), "a" * 128
    assert read(client, package_index, f"sha512:{good}").name == "demo"
    assert fault(client, package_index, f"sha512:{bad}") == (
        "hash-mismatch",
        f"{NAME}: has none of the hashes that the input states",
    )
    assert fault(client, package_index, "md5:" + "a" * 32)[0] == "hash-mismatch"


def _zip(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return file.getvalue()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "is no wheel"),
        (b"not a zip archive", "is no wheel"),
        (_zip(x=b""), "not exactly one METADATA in it"),
        (_zip(**{"demo-1.0.dist-info/METADATA": b"Name: demo\nVersion: 2.0\n"}), "METADATA states the version '2.0'"),
        (
            _zip(**{"a.dist-info/METADATA": METADATA, "b.dist-info/METADATA": METADATA}),
            "not exactly one METADATA in it",
        ),
        (_zip(**{"x/demo-1.0.dist-info/METADATA": METADATA}), "not exactly one METADATA in it"),
        (_zip(**{"demo-1.0.dist-info/METADATA": METADATA})[:-30], "is no wheel"),
    ],
)
@pytest.mark.parametrize("ranges", [True, False])
def test_malformed_wheels(
    client: IndexClient,
    package_index: PackageIndex,
    body: bytes,
    told: str,
    ranges: bool,  # noqa: FBT001  a parameter of the table
) -> None:
    """A file that is no wheel is told by name, whichever way it is read."""
    package_index.serves_ranges = ranges
    package_index.add("demo", NAME, body)
    code, text = fault(client, package_index)
    assert code == "malformed-wheel"
    assert text.startswith(f"{NAME}: ")
    assert told in text


def test_a_file_that_is_listed_and_not_there(client: IndexClient, package_index: PackageIndex) -> None:
    """A page may be older than what the index has."""
    package_index.add("demo", NAME, b"")
    package_index.answers[f"/files/{NAME}"] = [404]
    assert fault(client, package_index) == ("not-on-index", f"{NAME} is listed, but the file is not there")
