"""What a client hands to the scheduler: a lock, and the functions that are to run on workers."""

from __future__ import annotations

from dataclasses import dataclass

from condasync.cluster.remote.protocol import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Hold a lock in the terms of the protocol.

    `digest` is the sha256 of the lock file, `text` its bytes, compressed; `rows` are its packages by platform.
    `offline` says that workers have no internet: every file is carried. `files` are (sha256, file name) of what the
    client has and the scheduler keeps; `contents` are those of them that come along at once. `own` are the (host,
    prefix) of the environments that the client's user works in: workers of a local cluster may run there.
    """

    digest: str
    text: bytes
    rows: tuple[tuple[str, tuple[Row, ...]], ...]
    offline: bool = False
    files: tuple[tuple[str, str], ...] = ()
    contents: tuple[tuple[str, str, bytes], ...] = ()
    own: tuple[tuple[str, str], ...] = ()

    def rows_for(self, subdir: str) -> tuple[Row, ...] | None:
        """Return the packages for a machine, None when the lock is not for its kind."""
        return dict(self.rows).get(subdir)


@dataclass(frozen=True, slots=True, kw_only=True)
class Functions:
    """Hold functions of `probe`, pickled by value, by their names there, and the agent for nannies.

    `version` is one for the code of all of them: equal code need not be sent again.
    """

    version: str
    seat: bytes
    environment: bytes
    packages: bytes
    running_tasks: bytes
    set_variables: bytes
    agent: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Say how workers are to be restarted, if at all; `drain` is in seconds for the running tasks of one worker."""

    restart: bool = True
    rolling: bool = False
    drain: float = 60.0
