"""Sources from version control at one revision, in the cache; nothing of them is run."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from condasync.model.url import Url
from condasync.pypi import vcs_git, vcs_others
from condasync.pypi.archive import not_fetched
from condasync.pypi.vcs_program import missing_program

_Fetch: TypeAlias = Callable[[Url, str | None, Path], None]
_FETCH: Final[Mapping[str, _Fetch]] = MappingProxyType(
    {
        "git": vcs_git.fetch,
        "hg": vcs_others.fetch_hg,
        "svn": vcs_others.fetch_svn,
        "bzr": vcs_others.fetch_bzr,
    }
)


def checkout(url: Url, revision: str | None, cache_dir: Path, *, vcs: str = "git", may_fetch: bool = True) -> Path:
    """Return the folder of a repository's files at a commit, a tag, a branch, or at its default branch.

    A commit is fetched once; everything else is looked up anew. The copy names no credential. Raises BuildError when
    the program of that version control system cannot get it or is not installed, and when it is not here and may not be
    fetched.
    """
    fetch = _FETCH.get(vcs)
    if fetch is None:
        raise missing_program(url, vcs)
    key = hashlib.sha256(f"{'' if vcs == 'git' else f'{vcs}+'}{url.public}@{revision}".encode()).hexdigest()[:24]
    folder = cache_dir / "checkouts" / key
    settled = vcs_git.is_settled if vcs == "git" else vcs_others.is_settled
    if revision is not None and settled(revision) and folder.exists():
        return folder
    if not may_fetch:
        raise not_fetched(url)
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{key}-"))
    try:
        fetch(url, revision, part / "source")
        if folder.exists():
            shutil.rmtree(folder)
        (part / "source").rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder
