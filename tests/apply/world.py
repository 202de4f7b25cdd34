"""Packages, wheels and locks that a test makes, and prefixes that are applied from them."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from conda_package_streaming.create import conda_builder

from condasync.applying import ApplyTools, apply_lock
from condasync.channel.transport import Transport
from condasync.lock import conda_lock_v1
from condasync.model.apply import Applied, ApplyQuestion
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata
from condasync.model.url import Url

MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"
FULL = ".".join(map(str, sys.version_info[:3]))
SITE = f"lib/python{MINOR}/site-packages"
PLATFORM = "linux-64"
PLACEHOLDER = "/opt/" + "_placeholder" * 20
_REAL = Path(sys.executable).resolve()


@dataclass(frozen=True, kw_only=True)
class Content:
    """What one file of a package holds; `mode` is "text" or "binary" where the placeholder stands in it."""

    data: bytes
    mode: str | None = None
    executable: bool = False


@dataclass(frozen=True, kw_only=True)
class World:
    """A folder with a channel, wheels, a cache and prefixes."""

    folder: Path
    base_url: str = ""
    heard: list[str] = field(default_factory=list)

    @property
    def channel(self) -> Path:
        """Return the channel's folder."""
        return self.folder / "channel"

    @property
    def cache(self) -> Path:
        """Return the cache of packages."""
        return self.folder / "cache"

    @property
    def prefix(self) -> Path:
        """Return where prefixes are made; nothing else is in the folder above."""
        return self.folder / "envs" / "env"

    def python(self, version: str = FULL) -> LockedPackage:
        """Make a python that is a link to the running one; another version has only the folders of its own."""
        minor = ".".join(version.split(".")[:2])
        home = f"home = {_REAL.parent}\ninclude-system-site-packages = false\nversion = {version}\n"
        return self.conda(
            "python",
            version,
            {"pyvenv.cfg": home, f"lib/python{minor}/site-packages/README.txt": ""},
            links={f"bin/{name}": str(_REAL) for name in ("python", f"python{minor}")},
            build=f"0_cp{minor.replace('.', '')}",
        )

    def conda(
        self,
        name: str,
        version: str,
        files: Mapping[str, str | bytes | Content] | None = None,
        *,
        noarch: str | None = None,
        depends: Sequence[str] = (),
        build: str = "0",
        anew: bool = False,
        entry_points: Sequence[str] = (),
        links: Mapping[str, str] | None = None,
    ) -> LockedPackage:
        """Make a conda package in the channel and return its row; a noarch one with a module unless files are given.

        A file that was made already stays unless it shall be made `anew`, with another digest: archives hold the time.
        """
        module = {f"site-packages/{name}.py": f"version = {version!r}\n"} if noarch == "python" else {}
        content = {path: _content(one) for path, one in (files if files is not None else module).items()}
        subdir = "noarch" if noarch else PLATFORM
        index = {
            "name": name,
            "version": version,
            "build": build,
            "build_number": 0,
            "subdir": subdir,
            "depends": list(depends),
            "constrains": ["nothing-of-that-name >=1"],
            "license": "MIT",
            "timestamp": 1700000000000,
            **({"noarch": noarch} if noarch else {}),
        }
        info = {
            "info/index.json": index,
            "info/paths.json": {"paths": [*_paths(content), *_links(links or {})], "paths_version": 1},
            "info/about.json": {},
        }
        if noarch == "python":
            link = {"noarch": {"type": "python", "entry_points": list(entry_points)}, "package_metadata_version": 1}
            info["info/link.json"] = link
        if anew:
            (self.channel / subdir / f"{name}-{version}-{build}.conda").unlink()
        made = self._archive(f"{name}-{version}-{build}", subdir, content, links or {}, info)
        return LockedPackage(
            manager="conda",
            name=name,
            version=version,
            platform=PLATFORM,
            url=self._url(made),
            md5=hashlib.md5(made.read_bytes()).hexdigest(),
            sha256=hashlib.sha256(made.read_bytes()).hexdigest(),
            dependencies=tuple(sorted((one.partition(" ")[0], one.partition(" ")[2]) for one in depends)),
            build=build,
        )

    def wheel(
        self, name: str, version: str, files: Mapping[str, str] | None = None, *, script: str = "", build: str = ""
    ) -> LockedPackage:
        """Make a wheel with one module and return its row; `script` is a program that prints the version."""
        module = f"version = {version!r}\n\n\ndef main() -> None:\n    print({name + ' ' + version!r})\n"
        info = f"{name}-{version}.dist-info"
        content = {
            **(files if files is not None else {f"{name}.py": module}),
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test{build}\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        if script:
            content[f"{info}/entry_points.txt"] = f"[console_scripts]\n{script} = {name}:main\n"
        rows = "".join(f"{path},sha256={_digest(text.encode())},{len(text)}\n" for path, text in content.items())
        place = self.channel / "wheels" / f"build{build}" / f"{name}-{version}-py3-none-any.whl"
        place.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(place, "w") as archive:
            for path, text in {**content, f"{info}/RECORD": f"{rows}{info}/RECORD,,\n"}.items():
                archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), text)
        return LockedPackage(
            manager="pip",
            name=name,
            version=version,
            platform=PLATFORM,
            url=self._url(place),
            md5=None,
            sha256=hashlib.sha256(place.read_bytes()).hexdigest(),
        )

    def lock(self, rows: Iterable[LockedPackage], name: str = "conda-lock.yml") -> Path:
        """Write a lock of rows and return its path."""
        path = self.folder / name
        path.write_text(conda_lock_v1.dumps(lock_of(rows)), encoding="utf-8")
        return path

    def apply(self, rows: Iterable[LockedPackage], **asked: object) -> Applied:
        """Apply rows to the prefix, in this process."""
        question = ApplyQuestion(lock=lock_of(rows), lock_folder=self.folder, prefix=self.prefix)
        return apply_lock(replace(question, **asked), self.tools())  # type: ignore[arg-type]

    def tools(self) -> ApplyTools:
        """Return what an apply works with; what it tells is heard."""
        return ApplyTools(
            cache_dir=self.cache,
            own_prefixes=(),
            connect=lambda: Transport(retries=0),
            secret_of=Url,
            tell=self.heard.append,
            progress=lambda _label, _done, _total: None,
        )

    def run(self, code: str) -> str:
        """Return what a program prints in the prefix."""
        return output([str(self.prefix / "bin" / "python"), "-I", "-c", code])

    def script(self, name: str) -> str:
        """Return what a script of the prefix prints."""
        return output([str(self.prefix / "bin" / name)])

    def _url(self, path: Path) -> str:
        below = path.relative_to(self.channel).as_posix()
        return f"{self.base_url}/{below}" if self.base_url else path.as_uri()

    def _archive(
        self,
        stem: str,
        subdir: str,
        files: Mapping[str, Content],
        links: Mapping[str, str],
        info: Mapping[str, object],
    ) -> Path:
        folder = self.channel / subdir
        folder.mkdir(parents=True, exist_ok=True)
        made = folder / f"{stem}.conda"
        if made.exists():
            return made
        with conda_builder(stem, folder) as archive:
            for path, content in files.items():
                _add(archive, path, content.data, executable=content.executable)
            for path, target in links.items():
                entry = tarfile.TarInfo(path)
                entry.type, entry.linkname = tarfile.SYMTYPE, target
                archive.addfile(entry)
            for path, value in info.items():
                _add(archive, path, json.dumps(value).encode())
        return made


def lock_of(rows: Iterable[LockedPackage], platform: str = PLATFORM) -> LockFile:
    """Return a lock of rows for one platform."""
    return LockFile(
        packages=tuple(sorted(rows, key=lambda row: (row.name, row.manager))),
        metadata=LockMetadata(content_hash=((platform, "0" * 64),), channels=(), platforms=(platform,), sources=()),
    )


def tree_state(prefix: Path) -> dict[str, tuple[int, int, int]]:
    """Return inode, size and time of change of everything below a folder, and of the folder itself."""
    paths = [prefix, *prefix.rglob("*")]
    found = {path: path.lstat() for path in paths}
    return {str(path): (state.st_ino, state.st_size, state.st_mtime_ns) for path, state in found.items()}


def tree_bytes(prefix: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder."""
    return {
        path.relative_to(prefix).as_posix(): path.read_bytes()
        for path in prefix.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def output(command: Sequence[str]) -> str:
    """Return what a program prints; it must succeed."""
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _content(value: str | bytes | Content) -> Content:
    if isinstance(value, Content):
        return value
    return Content(data=value.encode() if isinstance(value, str) else value)


def _paths(files: Mapping[str, Content]) -> list[dict[str, object]]:
    return [
        {
            "_path": path,
            "path_type": "hardlink",
            "sha256": hashlib.sha256(one.data).hexdigest(),
            "size_in_bytes": len(one.data),
            **({"prefix_placeholder": PLACEHOLDER, "file_mode": one.mode} if one.mode else {}),
        }
        for path, one in files.items()
    ]


def _links(links: Mapping[str, str]) -> list[dict[str, object]]:
    empty = hashlib.sha256(b"").hexdigest()
    return [{"_path": path, "path_type": "softlink", "sha256": empty, "size_in_bytes": 0} for path in links]


def _add(archive: tarfile.TarFile, path: str, data: bytes, *, executable: bool = False) -> None:
    entry = tarfile.TarInfo(path)
    entry.size, entry.mode = len(data), 0o755 if executable or path.startswith("bin/") else 0o644
    archive.addfile(entry, io.BytesIO(data))


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
