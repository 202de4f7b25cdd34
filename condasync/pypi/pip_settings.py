"""Where the user's pip looks for packages: pip itself is asked, for only it knows its defaults and its files."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from condasync.errors import NetworkError
from condasync.model.environment import Indexes
from condasync.model.url import Url, redact

_ASK_PIP = """
import json
from pip._internal.commands import create_command
options = create_command("download").parser.get_default_values()
indexes = [] if options.no_index else [options.index_url, *options.extra_index_urls]
print(json.dumps([indexes, options.find_links, options.trusted_hosts, [options.cert] if options.cert else []]))
"""
_TIMEOUT = 60.0
_ANSWERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PipSettings:
    """Hold pip's own settings: indexes, the main one first; `find_links` are URLs, also of local folders.

    `trusted_hosts` are HOST or HOST:PORT that need no valid certificate; `cert` is a file of certificates.
    """

    index_urls: tuple[Url, ...] = ()
    find_links: tuple[Url, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    cert: str | None = None

    def joined(
        self, index_urls: Iterable[Url], find_links: Iterable[Url], *, indexes: Indexes = "beside"
    ) -> PipSettings:
        """Return the settings with the places that input files name, which come first.

        With "instead" pip's own indexes are not asked, for a private name must not reach a public index; with "none"
        no index is.
        """
        own = self.index_urls if indexes == "beside" else ()
        return PipSettings(
            index_urls=() if indexes == "none" else tuple(dict.fromkeys((*index_urls, *own))),
            find_links=tuple(dict.fromkeys((*find_links, *self.find_links))),
            trusted_hosts=self.trusted_hosts,
            cert=self.cert,
        )


def pip_settings(pythons: Sequence[str]) -> PipSettings:
    """Return the settings of the first of these interpreters that has a pip to ask.

    An interpreter of a virtual environment knows the configuration of that environment too. Nothing is written, and
    the working directory is not imported from. Raises NetworkError when none of them can tell.
    """
    fault = "there is no interpreter to ask"
    for python in pythons:
        try:
            done = subprocess.run(
                [python, "-I", "-B", "-c", _ASK_PIP], capture_output=True, text=True, check=False, timeout=_TIMEOUT
            )
            settings = _read(done.stdout) if done.returncode == 0 else None
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            fault = f"{python}: {redact(str(error))}"
            continue
        if settings is not None:
            return settings
        fault = f"{python}: {redact(done.stderr.strip().rpartition(chr(10))[2]) or 'no answer'}"
    raise NetworkError(
        f"pip does not tell its package indexes: {fault}", hints=("install pip beside condasync: python -m ensurepip",)
    )


def _read(text: str) -> PipSettings | None:
    """Return the settings in pip's answer, None when it is no answer. Raises ValueError for malformed JSON."""
    lines = text.strip().splitlines()
    answer = json.loads(lines[-1]) if lines else None
    if not isinstance(answer, list) or len(answer) != _ANSWERS:
        return None
    indexes, find_links, trusted_hosts, cert = answer
    return PipSettings(
        index_urls=tuple(Url(url) for url in indexes if url),
        find_links=tuple(Url(_as_url(place)) for place in find_links),
        trusted_hosts=tuple(trusted_hosts),
        cert=next(iter(cert), None),
    )


def _as_url(place: str) -> str:
    return place if "://" in place else Path(place).expanduser().absolute().as_uri()
