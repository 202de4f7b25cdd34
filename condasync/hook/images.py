"""For those who want an image: a Dockerfile and an Apptainer definition whose environment is the lock's."""

from __future__ import annotations

import json
import re
import shlex
from typing import Final

import condasync
from condasync.convert.channel_folder import FOLDER_NAME
from condasync.errors import UsageError
from condasync.hook.launch import Launch
from condasync.hook.prologue import activation

MAKER: Final = "python:3.12-slim-bookworm"
"""Image in which condasync makes the environment; it does not stay."""
BASE: Final = "debian:bookworm-slim"
PREFIX: Final = "/opt/env"
_KEPT: Final = "/opt/condasync"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_IMAGE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]*")


def install_condasync() -> str:
    """Return the shell command that installs this version of condasync with pip."""
    return f"python -m pip install --no-cache-dir condasync=={condasync.__version__}"


def make_prefix(launch: Launch, lock: str, prefix: str) -> tuple[str, ...]:
    """Return the shell commands that check a copy of the lock and make the prefix from it."""
    return (
        f"echo {shlex.quote(f'{launch.digest}  {lock}')} | sha256sum --check",
        f"python -m condasync apply {shlex.quote(lock)} --prefix {shlex.quote(prefix)} --platform {launch.platform}",
    )


def dockerfile(launch: Launch) -> str:
    """Return a Dockerfile of two stages; its context is the lock's folder."""
    name = _copied_name(launch)
    entry = "; ".join((*activation(PREFIX), 'exec "$@"'))
    channel = [f"COPY {json.dumps([f'{FOLDER_NAME}/', f'{FOLDER_NAME}/'])}"] if launch.artifacts() else []
    lines = [
        f"#   docker build --platform {launch.machine} --tag {launch.name} --file THIS-FILE FOLDER-OF-THE-LOCK",
        f"FROM {MAKER} AS make",
        f"RUN {install_condasync()}",
        f"WORKDIR {_KEPT}",
        f"COPY {json.dumps([name, './'])}",
        *channel,
        *(f"RUN {line}" for line in make_prefix(launch, name, PREFIX)),
        "",
        f"FROM {image_of(launch, BASE)}",
        f"COPY --from=make {PREFIX} {PREFIX}",
        f"COPY --from=make {_KEPT} {_KEPT}",
        *(f"ENV {key}={value}" for key, value in _variables(launch)),
        f"ENV PATH={PREFIX}/bin:$PATH",
        f"ENTRYPOINT {json.dumps(['/bin/bash', '-c', entry, 'bash'])}",
        'CMD ["python"]',
    ]
    return "\n".join(lines) + "\n"


def apptainer(launch: Launch) -> str:
    """Return an Apptainer (Singularity) definition of two stages; it is built in the lock's folder."""
    name = _copied_name(launch)
    channel = [f"    {FOLDER_NAME} {_KEPT}/{FOLDER_NAME}"] if launch.artifacts() else []
    lines = [
        "#   apptainer build NAME.sif THIS-FILE    (in the lock's folder)",
        "Bootstrap: docker",
        f"From: {MAKER}",
        "Stage: make",
        "",
        "%files",
        f"    {name} {_KEPT}/{name}",
        *channel,
        "",
        "%post",
        "    set -e",
        f"    {install_condasync()}",
        *(f"    {line}" for line in make_prefix(launch, f"{_KEPT}/{name}", PREFIX)),
        "",
        "Bootstrap: docker",
        f"From: {image_of(launch, BASE)}",
        "Stage: final",
        "",
        "%files from make",
        f"    {PREFIX} {PREFIX}",
        f"    {_KEPT} {_KEPT}",
        "",
        "%environment",
        *(f"    export {key}={value}" for key, value in _variables(launch)),
        *(f"    {line}" for line in activation(PREFIX)),
        "",
        "%runscript",
        '    exec "$@"',
    ]
    return "\n".join(lines) + "\n"


def image_of(launch: Launch, default: str) -> str:
    """Return the image that the user names, else the default. Raises UsageError for what is no image's name."""
    image = launch.image or default
    if not _IMAGE.fullmatch(image):
        raise UsageError(f"{image!r} is no name of an image", hints=(f"as in --image {default}",))
    return image


def _copied_name(launch: Launch) -> str:
    if not _NAME.fullmatch(launch.path.name):
        raise UsageError(
            f"{launch.path.name!r}: neither Dockerfile nor definition can name such a file safely",
            hints=("rename the lock to conda-lock.yml",),
        )
    return launch.path.name


def _variables(launch: Launch) -> tuple[tuple[str, str], ...]:
    return (
        ("CONDASYNC_LOCK", f"{_KEPT}/{launch.path.name}"),
        ("CONDASYNC_LOCK_DIGEST", launch.digest),
        ("CONDASYNC_PREFIX", PREFIX),
    )
