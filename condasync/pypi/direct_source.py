"""Where the sources lie that did not come from an index: in version control, an archive, a wheel, a folder."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit
from urllib.request import url2pathname

from condasync.errors import BuildError
from condasync.model.package import DirectUrl, PipPackage
from condasync.model.url import Url
from condasync.pypi.archive import fetch_archive
from condasync.pypi.checkout import checkout

_VCS = re.compile(r"(git|hg|svn|bzr)\+")


def direct_source(package: PipPackage, cache_dir: Path, *, offline: bool) -> Path:
    """Return the folder, archive or wheel that a package came from, fetched when it is not on this machine.

    Raises BuildError when it cannot be had, or may not be fetched because the run is offline.
    """
    # A line of a file names the tag or branch too; PEP 610 knows only commits.
    origin = _listed(package) or package.direct_url
    if origin is None:
        raise BuildError(f"{package.name}: nothing says where it came from", reason="source-missing")
    local = _local(origin.url)
    may_fetch = not offline or local is not None
    if origin.kind == "vcs":
        return _from_vcs(package, origin, cache_dir, may_fetch=may_fetch)
    if local is not None and local.is_dir():
        return local
    archive = fetch_archive(origin.url, cache_dir, may_fetch=may_fetch)
    _check_digest(package, archive, origin.url)
    return archive


def _from_vcs(package: PipPackage, origin: DirectUrl, cache_dir: Path, *, may_fetch: bool) -> Path:
    folder = checkout(origin.url, origin.commit, cache_dir, vcs=origin.vcs or "git", may_fetch=may_fetch)
    if not origin.subdirectory:
        return folder
    inner = (folder / origin.subdirectory).resolve()
    if not inner.is_relative_to(folder.resolve()):
        raise BuildError(
            f"{package.name}: {origin.subdirectory!r} leads out of its repository", reason="source-missing"
        )
    return inner


def _check_digest(package: PipPackage, archive: Path, url: Url) -> None:
    """Refuse an archive that has none of the digests that its line states, `sha256:HEX`."""
    stated = {one.lower() for line in package.requirements for one in line.hashes}
    kinds = {one.partition(":")[0] for one in stated} & hashlib.algorithms_guaranteed
    data = archive.read_bytes() if kinds else b""
    if kinds and stated.isdisjoint(f"{kind}:{hashlib.new(kind, data).hexdigest()}" for kind in kinds):
        raise BuildError(
            f"{url}: the file that came has another digest than is stated",
            reason="hash-mismatch",
            hints=("do not build it before you know why the file changed",),
            url=str(url),
        )


def _listed(package: PipPackage) -> DirectUrl | None:
    """Return what a line of a file states: `name @ git+https://host/x.git@v1#subdirectory=y`."""
    url = next((line.url for line in package.requirements if line.url), None)
    if url is None:
        return None
    found = _VCS.match(url.secret)
    if not found:
        return DirectUrl(kind="archive", url=Url(url.secret.partition("#")[0]))
    # These two call a tunnel through ssh so themselves.
    own = found[1] in {"svn", "bzr"} and url.secret[found.end() :].startswith("ssh:")
    parts = urlsplit(url.secret if own else url.secret[found.end() :])
    path, _, revision = parts.path.rpartition("@") if "@" in parts.path else (parts.path, "", "")
    fragment = parse_qs(parts.fragment)
    return DirectUrl(
        kind="vcs",
        url=Url(urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))),
        vcs=found[1],
        commit=revision or None,
        subdirectory=fragment.get("subdirectory", [None])[0],
    )


def _local(url: Url) -> Path | None:
    parts = urlsplit(url.secret)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else None
