"""Conflicts are explained from the records alone: short, right, the same every time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from condasync.convert.matchspec import parse_spec
from condasync.model.record import ChannelRecord
from condasync.model.solve import Conflict, ConflictStep, RequestedSpec
from condasync.model.target import Target, VirtualPackage
from condasync.solve.explain.explain import explain_conflict

MakeRecord = Callable[..., ChannelRecord]
Explain = Callable[..., Conflict]

TARGET = Target(
    subdir="linux-64",
    python="3.11",
    virtual_packages=(VirtualPackage(name="__glibc", version="2.17"), VirtualPackage(name="__unix", version="0")),
)
PYTHONS = tuple(("python", f"3.{minor}.{patch}", ()) for minor in range(9, 14) for patch in (1, 8))
CHANNEL: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    *PYTHONS,
    ("dask-core", "2022.1.1", ("python >=3.8",)),
    ("dask-core", "2022.5.1", ("python >=3.8",)),
    ("distributed", "2022.1.1", ("dask-core 2022.1.1.*", "python >=3.8")),
    ("distributed", "2022.5.1", ("dask-core 2022.5.1.*", "python >=3.8")),
    ("libgdal", "3.4.3", ()),
    ("libgdal", "3.7.2", ()),
    ("gdal", "3.4.3", ("libgdal 3.4.3",)),
    ("fiona", "1.9.5", ("libgdal >=3.7.2,<3.8.0a0",)),
    ("geo", "1.0", ("fiona >=1.9",)),
    ("geoplot", "2.0", ("geo",)),
    ("lonely", "1.0", ("nowhere >=2",)),
    ("newc", "1.0", ("__glibc >=2.28,<3.0.a0",)),
    ("gpu", "1.0", ("__cuda >=12",)),
    ("abi3", "1.0", ("python", "python_abi 3.9.* *_cp39")),
    ("shy", "1.0", ()),
    ("app", "1.0", ("plugin",)),
    ("plugin", "1.0", ("python 3.9.*",)),
    ("plugin", "2.0", ("python 3.12.*", "extra")),
    ("extra", "1.0", ()),
    ("wants-both", "1.0", ("either",)),
    ("either", "1.0", ("dask-core 2022.5.1",)),
    ("either", "2.0", ("nowhere",)),
)


@pytest.fixture(scope="module")
def explain(make_record: MakeRecord, make_index: Callable[..., Callable[..., object]]) -> Explain:
    """Return what explains requests over the channel."""
    rows = [make_record(name, version, *depends) for name, version, depends in CHANNEL]
    rows += [make_record("scipy", "1.7.0", f"python 3.{minor}.*", build=f"py3{minor}_0") for minor in (9, 10)]
    rows += [make_record("scipy", "1.11.0", "python 3.11.*", build="py311_0")]
    rows += [
        replace(make_record("python_abi", f"3.{minor}", build=f"8_cp3{minor}"), constrains=(f"python 3.{minor}.*",))
        for minor in (9, 11)
    ]
    rows += [replace(make_record("strict", "1.0"), constrains=("shy >=2",))]
    rows += [make_record("broken", "1.0", "shy >=1 <2")]
    index = make_index(rows)

    def one(*texts: str, target: Target = TARGET) -> Conflict:
        asked = tuple(RequestedSpec(spec=parse_spec(text), because="captured") for text in texts)
        (conflict,) = explain_conflict(asked, index.records, target)  # type: ignore[attr-defined]
        return conflict

    return one


def step(package: str, requires: str, found: str | None) -> ConflictStep:
    """Return a step."""
    return ConflictStep(package=package, requires=requires, found=found)


CASES: dict[str, tuple[tuple[str, ...], Conflict]] = {
    "a pair": (
        ("dask-core ==2022.1.1", "distributed ==2022.5.1"),
        Conflict(
            packages=("dask-core", "distributed"),
            chain=(
                step("request", "dask-core ==2022.1.1", "dask-core 2022.1.1"),
                step("request", "distributed ==2022.5.1", "distributed 2022.5.1"),
                step("distributed 2022.5.1", "dask-core 2022.5.1.*", "dask-core 2022.5.1"),
            ),
            fits=("dask-core ==2022.5.1", "distributed ==2022.1.1"),
        ),
    ),
    "a library that nobody asked for": (
        ("geoplot", "gdal ==3.4.3"),
        Conflict(
            packages=("gdal", "geoplot"),
            chain=(
                step("request", "gdal ==3.4.3", "gdal 3.4.3"),
                step("gdal 3.4.3", "libgdal ==3.4.3", "libgdal 3.4.3"),
                step("request", "geoplot", "geoplot 2.0"),
                step("geoplot 2.0", "geo", "geo 1.0"),
                step("geo 1.0", "fiona >=1.9", "fiona 1.9.5"),
                step("fiona 1.9.5", "libgdal >=3.7.2,<3.8.0a0", "libgdal 3.7.2"),
            ),
        ),
    ),
    "a version that no record has": (
        ("scipy ==1.9.9",),
        Conflict(packages=("scipy",), chain=(step("request", "scipy ==1.9.9", None),), fits=("scipy ==1.11.0",)),
    ),
    "a name that no record has": (
        ("nowhere",),
        Conflict(packages=("nowhere",), chain=(step("request", "nowhere", None),)),
    ),
    "no build for this Python": (
        ("scipy ==1.7.0",),
        Conflict(
            packages=("python", "scipy"),
            chain=(
                step("request", "scipy ==1.7.0", "scipy 1.7.0"),
                step("scipy 1.7.0", "python 3.9.*|3.10.*", "python 3.9|3.10"),
                step("request", "python 3.11.*", "python 3.11"),
            ),
            fits=("scipy ==1.11.0",),
        ),
    ),
    "an ABI of another Python": (
        ("abi3",),
        Conflict(
            packages=("abi3", "python"),
            chain=(
                step("request", "abi3", "abi3 1.0"),
                step("abi3 1.0", "python 3.9.*", "python 3.9"),
                step("request", "python 3.11.*", "python 3.11"),
            ),
        ),
    ),
    "a requirement that is nowhere": (
        ("lonely",),
        Conflict(
            packages=("lonely",),
            chain=(step("request", "lonely", "lonely 1.0"), step("lonely 1.0", "nowhere >=2", None)),
        ),
    ),
    "a C library that is too old": (
        ("newc",),
        Conflict(
            packages=("newc",),
            chain=(step("request", "newc", "newc 1.0"), step("newc 1.0", "__glibc >=2.28,<3.0.a0", "__glibc 2.17")),
        ),
    ),
    "a virtual package that is absent": (
        ("gpu",),
        Conflict(packages=("gpu",), chain=(step("request", "gpu", "gpu 1.0"), step("gpu 1.0", "__cuda >=12", None))),
    ),
    "a constraint": (
        ("shy", "strict"),
        Conflict(
            packages=("shy", "strict"),
            chain=(
                step("request", "shy", "shy 1.0"),
                step("request", "strict", "strict 1.0"),
                step("strict 1.0", "shy >=2", None),
            ),
        ),
    ),
    "every candidate for a reason shared in part": (
        ("app",),
        Conflict(
            packages=("app", "python"),
            chain=(
                step("request", "app", "app 1.0"),
                step("app 1.0", "plugin", "plugin 1.0|2.0"),
                step("plugin 1.0|2.0", "python 3.9.*|3.12.*", "python 3.9|3.12"),
                step("request", "python 3.11.*", "python 3.11"),
            ),
        ),
    ),
    "every candidate for a reason of its own": (
        ("dask-core ==2022.1.1", "wants-both"),
        Conflict(
            packages=("dask-core", "wants-both"),
            chain=(
                step("request", "dask-core ==2022.1.1", "dask-core 2022.1.1"),
                step("request", "wants-both", "wants-both 1.0"),
                step("wants-both 1.0", "either", "either 1.0|2.0"),
                step("either 1.0", "dask-core ==2022.5.1", "dask-core 2022.5.1"),
                step("either 2.0", "nowhere", None),
            ),
            fits=("dask-core ==2022.5.1",),
        ),
    ),
    "a record that cannot be read": (
        ("broken",),
        Conflict(packages=("broken",), chain=(step("request", "broken", None),)),
    ),
    "two requests for one name": (
        ("dask-core <2022.3", "dask-core >=2022.3"),
        Conflict(
            packages=("dask-core",),
            chain=(
                step("request", "dask-core <2022.3", "dask-core 2022.1.1"),
                step("request", "dask-core >=2022.3", "dask-core 2022.5.1"),
            ),
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_kind_of_conflict(explain: Explain, case: str) -> None:
    """The chain leads from the requests to the clash, and names what would fit."""
    texts, expected = CASES[case]
    assert explain(*texts) == expected


def test_order_of_requests_does_not_matter(explain: Explain) -> None:
    """The same conflict is told in the same words, however it was found."""
    assert explain("distributed ==2022.5.1", "dask-core ==2022.1.1") == CASES["a pair"][1]


def test_bystanders_are_left_out(explain: Explain) -> None:
    """A set that is not minimal is cut down to what clashes."""
    texts, expected = CASES["a pair"]
    assert explain("scipy", "libgdal", *texts, "shy", "python 3.11.*") == expected


def test_python_counts_only_where_it_matters(explain: Explain) -> None:
    """Another target explains the same request in another way."""
    assert explain("scipy ==1.7.0", "app", target=replace(TARGET, python="3.9")).packages == ("app", "scipy")


def test_reason_that_records_do_not_show_by_narrowing(explain: Explain) -> None:
    """Where no step by itself excludes anything, the requests are named and nothing is made up."""
    found = explain("shy", "extra")
    assert found == Conflict(
        packages=("extra", "shy"), chain=(step("request", "extra", "extra 1.0"), step("request", "shy", "shy 1.0"))
    )


def test_nothing_to_explain(make_index: Callable[..., Callable[..., object]]) -> None:
    """No requests, no conflict."""
    assert explain_conflict((), make_index([]).records, TARGET) == ()  # type: ignore[attr-defined]
