"""A small channel in memory for the tests of translate. Its records are synthetic: they carry no hash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from condasync.model.environment import Environment
from condasync.model.package import CapturedPackage, CondaPackage, Distribution, PipPackage
from condasync.model.record import Channel, ChannelRecord, RepodataFile
from condasync.model.spec import PipRequirement
from condasync.model.target import Target, VirtualPackage
from condasync.model.translation import Evidence, NameCandidate, Translation
from condasync.model.url import Url
from condasync.seams import ChannelIndex, NameSource
from condasync.translate.translate import translate

MakeRecord: TypeAlias = Callable[..., ChannelRecord]
MakeIndex: TypeAlias = Callable[..., ChannelIndex]
MakeTable: TypeAlias = Callable[..., NameSource]
MakePip: TypeAlias = Callable[..., PipPackage]
MakeConda: TypeAlias = Callable[..., CondaPackage]
Translate: TypeAlias = Callable[..., Translation]

CHANNEL = Channel(name="conda-forge", base_url=Url("https://example.org/conda-forge"))
TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=(VirtualPackage(name="__glibc", version="2.28"),))


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeIndex:
    """Serve records from a dict (a `seams.ChannelIndex`)."""

    by_name: Mapping[str, tuple[ChannelRecord, ...]]

    @property
    def repodata(self) -> tuple[RepodataFile, ...]:
        """Return one file for each subdir, which is never opened."""
        return tuple(
            RepodataFile(channel=CHANNEL, subdir=subdir, path=Path("repodata.json"), sha256="")
            for subdir in ("linux-64", "noarch")
        )

    def names(self) -> frozenset[str]:
        """Return every name."""
        return frozenset(self.by_name)

    def records(self, name: str) -> tuple[ChannelRecord, ...]:
        """Return the records of one name."""
        return self.by_name.get(name, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeTable:
    """Propose what a dict says (a `seams.NameSource`); a value is conda names, or a whole candidate."""

    rows: Mapping[str, tuple[str, ...] | NameCandidate]
    name: str = "table"
    revision: str = "1"

    def candidates(self, pypi_name: str) -> tuple[NameCandidate, ...]:
        """Return the row's proposal."""
        row = self.rows.get(pypi_name)
        if row is None or isinstance(row, NameCandidate):
            return () if row is None else (row,)
        told = Evidence(source=self.name, revision=self.revision, detail=f"{pypi_name} -> {', '.join(row)}")
        return (NameCandidate(conda_names=row, evidence=told),)


@pytest.fixture(scope="session")
def target() -> Target:
    """Return linux-64 with Python 3.11."""
    return TARGET


@pytest.fixture(scope="session")
def make_record() -> MakeRecord:
    """Return a maker of records: a Python package unless `depends` or `noarch` say otherwise."""

    def make(name: str, version: str = "1.0", **fields: object) -> ChannelRecord:
        file_name = f"{name}-{version}-0.conda"
        known: dict[str, object] = {
            "build": "0",
            "build_number": 0,
            "subdir": "noarch" if fields.get("noarch") else "linux-64",
            "channel": CHANNEL.name,
            "file_name": file_name,
            "url": f"https://example.org/conda-forge/linux-64/{file_name}",
            "depends": ("python >=3.11,<3.12.0a0",),
        }
        return ChannelRecord(name=name, version=version, **{**known, **fields})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def make_index(make_record: MakeRecord) -> MakeIndex:
    """Return a maker of indexes: a text is a Python package of that name, a record stands for itself."""

    def make(*records: ChannelRecord | str) -> ChannelIndex:
        found: dict[str, tuple[ChannelRecord, ...]] = {}
        for one in records:
            record = make_record(one) if isinstance(one, str) else one
            found[record.name] = (*found.get(record.name, ()), record)
        return FakeIndex(by_name=found)

    return make


@pytest.fixture(scope="session")
def make_table() -> MakeTable:
    """Return a maker of name tables."""

    def make(rows: Mapping[str, tuple[str, ...] | NameCandidate], name: str = "table") -> NameSource:
        return FakeTable(rows=rows, name=name)

    return make


@pytest.fixture(scope="session")
def make_pip() -> MakePip:
    """Return a maker of pip packages: listed by lines `specifier` or PipRequirement, installed with `version` alone."""

    def make(name: str, *lines: str | PipRequirement, requires: tuple[str, ...] = (), **fields: object) -> PipPackage:
        requirements = tuple(
            PipRequirement(name=name, specifier=line, where="requirements.txt:1") if isinstance(line, str) else line
            for line in lines
        )
        installed = None
        if not lines and "version" in fields:
            installed = Distribution(
                name=name, version=f"{fields['version']}", location="x.dist-info", requires=requires
            )
        known: dict[str, object] = {"version": None, "requested": True, "distribution": installed}
        return PipPackage(name=name, requirements=requirements, **{**known, **fields})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def make_conda() -> MakeConda:
    """Return a maker of conda packages; with a `record` it is installed."""

    def make(name: str, record: ChannelRecord | None = None, **fields: object) -> CondaPackage:
        known: dict[str, object] = {"version": None, "requested": True, "record": record}
        if record is not None:
            known |= {
                "version": record.version,
                "build": record.build,
                "channel": record.channel,
                "subdir": record.subdir,
            }
        return CondaPackage(name=name, **{**known, **fields})  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def translated() -> Translate:
    """Return a function that translates packages as an environment captured from files, fields overridable."""

    def run(
        *packages: CapturedPackage,
        index: ChannelIndex,
        names: tuple[NameSource, ...] = (),
        target: Target = TARGET,
        **fields: object,
    ) -> Translation:
        environment = Environment(kind="files", packages=packages, **fields)  # type: ignore[arg-type]
        return translate(environment, names=names, index=index, target=target)

    return run
