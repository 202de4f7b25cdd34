"""Which conda package brings a library or a program: the reviewed table, the rules, and a sample against both."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

from condasync.system.equivalent import Equivalent, library_equivalent, program_equivalent
from condasync.system.owner import Owner, upstream_version
from condasync.system.tables import hinted_packages, is_everywhere, match_soname, names, needed_programs, stem_of
from tests.conftest import FakeIndex, MakeIndex, MakeRecord

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DATA = Path(__file__).parent / "data"


def apt(name: str, version: str, source: str | None = None) -> Owner:
    """Return a package of Debian."""
    return Owner(manager="apt", name=name, version=version, source=source or name)


def rows(name: str, key: str | None = None) -> Any:
    """Return a data file of this folder."""
    table = tomllib.loads((DATA / name).read_text(encoding="utf-8"))
    return table[key] if key else table


def specs(answer: Equivalent) -> list[tuple[str, str]]:
    """Return the requests of an answer."""
    return [(spec.name, spec.version) for spec in answer.specs]


@pytest.fixture(scope="module")
def channel(make_record: MakeRecord, make_index: MakeIndex) -> FakeIndex:
    """Return what conda-forge has under the names that the sample can lead to."""
    records = [
        make_record(name, version, *row["depends"], subdir="noarch" if row.get("noarch") else "linux-64")
        for name, row in rows("channel.toml").items()
        for version in row["versions"]
    ]
    return make_index(records)


@pytest.mark.parametrize("drawn", ["sonames", "again"])
def test_sample_of_forty_is_answered_precisely(channel: FakeIndex, drawn: str) -> None:
    """Of the single answers at least 95 % are right, and at least 85 % of the sample gets one."""
    sample = rows("sample.toml", drawn)
    wrong, answered = [], 0
    for row in sample:
        owner = apt(row["package"], upstream_version(row["version"]), row["source"])
        answer = library_equivalent(row["soname"], owner, channel)
        assert bool(answer.specs) != bool(answer.reason)
        answered += bool(answer.specs)
        if answer.specs and answer.specs[0].name not in row["right"]:
            wrong.append((row["soname"], answer.specs[0].name))
    assert len(sample) == 40
    assert answered >= 34
    assert len(wrong) / answered <= 0.05, wrong


def test_ambiguous_library_names_its_candidates(channel: FakeIndex) -> None:
    """Which libclang is meant is for a person to say."""
    answer = library_equivalent("libclang-13.so.1", apt("libclang1-13", "13.0.1", "llvm-toolchain-13"), channel)
    assert answer.reason is not None
    assert answer.reason.code == "ambiguous"
    assert "libclang" in answer.candidates


@pytest.mark.parametrize(
    ("soname", "owner", "record", "wanted"),
    [
        ("libpq.so.5", apt("libpq5", "15.18", "postgresql-15"), ("libpq", "15.4"), [("libpq", "15.*")]),
        ("libpq.so.5", apt("libpq5", "13.2", "postgresql-13"), ("libpq", "15.4"), [("libpq", "")]),
        ("libmariadb.so.3", apt("libmariadb3", "10.11.6", "mariadb"), ("mariadb-connector-c", "3.3.10"), "free"),
        ("libldap-2.5.so.0", apt("libldap-2.5-0", "2.5.13", "openldap"), ("openldap", "2.6.9"), [("openldap", "2.*")]),
        ("libmagic.so.1", apt("libmagic1", "5.44", "file"), ("libmagic", "5.45"), [("libmagic", "5.*")]),
        ("libR.so", apt("r-base-core", "4.2.2", "r-base"), ("r-base", "4.2.3"), [("r-base", "4.2.*")]),
        ("/opt/homebrew/opt/libpq/lib/libpq.5.dylib", None, ("libpq", "16.3"), [("libpq", "")]),
    ],
)
def test_reviewed_row_gives_name_and_family(
    *,
    soname: str,
    owner: Owner | None,
    record: tuple[str, str],
    wanted: list[tuple[str, str]] | str,
    make_record: MakeRecord,
    make_index: MakeIndex,
) -> None:
    """The version is that of the same major where both sides count alike and the channel has it, else free."""
    answer = library_equivalent(soname, owner, make_index([make_record(*record)]))
    assert specs(answer) == ([(record[0], "")] if wanted == "free" else wanted)
    assert answer.evidence[0].source == "reviewed"


def test_package_that_the_channel_lacks_is_named(make_index: MakeIndex) -> None:
    """The reader learns what to ask for elsewhere, and where its name was checked."""
    answer = library_equivalent("libmagic.so.1", None, make_index([]))
    assert answer.specs == ()
    assert answer.candidates == ("libmagic",)
    assert answer.reason is not None
    assert answer.reason.code == "not-on-channel"
    assert "conda-forge/libmagic-feedstock" in answer.evidence[0].detail


@pytest.mark.parametrize(
    ("soname", "code"), [("libcuda.so.1", "of-the-machine"), ("liblapacke64.so.3", "no-conda-name")]
)
def test_what_no_environment_brings_says_why(soname: str, code: str, channel: FakeIndex) -> None:
    """Drivers are the machine's; a like name can be another library."""
    answer = library_equivalent(soname, None, channel)
    assert answer.reason is not None
    assert answer.reason.code == code
    assert (answer.specs, answer.candidates) == ((), ())


def test_rules_take_the_library_and_not_what_builds_on_it(make_record: MakeRecord, make_index: MakeIndex) -> None:
    """`foo` that depends on `libfoo` in its own version is the program around it; neither is in the table."""
    index = make_index([make_record("libfoox", "2.1"), make_record("foox", "2.1", "libfoox 2.1 h0_0")])
    assert specs(library_equivalent("libfoox.so.4", apt("libfoox4", "2.0"), index)) == [("libfoox", "2.*")]


@pytest.mark.parametrize(
    ("records", "version"),
    [
        ([("libfoox", "2.1")], "3.0"),
        ([("libfoox", "2.1"), ("foox", "2.1")], "2.0"),
        ([("libfoox", "2.1", "python")], "2.0"),
        ([("foox-suite", "2.1")], "2.0"),
    ],
    ids=["another major", "two candidates", "a Python package", "only the source's name"],
)
def test_rules_leave_doubt_to_people(
    records: list[tuple[str, ...]], version: str, make_record: MakeRecord, make_index: MakeIndex
) -> None:
    """One compiled candidate of the same major, close to the library's own name, or no answer."""
    index = make_index([make_record(*record) for record in records])
    answer = library_equivalent("libfoox.so.4", apt("libfoox4", version, "foox-suite"), index)
    assert answer.specs == ()
    assert answer.reason is not None
    assert answer.reason.code in {"ambiguous", "no-conda-name"}


def test_library_without_owner_needs_a_reviewed_row(make_record: MakeRecord, make_index: MakeIndex) -> None:
    """Nobody says of which version a file under /usr/local is: names alone prove nothing."""
    answer = library_equivalent("libfoox.so.4", None, make_index([make_record("libfoox", "2.1")]))
    assert answer.candidates == ("libfoox",)
    assert answer.specs == ()


@pytest.mark.parametrize(
    ("program", "owner", "record", "wanted"),
    [
        ("dot", apt("graphviz", "2.42.2"), ("graphviz", "9.0.0"), [("graphviz", "")]),
        ("java", apt("openjdk-17-jre-headless", "17.0.9"), ("openjdk", "17.0.3"), [("openjdk", "17.*")]),
        ("newtool", apt("newtool", "3.2"), ("newtool", "3.4"), [("newtool", "3.*")]),
        ("newtool", apt("newtool", "3.2"), ("newtool", "4.0"), []),
        ("newtool", None, ("newtool", "3.4"), []),
        ("gmsh-4.11", apt("gmsh", "4.11.1"), ("gmsh", "4.12"), [("gmsh", "4.*")]),
    ],
)
def test_programs_come_from_rows_or_from_packages_of_their_name(
    *,
    program: str,
    owner: Owner | None,
    record: tuple[str, str],
    wanted: list[tuple[str, str]],
    make_record: MakeRecord,
    make_index: MakeIndex,
) -> None:
    """The package that brings the program counts where the program has no row."""
    assert specs(program_equivalent(program, owner, make_index([make_record(*record)]))) == wanted


def test_table_keeps_its_own_rules() -> None:
    """Every library leads to one row, names are conda's, and a program that is needed has a row."""
    table = names()
    raw = tomllib.loads((Path(match_file())).read_text(encoding="utf-8"))["conda"]
    words = [word for row in raw.values() for kind in ("soname", "program") for word in row.get(kind, "").split()]
    assert len(raw) > 300
    assert sorted(word for word in set(words) if words.count(word) > 1) == []
    assert all(re.fullmatch(r"[a-z0-9_][a-z0-9_.-]*", name) for name in raw)
    assert all(row.keys() <= {"soname", "deb", "brew", "program", "why", "parts", "source"} for row in raw.values())
    assert all(row.keys() & {"soname", "program"} for row in raw.values())
    programs = {program for needed in needed_programs().values() for program in needed}
    assert programs - table.programs.keys() == set()
    assert set(hinted_packages().values()) - table.conda.keys() == set()


def match_file() -> Path:
    """Return the table's file."""
    import condasync.system  # noqa: PLC0415

    return Path(condasync.system.__path__[0]) / "data" / "system_names.toml"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("libpq.so.5", "libpq"),
        ("libglib-2.0.so.0", "libglib-2.0"),
        ("libpq.5.dylib", "libpq"),
        ("/opt/homebrew/lib/libicuuc.74.2.dylib", "libicuuc"),
        ("libx.dylib", "libx"),
    ],
)
def test_stem_is_the_name_before_the_version(name: str, stem: str) -> None:
    """Linux puts the version behind .so, macOS before .dylib."""
    assert stem_of(name) == stem


def test_longest_pattern_wins_and_exact_names_before_it() -> None:
    """`libboost_python*` is none of `libboost_*`."""
    table = {"liba*": "wide", "liba_b*": "narrow", "liba_b.so.1": "exact"}
    assert [match_soname(name, table) for name in ("liba_b.so.1", "liba_b.so.2", "liba_c.so.1", "libx.so.1")] == [
        "exact",
        "narrow",
        "wide",
        None,
    ]


@pytest.mark.parametrize("soname", ["libc.so.6", "libstdc++.so.6", "ld-linux-x86-64.so.2", "libz.so.1", "libGL.so.1"])
def test_libraries_of_the_policy_are_everywhere(soname: str) -> None:
    """The manylinux policy lets wheels expect them."""
    assert is_everywhere(soname)
    assert not is_everywhere("libpq.so.5")
