"""Workers from the lock: `dask worker --preload-nanny condasync.cluster.preload`, or `--preload` with the same name.

Before the worker process starts, the prefix is made of the lock, and `dask worker` goes on under that prefix's Python.
What goes wrong stands in the logs of nanny and worker and in the worker's variable CONDASYNC_FAULT; the worker then
runs from the environment that it was started in, or not at all with `condasync.on-fault: stop`.
"""

from __future__ import annotations

import functools
import logging
import multiprocessing
import os
import sys
from typing import NoReturn

import dask.config
from distributed import Nanny, Worker
from distributed.core import Server

from condasync.cluster.process_again import (
    Program,
    command_in,
    configured_without,
    environment_in,
    is_dask_worker,
    names_preload,
    without_preload,
)
from condasync.cluster.worker_prefix import WorkerPrefix, make_prefix, read_order
from condasync.errors import ApplyError, CondasyncError, LockFileError, UsageError
from condasync.settings import read_worker_settings

MODULE = "condasync.cluster.preload"
_FAULT = "CONDASYNC_FAULT"
_NO_LOCK = {"CONDASYNC_LOCK_DIGEST": "", "CONDASYNC_PREFIX": ""}  # no lock stands behind a worker with a fault
_PRELOADS = ("distributed.nanny.preload", "distributed.worker.preload")
_nanny_log = logging.getLogger("distributed.nanny")  # what get_nanny_logs and get_worker_logs show
_worker_log = logging.getLogger("distributed.worker")


def dask_setup(server: Server) -> None:
    """Bring the process that will be, or holds, the worker into the prefix of the lock; dask calls this."""
    match server:
        case Nanny():
            _prepare_nanny(server)
        case Worker():
            _tell_worker(_fault_of_worker(server))
        case _:
            _nanny_log.warning("condasync: %s is for workers; it does nothing in a %s", MODULE, type(server).__name__)


def _prepare_nanny(nanny: Nanny) -> None:
    fault = _fault_of_process()
    if fault:
        _nanny_log.error("condasync: %s", fault)
        nanny.env.update({_FAULT: fault, **_NO_LOCK})
        _let_worker_tell(nanny)


def _let_worker_tell(nanny: Nanny) -> None:
    """Preload this module into the worker, too, where nothing stands against it: its own log shall name the fault."""
    names = nanny.preload or dask.config.get("distributed.worker.preload")
    names = [names] if isinstance(names, str) else list(names)
    argv = nanny.preload_argv or dask.config.get("distributed.worker.preload-argv")
    one_for_each = bool(argv) and not isinstance(argv[0], str)
    if MODULE not in names and not one_for_each:
        nanny.preload = [*names, MODULE]


def _fault_of_worker(worker: Worker) -> str:
    settings = read_worker_settings(os.environ)
    if settings.fault:
        return settings.fault
    if worker.nanny is None:
        return _fault_of_process()
    nanny = multiprocessing.parent_process()
    if nanny is not None and settings.prepared_process == nanny.pid:
        return ""
    return f"the nanny was not told of the lock; start the worker with `dask worker --preload-nanny {MODULE}`"


def _tell_worker(fault: str) -> None:
    if fault:
        _worker_log.error("condasync: %s; this worker does not run from the lock", fault)
        os.environ.update({_FAULT: fault, **_NO_LOCK})


@functools.lru_cache(maxsize=1)
def _fault_of_process() -> str:
    """Go on as a new program in the prefix, or return why not, "" when this is that program; tried once a process."""
    settings = read_worker_settings(os.environ)
    if settings.prepared_process == os.getpid():
        return ""
    try:
        _go_on_in_prefix()
    except (CondasyncError, OSError) as error:
        fault = error if isinstance(error, CondasyncError) else ApplyError(f"the prefix cannot be used: {error}")
    text = "; ".join((fault.message, *fault.hints))
    if dask.config.get("condasync.on-fault", "report") == "stop":
        _nanny_log.critical("condasync: %s; no worker is started, as condasync.on-fault says", text)
        raise SystemExit(fault.exit_code)
    return text


def _go_on_in_prefix() -> NoReturn:
    program = _program()
    if not is_dask_worker(program):
        raise UsageError(
            "the worker belongs to another program, which cannot go on in another prefix",
            hints=("start workers with `dask worker` or `dask spec`",),
        )
    order = read_order(read_worker_settings(os.environ))
    _nanny_log.info("condasync: making the prefix of %s", order.lock)
    made = make_prefix(order)
    command = command_in(program, made.path)
    facts = {
        "CONDASYNC_LOCK": str(made.lock),
        "CONDASYNC_LOCK_DIGEST": made.digest,
        "CONDASYNC_PREFIX": str(made.path),
        "CONDASYNC_PREPARED": str(os.getpid()),
        "CONDASYNC_PYTHON": sys.executable,  # has condasync, which the prefix may lack; a later sync installs with it
        _FAULT: "",
    }
    if not made.has_condasync:
        command = without_preload(command, MODULE)
        facts |= configured_without({key: dask.config.get(key, ()) for key in _PRELOADS}, MODULE)
        _check_no_preload(command, made)
    _replace_process(command, environment_in(os.environ, made.path, facts))


def _program() -> Program:
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return Program(orig_argv=tuple(sys.orig_argv), argv=tuple(sys.argv), module=spec.name if spec else None)


def _check_no_preload(command: tuple[str, ...], made: WorkerPrefix) -> None:
    if any(MODULE in word for word in command):
        raise LockFileError(
            f"{made.lock}: holds no condasync, which this command line needs in the prefix",
            hints=("add condasync to the locked environment", "or name the preload in dask's configuration"),
            path=str(made.lock),
        )


def _replace_process(command: tuple[str, ...], environ: dict[str, str]) -> NoReturn:
    _nanny_log.info("condasync: going on in %s", environ["CONDASYNC_PREFIX"])
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.execve(command[0], command, environ)  # noqa: S606  the whole point


def _begin() -> None:
    """Act at once where the command line says `--preload`: dask imports that before it makes the nanny.

    Later would be too late: a nanny hears nothing from its worker until the worker has started.
    """
    program = _program()
    if is_dask_worker(program) and names_preload(program.argv, MODULE) and multiprocessing.parent_process() is None:
        fault = _fault_of_process()
        if fault:
            _nanny_log.error("condasync: %s", fault)
            os.environ.update({_FAULT: fault, **_NO_LOCK})


_begin()
