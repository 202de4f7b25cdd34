"""The pure part: which host needs what, how files are cut, which names may come in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.cluster import remote
from condasync.cluster.remote.protocol import (
    Host,
    Row,
    Seat,
    chunks,
    digests_in,
    hosts_of,
    name_fault,
    needs,
    python_fault,
    restart_order,
    seat_of,
)
from condasync.cluster.status import contents_of_rows
from condasync.model.plan import Contents, PresentPackage
from condasync.plan.diff import diff

_DIGEST = "0123456789abcdef" * 4
NAMES = st.sampled_from(["numpy", "dask", "libpq", "python", "mine"])
VERSIONS = st.sampled_from(["1.0", "2.0"])
BUILDS = st.sampled_from([None, "0", "1"])
DIGESTS = st.sampled_from([None, "a" * 64, "b" * 64, "c" * 32])
ROWS = st.lists(
    st.builds(
        Row,
        manager=st.sampled_from(["conda", "pip"]),
        name=NAMES,
        version=VERSIONS,
        build=BUILDS,
        digest=DIGESTS,
        url=st.just("https://example.org/linux-64/x-1-0.conda"),
        carried=st.booleans(),
    ),
    unique_by=lambda row: (row.manager, row.name),
)


def test_code_that_travels_needs_nothing_of_condasync_but_itself() -> None:
    """On a scheduler without condasync its modules would not be there."""
    allowed = ("from condasync.cluster.remote.", "from __future__")
    for path in Path(remote.__path__[0]).glob("*.py"):
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        own = [line for line in lines if line.startswith(("import condasync", "from condasync"))]
        assert all(line.startswith(allowed) for line in own), path.name
        assert not [line for line in own if line.startswith("from condasync.cluster.remote import")], path.name


def seat(name: str, *, host: str = "h", prefix: str = "/p", volume: str = "1:1", nanny: str | None = "n") -> Seat:
    """Return a worker."""
    return Seat(
        address=f"tcp://{name}",
        name=name,
        nanny=nanny,
        host=host,
        prefix=prefix,
        volume=volume,
        python="3.11.7",
        subdir="linux-64",
    )


def test_workers_of_one_prefix_are_one_host() -> None:
    """Equal names of machine and prefix on two file systems are two hosts: containers are often called the same."""
    seats = [seat("b"), seat("a"), seat("c", volume="2:1"), seat("d", prefix="/q"), seat("e", host="i")]
    assert [[one.name for one in host.seats] for host in hosts_of(seats)] == [["a", "b"], ["c"], ["d"], ["e"]]


@given(st.permutations([seat(f"w{at}", host=f"h{at % 3}", nanny=None if at % 4 == 0 else "n") for at in range(12)]))
def test_grouping_does_not_depend_on_the_order(seats: list[Seat]) -> None:
    """Every worker is in one host; the same one installs whatever order the scheduler has them in."""
    hosts = hosts_of(seats)
    assert hosts == hosts_of(sorted(seats, key=lambda one: one.name))
    assert sorted(one.name for host in hosts for one in host.seats) == sorted(one.name for one in seats)
    assert all(host.elected is None or host.elected.nanny for host in hosts)


def test_only_workers_with_a_nanny_are_restarted_host_by_host() -> None:
    """A rolling restart ends one host before it begins the next."""
    seats = [seat("a2"), seat("b1", host="i"), seat("a1"), seat("a3", nanny=None)]
    assert [one.name for one in restart_order(hosts_of(seats))] == ["a1", "a2", "b1"]


def test_a_worker_older_than_its_prefix_is_stale() -> None:
    """What was installed after it started is not what it runs; unknown times say nothing."""
    told: dict[str, object] = {"host": "h", "prefix": "/p", "volume": "", "python": "3", "subdir": "s"}
    told |= {"variables": {}, "unprepared": False}
    assert seat_of("a", "a", None, {**told, "started": 5.0, "changed": 6.0}).stale
    assert not seat_of("a", "a", None, {**told, "started": 6.0, "changed": 5.0}).stale
    assert not seat_of("a", "a", None, {**told, "started": 0.0, "changed": 5.0}).stale
    assert not Host(
        host="h", prefix="/p", subdir="s", python="3", seats=(replace(seat("a", nanny=None), stale=True),)
    ).stale


@given(ROWS, ROWS)
def test_needs_say_what_a_comparison_says(wanted: list[Row], there: list[Row]) -> None:
    """Nothing is needed exactly where `diff` finds no difference, and otherwise the packages that it names."""
    present = [[row.manager, row.name, row.version, row.build, None, row.digest] for row in there]
    present = [row if row[0] == "conda" else [*row[:3], None, None, None] for row in present]
    found = needs(wanted, present)
    locked = Contents(platform="linux-64", packages=tuple(_present(row) for row in wanted))
    plan = diff([contents_of_rows(present, "linux-64")], [locked])
    assert {(row.manager, row.name) for row in found.rows} | set(found.surplus) == {
        (change.manager, change.name) for change in plan.changes
    }
    assert found.empty == plan.empty
    assert set(found.carried) == {row for row in found.rows if row.carried}


def _present(row: Row) -> PresentPackage:
    manager = "conda" if row.manager == "conda" else "pip"
    return PresentPackage(manager=manager, name=row.name, version=row.version, build=row.build, digest=row.digest)  # type: ignore[arg-type]


@given(st.integers(0, 1000), st.integers(1, 100))
def test_chunks_cover_a_file_once(size: int, chunk: int) -> None:
    """The parts follow each other, none is longer than allowed, all together are the file."""
    parts = list(chunks(size, chunk))
    assert [offset for offset, _ in parts] == [sum(length for _, length in parts[:at]) for at in range(len(parts))]
    assert sum(length for _, length in parts) == size
    assert all(length <= chunk for _, length in parts)
    assert parts


@pytest.mark.parametrize(
    "name",
    [
        "../up.conda",
        "a/b.conda",
        "/etc/passwd",
        "..",
        ".hidden",
        "a\\b.conda",
        "a\x00.conda",
        "",
        "-rf",
        "x" * 300,
        "a..b",
    ],
)
def test_names_that_could_leave_the_folder_are_refused(name: str) -> None:
    """A file name is one plain component."""
    assert name_fault(name, _DIGEST) is not None


@pytest.mark.parametrize("digest", ["", "../..", "g" * 64, "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_what_is_no_digest_is_refused(digest: str) -> None:
    """The digest is a folder's name: nothing but 64 hexadecimal digits may be one."""
    assert name_fault("x-1-0.conda", digest) is not None


@pytest.mark.parametrize(
    "name", ["numpy-1.26.4-py311h64a7726_0.conda", "_libgcc_mutex-0.1-main.tar.bz2", "a-1!2.0+x-0.conda"]
)
def test_names_of_packages_are_taken(name: str) -> None:
    """Epochs, local versions and leading underscores are usual."""
    assert name_fault(name, _DIGEST) is None


def test_digests_of_a_lock_are_those_of_its_text() -> None:
    """A digest inside of something longer is none."""
    text = f"sha256: {_DIGEST}\nmd5: {'a' * 32}\nodd: {'b' * 65}\n".encode()
    assert digests_in(text) == {_DIGEST}


def test_another_minor_of_python_is_told_before_anything_is_done() -> None:
    """A nanny starts its workers with the modules that it has itself."""
    rows = [Row(manager="conda", name="python", version="3.12.4", build=None, digest=None, url="", carried=False)]
    assert python_fault(rows, "3.11.7") is not None
    assert python_fault(rows, "3.12.1") is None
    assert python_fault([], "3.12.1") is None
