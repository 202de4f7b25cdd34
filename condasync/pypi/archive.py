"""Source archives and wheels by URL, fetched into the cache and unpacked safely."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from condasync.errors import BuildError
from condasync.model.url import Url, redact

_TIMEOUT = 60.0
_CHUNK = 1 << 16
_TARS = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar")
_FAULTS = (OSError, tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, ValueError)


def fetch_archive(url: Url, cache_dir: Path, *, may_fetch: bool = True) -> Path:
    """Return an archive or wheel: a local one in place, a remote one from the cache or its server.

    Raises BuildError when it cannot be had, or is not here and may not be fetched.
    """
    parts = urlsplit(url.secret)
    name = Path(unquote(parts.path)).name
    if parts.scheme == "file":
        path = Path(url2pathname(parts.path))
        if path.is_file():
            return path
        raise _failure(url, "there is no such file")
    folder = cache_dir / "archives" / hashlib.sha256(url.public.encode()).hexdigest()[:24]
    if (folder / name).is_file():
        return folder / name
    if not may_fetch:
        raise not_fetched(url)
    import httpx  # noqa: PLC0415  only a download needs it

    folder.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with (
            os.fdopen(handle, "wb") as file,
            httpx.stream("GET", url.secret, follow_redirects=True, timeout=_TIMEOUT) as answer,
        ):
            answer.raise_for_status()
            for chunk in answer.iter_bytes(_CHUNK):
                file.write(chunk)
        Path(part).replace(folder / name)
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        raise _failure(url, redact(str(fault).splitlines()[0] if str(fault) else type(fault).__name__)) from fault
    finally:
        Path(part).unlink(missing_ok=True)
    return folder / name


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a source archive into a new folder and return the one folder in it, else that folder.

    Paths that lead out of the folder, devices and links to elsewhere are refused. Raises BuildError.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".part-"))
    try:
        if archive.name.endswith(_TARS):
            with tarfile.open(archive) as opened:
                opened.extractall(part, filter="data")
        else:
            with zipfile.ZipFile(archive) as opened_zip:
                opened_zip.extractall(part)  # noqa: S202  zipfile keeps every path below the folder
        if folder.exists():
            shutil.rmtree(folder)
        part.rename(folder)
    except _FAULTS as fault:
        raise BuildError(
            f"{archive.name}: cannot be unpacked: {fault}",
            reason="source-unreadable",
            hints=("fetch it anew",),
            path=str(archive),
        ) from fault
    finally:
        shutil.rmtree(part, ignore_errors=True)
    inside = [path for path in folder.iterdir() if path.is_dir()]
    return inside[0] if len(inside) == 1 and len(list(folder.iterdir())) == 1 else folder


def not_fetched(url: Url) -> BuildError:
    """Return the error for sources that an offline run would have to fetch."""
    return BuildError(
        f"its sources are at {url}, and --offline forbids to fetch them",
        reason="source-missing",
        hints=("leave out --offline once: what was fetched at one commit is kept",),
        url=str(url),
    )


def _failure(url: Url, why: str) -> BuildError:
    return BuildError(
        f"{url}: the sources cannot be fetched: {why}",
        reason="source-missing",
        hints=("check the address and your access to it",),
        url=str(url),
    )
