"""Source distributions from the user's package index, fetched without running anything of them."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import ssl
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from condasync.errors import ChannelError, NetworkError, OutputError
from condasync.model.url import Url, redact

if TYPE_CHECKING:
    from unearth import Link
    from unearth.fetchers.sync import PyPIClient

_ASK_PIP = """
import json
from pip._internal.commands import create_command
options = create_command("download").parser.get_default_values()
print(json.dumps([] if options.no_index else [options.index_url, *options.extra_index_urls]))
"""


def package_indexes(python: str = sys.executable) -> tuple[Url, ...]:
    """Return the package indexes that pip would use, first the main one.

    pip itself is asked, in a process of its own, because only it knows its defaults, its configuration files and its
    environment variables. Raises NetworkError when it cannot tell.
    """
    done = subprocess.run([python, "-I", "-B", "-c", _ASK_PIP], capture_output=True, text=True, check=False)
    try:
        answer = json.loads(done.stdout) if done.returncode == 0 else None
    except ValueError:
        answer = None
    urls = tuple(Url(text) for text in answer or ())
    if not urls:
        raise NetworkError(
            f"{python}: pip names no package index: {redact(done.stderr.strip()) or 'no answer'}",
            hints=("install pip for this interpreter, or set an index in pip's configuration",),
        )
    return urls


@dataclass(frozen=True, slots=True, kw_only=True)
class SdistOffer:
    """Say what an index states of one sdist; `url` carries no credential."""

    file_name: str
    url: str
    sha256: str


def locate_sdist(name: str, version: str | None, *, index_urls: Sequence[Url]) -> SdistOffer:
    """Return where the sdist of a release, or of the newest, is and its digest, without fetching or building it.

    Raises NetworkError when no index offers it, ChannelError when the index states no SHA-256.
    """
    import httpx2  # noqa: PLC0415  unearth's client; only a look-up needs it

    try:
        with closing(_session(index_urls)) as session:
            offers = _offers(session, index_urls, name, version)
    except httpx2.HTTPError as fault:
        raise _nothing(name, version, index_urls, redact(str(fault))) from fault
    digests = [(link, sha256) for link in offers if (sha256 := _stated(link))]
    if not digests:
        raise ChannelError(
            f"{_release(name, version)}: the index states no SHA-256 for {offers[0].filename}",
            hints=("give the folder of its unpacked sources instead",),
            package=name,
        )
    link, sha256 = digests[0]
    return SdistOffer(file_name=link.filename, url=Url(link.url_without_fragment).public, sha256=sha256)


def fetch_sdist(name: str, version: str | None, *, sha256: str, index_urls: Sequence[Url], cache_dir: Path) -> Path:
    """Return the path of an sdist with this digest, from the cache or an index; it is neither unpacked nor built.

    Raises NetworkError when no index offers it, ChannelError when what came has another digest.
    """
    folder = cache_dir / "sdists" / sha256
    for path in sorted(folder.glob("*.tar.gz")):
        if _digest(path) == sha256:
            return path
    import httpx2  # noqa: PLC0415  unearth's client; only a download needs it

    try:
        with closing(_session(index_urls)) as session:
            offers = _offers(session, index_urls, name, version)
            same = [link for link in offers if (link.hashes or {}).get("sha256", sha256) == sha256]
            return _download(session, (same or offers)[0], sha256, folder)
    except httpx2.HTTPError as fault:
        raise _nothing(name, version, index_urls, redact(str(fault))) from fault
    except OSError as fault:
        raise OutputError(f"{folder}: cannot be written: {fault.strerror}", path=str(folder)) from fault


def read_member(sdist: Path, member: str) -> str:
    """Return the text of one file of an sdist; `member` is relative to the sdist's top folder.

    Raises ChannelError when the file is not there or is no UTF-8 text.
    """
    try:
        with tarfile.open(sdist) as archive:
            for entry in archive:
                if entry.isfile() and entry.name.partition("/")[2] == member:
                    found = archive.extractfile(entry)
                    if found is not None:
                        return found.read().decode("utf-8")
    except (OSError, tarfile.TarError, EOFError, UnicodeDecodeError) as fault:
        raise ChannelError(f"{sdist}: {member} cannot be read: {fault}", path=str(sdist)) from fault
    raise ChannelError(f"{sdist}: there is no {member} in it", path=str(sdist))


_NETWORK = "check the network and pip's configuration"
_NAME = "check the name and the version, and pip's configuration for the index that has it; wheels are no sources"


def _nothing(name: str, version: str | None, index_urls: Sequence[Url], why: str, hint: str = _NETWORK) -> NetworkError:
    return NetworkError(
        f"{_release(name, version)}: no sdist from {' or '.join(str(url) for url in index_urls)}: {why}",
        hints=(hint,),
        package=name,
        version=version,
    )


def _release(name: str, version: str | None) -> str:
    return f"{name} {version}" if version else name


def _session(index_urls: Sequence[Url]) -> PyPIClient:
    from unearth.auth import MultiDomainBasicAuth  # noqa: PLC0415  only a download needs these
    from unearth.fetchers.sync import PyPIClient  # noqa: PLC0415

    return PyPIClient(
        verify=ssl.create_default_context(),
        follow_redirects=True,
        timeout=60.0,
        auth=MultiDomainBasicAuth(prompting=False, index_urls=[url.secret for url in index_urls]),
    )


class _Heard(logging.Handler):
    """Keep what unearth only logs: why an index gave no answer. One that has no such package is no fault."""

    def __init__(self) -> None:
        """Hear warnings and errors."""
        super().__init__(logging.WARNING)
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message."""
        text = record.getMessage()
        if "Error(404)" not in text:
            self.words.append(redact(text))


def _offers(session: PyPIClient, index_urls: Sequence[Url], name: str, version: str | None) -> list[Link]:
    """Return the sdists of a release, the best first, at least one. Raises NetworkError when no index offers it."""
    heard, log = _Heard(), logging.getLogger("unearth")
    log.addHandler(heard)
    try:
        links = _links(session, index_urls, name, version)
    finally:
        log.removeHandler(heard)
    if links:
        return links
    why = "; ".join(heard.words)
    raise _nothing(name, version, index_urls, why or "no index offers it", _NETWORK if why else _NAME)


def _links(session: PyPIClient, index_urls: Sequence[Url], name: str, version: str | None) -> list[Link]:
    from unearth import PackageFinder  # noqa: PLC0415

    finder = PackageFinder(
        session,  # type: ignore[arg-type]  # its get takes more than the protocol asks for
        index_urls=[url.secret for url in index_urls],
        ignore_compatibility=True,
        no_binary=[name],
    )
    found = finder.find_matches(f"{name}=={version}" if version else name, allow_yanked=True, allow_prereleases=True)
    return [package.link for package in found if package.link.filename.endswith(".tar.gz")]


def _download(session: PyPIClient, link: Link, sha256: str, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    handle, part = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file, session.get_stream(link.normalized) as answer:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != sha256:
            raise ChannelError(
                f"{link.filename}: sha256 is {digest.hexdigest()}, not {sha256}",
                hints=("the index serves another file than the manifest was made with: do not use it",),
                path=link.filename,
            )
        Path(part).replace(folder / link.filename)
    finally:
        Path(part).unlink(missing_ok=True)
    return folder / link.filename


def _stated(link: Link) -> str | None:
    """Return the SHA-256 that an index states: a field of the JSON form, a fragment of the HTML form."""
    stated = (link.hash_option or {}).get("sha256")
    return stated[0] if stated else None


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
