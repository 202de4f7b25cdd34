"""A Dask cluster whose workers are to follow the lock, and a client of it, as one context manager."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from inspect import isawaitable
from os import PathLike
from types import TracebackType
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict

from condasync.errors import UsageError
from condasync.hook.prepare import prepare
from condasync.hook.prepared import Prepared, in_force
from condasync.settings import SolverChoice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from distributed import Client
    from distributed.deploy.cluster import Cluster
    from typing_extensions import Unpack

    Made: TypeAlias = "Cluster | str"


class PrepareOptions(TypedDict, total=False):
    """The arguments of `prepare`."""

    prefix: str | PathLike[str] | None
    files: Iterable[str | PathLike[str]]
    output: str | PathLike[str]
    platforms: Iterable[str]
    channels: Iterable[str]
    python: str | None
    cuda: str | None
    virtual_packages: Iterable[str]
    offline: bool
    solver: SolverChoice
    pin: Literal["relax", "exact", "none"]
    more: Iterable[str]
    refresh: bool


def synced_cluster(
    factory: Callable[[], Made | Awaitable[Made]],
    *,
    prepared: Prepared | None = None,
    **options: Unpack[PrepareOptions],
) -> SyncedCluster:
    """Make the lock fresh, start a cluster and give a client of it, for `with` and `async with`.

    `factory` returns a cluster of Dask, as `LocalCluster` does, or the address of a scheduler; with `async with` also
    an awaitable of either. `options` are those of `prepare`, or `prepared` is what it returned. CONDASYNC_LOCK,
    CONDASYNC_LOCK_DIGEST and dask's configuration name the lock from before the factory runs until the block ends,
    because workers may also start later; then client and cluster are closed and everything is as before.
    """
    return SyncedCluster(factory, prepared, options)


class SyncedCluster:
    """What `synced_cluster` returns; enter it once."""

    def __init__(
        self, factory: Callable[[], Made | Awaitable[Made]], prepared: Prepared | None, options: PrepareOptions
    ) -> None:
        self._factory = factory
        self._prepared = prepared
        self._options = options
        self._stack = ExitStack()
        self._async_stack = AsyncExitStack()

    def __enter__(self) -> Client:
        """Start the cluster and return a client."""
        client_type = _client_type()
        prepared = self._prepared or prepare(**self._options)
        with ExitStack() as stack:
            stack.enter_context(in_force(prepared))
            made = _not_awaitable(self._factory())
            if not isinstance(made, str):
                stack.callback(made.close)
            client: Client = stack.enter_context(client_type(made))
            self._stack = stack.pop_all()
        return client

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what was started."""
        self._stack.__exit__(kind, error, trace)

    async def __aenter__(self) -> Client:
        """Start the cluster and return a client, in the running event loop."""
        client_type = _client_type()
        prepared = self._prepared
        if prepared is None:
            prepared = await asyncio.to_thread(lambda: prepare(**self._options))
        async with AsyncExitStack() as stack:
            stack.enter_context(in_force(prepared))
            made = self._factory()
            if isawaitable(made):
                made = await made
            if not isinstance(made, str):
                stack.push_async_callback(_closed, made)
            client: Client = await stack.enter_async_context(client_type(made, asynchronous=True))
            self._async_stack = stack.pop_all()
        return client

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what was started."""
        await self._async_stack.__aexit__(kind, error, trace)


def _not_awaitable(made: Made | Awaitable[Made]) -> Made:
    from distributed.deploy.cluster import Cluster  # noqa: PLC0415 - an extra

    if isinstance(made, (str, Cluster)):  # a cluster can be awaited, and need not be
        return made
    if asyncio.iscoroutine(made):
        made.close()
    raise UsageError(
        "the factory of synced_cluster returned neither a cluster nor an address",
        hints=("where it is asynchronous: async with synced_cluster(...)",),
    )


async def _closed(cluster: Cluster) -> None:
    closing = cluster.close()
    if isawaitable(closing):
        await closing


def _client_type() -> type[Client]:
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError(
            f"synced_cluster needs distributed: {error}", hints=("install it: pip install 'condasync[dask]'",)
        ) from error
    return Client
