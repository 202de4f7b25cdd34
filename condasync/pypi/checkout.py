"""Sources from git at one commit, in the cache; nothing of them is run."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from condasync.errors import BuildError
from condasync.model.url import Url, redact

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_TIMEOUT = 300.0
# No prompt, no hook, no filter that a repository brings along, no transport that runs a program.
_GIT = ("git", "-c", "core.hooksPath=/dev/null", "-c", "protocol.ext.allow=never", "-c", "advice.detachedHead=false")


def checkout(url: Url, revision: str | None, cache_dir: Path) -> Path:
    """Return the folder of a git repository's files at a commit, a tag, a branch, or at its default branch.

    A commit is fetched once; everything else is looked up anew. The remote in the copy carries no credential. Raises
    BuildError when git cannot get it.
    """
    key = hashlib.sha256(f"{url.public}@{revision}".encode()).hexdigest()[:24]
    folder = cache_dir / "checkouts" / key
    settled = revision is not None and _COMMIT.fullmatch(revision) is not None
    if settled and (folder / ".git").exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{key}-"))
    try:
        _git(url, "clone", "--quiet", "--no-checkout", "--", url.secret, str(part / "source"))
        source = part / "source"
        _git(url, "remote", "set-url", "origin", url.public, folder=source)
        wanted = _commit(url, revision, source)
        _git(url, "checkout", "--quiet", "--detach", wanted, folder=source)
        if (source / ".gitmodules").is_file():
            _git(url, "submodule", "--quiet", "update", "--init", "--recursive", folder=source)
        if folder.exists():
            shutil.rmtree(folder)
        source.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _commit(url: Url, revision: str | None, source: Path) -> str:
    """Return the commit that a revision means in a fresh clone."""
    if revision is None:
        return _git(url, "rev-parse", "--verify", "origin/HEAD^{commit}", folder=source)
    for name in (revision, f"origin/{revision}"):
        if not name.startswith("-"):
            found = _run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", folder=source)
            if found.returncode == 0:
                return found.stdout.strip()
    raise _failure(url, f"there is no {revision!r} in it")


def _git(url: Url, *arguments: str, folder: Path | None = None) -> str:
    try:
        done = _run(*arguments, folder=folder)
    except subprocess.TimeoutExpired as fault:
        raise _failure(url, f"no answer within {_TIMEOUT:g} s") from fault
    except FileNotFoundError as fault:
        raise _failure(url, "git is not installed") from fault
    if done.returncode != 0:
        lines = [line for line in redact(done.stderr).splitlines() if line.strip()]
        raise _failure(url, lines[-1] if lines else f"git ended with {done.returncode}")
    return done.stdout.strip()


def _run(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        environment.pop(name, None)
    return subprocess.run(
        [*_GIT, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=_TIMEOUT,
        check=False,
    )


def _failure(url: Url, why: str) -> BuildError:
    return BuildError(
        f"{url}: the sources cannot be fetched: {why}",
        reason="source-missing",
        hints=("check the address and your access to it", "or clone it yourself and install it from the folder"),
        url=str(url),
    )
