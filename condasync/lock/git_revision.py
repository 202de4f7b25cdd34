"""The text of a lock as git remembers it."""

from __future__ import annotations

import subprocess

from condasync.errors import LockFileError

_HINT = "as git writes it: HEAD~1:conda-lock.yml, or HEAD:./conda-lock.yml in a subfolder"


def text_at_revision(name: str) -> str:
    """Return the file that git names `REVISION:PATH`, seen from the working directory.

    Raises LockFileError: no such revision or path, no repository, no git, or no text.
    """
    if name.startswith("-"):
        raise LockFileError(f"{name}: not a revision", hints=(_HINT,), path=name)
    try:
        done = subprocess.run(["git", "cat-file", "blob", name], capture_output=True, check=False)
    except FileNotFoundError:
        raise LockFileError(f"{name}: there is no git to read it with", hints=("install git",), path=name) from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise LockFileError(f"{name}: {said}", hints=(_HINT,), path=name)
    try:
        return done.stdout.decode()
    except UnicodeDecodeError:
        raise LockFileError(f"{name}: not UTF-8 text, so not a lock file", path=name) from None
