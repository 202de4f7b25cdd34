"""A client for an address or a scheduler file, with the TLS contexts of the user."""

from __future__ import annotations

import json
import platform
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributed import Client, Security

from condasync.errors import NetworkError, UsageError

_PATIENCE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Say how to reach a scheduler: an address or the path of a scheduler file, and TLS files when given.

    Without TLS files, what `distributed.comm.tls` of Dask's configuration says holds. `patience` is in seconds.
    """

    address: str
    tls_ca_file: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    patience: float = _PATIENCE


@contextmanager
def connected(door: Door) -> Iterator[Client]:
    """Yield a client, raise NetworkError when the scheduler cannot be reached, UsageError for TLS files that lack."""
    security = _security(door)
    file = Path(door.address)
    where: dict[str, str] = {"scheduler_file": str(file)} if file.is_file() else {"address": door.address}
    _refuse_tls_without_certificates(_address(file) or door.address, security)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions that differ: `status` says it of all packages
            client = Client(  # type: ignore[no-untyped-call]
                **where, security=security, timeout=door.patience, set_as_default=False, name="condasync"
            )
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise NetworkError(
            f"{door.address}: no scheduler can be reached: {error}",
            hints=("give the address of the scheduler (tcp://HOST:PORT, tls://HOST:PORT) or its scheduler file",),
        ) from error
    with client:
        _refuse_other_python(client)
        yield client


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
