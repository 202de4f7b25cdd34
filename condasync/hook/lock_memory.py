"""What a lock cannot say: which sources its local packages were made from, and what stayed behind.

A lock holds no path of this machine and no package that it lacks, so that a check of inputs sees neither. Both are kept
in the cache, with the digest of the lock that they belong to.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from condasync.build.source_tree import read_tree
from condasync.convert.channel_folder import FOLDER_NAME
from condasync.errors import BuildError

_NOT_STRICT = "it is not known to be what --strict wants"
_UNKNOWN = "it is not known yet whether the sources of local projects changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockMemory:
    """Remember what belongs to a lock; `folder` is in condasync's cache."""

    lock: Path
    folder: Path

    def changes(self, digest: str, *, strict: bool = False) -> tuple[str, ...]:
        """Return why local packages may be out of date beside a lock with this digest, () when they are not.

        With `strict` a lock that no strict export has agreed to counts as out of date, too.
        """
        known = self._known(digest)
        if strict and not (known or {}).get("strict"):
            return (_NOT_STRICT,)
        if known is None:
            return (_UNKNOWN,) if (self.lock.parent / FOLDER_NAME).is_dir() else ()
        return tuple(
            f"the sources in {path} changed" for path, before in known["sources"].items() if _digest(path) != before
        )

    def left_behind(self, digest: str) -> tuple[str, ...]:
        """Return what stayed behind when a lock with this digest was made, () where that is not known."""
        known = self._known(digest)
        return () if known is None else tuple(str(one) for one in known["left_behind"])

    def remember(
        self, digest: str, sources: Mapping[str, str], left_behind: Sequence[str], *, strict: bool = False
    ) -> None:
        """Keep what belongs to a lock; without a cache that can be written, sources are looked at each time."""
        facts = {"lock": digest, "sources": dict(sources), "left_behind": list(left_behind), "strict": strict}
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(facts, file)
            Path(name).replace(self._file)

    def _known(self, digest: str) -> dict[str, Any] | None:
        try:
            known = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        whole = (
            isinstance(known, dict)
            and isinstance(known.get("sources"), dict)
            and isinstance(known.get("left_behind"), list)
        )
        return known if whole and known.get("lock") == digest else None

    @property
    def _file(self) -> Path:
        return self.folder / f"{hashlib.sha256(os.fsencode(self.lock)).hexdigest()}.json"


def digests_of(paths: Iterable[str]) -> dict[str, str]:
    """Return a digest of the sources at each path; take it before they are built, so that a later edit is seen."""
    return {path: digest for path in paths if (digest := _digest(path)) is not None}


def local_paths(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return where the local projects lie that rows of `capture` or `export` name."""
    return tuple(dict.fromkeys(str(row["path"]) for row in rows if row.get("path")))


def _digest(path: str) -> str | None:
    """Return the digest of a project's files or of a module, None when it cannot be read."""
    try:
        if Path(path).is_file():
            return hashlib.sha256(Path(path).read_bytes()).hexdigest()
        return read_tree(Path(path)).digest()
    except (BuildError, OSError):
        return None
