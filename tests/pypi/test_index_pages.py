"""What pages of package indexes and folders of files offer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from condasync.model.url import Url
from condasync.pypi.index_client import IndexClient, IndexFaultError
from condasync.pypi.index_pages import find_links_offers, index_offers
from condasync.pypi.offer import Offer
from condasync.pypi.pip_settings import PipSettings

if TYPE_CHECKING:
    from tests.conftest import PackageIndex

FAULTS = Path(__file__).parent / "data" / "faults" / "index_pages"
WHEEL = "demo-1.0-py3-none-any.whl"
CLIENT = IndexClient(settings=PipSettings(), backoff=0)


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    """Close the client after the last test."""
    yield
    CLIENT.close()


@pytest.mark.parametrize("style", ["json", "html"])
def test_both_kinds_of_pages_say_the_same(package_index: PackageIndex, style: Literal["json", "html"]) -> None:
    """JSON (PEP 691) and HTML (PEP 503) give equal offers, hashes, Requires-Python, yanking and metadata among them."""
    package_index.style = style
    package_index.add("demo", WHEEL, requires_python=">=3.9", metadata=b"Name: demo")
    package_index.add("demo", "demo-2.0+x-py3-none-any.whl", yanked="broken & gone", stated=None)
    package_index.add("demo", "demo-1.0.tar.gz", b"source")
    offers = index_offers(CLIENT, Url(package_index.url), "demo")
    files = f"http://{package_index.host}/files"
    assert offers == (
        Offer(
            file_name=WHEEL,
            url=Url(f"{files}/{WHEEL}"),
            sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            requires_python=">=3.9",
            has_metadata=True,
            metadata_sha256="8c579459e4e132ac6bca7b937ed3779d7ffcd327e4dfaa55af49a5af5d844c33",
        ),
        Offer(
            file_name="demo-2.0+x-py3-none-any.whl",
            url=Url(f"{files}/demo-2.0+x-py3-none-any.whl"),
            yanked="broken & gone",
        ),
        Offer(
            file_name="demo-1.0.tar.gz",
            url=Url(f"{files}/demo-1.0.tar.gz"),
            sha256="41cf6794ba4200b839c53531555f0f3998df4cbb01a4d5cb0b94e3ca5e23947d",
        ),
    )


def test_an_unknown_name(package_index: PackageIndex) -> None:
    """An index without the name offers nothing."""
    assert index_offers(CLIENT, Url(package_index.url.rstrip("/")), "demo") == ()
    assert package_index.paths == ["/simple/demo/"]


def test_yanked_without_a_reason(package_index: PackageIndex) -> None:
    """A yanked file is yanked, whether a reason is given or not."""
    package_index.add("demo", WHEEL, yanked="")
    assert [offer.yanked for offer in index_offers(CLIENT, Url(package_index.url), "demo")] == [""]


def test_rows_that_cannot_be_read_are_passed_over(package_index: PackageIndex) -> None:
    """One bad row does not hide the good ones; a digest that is none is not believed."""
    package_index.answers["/simple/demo/"] = [(FAULTS / "rows.json").read_bytes()]
    offers = index_offers(CLIENT, Url(package_index.url), "demo")
    assert [(offer.file_name, offer.sha256, offer.yanked) for offer in offers] == [(WHEEL, None, None)]


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("truncated.json", "not a page of a package index: Unterminated string"),
        ("list.json", "not a page of a package index: it has no list of files"),
        ("files-object.json", "not a page of a package index: it has no list of files"),
        ("latin-1.json", "not a page of a package index: 'utf-8' codec can't decode"),
    ],
)
def test_malformed_pages(package_index: PackageIndex, file: str, told: str) -> None:
    """A page that is none is a fault that names it."""
    package_index.answers["/simple/demo/"] = [(FAULTS / file).read_bytes()]
    with pytest.raises(IndexFaultError) as caught:
        index_offers(CLIENT, Url(package_index.url), "demo")
    assert caught.value.reason.code == "index-malformed"
    assert told in caught.value.reason.text
    assert f"{package_index.host}/simple/demo/" in caught.value.reason.text


def test_a_folder_is_an_index(tmp_path: Path) -> None:
    """An index may lie in a folder, with an index.html per name."""
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "index.html").write_text(f'<a href="{WHEEL}#sha256={"a" * 64}">x</a>')
    (offer,) = index_offers(CLIENT, Url(tmp_path.as_uri()), "demo")
    assert offer.url.secret == (tmp_path / "demo" / WHEEL).as_uri()
    assert offer.sha256 == "a" * 64
    assert index_offers(CLIENT, Url(tmp_path.as_uri()), "other") == ()


def test_find_links_to_a_folder(tmp_path: Path) -> None:
    """Files of the name in a folder are offered, others are not."""
    for name in (
        WHEEL,
        "Demo-0.9.tar.gz",
        "demo_more-1.0-py3-none-any.whl",
        "demo-1.0.txt",
        "other-1-py3-none-any.whl",
    ):
        (tmp_path / name).write_bytes(b"")
    offers = find_links_offers(CLIENT, Url(tmp_path.as_uri()), "demo")
    assert [offer.file_name for offer in offers] == ["Demo-0.9.tar.gz", WHEEL, "demo_more-1.0-py3-none-any.whl"]


def test_find_links_to_a_page(package_index: PackageIndex, tmp_path: Path) -> None:
    """A page of links, on a server or on disk, or a link to one file, will do."""
    package_index.answers["/wheels.html"] = [f'<a href="/x/{WHEEL}">x</a><a>no link</a>'.encode()]
    (offer,) = find_links_offers(CLIENT, Url(f"http://{package_index.host}/wheels.html"), "demo")
    assert offer.url.secret == f"http://{package_index.host}/x/{WHEEL}"
    (tmp_path / "wheels.html").write_text(f'<a href="{WHEEL}">x</a>')
    (offer,) = find_links_offers(CLIENT, Url((tmp_path / "wheels.html").as_uri()), "demo")
    assert offer.url.secret == (tmp_path / WHEEL).as_uri()
    (offer,) = find_links_offers(CLIENT, Url(f"https://example.org/a/{WHEEL}#sha256={'b' * 64}"), "demo")
    assert (offer.file_name, offer.sha256) == (WHEEL, "b" * 64)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A find-links folder that does not exist is a fault, not an empty one."""
    with pytest.raises(IndexFaultError, match="absent does not exist"):
        find_links_offers(CLIENT, Url((tmp_path / "absent").as_uri()), "demo")
