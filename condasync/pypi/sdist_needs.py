"""What a source distribution says that it needs to be built; nothing of it is run or unpacked."""

from __future__ import annotations

import hashlib
import re
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from typing import IO

from condasync.model.url import redact
from condasync.pypi.index_client import IndexClient, IndexFaultError
from condasync.pypi.offer import Offer

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_TOP_FILES = re.compile(r"[^/]+/(?P<name>pyproject\.toml|setup\.py)")
_LARGEST = 64 * 2**20
_LARGEST_TOML = 2**20
_SPOOLED = 16 * 2**20


def build_needs(client: IndexClient, sdist: Offer) -> str:
    """Return in words what building a source distribution needs: its build-system.requires (PEP 518)."""
    try:
        with tempfile.SpooledTemporaryFile(max_size=_SPOOLED) as file:
            _download(client, sdist, file)
            file.seek(0)
            files = dict(_top_files(file, sdist))
        return _told(files)
    except IndexFaultError as fault:
        return f"what it needs to be built is not known: {fault.reason.text}"
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, ValueError) as fault:
        return f"what it needs to be built is not known: {sdist.file_name} cannot be read: {redact(str(fault))}"


def _download(client: IndexClient, sdist: Offer, file: IO[bytes]) -> None:
    digest, size = hashlib.sha256(), 0
    with client.open(sdist.url) as answer:
        if answer is None:
            raise IndexFaultError("not-on-index", f"{sdist.file_name} is listed, but the file is not there")
        for chunk in answer.iter_bytes():
            size += len(chunk)
            if size > _LARGEST:
                raise IndexFaultError("too-large", f"{sdist.file_name} is larger than {_LARGEST >> 20} MB")
            digest.update(chunk)
            file.write(chunk)
    if sdist.sha256 is not None and digest.hexdigest() != sdist.sha256:
        raise IndexFaultError("hash-mismatch", f"{sdist.file_name} is not the file that the index states")


def _top_files(file: IO[bytes], sdist: Offer) -> Iterable[tuple[str, bytes]]:
    if sdist.file_name.endswith(".zip"):
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                found = _TOP_FILES.fullmatch(info.filename)
                if found and info.file_size <= _LARGEST_TOML:
                    yield found["name"], archive.read(info)
        return
    with tarfile.open(fileobj=file) as archive:
        for entry in archive:
            found = _TOP_FILES.fullmatch(entry.name)
            content = archive.extractfile(entry) if found and entry.isfile() and entry.size <= _LARGEST_TOML else None
            if found and content is not None:
                yield found["name"], content.read()


def _told(files: dict[str, bytes]) -> str:
    project = files.get("pyproject.toml")
    system = tomllib.loads(project.decode("utf-8")).get("build-system") if project is not None else None
    requires = system.get("requires") if isinstance(system, dict) else None
    if isinstance(requires, list) and requires:
        return f"it would need to be built with {', '.join(redact(str(one)) for one in requires)}"
    if "setup.py" in files:
        return "it would need to be built with setuptools and whatever its setup.py imports, which it does not declare"
    return "it would need to be built, and does not say with what"
