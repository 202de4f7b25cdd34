"""Every format: round trip, what it leaves out, and every fault of its files."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.pylock import Pylock

from condasync.errors import LockFileError, UsageError
from condasync.lock import conda_lock_v1, explicit, pinned_environment_yml, pixi_lock, pylock_toml
from condasync.lock.assemble import lockfile_for
from condasync.lock.converted import text_in
from condasync.lock.formats import FORMATS, Format, format_named, format_of, load_lock
from condasync.lock.one_platform import on_platform
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata
from condasync.model.solve import Solution

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FAULTS = Path(__file__).parent / "data" / "format-faults"


def wheel(name: str, *, platform: str = "linux-64", category: str = "main") -> LockedPackage:
    """Return a made-up pip row."""
    return LockedPackage(
        manager="pip",
        name=name,
        version="1.10",
        platform=platform,
        url=f"https://example.org/{name.replace('-', '_')}-1.10-py3-none-any.whl",
        md5=None,
        sha256="0123456789abcdef" * 4,
        category=category,
        optional=category != "main",
    )


@pytest.fixture
def several(solution: Solution) -> LockFile:
    """Return a lock of two platforms with wheels, one of them on one platform only."""
    both = [wheel("made-up", platform=platform) for platform in ("linux-64", "osx-arm64")]
    on_all = [record for record in solution.records if record.subdir == "noarch"]
    return lockfile_for(
        solutions={"linux-64": solution, "osx-arm64": Solution(records=tuple(on_all))},
        channels=["conda-forge", "https://example.org/team"],
        content_hash=[("linux-64", "0" * 64), ("osx-arm64", "1" * 64)],
        sources=["environment.yml"],
        wheels=[*both, wheel("only-linux")],
        custom=[("condasync_schema", "1"), ("condasync_target_linux-64", "__archspec=1=x86_64 __glibc=2.28=0")],
    )


@pytest.fixture
def one(several: LockFile) -> LockFile:
    """Return the same for linux-64."""
    return on_platform(several, "linux-64")


def bare(lock: LockFile, *, managers: tuple[str, ...] = ("conda", "pip"), **metadata: Any) -> LockFile:
    """Return a lock with what other formats hold: no hashes, sources or custom metadata unless told."""
    kept = replace(lock.metadata, **{"content_hash": (), "sources": (), "custom": (), **metadata})
    return LockFile(packages=tuple(row for row in lock.packages if row.manager in managers), metadata=kept)


def test_conda_lock_gives_back_the_whole_lock(several: LockFile) -> None:
    """It is the format that the value was made for."""
    assert load_lock(conda_lock_v1.dumps(several), path="conda-lock.yml") == several
    assert conda_lock_v1.not_carried(several) == ()


def test_explicit_gives_back_every_file(one: LockFile) -> None:
    """URLs and sha256 stay; dependencies, channels and md5 go."""
    back = load_lock(explicit.dumps(one), path="conda-linux-64.lock")
    expected = bare(one, channels=())
    rows = tuple(replace(row, dependencies=(), md5=None) for row in expected.packages)
    assert back == replace(expected, packages=rows)


def test_pins_give_back_names_versions_and_builds(one: LockFile) -> None:
    """An environment.yml knows no files."""
    back = load_lock(pinned_environment_yml.dumps(one), path="conda-linux-64.lock.yml")
    rows = [(row.manager, row.name, row.version, row.build) for row in back.packages]
    assert rows == [(row.manager, row.name, row.version, row.build) for row in one.packages]
    assert {row.sha256 for row in back.packages if row.manager == "pip"} == {"0123456789abcdef" * 4}
    assert back.metadata == bare(one).metadata


def test_pixi_gives_back_every_platform(several: LockFile) -> None:
    """Files, dependencies, channels and the virtual packages of the target stay."""
    back = load_lock(pixi_lock.dumps(several), path="pixi.lock")
    custom = (("condasync_target_linux-64", "__archspec=1=x86_64 __glibc=2.28=0"),)
    assert back == bare(several, custom=custom)
    assert pixi_lock.dumps(back) == pixi_lock.dumps(several)


def test_pixi_has_digests_of_wheels_where_pixi_looks(several: LockFile) -> None:
    """Not behind the URL, where rattler's writer has to put them."""
    text = pixi_lock.dumps(several)
    assert "#sha256" not in text
    assert f"  name: made-up\n  version: '1.10'\n  sha256: {'0123456789abcdef' * 4}\n" in text


def test_pylock_gives_back_the_wheels(several: LockFile) -> None:
    """With their platforms; conda packages stay behind, and that is said."""
    back = load_lock(pylock_toml.dumps(several), path="pylock.toml")
    assert back == bare(several, managers=("pip",), channels=())
    conda = sum(row.manager == "conda" for row in several.packages)
    assert f"{conda} conda packages are not in it" in pylock_toml.not_carried(several)[0].text


def test_pylock_is_what_pep_751_says(several: LockFile) -> None:
    """Packaging's own reader takes it, and sees a marker where not all platforms have a package."""
    read = Pylock.from_dict(tomllib.loads(pylock_toml.dumps(several)))
    assert str(read.created_by) == "condasync"
    assert [(package.name, str(package.version), str(package.marker or "")) for package in read.packages] == [
        ("made-up", "1.10", ""),
        ("only-linux", "1.10", 'sys_platform == "linux" and platform_machine == "x86_64"'),
    ]
    wheels = read.packages[0].wheels
    assert wheels is not None
    assert wheels[0].filename == "made_up-1.10-py3-none-any.whl"


def test_pylock_keeps_groups_dependencies_and_direct_references(one: LockFile) -> None:
    """What PEP 751 has no key for stands in the tool's table; archives and sdists have their own keys."""
    rows = (
        replace(wheel("a-b", category="dev"), more_categories=("docs",), dependencies=(("c", ">=1"), ("d-e", ""))),
        replace(wheel("c"), url="https://example.org/c-1.10.tar.gz"),
        replace(wheel("d-e"), direct_url='https://example.org/d e\x7f\u00e9".whl'),
    )
    lock = replace(one, packages=rows)
    assert load_lock(pylock_toml.dumps(lock), path="pylock.toml") == bare(lock, channels=())
    Pylock.from_dict(tomllib.loads(pylock_toml.dumps(lock)))


def test_pylock_says_what_is_no_file(one: LockFile) -> None:
    """A git reference has no file with a digest: it is left out, and named."""
    row = replace(wheel("from-git"), url="git+https://example.org/x.git@0123", sha256=None)
    lock = replace(one, packages=(row,))
    assert "packages = []" in pylock_toml.dumps(lock)
    assert [finding.package for finding in pylock_toml.not_carried(lock)] == ["from-git"]


def test_explicit_lists_a_package_after_what_it_needs(one: LockFile) -> None:
    """Installers that go through the list in order find every dependency in place."""
    lines = [line for line in explicit.dumps(one).splitlines() if line.startswith("https://")]
    place = {row.name: lines.index(f"{row.url}#sha256:{row.sha256}") for row in one.packages if row.manager == "conda"}
    checked = 0
    for row in one.packages:
        for name, _ in row.dependencies:
            if row.manager == "conda" and name in place:
                checked += 1
                assert place[name] < place[row.name]
    assert checked > 3


def test_explicit_of_rows_without_sha256_and_in_a_circle(one: LockFile) -> None:
    """The md5 serves then, or nothing; a circle of dependencies ends."""
    rows = [replace(row, sha256=None) for row in one.packages if row.manager == "conda"][:2]
    first = replace(rows[0], md5=None, dependencies=((rows[1].name, ""),))
    other = replace(rows[1], dependencies=((rows[0].name, ""),))
    lines = explicit.dumps(replace(one, packages=(first, other))).splitlines()
    assert lines[-2:] == [first.url, f"{other.url}#{other.md5}"]


def test_wheels_of_an_explicit_list_are_comments(one: LockFile) -> None:
    """As conda-lock writes them, and it is said."""
    digest = "0123456789abcdef" * 4
    line = f"# pip made-up @ https://example.org/made_up-1.10-py3-none-any.whl#sha256={digest}"
    assert line in explicit.dumps(one).splitlines()
    assert "2 wheels are comments in it" in explicit.not_carried(one)[0].text


@pytest.mark.parametrize("made", [explicit, pinned_environment_yml, pixi_lock])
def test_groups_that_a_format_does_not_know_are_said(made: Format, one: LockFile) -> None:
    """Nothing is dropped in silence."""
    lock = replace(one, packages=(*one.packages, wheel("tests-only", category="dev")))
    assert any("dev" in finding.text for finding in made.not_carried(lock))


@pytest.mark.parametrize("made", [explicit, pinned_environment_yml])
def test_one_platform_must_be_chosen(made: Format, several: LockFile) -> None:
    """A format with one platform does not take the first one."""
    with pytest.raises(UsageError, match="holds one platform, the lock has linux-64, osx-arm64"):
        made.dumps(several)
    with pytest.raises(UsageError, match="the lock has no win-64"):
        on_platform(several, "win-64")


@pytest.mark.parametrize("made", FORMATS, ids=lambda made: made.FORMAT)
def test_texts_are_stable_ours_and_recognised(made: Format, one: LockFile) -> None:
    """Equal locks give equal bytes, known again as written by condasync, under any name of the format."""
    text = made.dumps(one)
    assert text == made.dumps(replace(one, packages=tuple(reversed(one.packages))))
    assert made.is_generated(text)
    assert not made.is_generated(text.partition("\n")[2].replace("condasync_schema", "other"))
    assert format_of(text, path="any") is made
    assert all(format_named(name.upper()) is made for name in (made.FORMAT, *made.ALIASES))


def test_an_unknown_format_is_refused() -> None:
    """With the names of those that are known."""
    with pytest.raises(UsageError, match="unknown format: tar") as raised:
        format_named("tar")
    assert "explicit" in raised.value.hints[0]


def test_conda_lock_from_another_format(several: LockFile) -> None:
    """Sources are gone, so the hash is that of the pins; conda-lock's own reader wants one for every platform."""
    back = load_lock(pixi_lock.dumps(several), path="pixi.lock")
    again = load_lock(text_in(back, conda_lock_v1), path="conda-lock.yml")
    assert again.packages == back.packages
    assert [len(digest) for _, digest in again.metadata.content_hash] == [64, 64]


@pytest.mark.parametrize(("source", "message"), [(explicit, "has no md5"), (pinned_environment_yml, "has no URL")])
def test_what_conda_lock_needs_is_not_invented(source: Format, message: str, one: LockFile) -> None:
    """A list with sha256 alone cannot become a conda-lock.yml, nor can pins without files."""
    back = load_lock(source.dumps(one), path="lock")
    with pytest.raises(LockFileError, match=message):
        text_in(back, conda_lock_v1)


MESSAGES = [
    ("environment-yaml", "channels-text.yml", ": expected a list, found a string in 'channels'"),
    ("environment-yaml", "list.yml", ": not an environment.yml: no mapping at its top"),
    ("environment-yaml", "no-build.yml", ": 'zlib=1.3' is no name=version=build in 'dependencies[0]'"),
    ("environment-yaml", "no-dependencies.yml", ": a required value is missing in 'dependencies'"),
    ("environment-yaml", "no-platform.yml", ": exactly one platform is wanted in 'platforms'"),
    ("environment-yaml", "not-yaml.yml", ":1: not YAML: did not find expected node content"),
    ("environment-yaml", "number.yml", ": 1 is no name=version=build in 'dependencies[0]'"),
    ("environment-yaml", "pip-range.yml", ": 'a>=1' is no exact version in 'dependencies[0].pip[0]'"),
    ("environment-yaml", "pip-text.yml", ": expected a list, found a string in 'dependencies[0].pip'"),
    ("environment-yaml", "range.yml", ": 'zlib>=1' is no name=version=build in 'dependencies[0]'"),
    ("environment-yaml", "two-platforms.yml", ": exactly one platform is wanted in 'platforms'"),
    ("explicit", "no-start.lock", ": not an explicit list: no line @EXPLICIT"),
    ("explicit", "not-a-package.lock", ":2: no conda package: 'zlib.zip'"),
    ("explicit", "only-noarch.lock", ": the platform is not clear: no URL tells it"),
    ("explicit", "other-platform.lock", ": the platform is not clear: the URLs are of linux-64"),
    ("explicit", "pip-without-file.lock", ":3: not a wheel with its digest"),
    ("explicit", "pip-without-url.lock", ":3: not a wheel with its digest"),
    ("explicit", "short-digest.lock", ":2: not a URL with a digest"),
    ("explicit", "two-platforms.lock", ": the platform is not clear: the URLs are of linux-64, osx-64"),
    ("explicit", "words.lock", ":2: no conda package: 'zlib-1.3.1-h1_2.conda and more'"),
    ("pixi-lock", "future.lock", ": found newer lockfile format version 99"),
    ("pixi-lock", "local-folder.lock", ": project is a local folder (./project), not a locked file"),
    ("pixi-lock", "missing-package.lock", ": environment default and platform linux-64 refers to a package"),
    ("pixi-lock", "no-default.lock", ": it has no environment named default"),
    ("pixi-lock", "no-version.lock", ": missing `version` field in lock file"),
    ("pixi-lock", "not-yaml.lock", ": did not find expected node content"),
    ("pylock", "foreign-package.toml", ": a required value is missing in 'packages[0].tool.condasync'"),
    ("pylock", "foreign.toml", ": a required value is missing in 'tool.condasync'"),
    ("pylock", "no-file.toml", ": a required value is missing in 'packages[0].wheels'"),
    ("pylock", "no-hashes.toml", ": a required value is missing in 'packages[0].wheels[0].hashes'"),
    ("pylock", "no-name.toml", ": a required value is missing in 'packages[0].name'"),
    ("pylock", "no-packages.toml", ": a required value is missing in 'packages'"),
    ("pylock", "no-url.toml", ": a required value is missing in 'packages[0].wheels[0].url'"),
    ("pylock", "no-version.toml", ": a required value is missing in 'lock-version'"),
    ("pylock", "not-toml.toml", ": not TOML: "),
    ("pylock", "strange-platform.toml", ": the platform 'win-64' is not among the lock's platforms in"),
    ("pylock", "two-wheels.toml", ": one wheel is wanted, found 2 in 'packages[0].wheels'"),
    ("pylock", "version-2.toml", ": the version '2.0' is not known in 'lock-version'"),
    ("pylock", "version-number.toml", ": expected a string, found a number in 'lock-version'"),
]


@pytest.mark.parametrize(("name", "file", "message"), MESSAGES, ids=[f"{name}-{file}" for name, file, _ in MESSAGES])
def test_every_fault_is_told_with_its_place(name: str, file: str, message: str) -> None:
    """The message begins with the file, and says where in it."""
    text = (FAULTS / name / file).read_text(encoding="utf-8")
    with pytest.raises(LockFileError) as raised:
        format_named(name).loads(text, path="the/file")
    assert raised.value.message.startswith(f"the/file{message}")
    assert raised.value.facts["path"] == "the/file"


def test_every_fault_of_the_corpus_is_listed() -> None:
    """No file lies there unused."""
    lying = {(path.parent.name, path.name) for path in FAULTS.glob("*/*")}
    assert lying == {(name, file) for name, file, _ in MESSAGES}


def test_names_of_credentials_stay_where_they_are_filled_in() -> None:
    """`${TOKEN}` says something to who reads conda-lock.yml; others would take it for the token: it is left out."""
    channel = "https://${USER}:${PASSWORD}@example.org/t/${TOKEN}/team"
    row = LockedPackage(
        manager="conda",
        name="zlib",
        version="1.3",
        platform="linux-64",
        url=f"{channel}/linux-64/zlib-1.3-0.conda",
        md5="0" * 32,
        sha256="0" * 64,
        build="0",
    )
    wheel = replace(
        row, manager="pip", build=None, url="https://${USER}:${PASSWORD}@example.org/zlib-1.3-py3-none-any.whl"
    )
    lock = LockFile(
        packages=(row, wheel),
        metadata=LockMetadata(content_hash=(), channels=(channel,), platforms=("linux-64",), sources=()),
    )
    for made in (pixi_lock, pylock_toml):
        assert "$" not in made.dumps(lock)
        assert "example.org/zlib-1.3-py3-none-any.whl" in made.dumps(lock)
        assert "it names no credentials" in made.not_carried(lock)[-1].text
    assert row.url in explicit.dumps(lock)
    assert "conda does not fill in" in explicit.not_carried(lock)[-1].text
    assert explicit.loads(explicit.dumps(lock), path="conda-linux-64.lock").packages[0].url == row.url
    assert conda_lock_v1.loads(conda_lock_v1.dumps(lock), path="conda-lock.yml") == lock
    assert conda_lock_v1.not_carried(lock) == ()
