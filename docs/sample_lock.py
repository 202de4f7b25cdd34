"""The lock that docs/consumers.py hands to its readers: of one small package, which is built into a channel here."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from condasync.lock import environment_yml
from condasync.lock.content_hash import content_hashes_of
from condasync.lock.environment_yml import EnvironmentFile, PlatformRequests
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata
from condasync.model.spec import CondaSpec

NAME = "small"
FILE = f"{NAME}-1.0-0.tar.bz2"


@dataclass(frozen=True, slots=True)
class Ground:
    """Hold a folder with the channel, and the locks with and without a wheel."""

    folder: Path
    lock: LockFile
    with_wheel: LockFile


def ground(folder: Path) -> Ground:
    """Build the package, its channel and the locks."""
    package = folder / "channel" / "noarch" / FILE
    package.parent.mkdir(parents=True)
    package.write_bytes(_package())
    (package.parent / "repodata.json").write_text('{"packages": {}}', encoding="utf-8")
    row = LockedPackage(
        manager="conda",
        name=NAME,
        version="1.0",
        platform="linux-64",
        url=package.as_uri(),
        md5=hashlib.md5(package.read_bytes()).hexdigest(),  # noqa: S324 - the digest that conda-lock demands
        sha256=hashlib.sha256(package.read_bytes()).hexdigest(),
        build="0",
    )
    wheel = LockedPackage(
        manager="pip",
        name="made-up",
        version="1.0",
        platform="linux-64",
        url="https://example.org/made_up-1.0-py3-none-any.whl",
        md5=None,
        sha256="0" * 64,
    )
    requests = PlatformRequests(platform="linux-64", specs=(CondaSpec(name=NAME),))
    text = environment_yml.dumps(EnvironmentFile(channels=((folder / "channel").as_uri(),), requests=(requests,)))
    (folder / "environment.yml").write_text(text, encoding="utf-8")
    metadata = LockMetadata(
        content_hash=content_hashes_of(text),
        channels=((folder / "channel").as_uri(),),
        platforms=("linux-64",),
        sources=("environment.yml",),
    )
    return Ground(
        folder, LockFile(packages=(row,), metadata=metadata), LockFile(packages=(wheel, row), metadata=metadata)
    )


def made_wheel(folder: Path) -> Path:
    """Return a wheel of one module, made in a folder."""
    path = folder / "made_up-1.0-py3-none-any.whl"
    info = "made_up-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("made_up.py", "")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: made-up\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


def digest_of(path: Path) -> str:
    """Return the sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _package() -> bytes:
    index = {
        "name": NAME,
        "version": "1.0",
        "build": "0",
        "build_number": 0,
        "depends": [],
        "noarch": "generic",
        "subdir": "noarch",
    }
    content = b"it works\n"
    paths = {
        "paths": [
            {
                "_path": "share/small.txt",
                "path_type": "hardlink",
                "sha256": hashlib.sha256(content).hexdigest(),
                "size_in_bytes": len(content),
            }
        ],
        "paths_version": 1,
    }
    files = {
        "info/index.json": json.dumps(index).encode(),
        "info/paths.json": json.dumps(paths).encode(),
        "info/files": b"share/small.txt\n",
        "share/small.txt": content,
    }
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:bz2") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return made.getvalue()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on 127.0.0.1: of files conda checks no digest."""
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
