"""Pages of package indexes and folders of files, read into offers: HTML (PEP 503), JSON (PEP 691), find-links."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from condasync.convert.requirement import normalise
from condasync.model.url import Url
from condasync.pypi.index_client import IndexClient, IndexFaultError
from condasync.pypi.offer import Offer

if TYPE_CHECKING:
    from unearth import Link

_JSON = "application/vnd.pypi.simple.v1+json"
_ACCEPT = {"Accept": f"{_JSON}, application/vnd.pypi.simple.v1+html; q=0.2, text/html; q=0.01"}
_FILES = (".whl", ".tar.gz", ".zip")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_LARGEST = 64 * 2**20


def index_offers(client: IndexClient, index: Url, name: str) -> tuple[Offer, ...]:
    """Return the files that an index lists for a normalised name, () when it does not know the name.

    Raises IndexFaultError.
    """
    page = f"{posixpath.join(index.secret, name)}/"
    if urlsplit(page).scheme == "file":
        page += "index.html"
    return _page_offers(client, Url(page))


def find_links_offers(client: IndexClient, place: Url, name: str) -> tuple[Offer, ...]:
    """Return the files of a normalised name in a folder, on a page, or behind a link to one file.

    Raises IndexFaultError.
    """
    if urlsplit(place.secret).path.endswith(_FILES):
        offers: tuple[Offer, ...] = (_offer_at(place.secret),)
    elif urlsplit(place.secret).scheme == "file":
        offers = _folder_offers(place)
    else:
        offers = _page_offers(client, place)
    return tuple(offer for offer in offers if normalise(offer.file_name).startswith(f"{name}-"))


def _page_offers(client: IndexClient, page: Url) -> tuple[Offer, ...]:
    with client.open(page, _ACCEPT) as answer:
        if answer is None:
            return ()
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > _LARGEST:
                raise _malformed(page, "it is too large")
        base = str(answer.url)
        try:
            if answer.headers.get("content-type", "").lower().startswith(_JSON):
                return tuple(_json_offers(json.loads(body), base))
            return tuple(_html_offers(bytes(body), base))
        except ValueError as fault:
            raise _malformed(page, str(fault)) from fault


def _json_offers(page: Any, base: str) -> Iterator[Offer]:
    files = page.get("files") if isinstance(page, dict) else None
    if not isinstance(files, list):
        raise ValueError("it has no list of files")  # noqa: TRY004  a fault of the text, not of our types
    for row in files:
        if isinstance(row, dict) and isinstance(row.get("url"), str):
            yield _json_offer(row, base)


def _json_offer(row: dict[str, Any], base: str) -> Offer:
    hashes = row.get("hashes")
    metadata = row.get("core-metadata", row.get("data-dist-info-metadata", row.get("dist-info-metadata")))
    yanked = row.get("yanked", False)
    requires_python = row.get("requires-python")
    offer = _offer_at(urljoin(base, row["url"]))
    return Offer(
        file_name=offer.file_name,
        url=offer.url,
        sha256=_digest(hashes.get("sha256")) if isinstance(hashes, dict) else offer.sha256,
        requires_python=_text(requires_python),
        yanked=yanked if isinstance(yanked, str) and yanked else ("" if yanked else None),
        has_metadata=bool(metadata),
        metadata_sha256=_digest(metadata.get("sha256")) if isinstance(metadata, dict) else None,
    )


def _html_offers(body: bytes, base: str) -> Iterable[Offer]:
    from unearth.collector import IndexPage, parse_html_page  # noqa: PLC0415  only a leftover package needs it
    from unearth.link import Link  # noqa: PLC0415

    page = IndexPage(link=Link(base), content=body, encoding="utf-8", content_type="text/html")
    return map(_linked, parse_html_page(page))


def _linked(link: Link) -> Offer:
    metadata = link.dist_info_metadata
    offer = _offer_at(link.normalized)
    return Offer(
        file_name=offer.file_name,
        url=offer.url,
        sha256=offer.sha256,
        requires_python=link.requires_python,
        yanked=link.yank_reason,
        has_metadata=bool(metadata),
        metadata_sha256=_digest(metadata.get("sha256")) if isinstance(metadata, dict) else None,
    )


def _folder_offers(place: Url) -> tuple[Offer, ...]:
    from unearth.link import Link  # noqa: PLC0415

    folder = Link(place.secret).file_path
    if folder.is_file():
        return tuple(_html_offers(folder.read_bytes(), place.secret))
    if not folder.is_dir():
        raise IndexFaultError("index-unreachable", f"the find-links folder {folder} does not exist")
    return tuple(_offer_at(path.as_uri()) for path in sorted(folder.iterdir()) if path.name.endswith(_FILES))


def _offer_at(url: str) -> Offer:
    parts = urlsplit(url)
    stated = parts.fragment.partition("sha256=")[2].partition("&")[0]
    return Offer(
        file_name=unquote(parts.path).rpartition("/")[2],
        url=Url(parts._replace(fragment="").geturl()),
        sha256=_digest(stated),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _digest(value: object) -> str | None:
    """Return a sha256 in lower case, None for what is none."""
    return value.lower() if isinstance(value, str) and _SHA256.fullmatch(value) else None


def _malformed(page: Url, why: str) -> IndexFaultError:
    return IndexFaultError("index-malformed", f"{page}: not a page of a package index: {why}")
