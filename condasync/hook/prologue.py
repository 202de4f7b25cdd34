"""The lines that a node runs before its worker: make the prefix from the lock, then use it."""

from __future__ import annotations

import shlex

from condasync.hook.interpreter import CONDASYNC
from condasync.hook.launch import Launch

_SHORT = 16
_CACHE = "${CONDASYNC_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/condasync}"
_PLACE = f"${{CONDASYNC_PREFIX:-{_CACHE}/prefixes/%s}}"
# No $(...): HTCondor would take it for a macro of its own.
_CHECK = (
    'sha256sum < "$CONDASYNC_LOCK" | grep -q "^$CONDASYNC_LOCK_DIGEST " || '
    '{ echo "condasync: $CONDASYNC_LOCK is not the lock that this job was made for: it was made anew, or is gone. '
    'Make this prologue anew with condasync hook --for, and start the cluster again." >&2; exit 1; }'
)
_APPLY = 'apply "$CONDASYNC_LOCK" --prefix "$CONDASYNC_PREFIX" --platform'
# Scripts of packages are for bash more often than they say: a plain sh leaves them out.
_SCRIPTS = 'do if [ -n "$BASH_VERSION" ] && [ -e "$script" ]; then . "$script"; fi; done'


def prologue(launch: Launch) -> tuple[str, ...]:
    """Return complete statements for POSIX sh, as dask-jobqueue takes them.

    They run on the node; the lock and the Python that runs condasync are taken from a file system that the nodes share
    with this machine. The prefix is named by the lock's digest, so that another lock never changes a prefix in use.
    """
    return (
        f"export CONDASYNC_LOCK={shlex.quote(str(launch.path))}",
        f"export CONDASYNC_LOCK_DIGEST={launch.digest}",
        f'export CONDASYNC_PREFIX="{_PLACE % launch.digest[:_SHORT]}"',
        _CHECK,
        f"{shlex.join(CONDASYNC)} {_APPLY} {launch.platform} >&2 || exit 1",
        *activation('"$CONDASYNC_PREFIX"'),
    )


def activation(prefix: str) -> tuple[str, ...]:
    """Return what activating a prefix comes to, without conda; `prefix` is a word of the shell."""
    return (
        f"export CONDA_PREFIX={prefix}",
        f'export PATH={prefix}/bin:"$PATH"',
        f"for script in {prefix}/etc/conda/activate.d/*.sh; {_SCRIPTS}",
    )
