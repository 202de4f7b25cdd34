"""What a lock remembers of each input package, short: enough to name what changed without a solve."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias
from urllib.parse import quote, unquote

from condasync.model.freshness import Drift, DriftKind

Facts: TypeAlias = Mapping[str, str]
"""Keys are `settings` and the managers, values are words: `name=version=digest` or `setting=digest`."""

SETTINGS: Final = "settings"
MANAGERS: Final = ("conda", "local", "pip")
_DIGITS: Final = 8


def facts_of(packages: Iterable[Sequence[Any]], settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts of one input; packages are (manager, name, version, and whatever else decides)."""
    words: dict[str, list[str]] = {}
    for package in packages:
        manager, name, version = package[:3]
        words.setdefault(manager, []).append(f"{quote(name)}={quote(version or '', safe='!+')}={_digest(package)}")
    facts = {manager: " ".join(sorted(found)) for manager, found in words.items()}
    stated = {name: value for name, value in settings.items() if value}
    if stated:
        facts[SETTINGS] = " ".join(f"{name}={_digest(value)}" for name, value in sorted(stated.items()))
    return facts


def drifts_between(old: Facts, new: Facts) -> tuple[Drift, ...]:
    """Return what differs, packages first; () when the facts are equal."""
    drifts = [drift for manager in MANAGERS for drift in _packages(manager, old, new)]
    return (*sorted(drifts, key=lambda one: (one.name, one.manager or "")), *_settings(old, new))


def _packages(manager: str, old: Facts, new: Facts) -> Iterator[Drift]:
    before, after = Counter(old.get(manager, "").split()), Counter(new.get(manager, "").split())
    gone, come = _by_name(before - after), _by_name(after - before)
    for name in sorted(gone.keys() | come.keys()):
        one, other = gone.get(name), come.get(name)
        kind: DriftKind = "added" if one is None else "removed" if other is None else "changed"
        yield Drift(kind=kind, name=name, manager=manager, before=one, after=other, text=_text(name, one, other))


def _text(name: str, before: str | None, after: str | None) -> str:
    if before is None:
        return f"{name} {after}".strip() + " was added"
    if after is None:
        return f"{name} {before}".strip() + " was removed"
    if before != after:
        return f"{name} {before or 'in any version'} became {after or 'any version'}"
    return f"{name} {before}".strip() + " is asked for in another way, or comes from another place"


def _settings(old: Facts, new: Facts) -> Iterator[Drift]:
    before = dict(word.split("=", 1) for word in old.get(SETTINGS, "").split())
    after = dict(word.split("=", 1) for word in new.get(SETTINGS, "").split())
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield Drift(kind="setting", name=name, text=f"{name.replace('_', ' ')} changed")


def _by_name(words: Counter[str]) -> dict[str, str]:
    """Return name -> versions of the words; a name that stands several times has several versions."""
    found: dict[str, list[str]] = {}
    for word in sorted(words.elements()):
        name, version, _ = word.split("=", 2)
        found.setdefault(unquote(name), []).append(unquote(version))
    return {name: ", ".join(version for version in versions if version) for name, versions in found.items()}


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:_DIGITS]
