"""libmamba's databases: repodata into a `.solv` cache, and from there into memory. Runs in the child."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import libmambapy
import rattler
from libmambapy import specs
from libmambapy.solver import libsolv

_CACHE_FORM = "1"
_ALIAS = "https://conda.anaconda.org"


class BrokenRepodataError(Exception):
    """A repodata file cannot be read; `path` says which."""

    def __init__(self, path: str, fault: str) -> None:
        super().__init__(fault)
        self.path = path


class RepodataSource:
    """One repodata file; `rank` is the place of its channel, 0 the highest priority."""

    def __init__(self, *, url: str, subdir: str, path: str, digest: str, rank: int) -> None:
        self.url = quote(f"{url}/{subdir}", safe="/:?#[]@!$&'()*+,;=~%")
        self.path = path
        self.digest = digest
        self.rank = rank
        self._channel = rattler.Channel(url)
        self._subdir = subdir

    @cached_property
    def sparse(self) -> rattler.SparseRepoData:
        """Return the file as rattler reads it, raise BrokenRepodataError when it is no repodata.

        libmamba takes half a file, or none, without a word; rattler says what is wrong.
        """
        try:
            return rattler.SparseRepoData(self._channel, self._subdir, self.path)
        except OSError as error:
            raise BrokenRepodataError(self.path, str(error)) from error

    @cached_property
    def names(self) -> frozenset[str]:
        """Return every package name of the file."""
        return frozenset(self.sparse.package_names())

    def check(self) -> None:
        """Raise BrokenRepodataError when the file is no repodata."""
        _ = self.sparse

    def row(self, name: str, file_name: str) -> str | None:
        """Return a record as the other engine and the channel index give it, None when the file lacks it."""
        for record in self.records(name):
            if record.file_name == file_name:
                return record.to_json()
        return None

    def records(self, name: str) -> list[rattler.RepoDataRecord]:
        """Return the records of one name, raise BrokenRepodataError when one is not valid."""
        try:
            return self.sparse.load_records(rattler.PackageName(name))
        except OSError as error:
            raise BrokenRepodataError(self.path, str(error)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SolvCache:
    """Keep `.solv` files in a folder: repodata as libsolv reads it, ten times as fast as JSON.

    A file's name holds the digest of what it was made from, and of itself: libsolv takes a damaged file without a word.
    """

    folder: Path

    def load(self, database: Any, source: RepodataSource, *, number: int, without: frozenset[str] = frozenset()) -> Any:
        """Add a source to a database as a repo, without some names; `number` becomes its records' channel."""
        origin = libsolv.RepodataOrigin(url=source.url, etag=_key(source, without), mod="")
        place = self.folder / _place(source, without)
        found = _find(place, origin.etag) if source.digest else None
        if found is not None:
            return database.add_repo_from_native_serialization(path=str(found), expected=origin, channel_id=str(number))
        with tempfile.TemporaryDirectory(prefix="condasync-solv-") as scratch:
            made = _serialised(source, origin, without, Path(scratch))
            # Always from the .solv, so that the first solve and the ones after it see the same database.
            repo = database.add_repo_from_native_serialization(path=str(made), expected=origin, channel_id=str(number))
            if source.digest and _digest(Path(source.path)) == source.digest:
                with suppress(OSError):  # a cache that cannot be written is no cache
                    _keep(made, place, origin.etag)
            return repo


def new_database(subdir: str, virtual_packages: Sequence[Sequence[str]]) -> Any:
    """Return a database for one platform that holds its virtual packages and nothing else."""
    params = specs.ChannelResolveParams(
        platforms={subdir, "noarch"},
        channel_alias=specs.CondaURL.parse(_ALIAS),
        home_dir="/",
        current_working_dir="/",
    )
    database = libsolv.Database(params)
    virtual = [
        specs.PackageInfo(
            name=name,
            version=version,
            build_string=build,
            build_number=0,
            channel="@",
            platform=subdir,
            filename=name,
        )
        for name, version, build in virtual_packages
    ]
    database.add_repo_from_packages(virtual, name="virtual")
    return database


def _find(place: Path, key: str) -> Path | None:
    for path in sorted(place.parent.glob(f"{place.name}-{key}-*.solv")):
        with suppress(OSError):
            if path.stem.rpartition("-")[2] == _digest(path)[:16]:
                return path
    return None


def _keep(made: Path, place: Path, key: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    content = made.read_bytes()
    final = place.with_name(f"{place.name}-{key}-{sha256(content).hexdigest()[:16]}.solv")
    with tempfile.NamedTemporaryFile(dir=place.parent, suffix=".part", delete=False) as stream:
        stream.write(content)
    Path(stream.name).replace(final)
    for path in place.parent.glob(f"{place.name}-*.solv"):
        if path != final:  # of repodata that has been replaced since
            path.unlink(missing_ok=True)


def _serialised(source: RepodataSource, origin: Any, without: frozenset[str], scratch: Path) -> Path:
    """Return the `.solv` of a source, in a folder of ours: libmamba puts a lock file beside whatever it reads.

    Raises BrokenRepodataError when the file is no repodata.
    """
    source.check()
    readable = scratch / "repodata.json"
    if without:
        readable.write_text(_reduced(source, without), encoding="utf-8")
    else:
        readable.symlink_to(Path(source.path).absolute())
    made = scratch / "repodata.solv"
    database = new_database("noarch", ())
    repo = database.add_repo_from_repodata_json(path=str(readable), url=source.url, channel_id="")
    database.native_serialize_repo(repo, path=str(made), metadata=origin)
    return made


def _reduced(source: RepodataSource, without: frozenset[str]) -> str:
    """Return the repodata without some names: what strict channel priority leaves of a lower channel.

    libsolv's own strict priority would make a preferred record the only one of its name.
    """
    repodata = json.loads(Path(source.path).read_text(encoding="utf-8"))
    for group in ("packages", "packages.conda"):
        rows = repodata.get(group, {})
        kept = {file: row for file, row in rows.items() if isinstance(row, dict) and row.get("name") not in without}
        repodata[group] = kept
    return json.dumps(repodata)


def _key(source: RepodataSource, without: frozenset[str]) -> str:
    parts = (_CACHE_FORM, libmambapy.__version__, source.digest, *sorted(without))
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


def _place(source: RepodataSource, without: frozenset[str]) -> str:
    return ("reduced-" if without else "whole-") + sha256(source.url.encode()).hexdigest()[:16]


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
