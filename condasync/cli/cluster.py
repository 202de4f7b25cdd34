"""`condasync cluster`: how far a running Dask cluster is from a lock, and bringing it there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from condasync.cli import options
from condasync.cli.light_options import LightCommand
from condasync.cli.run import CommandResult, run

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Bring a running Dask cluster to a lock, and tell how far it is."
)

Address = Annotated[
    str, typer.Argument(metavar="ADDRESS", help="Address of the scheduler (tcp://HOST:PORT), or its scheduler file.")
]
Lock = Annotated[Path, typer.Argument(metavar="[LOCK]", help="A conda-lock.yml, or its folder.")]
TlsCaFile = Annotated[
    Path | None, typer.Option("--tls-ca-file", metavar="FILE", help="CA certificate. [default: Dask's configuration]")
]
TlsCert = Annotated[Path | None, typer.Option("--tls-cert", metavar="FILE", help="Certificate of this client.")]
TlsKey = Annotated[Path | None, typer.Option("--tls-key", metavar="FILE", help="Private key of this client.")]
Rolling = Annotated[
    bool, typer.Option("--rolling", help="Restart workers one after the other; results move to others and are kept.")
]
NoRestart = Annotated[
    bool, typer.Option("--no-restart", help="Install only; workers run what they have loaded until they are restarted.")
]
Drain = Annotated[
    float,
    typer.Option(
        "--drain", metavar="SECONDS", min=0, help="With --rolling: time for a worker to end its running tasks."
    ),
]
Watch = Annotated[
    bool, typer.Option("--watch", help="Go on: when the lock or what it was made from changes, bring it there again.")
]
WatchPrefix = Annotated[
    Path | None,
    typer.Option("--prefix", "-p", metavar="DIR", help="With --watch: the environment that the lock is made from."),
]
WatchFiles = Annotated[
    list[Path] | None,
    typer.Option("--file", "-f", metavar="FILE", help="With --watch: an input that the lock is made from. Repeatable."),
]
WatchInclude = Annotated[
    list[Path] | None,
    typer.Option(
        "--include-module", metavar="PATH", help="With --watch: a project or module that the lock holds. Repeatable."
    ),
]
WatchOffline = Annotated[bool, typer.Option("--offline", help="With --watch: make the lock anew from what is on disk.")]
OfflineWorkers = Annotated[
    bool,
    typer.Option("--offline-workers", help="Workers reach no channel: packages come through here and the scheduler."),
]


@app.command("status", cls=LightCommand)
def status(
    address: Address,
    lock: Lock = Path("conda-lock.yml"),
    *,
    tls_ca_file: TlsCaFile = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    json: options.Json = False,
) -> int:
    """Compare every worker's environment with a lock, all packages of it: exit 0 if they are equal, 1 if not."""

    def body() -> CommandResult:
        from condasync.cluster.extra import require_distributed

        require_distributed("condasync cluster status")
        from condasync.cli.cluster_result import status_result
        from condasync.cluster.connect import Door, connected
        from condasync.cluster.manifest import read_lock
        from condasync.cluster.status import status as cluster_status

        read = read_lock(lock)
        door = Door(address=address, tls_ca_file=tls_ca_file, tls_cert=tls_cert, tls_key=tls_key)
        with connected(door) as client:
            return status_result(cluster_status(client, read), read, as_json=json)

    return run("cluster status", body, as_json=json)


@app.command("sync", cls=LightCommand)
def sync(
    address: Address,
    lock: Lock = Path("conda-lock.yml"),
    *,
    rolling: Rolling = False,
    drain: Drain = 60.0,
    no_restart: NoRestart = False,
    offline_workers: OfflineWorkers = False,
    watch: Watch = False,
    prefix: WatchPrefix = None,
    file: WatchFiles = None,
    include_module: WatchInclude = None,
    offline: WatchOffline = False,
    tls_ca_file: TlsCaFile = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    json: options.Json = False,
) -> int:
    """Bring every host of a cluster to a lock: send and install the difference, restart the workers."""

    def body() -> CommandResult:
        import os

        from condasync.cluster.extra import require_distributed

        require_distributed("condasync cluster sync")
        from condasync.cli.cluster_sync import Asked, sync_on, sync_once
        from condasync.cli.cluster_watch import Follow
        from condasync.cluster.connect import Door
        from condasync.cluster.remote.parcel import Orders
        from condasync.errors import UsageError
        from condasync.settings import read_settings

        if not watch and (prefix or file or include_module or offline):
            raise UsageError("--prefix, --file, --include-module and --offline are for --watch", hints=("add --watch",))
        if rolling and no_restart:
            raise UsageError("--rolling and --no-restart exclude each other", hints=("give one of them",))
        asked = Asked(
            lock=lock / "conda-lock.yml" if lock.is_dir() else lock,
            door=Door(address=address, tls_ca_file=tls_ca_file, tls_cert=tls_cert, tls_key=tls_key),
            orders=Orders(restart=not no_restart, rolling=rolling, drain=drain),
            offline_workers=offline_workers,
            as_json=json,
        )
        settings = read_settings(os.environ, Path.cwd())
        if not watch:
            return sync_once(asked, settings)
        follow = Follow(
            lock=asked.lock,
            prefix=prefix,
            files=tuple(file or ()),
            include=tuple(include_module or ()),
            offline=offline,
        )
        return sync_on(asked, follow, settings)

    return run("cluster sync", body, as_json=json)
