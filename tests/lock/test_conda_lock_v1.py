"""The conda-lock format: round trips, stable bytes, and conda-lock's own models as the reference."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from condasync.lock import conda_lock_v1
from condasync.lock.assemble import lockfile_for
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata
from condasync.model.solve import Solution
from condasync.seams import LockFormat

FORMAT: LockFormat = conda_lock_v1
PLATFORMS = ("linux-64", "osx-arm64")
TRICKY = [
    "1.10", "2023c", "1e3", "1E5", "yes", "No", "null", "~", "0x1F", "0o17", "1_000", "12:30:45", "2024-01-01", ".5",
    "-1", "+1", "=", "<<", "*", "&a", "!=1", "|", ">=1,<2", "@x", "`x`", "%x", "a: b", "a #b", "a:", "- a", "-", "---",
    "...", "?", "[x]", "{x}", "'", '"', "''", "\\", " lead", "trail ", "a\nb", "tab\t", "é", "\x85", "\u2028", "\ufeff",
    "\U0001f600", "\x7f", "\x00", "#x", "true", "y", ".inf", ".NaN", "1.", "1__0", "0b1", "08", "1:2", "a\rb", "x:y",
]  # fmt: skip
texts = st.one_of(st.sampled_from(TRICKY), st.text(min_size=1, max_size=12))
names = st.from_regex(r"[a-z_][a-z0-9_.-]{0,8}", fullmatch=True)
digests = st.text("0123456789abcdef", min_size=32, max_size=32)
long_digests = st.text("0123456789abcdef", min_size=64, max_size=64)
pairs = st.dictionaries(texts, texts | st.just(""), max_size=3).map(lambda one: tuple(sorted(one.items())))


@st.composite
def packages(draw: st.DrawFn) -> LockedPackage:
    """Draw a row; several categories only where "main" is not among them."""
    manager: Literal["conda", "pip"] = draw(st.sampled_from(["conda", "pip"]))
    category = draw(st.sampled_from(["main", "dev"]))
    return LockedPackage(
        manager=manager,
        name=draw(names | texts),
        version=draw(texts),
        platform=draw(st.sampled_from(PLATFORMS)),
        url=draw(st.just("https://example.org/c/linux-64/a-1-0.conda") | texts),
        md5=draw(digests) if manager == "conda" else draw(st.none() | texts),
        sha256=draw(st.none() | long_digests),
        dependencies=draw(pairs),
        category=category,
        optional=category != "main",
        build=draw(st.none() | texts),
        more_categories=draw(st.sampled_from([(), ("docs",), ("docs", "test")])) if category == "dev" else (),
        direct_url=draw(st.none() | texts) if manager == "pip" else None,
    )


@st.composite
def locks(draw: st.DrawFn) -> LockFile:
    """Draw a whole lock in its order."""
    rows = draw(st.lists(packages(), max_size=5, unique_by=_key))
    return LockFile(
        packages=tuple(sorted(rows, key=_key)),
        metadata=LockMetadata(
            content_hash=draw(pairs),
            channels=tuple(draw(st.lists(st.just("conda-forge") | texts, max_size=3))),
            platforms=PLATFORMS,
            sources=tuple(draw(st.lists(texts, max_size=2))),
            custom=draw(pairs),
        ),
    )


def _key(row: LockedPackage) -> tuple[str, str, str]:
    return row.name, row.manager, row.platform


@given(lock=locks())
@settings(deadline=None)
def test_a_lock_reads_back_as_itself(lock: LockFile) -> None:
    """loads(dumps(x)) == x for every lock value, however YAML-like its strings are."""
    assert FORMAT.loads(FORMAT.dumps(lock), path="conda-lock.yml") == lock


@given(lock=locks())
@settings(deadline=None)
def test_every_yaml_reader_sees_the_same(lock: LockFile) -> None:
    """YAML 1.1 (PyYAML, conda-lock's reader) and YAML 1.2 (ruamel) read the same document, with our strings in it."""
    text = conda_lock_v1.dumps(lock)
    document = yaml.safe_load(text)
    assert YAML(typ="safe", pure=True).load(text) == document
    expected = [(row.name, row.version, category) for row in lock.packages for category in _categories(row)]
    assert [(row["name"], row["version"], row["category"]) for row in document["package"]] == expected


def _categories(row: LockedPackage) -> tuple[str, ...]:
    return (row.category, *row.more_categories)


@given(lock=locks(), seed=st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_bytes_do_not_depend_on_the_order_of_rows(lock: LockFile, seed: Any) -> None:
    """Rows are written by (name, manager, platform), whatever order they come in."""
    rows = list(lock.packages)
    seed.shuffle(rows)
    assert conda_lock_v1.dumps(replace(lock, packages=tuple(rows))) == conda_lock_v1.dumps(lock)


@pytest.fixture
def lock(solution: Solution) -> LockFile:
    """Return a lock of real records, for two platforms."""
    return lockfile_for(
        solutions={"linux-64": solution, "linux-aarch64": Solution(records=solution.records[:1])},
        channels=["conda-forge", "https://example.org/t/$TOKEN/private"],
        content_hash=[("linux-64", "0" * 64), ("linux-aarch64", "1" * 64)],
        sources=["environment.yml"],
        custom=[("condasync_schema", "1")],
    )


@pytest.fixture(scope="session")
def conda_lock() -> Callable[[Path], Any]:
    """Return conda-lock's own loader."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from conda_lock.lockfile import parse_conda_lock_file  # noqa: PLC0415 - warns when imported
    return parse_conda_lock_file  # type: ignore[no-any-return]


def test_conda_lock_reads_every_field(lock: LockFile, conda_lock: Callable[[Path], Any], tmp_path: Path) -> None:
    """conda-lock's loader accepts the file and finds names, versions, digests, constraints and metadata in it."""
    path = tmp_path / "conda-lock.yml"
    path.write_text(conda_lock_v1.dumps(lock), encoding="utf-8")
    theirs = conda_lock(path)
    assert {
        (row.manager, row.name, row.version, row.platform, row.url, row.hash.md5, row.hash.sha256, row.build)
        for row in theirs.package
    } == {
        (row.manager, row.name, row.version, row.platform, row.url, row.md5, row.sha256, row.build)
        for row in lock.packages
    }
    assert {(row.name, row.platform): row.dependencies for row in theirs.package} == {
        (row.name, row.platform): dict(row.dependencies) for row in lock.packages
    }
    assert all(row.categories == {"main"} for row in theirs.package)
    assert theirs.metadata.content_hash == dict(lock.metadata.content_hash)
    assert theirs.metadata.custom_metadata == dict(lock.metadata.custom)
    assert [channel.url for channel in theirs.metadata.channels] == list(lock.metadata.channels)


def test_reads_what_conda_lock_writes(lock: LockFile, conda_lock: Callable[[Path], Any], tmp_path: Path) -> None:
    """A lock that conda-lock read and wrote again, with a time and git facts added, is the same value to us."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from conda_lock.lockfile import write_conda_lock_file  # noqa: PLC0415
        from conda_lock.lockfile.v1.models import GitMeta, TimeMeta  # noqa: PLC0415
    path = tmp_path / "conda-lock.yml"
    path.write_text(conda_lock_v1.dumps(lock), encoding="utf-8")
    content = conda_lock(path)
    content.metadata.time_metadata = TimeMeta.create()
    content.metadata.git_metadata = GitMeta(git_sha="abc")
    write_conda_lock_file(content, path, metadata_choices=None)
    text = path.read_text(encoding="utf-8")
    assert "created_at" in text
    assert conda_lock_v1.loads(text, path="conda-lock.yml") == lock
    assert conda_lock_v1.is_generated(text)


def test_our_body_is_how_conda_lock_would_write_it(lock: LockFile) -> None:
    """For real records the text below the header is what conda-lock's YAML writer makes of it: small diffs."""
    text = conda_lock_v1.dumps(lock)
    body = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))
    assert yaml.safe_dump(yaml.safe_load(text), sort_keys=False, width=1000) == body


def test_rows_of_several_categories_become_one_package() -> None:
    """conda-lock writes a row per category; they are one package here and several rows again when written."""
    path = Path(__file__).parent / "data" / "conda-lock-categories.yml"
    lock = conda_lock_v1.loads(path.read_text(encoding="utf-8"), path=path.name)
    assert [(row.name, row.manager, row.category, row.more_categories, row.optional) for row in lock.packages] == [
        ("example", "pip", "main", (), False),
        ("zlib", "conda", "dev", ("docs",), True),
    ]
    assert lock.packages[0].direct_url == "https://example.org/example-1.0-py3-none-any.whl"
    assert conda_lock_v1.loads(conda_lock_v1.dumps(lock), path="again") == lock


def test_the_header_tells_how_to_install_and_marks_the_file(lock: LockFile) -> None:
    """The header names the commands and no fact of the machine; a file without it, made by others, is not ours."""
    text = conda_lock_v1.dumps(lock)
    header = [line for line in text.splitlines() if line.startswith("#")]
    assert header == [
        "# This lock file was generated by condasync. Do not edit it.",
        "# It names every package of the environment with its URL and digests. Make the environment with one of:",
        "#   conda-lock install --name NAME conda-lock.yml",
        "#   micromamba create --name NAME --file conda-lock.yml",
    ]
    assert conda_lock_v1.is_generated(text)
    assert not conda_lock_v1.is_generated("version: 1\nmetadata: {}\npackage: []\n")


def test_a_channel_with_a_variable_names_it(lock: LockFile) -> None:
    """conda-lock lists the environment variables that a channel URL uses."""
    channels = yaml.safe_load(conda_lock_v1.dumps(lock))["metadata"]["channels"]
    assert channels == [
        {"url": "conda-forge", "used_env_vars": []},
        {"url": "https://example.org/t/${TOKEN}/private", "used_env_vars": ["TOKEN"]},
    ]
