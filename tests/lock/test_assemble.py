"""A lock from solutions: fields, constraints and order as conda-lock fills them."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.errors import LockFileError
from condasync.lock.assemble import locked_dependencies, lockfile_for
from condasync.model.lockfile import LockedPackage, LockFile
from condasync.model.record import ChannelRecord
from condasync.model.solve import Solution

RECORDS = Path(__file__).parent / "data" / "records.json"
WHEEL = LockedPackage(
    manager="pip",
    name="crick",
    version="0.0.3",
    platform="linux-64",
    url="https://user:secret@example.org/crick-0.0.3-cp311-cp311-linux_x86_64.whl",
    md5=None,
    sha256="0" * 64,
    dependencies=(("numpy", ">=1"), ("helper", "*")),
)


def lock_of(solution: Solution, *wheels: LockedPackage) -> LockFile:
    """Return a lock for linux-64."""
    return lockfile_for(
        solutions={"linux-64": solution},
        channels=["conda-forge"],
        content_hash=[("linux-64", "0" * 64)],
        sources=["environment.yml"],
        wheels=wheels,
    )


def test_a_row_holds_what_the_record_states(solution: Solution) -> None:
    """Name, version, build, URL and both digests come from the channel's record; everything is in "main"."""
    lock = lock_of(solution)
    assert [row.name for row in lock.packages] == [record.name for record in solution.records]
    for row, record in zip(lock.packages, solution.records, strict=True):
        assert (row.version, row.build, row.url) == (record.version, record.build, record.url)
        assert (row.md5, row.sha256) == (record.md5, record.sha256)
        assert (row.manager, row.platform, row.category, row.optional) == ("conda", "linux-64", "main", False)


def test_rows_are_sorted_and_unique(solution: Solution) -> None:
    """Platforms come in any order; rows are by (name, manager, platform) all the same."""
    two = lockfile_for(
        solutions={"osx-arm64": solution, "linux-64": solution},
        channels=[],
        content_hash=[("osx-arm64", "b"), ("linux-64", "a")],
        sources=[],
    )
    keys = [(row.name, row.manager, row.platform) for row in two.packages]
    assert keys == sorted(set(keys))
    assert two.metadata.platforms == ("linux-64", "osx-arm64")
    assert two.metadata.content_hash == (("linux-64", "a"), ("osx-arm64", "b"))


@pytest.mark.parametrize(
    ("depends", "expected"),
    [
        (["ncurses", "__glibc >=2.17", "ncurses >=6.6"], {"__glibc": ">=2.17", "ncurses": ">=6.6"}),
        (["python_abi 3.12.* *_cp312", "__unix"], {"python_abi": "3.12.*", "__unix": ""}),
        (["libgcc >=13", "libgcc >=13"], {"libgcc": ">=13"}),
        (["a >=2.4.2", "a >=2.5.5,<3.0a0"], {"a": ">=2.4.2,>=2.5.5,<3.0a0"}),
        (["numpy 1.11*", "blas 1.1 openblas"], {"numpy": "1.11.*", "blas": "1.1"}),
        (["a 1|2", "a >=1"], {"a": "(1|2),>=1"}),
        (["odd (>1"], {"odd": "(>1"}),
    ],
)
def test_depends_become_one_constraint_per_name(depends: list[str], expected: dict[str, str]) -> None:
    """Virtual packages stay, build strings go, several requests for one name hold together."""
    assert dict(locked_dependencies(depends)) == expected


@pytest.mark.parametrize("row", json.loads(RECORDS.read_text(encoding="utf-8")), ids=lambda row: row["name"])
def test_constraints_equal_conda_locks(row: dict[str, list[str]]) -> None:
    """For real records the constraints are those that conda-lock writes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from conda_lock.interfaces.vendored_conda import MatchSpec  # noqa: PLC0415 - warns when imported
    theirs: dict[str, list[Any]] = {}
    for text in row["depends"]:
        theirs.setdefault(MatchSpec(text).name, []).append(MatchSpec(text))
    merged = {name: (specs[0] if len(specs) == 1 else MatchSpec.merge(specs)[0]) for name, specs in theirs.items()}
    expected = {name: (spec.version.spec_str if spec.version else "") for name, spec in merged.items()}
    assert dict(locked_dependencies(row["depends"])) == expected


def test_a_record_without_md5_is_an_error(solution: Solution) -> None:
    """conda-lock.yml needs an md5 for every conda row; the package is named."""
    broken = Solution(records=(replace(solution.records[0], md5=None),))
    with pytest.raises(LockFileError) as raised:
        lock_of(broken)
    assert raised.value.message == (
        "the channel states no md5 for _openmp_mutex-4.5-20_gnu.conda, and conda-lock.yml needs one"
    )
    assert raised.value.facts["package"] == "_openmp_mutex"


def test_a_package_twice_is_an_error(solution: Solution) -> None:
    """No duplicates, whatever an engine answers."""
    twice = Solution(records=(*solution.records, solution.records[0]))
    with pytest.raises(LockFileError, match="'_openmp_mutex' is in the solution twice for linux-64"):
        lock_of(twice)


def test_pip_rows_list_pip_rows_only(solution: Solution) -> None:
    """conda-lock cannot find a conda package that a pip row depends on; only pip rows of the platform stay."""
    helper = replace(WHEEL, name="helper", dependencies=())
    elsewhere = replace(WHEEL, name="numpy", platform="osx-arm64")
    rows = {row.name: row for row in lock_of(solution, WHEEL, helper, elsewhere).packages if row.manager == "pip"}
    assert sorted(rows) == ["crick", "helper"]
    assert rows["crick"].dependencies == (("helper", "*"),)


def test_no_credential_reaches_the_lock(solution: Solution) -> None:
    """Channels and URLs lose user, password and token."""
    secret = "https://user:secret@example.org/t/tk-secret/chan"
    record = replace(solution.records[0], url=f"{secret}/linux-64/a.conda", channel=secret)
    lock = lockfile_for(
        solutions={"linux-64": Solution(records=(record,))},
        channels=[secret],
        content_hash=[],
        sources=[],
        wheels=[WHEEL],
    )
    assert "secret" not in repr(lock)
    assert lock.metadata.channels == ("https://example.org/chan",)
    with pytest.raises(LockFileError) as raised:
        lock_of(Solution(records=(replace(record, md5=None),)))
    assert "secret" not in repr((raised.value.message, raised.value.hints, raised.value.facts))


names = st.sampled_from(["a", "b", "c", "d", "e", "f"])
graphs = st.dictionaries(names, st.lists(names, max_size=3, unique=True), min_size=1)


@given(graph=graphs, data=st.data())
def test_categories_equal_conda_locks(graph: dict[str, list[str]], data: st.DataObject) -> None:
    """For any graph, every package has the categories that conda-lock gives it; what nobody needs stays in "main"."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from conda_lock.lockfile import apply_categories  # noqa: PLC0415 - warns when imported
        from conda_lock.lockfile.v2prelim.models import HashModel, LockedDependency  # noqa: PLC0415
        from conda_lock.models.lock_spec import VersionedDependency  # noqa: PLC0415
    # conda-lock would not end on a package that needs itself.
    graph = {name: [other for other in others if other in graph and other != name] for name, others in graph.items()}
    requested = data.draw(
        st.dictionaries(st.sampled_from(sorted(graph)), st.sampled_from(["main", "dev", "docs"]), min_size=1)
    )
    planned = {
        name: LockedDependency(
            name=name,
            version="1",
            manager="conda",
            platform="linux-64",
            dependencies=dict.fromkeys(others, ""),
            url="https://example.org/x",
            hash=HashModel(md5="0" * 32),
        )
        for name, others in graph.items()
    }
    apply_categories(
        requested={
            name: VersionedDependency(name=name, version="", category=category) for name, category in requested.items()
        },
        planned=planned,
        mapping_url="",
    )
    lock = lockfile_for(
        solutions={"linux-64": Solution(records=tuple(_record(name, others) for name, others in graph.items()))},
        channels=[],
        content_hash=[],
        sources=[],
        requested=requested,
    )
    ours = {row.name: {row.category, *row.more_categories} for row in lock.packages}
    assert ours == {name: row.categories or {"main"} for name, row in planned.items()}
    assert all(row.optional == (row.category != "main") for row in lock.packages)


def _record(name: str, depends: list[str]) -> ChannelRecord:
    """Return a made-up record; its md5 is no digest of anything."""
    return ChannelRecord(
        name=name,
        version="1",
        build="0",
        build_number=0,
        subdir="noarch",
        file_name=f"{name}-1-0.conda",
        channel="made-up",
        url=f"https://example.org/{name}-1-0.conda",
        depends=tuple(depends),
        md5="0" * 32,
    )
