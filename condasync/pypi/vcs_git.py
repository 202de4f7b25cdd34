"""Sources from git."""

from __future__ import annotations

import re
from pathlib import Path

from condasync.model.url import Url
from condasync.pypi.vcs_program import failure, run_program, try_program

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
# No prompt, no hook, no filter that a repository brings along, no transport that runs a program.
_GIT = ("git", "-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never", "-c", "advice.detachedHead=false")
_QUIET = {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}


def is_settled(revision: str) -> bool:
    """Return whether a revision is one commit for ever, not a tag or a branch."""
    return _COMMIT.fullmatch(revision) is not None


def fetch(url: Url, revision: str | None, folder: Path) -> None:
    """Write the files of a revision, or of the default branch, into a new folder. The remote there has no credential.

    Raises BuildError.
    """
    _git(url, "clone", "--quiet", "--no-checkout", "--", url.secret, str(folder))
    _git(url, "remote", "set-url", "origin", url.public, folder=folder)
    _git(url, "checkout", "--quiet", "--detach", _commit(url, revision, folder), folder=folder)
    if (folder / ".gitmodules").is_file():
        _git(url, "submodule", "--quiet", "update", "--init", "--recursive", folder=folder)


def _commit(url: Url, revision: str | None, folder: Path) -> str:
    """Return the commit that a revision means in a fresh clone."""
    if revision is None:
        return _git(url, "rev-parse", "--verify", "origin/HEAD^{commit}", folder=folder)
    for name in (revision, f"origin/{revision}"):
        if not name.startswith("-"):
            asked = (*_GIT, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
            found = try_program(url, asked, folder=folder, variables=_QUIET)
            if found.returncode == 0:
                return found.stdout.strip()
    raise failure(url, f"there is no {revision!r} in it")


def _git(url: Url, *arguments: str, folder: Path | None = None) -> str:
    return run_program(url, (*_GIT, *arguments), folder=folder, variables=_QUIET)
