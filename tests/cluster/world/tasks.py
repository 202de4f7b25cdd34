"""A client of the test, and expressions that the workers evaluate: they cannot import the tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from distributed import Client, Future

EXECUTABLE = "__import__('sys').executable"
PREFIX = "__import__('sys').prefix"
PROCESS = "__import__('os').getpid()"


@contextmanager
def connected(address: str, workers: int) -> Iterator[Client]:
    """Connect to a scheduler and wait until that many workers have come up."""
    with Client(address, timeout=60) as client:  # type: ignore[no-untyped-call]
        client.wait_for_workers(workers, timeout=120)
        yield client


def on_workers(client: Client, expression: str) -> Mapping[str, Any]:
    """Return what an expression is on each worker, by address."""
    found: Mapping[str, Any] = client.run(eval, expression)
    return found


def worker_logs(client: Client) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return (level, line) of what each worker has logged, by address."""
    logs: Mapping[str, tuple[tuple[str, str], ...]] = client.get_worker_logs()  # type: ignore[no-untyped-call]
    return logs


def task(client: Client, expression: str) -> Future[Any]:
    """Submit a task that evaluates an expression."""
    return client.submit(eval, expression, pure=False)


def version_of(module: str) -> str:
    """Return the expression of a module's VERSION as the worker imports it."""
    return f"__import__({module!r}).VERSION"
