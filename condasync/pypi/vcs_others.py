"""Sources from Mercurial, Subversion and Bazaar."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from condasync.model.url import Url
from condasync.pypi.vcs_program import failure, missing_program, run_program

_NODE = re.compile(r"[0-9a-f]{40}")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)*")
_BAZAAR = ("bzr", "brz")  # Breezy calls itself either
_HG = ("hg", "--noninteractive")
_PLAIN = {"HGPLAIN": "1", "BZR_LOG": "/dev/null", "BRZ_LOG": "/dev/null"}


def is_settled(revision: str) -> bool:
    """Return whether a revision is one state for ever: a node of Mercurial, a number of the other two."""
    return bool(_NODE.fullmatch(revision) or _NUMBER.fullmatch(revision))


def fetch_hg(url: Url, revision: str | None, folder: Path) -> None:
    """Write the files of a Mercurial revision, or of the default branch, into a new folder. Raises BuildError."""
    _refuse_options(url, revision)
    run_program(url, (*_HG, "clone", "--quiet", "--noupdate", "--", url.secret, str(folder)), variables=_PLAIN)
    wanted = ("--rev", revision) if revision else ()
    run_program(url, (*_HG, "update", "--quiet", "--clean", *wanted), folder=folder, variables=_PLAIN)
    (folder / ".hg" / "hgrc").write_text(f"[paths]\ndefault = {url.public}\n", encoding="utf-8")


def fetch_svn(url: Url, revision: str | None, folder: Path) -> None:
    """Write the files of a Subversion revision, or of the newest, into a new folder. Raises BuildError."""
    _refuse_options(url, revision)
    place, user, password = _without_user(url)
    named = ("--username", user, *(("--password-from-stdin",) if password else ())) if user else ()
    wanted = ("--revision", revision) if revision else ()
    # The @ at the end keeps one within the URL from being read as a revision.
    command = ("svn", "export", "--quiet", "--non-interactive", *named, *wanted, "--", f"{place}@", str(folder))
    run_program(url, command, variables=_PLAIN, said=password)


def fetch_bzr(url: Url, revision: str | None, folder: Path) -> None:
    """Write the files of a Bazaar revision, or of the newest, into a new folder. Raises BuildError."""
    _refuse_options(url, revision)
    program = next(filter(shutil.which, _BAZAAR), None)
    if program is None:
        raise missing_program(url, _BAZAAR[0])
    wanted = ("--revision", revision) if revision else ()
    run_program(url, (program, "export", "--quiet", *wanted, "--", str(folder), url.secret), variables=_PLAIN)


def _refuse_options(url: Url, revision: str | None) -> None:
    """Keep words of a metadata file from being taken for options."""
    if (revision or "").startswith("-"):
        raise failure(url, f"there is no {revision!r} in it")


def _without_user(url: Url) -> tuple[str, str, str]:
    parts = urlsplit(url.secret)
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    place = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])) if user else url.secret
    if parts.scheme == "svn+ssh":
        return url.secret, "", ""  # there the name is ssh's
    return place, unquote(user), unquote(password)
