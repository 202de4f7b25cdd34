"""Who installed a file of the system: the questions that every package manager answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from condasync.model.package import SystemManager

_EPOCH = re.compile(r"^\d+:")
_ADDED = re.compile(r"(?:[+~.-](?:dfsg|ds|repack|really|git|svn|bzr|deb|ubuntu|nmu)).*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Name the package that a file of the system belongs to.

    `version` is upstream's; `source` is the source package (or homebrew formula) that it was built from; `base`
    says that every machine of this distribution has it.
    """

    manager: SystemManager
    name: str
    version: str | None
    source: str | None = None
    base: bool = False


class OwnerSource(Protocol):
    """A package manager's record of its files."""

    def owners(self, paths: tuple[str, ...]) -> dict[str, Owner]:
        """Return the owners of paths of the system, without those that it does not know.

        Raises OSError or ValueError when the record is there and cannot be read.
        """
        ...


def upstream_version(text: str) -> str:
    """Return the version that upstream gave: without epoch, revision and what a distribution added to it.

    `1:2.1.5-2+b1` is 2.1.5, `2.1.0+really2.0.1+dfsg-1` is 2.0.1.
    """
    bare = _EPOCH.sub("", text.strip())
    bare = bare.rpartition("-")[0] or bare
    if "+really" in bare:
        bare = bare.partition("+really")[2]
    return _ADDED.sub("", bare)
