"""What a channel index has on the shelf, asked by name: spellings, Python packages, channels."""

from __future__ import annotations

import re
from functools import cached_property

from condasync.convert.match import is_python_package
from condasync.convert.requirement import normalise
from condasync.model.record import ChannelRecord
from condasync.seams import ChannelIndex

_PYPI_PURL = "pkg:pypi/"


class Shelf:
    """Answer questions about the names of one index; every answer is worked out once."""

    def __init__(self, index: ChannelIndex) -> None:
        self._index = index
        self._python: dict[str, bool] = {}
        self._bound: dict[tuple[str, str], bool] = {}

    def has(self, name: str) -> bool:
        """Return whether the index has a package of this conda name."""
        return name in self._names

    def records(self, name: str) -> tuple[ChannelRecord, ...]:
        """Return every record of one name."""
        return self._index.records(name) if self.has(name) else ()

    def versions(self, name: str) -> tuple[str, ...]:
        """Return the versions of one name, each once, in the order of its records."""
        return tuple(dict.fromkeys(record.version for record in self.records(name)))

    def spellings(self, pypi_name: str) -> tuple[str, ...]:
        """Return the conda names that differ from a normalised PyPI name in `-`, `_` and `.` only.

        Sorted: Python packages before others, then the name with the most records, then as written.
        """
        found = self._spellings.get(pypi_name, [])
        if len(found) <= 1:
            return tuple(found)
        return tuple(sorted(found, key=lambda name: (not self.is_python(name), -len(self.records(name)), name)))

    def is_python(self, name: str) -> bool:
        """Return whether the records of a name show a Python package.

        A package without files that depends on a Python package of its own family counts too: `fastapi` depends on
        `fastapi-core`, `typing-extensions` on `typing_extensions`.
        """
        known = self._python.get(name)
        if known is None:
            self._python[name] = False  # ends a circle of packages that depend on each other
            records = self.records(name)
            # The newest come last and decide most cases.
            known = any(is_python_package(record) for record in reversed(records)) or any(
                self.is_python(base) for base in _family(name, records)
            )
            self._python[name] = known
        return known

    def pypi_names(self, name: str) -> frozenset[str]:
        """Return the normalised PyPI names that the records of a name state as their origin, often none."""
        purls = (purl for record in self.records(name) for purl in record.purls if purl.startswith(_PYPI_PURL))
        return frozenset(normalise(purl.removeprefix(_PYPI_PURL).partition("@")[0].partition("?")[0]) for purl in purls)

    def related(self, one: str, other: str) -> bool:
        """Return whether two names stand for one thing: spelled alike, or one is bound to the other's version.

        `xgboost` depends on `py-xgboost` in its own version, as outputs of one recipe do.
        """
        if normalise(one) == normalise(other):
            return True
        return self.is_bound(one, other) or self.is_bound(other, one)

    def is_bound(self, name: str, base: str) -> bool:
        """Return whether a record of a name depends on another package in its own version.

        A plugin (`dvc-s3`) depends on its base too, in a version that says nothing about its own.
        """
        pair = (name, base)
        if pair not in self._bound:
            self._bound[pair] = any(_is_bound_to(record, base) for record in reversed(self.records(name)))
        return self._bound[pair]

    def channel_called(self, text: str | None) -> str | None:
        """Return the name of the channel in use that a name or a URL means, None when it means none of them."""
        if text is None:
            return None
        wanted = text.rstrip("/")
        return next(
            (
                file.channel.name
                for file in self._index.repodata
                if wanted in (file.channel.name, file.channel.base_url.public.rstrip("/"))
            ),
            None,
        )

    @cached_property
    def channels(self) -> frozenset[str]:
        """Return the names of the channels behind the index."""
        return frozenset(file.channel.name for file in self._index.repodata)

    @cached_property
    def _names(self) -> frozenset[str]:
        return self._index.names()

    @cached_property
    def _spellings(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in sorted(self._names):
            found.setdefault(name.replace("_", "-").replace(".", "-"), []).append(name)
        return found


def _is_bound_to(record: ChannelRecord, base: str) -> bool:
    own = re.compile(rf"(?<![\w.]){re.escape(record.version)}(?![\w])")
    wanted = (depend.split(maxsplit=1) for depend in record.depends if depend.startswith(base))
    return any(len(parts) == 2 and parts[0] == base and own.search(parts[1]) for parts in wanted)  # noqa: PLR2004


def _family(name: str, records: tuple[ChannelRecord, ...]) -> tuple[str, ...]:
    """Return the dependencies of a name's newest metapackage that carry its name, or whose name it carries."""
    newest = next((record for record in reversed(records) if record.noarch == "generic"), None)
    if newest is None:
        return ()
    own = normalise(name)
    bases = dict.fromkeys(depend.split()[0] for depend in newest.depends if depend)
    return tuple(
        base
        for base in bases
        if base != name and (f"{normalise(base)}-".startswith(f"{own}-") or own.startswith(f"{normalise(base)}-"))
    )
