"""Many exports on a Dask cluster: what each needs is sent, what each made is written here."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from condasync import wiring
from condasync.channel.location import local_directory, resolve_channel
from condasync.cluster.export_job import ExportJob, ExportReply, carried_variables, export_here, failed
from condasync.cluster.extra import require_distributed
from condasync.errors import CondasyncError, NetworkError, OutputError
from condasync.lock import environment_yml, virtual_packages_yaml
from condasync.lock.export_files import LOCK_NAME, TRANSLATED_NAME
from condasync.lock.output_files import OutputFile, write_all
from condasync.model.environment import Environment
from condasync.model.package import LocalPackage, PipPackage
from condasync.settings import NamedEnvironment, Settings

if TYPE_CHECKING:
    from distributed import Client

Envelope: TypeAlias = dict[str, Any]

_WORKERS = 120.0  # seconds until the first worker is there: a cluster may have to start one
_LOCAL_WORDS = frozenset({"--include-module", "--leftovers"})  # packages are made beside the lock, here
_FILE_WORDS = frozenset({"--names"})


def job_for(
    environment: NamedEnvironment, words: Sequence[str], settings: Settings, environ: Mapping[str, str]
) -> ExportJob | None:
    """Return what a worker needs to lock an environment, None for one that needs this machine: local projects, folders.

    Raises CaptureError for inputs that cannot be read.
    """
    inputs = tuple(os.path.relpath(path) for path in environment.inputs)
    captured = wiring.captured(settings, prefix=None, files=[Path(path) for path in inputs])
    included = [one.path for one in captured.inputs]
    if _needs_this_machine(captured, words) or any(Path(path).is_absolute() for path in included):
        return None
    own = ["pyproject.toml", *_values(words, _FILE_WORDS), *_outputs(environment.output)]
    paths = dict.fromkeys(os.path.normpath(path) for path in (*inputs, *included, *own))
    platforms = [word for platform in environment.platforms for word in ("--platform", platform)]
    return ExportJob(
        name=environment.name,
        words=(
            *_with_folders_in_full(words),
            *(word for path in inputs for word in ("-f", path)),
            *platforms,
            *("-o", environment.output),
        ),
        files=tuple((path, Path(path).read_bytes()) for path in paths if Path(path).is_file()),
        output=environment.output,
        variables=carried_variables(environ),
    )


def exported(jobs: Sequence[ExportJob], address: str) -> list[Envelope]:
    """Return the envelope of each job, whose files are written here, those of one environment all or none.

    Raises UsageError without distributed or for no address, NetworkError when nobody answers in time.
    """
    require_distributed("--scheduler", "without --scheduler local processes serve")
    from condasync.cluster.connect import Door, connected  # noqa: PLC0415  imports distributed, an extra

    with connected(Door(address=address)) as client:
        futures = [client.submit(export_here, job, pure=False) for job in jobs]
        try:
            _wait_for_workers(client, address)
            return [_envelope(job, _answer(future.result)) for job, future in zip(jobs, futures, strict=True)]
        finally:
            client.cancel(futures)  # type: ignore[no-untyped-call]


def written(job: ExportJob, reply: ExportReply) -> Envelope:
    """Write what a worker made, all or none, and return the envelope, with the error where that did not work."""
    sent = {os.path.normpath(path): content for path, content in job.files}
    try:
        write_all(
            [
                OutputFile(path=Path(path), text=content.decode(), is_ours=_unchanged(path, sent.get(path)))
                for path, content in reply.files
            ]
        )
    except CondasyncError as error:
        row = {"code": error.code, "message": error.message, "hints": list(error.hints)}
        return {**reply.envelope, "exit_code": error.exit_code, "errors": [*reply.envelope["errors"], row]}
    return reply.envelope


def _envelope(job: ExportJob, reply: ExportReply) -> Envelope:
    return written(job, reply) if reply.files else reply.envelope


def _unchanged(path: str, sent: bytes | None) -> Callable[[str], bool]:
    """Return the check that a file is as it was sent; what was changed since then is not lost."""

    def check(text: str) -> bool:
        if sent is None or text.encode() != sent:
            raise OutputError(
                f"{path} was changed while a worker locked it", hints=("export once more",), path=str(path)
            )
        return True

    return check


def _wait_for_workers(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_WORKERS)
    except (TimeoutError, asyncio.TimeoutError) as error:  # one and the same since Python 3.11
        raise NetworkError(
            f"{address}: the cluster has no worker, after {_WORKERS:.0f} s", hints=("start workers, then try again",)
        ) from error


def _answer(result: Callable[[], ExportReply]) -> ExportReply:
    """Return a worker's reply, or what became of it: what another machine raises is one environment's error."""
    try:
        return result()
    except ImportError as error:
        return failed(
            f"the worker has not what it needs: {error}",
            "install condasync where the workers run, in the version of this machine",
        )
    except Exception as error:  # noqa: BLE001 - an exception of another process, of any kind
        return failed(f"the worker did not do it: {type(error).__name__}: {error}", "see the worker's log")


def _needs_this_machine(environment: Environment, words: Sequence[str]) -> bool:
    """Return whether something of this machine is wanted that is no input file."""
    places = [url.secret for url in environment.find_links]
    places += [
        package.direct_url.url.secret
        for package in environment.packages
        if isinstance(package, PipPackage) and package.direct_url is not None
    ]
    return (
        bool(_LOCAL_WORDS & set(words))
        or any(isinstance(package, LocalPackage) for package in environment.packages)
        or any(place.startswith("file:") for place in places)
    )


def _with_folders_in_full(words: Sequence[str]) -> tuple[str, ...]:
    """Return the words with folders of channels in full: where machines share them, workers find them."""
    return tuple(
        _in_full(word) if before in {"-c", "--channel"} else word
        for before, word in zip(("", *words), words, strict=False)
    )


def _in_full(channel: str) -> str:
    if "://" in channel:
        return channel
    (one, *_) = resolve_channel(channel)
    folder = local_directory(one)
    return channel if folder is None else str(folder)


def _values(words: Sequence[str], options: frozenset[str]) -> list[str]:
    return [value for word, value in pairwise(words) if word in options]


def _outputs(folder: str) -> list[str]:
    """Return the files of an earlier export: what a lock holds should stay, and they are not others'."""
    from condasync.lock.formats import FORMATS  # noqa: PLC0415  loads every format

    names = [
        LOCK_NAME,
        TRANSLATED_NAME,
        environment_yml.DEFAULT_FILENAME,
        virtual_packages_yaml.DEFAULT_FILENAME,
        *(name.format(platform="*") for made in FORMATS for name in made.DEFAULT_FILENAMES),
    ]
    return [str(path) for name in names for path in sorted(Path(folder).glob(name))]
