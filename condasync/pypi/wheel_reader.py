"""What an offered wheel holds: its METADATA from beside it, from within it over ranges, or from the whole file."""

from __future__ import annotations

import hashlib
import re
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, cast

from condasync.model.spec import PipRequirement
from condasync.model.url import Url
from condasync.model.wheel import Wheel
from condasync.pypi.index_client import IndexClient, IndexFaultError
from condasync.pypi.offer import Offer
from condasync.pypi.remote_file import RemoteFile, remote_file
from condasync.pypi.wheel_choice import Candidate
from condasync.pypi.wheel_metadata import parse_metadata

_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
_LARGEST_METADATA = 16 * 2**20
_SPOOLED = 16 * 2**20
_SHA256 = "sha256"
_STRONG = ("sha256", "sha384", "sha512")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """Hold METADATA and, when the whole file came, its digest."""

    metadata: bytes
    sha256: str | None = None


def read_wheel(client: IndexClient, candidate: Candidate, requirement: PipRequirement) -> Wheel:
    """Return an offered wheel with what its METADATA says; it is downloaded only as far as needed.

    What comes whole must have the digest that the index states and one that the requirement states. Raises
    IndexFaultError with `hash-mismatch`, `malformed-wheel`, or as the client does.
    """
    offer = candidate.offer
    others = tuple(one for one in requirement.hashes if not one.startswith(f"{_SHA256}:"))
    read = None
    if offer.sha256 is not None and not others:
        read = _beside(client, offer) or _within(client, offer)
    if read is None:
        read = _whole(client, offer, requirement.hashes)
    sha256 = read.sha256 or offer.sha256
    if sha256 is None:
        raise AssertionError(offer)
    try:
        metadata = parse_metadata(read.metadata, name=candidate.name, version=candidate.version)
    except ValueError as fault:
        raise IndexFaultError("malformed-wheel", f"{offer.file_name}: {fault}") from fault
    return Wheel(
        name=candidate.name,
        version=str(candidate.version),
        file_name=offer.file_name,
        url=offer.url,
        sha256=sha256,
        requires=metadata.requires,
        requires_python=metadata.requires_python,
        extras=metadata.extras,
        yanked=offer.yanked,
    )


def _beside(client: IndexClient, offer: Offer) -> _Read | None:
    """Return the METADATA that the index has beside the wheel (PEP 658), None when it has none after all."""
    if not offer.has_metadata:
        return None
    with client.open(Url(f"{offer.url.secret}.metadata")) as answer:
        if answer is None:
            return None
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > _LARGEST_METADATA:
                raise IndexFaultError("malformed-wheel", f"{offer.file_name}: METADATA is too large")
    stated = offer.metadata_sha256
    if stated is not None and hashlib.sha256(body).hexdigest() != stated:
        raise IndexFaultError(
            "hash-mismatch", f"{offer.file_name}: the METADATA that came is not what the index states"
        )
    return _Read(metadata=bytes(body))


def _within(client: IndexClient, offer: Offer) -> _Read | None:
    """Return METADATA read from the wheel over ranges, None when the server does not serve them or sends nonsense."""
    file = remote_file(client, offer.url)
    if file is not None:
        with suppress(IndexFaultError), file:
            return _Read(metadata=_member(file, offer))
    return None


def _whole(client: IndexClient, offer: Offer, hashes: tuple[str, ...]) -> _Read:
    digests = {name: hashlib.new(name) for name in _STRONG}
    with tempfile.SpooledTemporaryFile(max_size=_SPOOLED) as file:
        with client.open(offer.url) as answer:
            if answer is None:
                raise IndexFaultError("not-on-index", f"{offer.file_name} is listed, but the file is not there")
            for chunk in answer.iter_bytes():
                file.write(chunk)
                for digest in digests.values():
                    digest.update(chunk)
        sha256 = digests[_SHA256].hexdigest()
        if offer.sha256 is not None and sha256 != offer.sha256:
            raise IndexFaultError(
                "hash-mismatch", f"{offer.file_name}: sha256 is {sha256}, the index states {offer.sha256}"
            )
        if hashes and not any(f"{name}:{digest.hexdigest()}" in hashes for name, digest in digests.items()):
            raise IndexFaultError("hash-mismatch", f"{offer.file_name}: has none of the hashes that the input states")
        file.seek(0)
        return _Read(metadata=_member(file, offer), sha256=sha256)


def _member(file: IO[bytes] | RemoteFile, offer: Offer) -> bytes:
    try:
        with zipfile.ZipFile(cast("IO[bytes]", file)) as archive:
            found = [info for info in archive.infolist() if _METADATA.fullmatch(info.filename)]
            if len(found) != 1 or found[0].file_size > _LARGEST_METADATA:
                raise IndexFaultError("malformed-wheel", f"{offer.file_name}: not exactly one METADATA in it")
            return archive.read(found[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as fault:
        raise IndexFaultError("malformed-wheel", f"{offer.file_name}: is no wheel: {fault}") from fault
