"""The records of a few names as sets of bits, and what the records of one name ask of another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from condasync.convert.match import fits_python, record_matches, version_key, version_matches
from condasync.convert.matchspec import parse_spec
from condasync.convert.virtual_packages import virtual_records
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec
from condasync.model.target import Target

RecordsOf: TypeAlias = Callable[[str], Sequence[ChannelRecord]]
"""Gives every record of one name that a solver may take."""

INTERPRETER = ("python", "python_abi")
"""The names by which records say which Python they are built for."""

Bits: TypeAlias = int
"""A set of the records of one name: bit i stands for the i-th record."""


class Demand:
    """Hold which records of one name (`askers`) ask the same `texts` of another name, and what is `met` by there."""

    __slots__ = ("_met", "_pools", "askers", "texts")

    def __init__(self, askers: Bits, texts: tuple[str, ...], pools: Pools) -> None:
        self.askers = askers
        self.texts = texts
        self._pools = pools
        self._met: Bits | None = None

    @property
    def met(self) -> Bits:
        """Return the records that meet all the texts; found out when it is first needed, for most it never is."""
        if self._met is None:
            met = -1
            for text in self.texts:
                met &= self._pools.meeting(parse_spec(text))
            self._met = met
        return self._met


_Said: TypeAlias = dict[str, dict[tuple[str, ...], Bits]]


@dataclass(frozen=True, slots=True)
class _Pool:
    """Hold the records of one name; `needs` and `limits` lead from a name to texts to the records that state them."""

    records: tuple[ChannelRecord, ...]
    every: Bits
    needs: _Said
    limits: _Said
    limited: tuple[str, ...]
    versions: dict[str, Bits]


@dataclass(slots=True)
class Pools:
    """Give names their records; each name is read and each pair of names compared once.

    With `one_python` a record that is built for another Python than the target's is read no further than what it says
    of Python, which every request is expected to fix.
    """

    records_of: RecordsOf
    target: Target
    one_python: bool = False
    _pools: dict[str, _Pool] = field(default_factory=dict)
    _met: dict[CondaSpec, Bits] = field(default_factory=dict)
    _demands: dict[tuple[str, str, bool], tuple[Demand, ...]] = field(default_factory=dict)
    _needed: dict[tuple[str, Bits], tuple[str, ...]] = field(default_factory=dict)
    _count: int = 0

    def count(self) -> int:
        """Return how many records were read so far."""
        return self._count

    def every(self, name: str) -> Bits:
        """Return all records of a name; a virtual package is the target's."""
        return self._pool(name).every

    def versions(self, name: str, bits: Bits) -> tuple[str, ...]:
        """Return the versions of some records of a name, ascending."""
        found = {record.version for place, record in enumerate(self._pool(name).records) if bits >> place & 1}
        return tuple(sorted(found, key=lambda version: (version_key(version), version)))

    def meeting(self, spec: CondaSpec) -> Bits:
        """Return the records that a request admits."""
        if spec not in self._met:
            pool = self._pool(spec.name)
            if spec.build or spec.channel:
                records = enumerate(pool.records)
                found = sum(1 << place for place, record in records if record_matches(spec, record))
            else:  # the many builds of one version are alike
                found = sum(bits for version, bits in pool.versions.items() if version_matches(spec.version, version))
            self._met[spec] = found
        return self._met[spec]

    def needed(self, name: str, bits: Bits) -> tuple[str, ...]:
        """Return the names that some of these records depend on, sorted."""
        key = (name, bits)
        if key not in self._needed:
            needs = self._pool(name).needs
            asked = (other for other, said in needs.items() if any(askers & bits for askers in said.values()))
            self._needed[key] = tuple(sorted(asked))
        return self._needed[key]

    def limited(self, name: str) -> tuple[str, ...]:
        """Return the names that records of a name constrain, sorted."""
        return self._pool(name).limited

    def demands(self, name: str, other: str, *, constrains: bool = False) -> tuple[Demand, ...]:
        """Return what the records of a name ask of another name: by `depends`, or by `constrains`."""
        key = (name, other, constrains)
        if key not in self._demands:
            said = (self._pool(name).limits if constrains else self._pool(name).needs).get(other, {})
            self._demands[key] = tuple(Demand(askers, texts, self) for texts, askers in said.items())
        return self._demands[key]

    def _pool(self, name: str) -> _Pool:
        if name not in self._pools:
            virtual = name.startswith("__")
            found = virtual_records(self.target, name) if virtual else tuple(self.records_of(name))
            readable = tuple(record for record in found if _is_readable(record))
            needs: _Said = {}
            limits: _Said = {}
            for place, record in enumerate(readable):
                if self.one_python and not fits_python(record, self.target.python):
                    _say(needs, _of_python(record), 1 << place)
                else:
                    _say(needs, record.depends, 1 << place)
                    _say(limits, record.constrains, 1 << place)
            self._pools[name] = _Pool(
                readable, (1 << len(readable)) - 1, needs, limits, tuple(sorted(limits)), _by_version(readable)
            )
            self._count += len(readable)
        return self._pools[name]


def _by_version(records: Sequence[ChannelRecord]) -> dict[str, Bits]:
    found: dict[str, Bits] = {}
    for place, record in enumerate(records):
        found[record.version] = found.get(record.version, 0) | 1 << place
    return found


def _is_readable(record: ChannelRecord) -> bool:
    """Return whether all that a record asks for can be read; engines skip a record for which it cannot."""
    try:
        version_key(record.version)
        for text in (*record.depends, *record.constrains):
            parse_spec(text)
    except ValueError:
        return False
    return True


def _of_python(record: ChannelRecord) -> tuple[str, ...]:
    return tuple(text for text in record.depends if text.startswith("python") and parse_spec(text).name in INTERPRETER)


def _say(said: _Said, texts: Iterable[str], bit: Bits) -> None:
    """Note what one record says, by the name that each text is about."""
    own: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name = parse_spec(text).name
        own[name] = (*own[name], text) if name in own else (text,)
    for name, together in own.items():
        askers = said.get(name)
        if askers is None:
            askers = said[name] = {}
        askers[together] = askers.get(together, 0) | bit
