"""The mapping that parselmouth publishes: which distributions conda-forge's packages hold; kept on disk."""

from __future__ import annotations

import contextlib
import email.utils
import hashlib
import json
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal, Protocol

from condasync.errors import CondasyncError, NamesError, NetworkError, OutputError
from condasync.model.finding import Finding
from condasync.model.translation import Evidence, NameCandidate
from condasync.model.url import Url
from condasync.pypi.holders import Holders, read_holders
from condasync.seams import ABSENT

_SIDECAR = "parselmouth.info.json"
_FRESH = 24 * 3600.0
_HINTS = ("condasync works without this table", "try again later with `condasync names update`")


class Reply(Protocol):
    """A server's answer to a download."""

    @property
    def status(self) -> int:
        """Return 200, 304 or 404."""
        ...

    @property
    def etag(self) -> str | None:
        """Return the ETag, None when the server gave none."""
        ...

    @property
    def last_modified(self) -> str | None:
        """Return the Last-Modified header, None when the server gave none."""
        ...


class Download(Protocol):
    """Writes the body behind a URL to a file; raises NetworkError. `channel.transport` has one."""

    def __call__(self, url: Url, target: Path, *, headers: Mapping[str, str], label: str) -> Reply:
        """Return the answer; on 304 and 404 nothing is written."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Describe the table on disk: the sidecar.

    `file` is the table's name in the same folder, `checked` when the server last vouched for it, in seconds since 1970.
    """

    url: str
    file: str
    sha256: str
    checked: float
    etag: str | None = None
    last_modified: str | None = None

    @property
    def date(self) -> str:
        """Return the day of the table, as the server states it, else the day of the download."""
        with contextlib.suppress(ValueError, TypeError):
            return email.utils.parsedate_to_datetime(self.last_modified or "").date().isoformat()
        return datetime.fromtimestamp(self.checked, tz=timezone.utc).date().isoformat()


def stored_table(folder: Path) -> Stored | None:
    """Return what is on disk, None when there is nothing or the sidecar is damaged."""
    try:
        stored = Stored(**json.loads((folder / _SIDECAR).read_text(encoding="utf-8")))
        return stored if re.fullmatch(r"[\w.-]+", stored.file) and (folder / stored.file).is_file() else None
    except (OSError, ValueError, TypeError):
        return None


def update_table(folder: Path, url: Url, download: Download) -> bool:
    """Bring the table on disk up to date; return whether it changed.

    Raises NetworkError when the server has none, NamesError when what it sent is no such table, OutputError when the
    folder cannot be written; the table on disk then stays as it was.
    """
    old = stored_table(folder)
    known = old if old is not None and old.url == url.public else None
    headers = {"If-None-Match": known.etag} if known and known.etag else {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".part-") as parts:
            new = Path(parts) / "table.json"
            reply = _asked(download, url, new, headers)
            if reply.status == 304 and known:  # noqa: PLR2004
                _write_sidecar(folder, Stored(**{**asdict(known), "checked": time.time()}))
                return False
            if not new.is_file():
                raise NetworkError(f"{url}: the server has no such file ({reply.status})", hints=_HINTS)
            return _keep(folder, new, url, reply, old)
    except OSError as fault:
        raise OutputError(f"{folder}: cannot be written: {fault.strerror}", path=str(folder)) from fault


def _asked(download: Download, url: Url, target: Path, headers: Mapping[str, str]) -> Reply:
    try:
        return download(url, target, headers=headers, label="names of conda-forge")
    except NetworkError as fault:
        raise NetworkError(fault.message, hints=("check the network and the proxy settings", *_HINTS)) from fault


def _keep(folder: Path, new: Path, url: Url, reply: Reply, old: Stored | None) -> bool:
    read_holders(new, shown=str(url))
    sha256 = hashlib.sha256(new.read_bytes()).hexdigest()
    name = f"parselmouth-{sha256[:16]}.json"
    new.replace(folder / name)
    stored = Stored(
        url=url.public,
        file=name,
        sha256=sha256,
        checked=time.time(),
        etag=reply.etag,
        last_modified=reply.last_modified,
    )
    _write_sidecar(folder, stored)
    if old is not None and old.file != name:
        (folder / old.file).unlink(missing_ok=True)
    return old is None or old.sha256 != sha256


def _write_sidecar(folder: Path, stored: Stored) -> None:
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix=".part-", delete=False, encoding="utf-8") as part:
        json.dump(asdict(stored), part, sort_keys=True)
    Path(part.name).replace(folder / _SIDECAR)


class OnlineNames:
    """Propose what parselmouth's mapping says (a `seams.NameSource`); without the table on disk it proposes nothing.

    `renew` is called at the first question when the table is absent or older than a day; when it fails, that is a
    finding and the table on disk serves.
    """

    name = "parselmouth"

    def __init__(self, folder: Path, *, renew: Callable[[], object] | None = None) -> None:
        self._folder = folder
        self._renew = renew
        self._holders: Holders | None = None
        self._stored = stored_table(folder)
        self._findings: list[Finding] = []

    @property
    def revision(self) -> str:
        """Return the date of the table, "absent" when there is none."""
        return self._stored.date if self._stored else ABSENT

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what went wrong so far: the table could not be had, or not be read."""
        return tuple(self._findings)

    def candidates(self, pypi_name: str) -> tuple[NameCandidate, ...]:
        """Return one proposal per conda package that is a home of the distribution, the likeliest first.

        A candidate without conda names says that the conda package of this name holds something else.
        """
        if self._holders is None:
            self._holders = self._load()
        homes = self._holders.homes(pypi_name)
        if homes:
            return tuple(self._candidate((name,), f"{pypi_name} -> {name}") for name in homes)
        denial = self._holders.denial(pypi_name)
        return (self._candidate((), denial),) if denial else ()

    def _candidate(self, names: tuple[str, ...], detail: str) -> NameCandidate:
        return NameCandidate(
            conda_names=names, evidence=Evidence(source=self.name, revision=self.revision, detail=detail)
        )

    def _load(self) -> Holders:
        if self._renew is not None and (self._stored is None or time.time() - self._stored.checked > _FRESH):
            try:
                self._renew()
            except CondasyncError as fault:
                self._find("names-not-updated", "note", f"the online table of names is not up to date: {fault.message}")
            self._stored = stored_table(self._folder)
        if self._stored is None:
            return Holders({})
        try:
            return read_holders(self._folder / self._stored.file)
        except NamesError as fault:
            text = f"the online table of names is left out: {fault.message}"
            self._find("names-unreadable", "warning", f"{text}; `condasync names update` replaces it")
            return Holders({})

    def _find(self, code: str, severity: Literal["note", "warning"], text: str) -> None:
        self._findings.append(Finding(code=code, severity=severity, text=text))
