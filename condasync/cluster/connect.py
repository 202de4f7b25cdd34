"""A client for an address or a scheduler file, with the TLS contexts of the user."""

from __future__ import annotations

import asyncio
import json
import logging
import platform
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dask
from dask.utils import parse_timedelta
from distributed import Client, Security
from distributed.comm.addressing import parse_address, parse_host_port
from distributed.comm.registry import get_backend

from condasync.errors import NetworkError, UsageError

_EXAMPLE = "tcp://HOST:8786, tls://HOST:8786, or the path of its scheduler file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Say how to reach a scheduler: an address or the path of a scheduler file, and TLS files when given.

    Without TLS files, what `distributed.comm.tls` of Dask's configuration says holds. How long a scheduler may take to
    answer is `distributed.comm.timeouts.connect` there, 30 s unless the user says otherwise.
    """

    address: str
    tls_ca_file: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None


@contextmanager
def connected(door: Door) -> Iterator[Client]:
    """Yield a client, raise NetworkError when nobody answers, UsageError for what cannot be an address or its TLS."""
    security = _security(door)
    file = Path(door.address)
    where: dict[str, str] = {"scheduler_file": str(file)} if file.is_file() else {"address": door.address}
    address = _address(file) or door.address
    _refuse_no_address(address, door.address)
    _refuse_tls_without_certificates(address, security)
    patience = float(parse_timedelta(dask.config.get("distributed.comm.timeouts.connect", "30s")))
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is said once, by the error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions that differ: `status` says it of all packages
            client = Client(  # type: ignore[no-untyped-call]
                **where, security=security, timeout=patience, set_as_default=False, name="condasync"
            )
    except (OSError, asyncio.TimeoutError, ValueError, TypeError, RuntimeError) as error:
        raise NetworkError(
            f"{door.address}: no Dask scheduler answers within {patience:g} s: {error}",
            hints=("check the address, and that the scheduler runs", f"as in: {_EXAMPLE}"),
        ) from error
    with client:
        _refuse_other_python(client)
        yield client


def _refuse_no_address(address: str, given: str) -> None:
    """Raise UsageError for what can be no address: Dask would try it until its patience ends."""
    try:
        scheme, location = parse_address(address)
        get_backend(scheme)
        if scheme in {"tcp", "tls", "ws", "wss"}:
            parse_host_port(location)
    except ValueError as error:
        # Dask's words repeat the address without its scheme, where nothing would take a password out of it
        why = "a scheduler has no user and no password" if "@" in address else str(error)
        raise UsageError(f"{given}: not an address of a scheduler: {why}", hints=(f"as in: {_EXAMPLE}",)) from error


def _refuse_other_python(client: Client) -> None:
    """Raise UsageError where the scheduler's Python could not read the code that is to run there."""
    scheduler: Any = client.scheduler
    told = client.sync(scheduler.versions)  # type: ignore[no-untyped-call]
    theirs = str(dict(told)["host"]["python"])
    if theirs.split(".")[:2] != platform.python_version().split(".")[:2]:
        minor, own = ".".join(theirs.split(".")[:2]), platform.python_version()
        raise UsageError(
            f"the scheduler runs Python {minor}, this is {own}: code cannot travel between them",
            hints=(f"run condasync with Python {minor}",),
        )


def _address(file: Path) -> str | None:
    """Return the address that a scheduler file states; what is wrong with it, the client will say."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return str(document.get("address")) if isinstance(document, dict) else None


def _refuse_tls_without_certificates(address: str, security: Security | None) -> None:
    """Raise NetworkError where Dask would try in vain until its patience ends."""
    if not address.startswith(("tls://", "wss://")) or security is not None:
        return
    if Security().get_connection_args("client").get("ssl_context") is None:  # type: ignore[no-untyped-call]
        raise NetworkError(
            f"{address}: the scheduler speaks TLS, and there are no certificates for it",
            hints=(
                "give --tls-ca-file, --tls-cert and --tls-key",
                "or set distributed.comm.tls in Dask's configuration",
            ),
        )


def _security(door: Door) -> Security | None:
    given = {"--tls-ca-file": door.tls_ca_file, "--tls-cert": door.tls_cert, "--tls-key": door.tls_key}
    if not any(given.values()):
        return None
    lacking = [name for name, path in given.items() if path is None]
    if lacking:
        raise UsageError(f"TLS needs {', '.join(lacking)} as well", hints=("give all three files",))
    absent = [str(path) for path in given.values() if path is not None and not path.is_file()]
    if absent:
        raise UsageError(f"{', '.join(absent)}: no such file")
    return Security(  # type: ignore[no-untyped-call]
        tls_ca_file=str(door.tls_ca_file),
        tls_client_cert=str(door.tls_cert),
        tls_client_key=str(door.tls_key),
        require_encryption=True,
    )
