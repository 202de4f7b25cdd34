"""For Coiled: a conda environment file that pins every package of the lock; Coiled takes no lock file as it is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from condasync.convert.channel_folder import is_channel_folder
from condasync.errors import UsageError
from condasync.hook.launch import Launch
from condasync.lock import pinned_environment_yml

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")


def coiled(launch: Launch) -> str:
    """Return an environment.yml for `coiled env create --conda`. Raises UsageError for packages that are only here."""
    launch.version("distributed")
    local = [row.name for row in launch.rows if row.url.startswith("file:")]
    if local:
        raise UsageError(
            f"Coiled cannot reach packages that lie beside the lock: {', '.join(local)}",
            hints=(
                "upload them and say where: condasync export --artifact-url URL",
                "or build an image: condasync hook --for dockerfile, and coiled env create --container IMAGE",
            ),
        )
    if not _NAME.fullmatch(launch.name):
        raise UsageError(
            f"{launch.name!r} cannot name a software environment of Coiled", hints=("use small letters: --name dask",)
        )
    channels = tuple(name for name in launch.lock.metadata.channels if not is_channel_folder(name))
    metadata = replace(launch.lock.metadata, platforms=(launch.platform,), channels=channels)
    # Coiled reads requirements, not pip's options: no --hash behind them
    rows = tuple(replace(row, sha256=None) for row in launch.rows)
    text = pinned_environment_yml.dumps(replace(launch.lock, packages=rows, metadata=metadata))
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return f"#   coiled env create --name {launch.name} --conda THIS-FILE\n{body}\n"
