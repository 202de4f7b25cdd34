"""Which host needs what, and in which order workers are restarted: pure, no input or output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

CHUNK = 4 * 2**20
"""Bytes of an artifact in one message."""
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+!@=~-]{0,254}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One package of the lock for one platform; `digest` is its sha256 or, where that is all, its md5.

    `carried` says that its file comes over the cluster's own connections, not from a channel.
    """

    manager: str
    name: str
    version: str
    build: str | None
    digest: str | None
    url: str
    carried: bool

    @property
    def file_name(self) -> str:
        """Return the name of the package's file."""
        return self.url.partition("#")[0].partition("?")[0].rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One worker and where it runs.

    `stale` says that its prefix was changed after it had started; `digest` is that of the lock that it was started
    from, "" when it does not know; `unprepared` is why the preload could make no prefix for it, "" when it could.
    """

    address: str
    name: str
    nanny: str | None
    host: str
    prefix: str
    volume: str
    python: str
    subdir: str
    stale: bool = False
    digest: str = ""
    unprepared: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One prefix on one machine with all its workers; an installation is its business, not a worker's."""

    host: str
    prefix: str
    subdir: str
    python: str
    seats: tuple[Seat, ...]

    @property
    def label(self) -> str:
        """Return how people and results name it."""
        return f"{self.host}:{self.prefix}"

    @property
    def elected(self) -> Seat | None:
        """Return the worker whose nanny installs for all, None when no worker here has a nanny."""
        return next((seat for seat in self.seats if seat.nanny), None)

    @property
    def stale(self) -> bool:
        """Return whether a worker with a nanny still runs what the prefix held before."""
        return any(seat.stale and seat.nanny for seat in self.seats)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What leads a host to the lock: `rows` it lacks, `surplus` (manager, name) that it has too many."""

    rows: tuple[Row, ...]
    surplus: tuple[tuple[str, str], ...]

    @property
    def empty(self) -> bool:
        """Return whether the host has what the lock says."""
        return not (self.rows or self.surplus)

    @property
    def carried(self) -> tuple[Row, ...]:
        """Return the rows whose files come over the cluster's connections."""
        return tuple(row for row in self.rows if row.carried)


def seat_of(address: str, name: str, nanny: str | None, told: dict[str, Any]) -> Seat:
    """Return a worker's seat from what its process told (`probe.seat`)."""
    return Seat(
        address=address,
        name=name,
        nanny=nanny,
        host=told["host"],
        prefix=told["prefix"],
        volume=told["volume"],
        python=told["python"],
        subdir=told["subdir"],
        stale=0.0 < told["started"] < told["changed"],
        digest=told["variables"].get("CONDASYNC_LOCK_DIGEST", ""),
        unprepared=told["variables"].get("CONDASYNC_FAULT", "for no reason told") if told["unprepared"] else "",
    )


def hosts_of(seats: Sequence[Seat]) -> tuple[Host, ...]:
    """Return the hosts of workers, sorted; each holds its workers sorted by name and address."""
    grouped: dict[tuple[str, str, str], list[Seat]] = {}
    for seat in seats:
        grouped.setdefault((seat.host, seat.prefix, seat.volume), []).append(seat)
    return tuple(
        Host(
            host=host,
            prefix=prefix,
            subdir=members[0].subdir,
            python=members[0].python,
            seats=tuple(sorted(members, key=lambda one: (one.name, one.address))),
        )
        for (host, prefix, _), members in sorted(grouped.items())
    )


def needs(rows: Sequence[Row], present: Sequence[Sequence[str | None]]) -> Needs:
    """Return what leads from the packages of a prefix (`probe.packages`) to the rows of a lock.

    A fact that one side does not know is no difference; digests of two kinds cannot be compared.
    """
    here = {(str(one[0]), str(one[1])): one for one in present}
    wanted = {(row.manager, row.name) for row in rows}
    lacking = tuple(row for row in rows if not _is_met(row, here.get((row.manager, row.name))))
    return Needs(rows=lacking, surplus=tuple(sorted(key for key in here if key not in wanted)))


def _is_met(row: Row, found: Sequence[str | None] | None) -> bool:
    if found is None:
        return False
    _, _, version, build, _, digest = found
    known = ((row.version, version), (row.build, build))
    if any(one is not None and other is not None and one != other for one, other in known):
        return False
    return row.digest is None or digest is None or len(row.digest) != len(digest) or row.digest == digest


def python_fault(rows: Sequence[Row], python: str) -> str | None:
    """Return why nannies that run one Python cannot start workers of the lock, None when they can."""
    locked = next((row.version for row in rows if (row.manager, row.name) == ("conda", "python")), None)
    if locked is None or locked.split(".")[:2] == python.split(".")[:2]:
        return None
    return f"the lock has Python {locked}, the nanny runs {python} and cannot start workers of another one"


def chunks(size: int, chunk: int = CHUNK) -> Iterator[tuple[int, int]]:
    """Return (offset, length) of each part of a file; an empty file is one empty part."""
    yield 0, min(size, chunk)
    for offset in range(chunk, size, chunk):
        yield offset, min(chunk, size - offset)


def restart_order(hosts: Sequence[Host]) -> tuple[Seat, ...]:
    """Return the workers with a nanny in the order of a rolling restart: one host after the other."""
    return tuple(seat for host in hosts for seat in host.seats if seat.nanny)


def name_fault(file_name: str, sha256: str) -> str | None:
    """Return why a file must not be taken in under this name and digest, None when it may."""
    if not _SHA256.fullmatch(sha256):
        return f"{sha256[:80]!r} is no sha256"
    if not _FILE_NAME.fullmatch(file_name) or ".." in file_name:
        return f"{file_name[:80]!r} is no name of a package file"
    return None


def digests_in(lock_text: bytes) -> frozenset[str]:
    """Return every sha256 that a lock's text states."""
    return frozenset(found.decode() for found in re.findall(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", lock_text))
