"""The rattler engine on small synthetic channels (their records carry no hash), in real child processes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import version
from itertools import permutations
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from condasync.channel.index import SparseIndex
from condasync.errors import ChannelError, EngineError
from condasync.model.record import Channel, ChannelRecord, RepodataFile
from condasync.model.solve import Answer, ChannelPriority, RequestedSpec, Solution, SolveRequest, Unsolvable
from condasync.model.spec import CondaSpec
from condasync.model.target import Target, VirtualPackage
from condasync.model.url import Url
from condasync.solve.rattler import RattlerEngine

Row: TypeAlias = dict[str, Any]
WriteRepodata: TypeAlias = Callable[..., RepodataFile]

ENGINE = RattlerEngine(timeout=120.0, memory_limit=2**31)
TARGET = Target(
    subdir="linux-64",
    python="3.11",
    virtual_packages=(VirtualPackage(name="__unix", version="0"), VirtualPackage(name="__glibc", version="2.28")),
)


def row(name: str, number: str, *depends: str, **fields: object) -> Row:
    """Return a synthetic repodata row."""
    known = {"name": name, "version": number, "build": "0", "build_number": 0, "subdir": "linux-64"}
    return {**known, "depends": list(depends), **fields}


@pytest.fixture
def write(tmp_path: Path) -> WriteRepodata:
    """Return a function that writes rows as the repodata of one subdir of a channel."""

    def write_rows(*rows: Row, channel: str = "one", subdir: str = "linux-64", text: str = "") -> RepodataFile:
        path = tmp_path / channel / subdir / "repodata.json"
        path.parent.mkdir(parents=True)
        files = {f"{row['name']}-{row['version']}-{row['build']}.conda": {**row, "subdir": subdir} for row in rows}
        path.write_text(text or json.dumps({"info": {"subdir": subdir}, "packages": {}, "packages.conda": files}))
        base_url = Url(path.parents[1].as_uri() if channel == "local" else f"https://example.org/{channel}")
        digest = sha256(path.read_bytes()).hexdigest()
        return RepodataFile(channel=Channel(name=channel, base_url=base_url), subdir=subdir, path=path, sha256=digest)

    return write_rows


@pytest.fixture
def python(write: WriteRepodata) -> tuple[RepodataFile, ...]:
    """Return a channel with two Pythons and packages for them, compiled and noarch."""
    return (
        write(
            row("python", "3.11.7", "libz >=1", "__glibc >=2.17", constrains=["python_abi 3.11.* *_cp311"]),
            row("python", "3.12.1", "libz >=1", "__glibc >=2.17"),
            row("libz", "1.2"),
            row("libz", "1.3", timestamp=1700000000000, license="Zlib"),
            row("featured", "1.0", track_features="one two", purls=["pkg:generic/featured"]),
            row("fast", "1.0", "python >=3.11,<3.12.0a0", build="py311_0"),
            row("fast", "2.0", "python >=3.12,<3.13.0a0", build="py312_0"),
            row("modern", "1.0", "__glibc >=2.34"),
        ),
        write(row("pure", "5.0", "python >=3.9", "fast", noarch="python"), subdir="noarch"),
    )


def request_of(
    *specs: str | CondaSpec, preferred: Iterable[ChannelRecord] = (), priority: str = "strict"
) -> SolveRequest:
    """Return a request; a text is a name and a version constraint."""
    asked = [
        CondaSpec(name=s.partition(" ")[0], version=s.partition(" ")[2]) if isinstance(s, str) else s for s in specs
    ]
    channel_priority: ChannelPriority = "disabled" if priority == "disabled" else "strict"
    return SolveRequest(
        specs=tuple(RequestedSpec(spec=spec, because="test") for spec in asked),
        preferred=tuple(preferred),
        channel_priority=channel_priority,
    )


def solve(repodata: Sequence[RepodataFile], request: SolveRequest, target: Target = TARGET) -> Answer:
    """Return the answer of a session of its own."""
    with ENGINE.open(repodata, target) as session:
        return session.solve(request)


def versions(answer: Answer) -> dict[str, str]:
    """Return what a solution holds."""
    assert isinstance(answer, Solution), answer
    return {record.name: record.version for record in answer.records}


def explanation(answer: Answer) -> str:
    """Return why there is no solution."""
    assert isinstance(answer, Unsolvable), answer
    return answer.explanation


def test_the_engine_says_its_name_and_version() -> None:
    """Prove that a report names the library that solved."""
    assert (ENGINE.name, ENGINE.version) == ("rattler", version("py-rattler"))


def test_a_python_environment_is_solved(python: tuple[RepodataFile, ...]) -> None:
    """Prove that compiled and noarch packages meet their Python, newest first, sorted by name."""
    answer = solve(python, request_of("pure", "python 3.11.*"))
    assert list(versions(answer).items()) == [("fast", "1.0"), ("libz", "1.3"), ("pure", "5.0"), ("python", "3.11.7")]
    assert versions(solve(python, request_of("pure")))["fast"] == "2.0"


def test_records_are_those_of_the_index(python: tuple[RepodataFile, ...]) -> None:
    """Prove that a solution's records are equal, field by field, to what the channel index gives."""
    answer = solve(python, request_of("pure", "featured"))
    assert isinstance(answer, Solution)
    index = SparseIndex(python)
    assert all(record in index.records(record.name) for record in answer.records)
    pure = next(record for record in answer.records if record.name == "pure")
    assert (pure.channel, pure.noarch, pure.subdir) == ("one", "python", "noarch")
    assert pure.url == "https://example.org/one/noarch/pure-5.0-0.conda"


def test_a_local_channel_has_file_urls(write: WriteRepodata) -> None:
    """Prove that a channel on disk gives `file://` URLs."""
    file = write(row("x", "1!1.0"), channel="local")
    answer = solve([file], request_of("x"))
    assert isinstance(answer, Solution)
    assert [record.url for record in answer.records] == [f"{file.path.parent.as_uri()}/x-1!1.0-0.conda"]


@pytest.mark.parametrize("url", ["https://Example.org:443/a b", "https://me:secret@example.org/t/tk-12/private"])
def test_records_keep_their_channel_whatever_its_url(write: WriteRepodata, url: str) -> None:
    """Prove that a URL which rattler spells in another way, or with credentials, gives the channel's name."""
    file = replace(write(row("x", "1")), channel=Channel(name="mine", base_url=Url(url)))
    answer = solve([file], request_of("x"))
    assert isinstance(answer, Solution)
    assert [record.channel for record in answer.records] == ["mine"]
    assert not any(secret in answer.records[0].url for secret in ("secret", "tk-12"))


@pytest.mark.parametrize(
    ("specs", "lines"),
    [
        (["nothing"], ["No candidates were found for nothing *."]),
        (["libz >=9"], ["libz >=9"]),
        (["fast ==2.0", "python 3.11.*"], ["fast ==2.0", "python >=3.12,<3.13.0a0"]),
        (["modern"], ["__glibc >=2.34, for which no candidates were found"]),
    ],
)
def test_what_cannot_be_solved_is_explained(
    python: tuple[RepodataFile, ...], specs: list[str], lines: list[str]
) -> None:
    """Prove that a missing package, a missing version, a conflict and an old glibc come with the engine's reasons."""
    text = explanation(solve(python, request_of(*specs)))
    assert all(line in text for line in lines), text
    assert not text.startswith("Cannot solve")
    assert "\x1b" not in text


def test_without_virtual_packages_none_are_there(python: tuple[RepodataFile, ...]) -> None:
    """Prove that this machine's own glibc is never asked."""
    bare = Target(subdir="linux-64", python="3.11", virtual_packages=())
    assert "__glibc >=2.17" in explanation(solve(python, request_of("python"), bare))
    assert versions(solve(python, request_of("libz"), bare)) == {"libz": "1.3"}
    new = Target(
        subdir="linux-64", python="3.11", virtual_packages=(VirtualPackage(name="__glibc", version="2.34", build="0"),)
    )
    assert versions(solve(python, request_of("modern"), new)) == {"modern": "1.0"}


def test_a_preferred_record_is_kept_when_it_can_be(python: tuple[RepodataFile, ...]) -> None:
    """Prove that a preference beats the newest version, adds no package, and gives way to a requirement."""
    old = next(record for record in SparseIndex(python).records("libz") if record.version == "1.2")
    with ENGINE.open(python, TARGET) as session:
        assert versions(session.solve(request_of("python 3.11.*", preferred=[old])))["libz"] == "1.2"
        assert versions(session.solve(request_of("python 3.11.*", "libz >=1.3", preferred=[old])))["libz"] == "1.3"
        assert versions(session.solve(request_of("python 3.11.*")))["libz"] == "1.3"


def test_a_preferred_record_that_is_not_on_the_channel_is_found(python: tuple[RepodataFile, ...]) -> None:
    """Prove that the build a channel has dropped comes back exactly as it was given."""
    gone = ChannelRecord(
        name="libz",
        version="1.1",
        build="h1_7",
        build_number=7,
        subdir="linux-64",
        file_name="libz-1.1-h1_7.tar.bz2",
        channel="elsewhere",
        url="https://example.org/elsewhere/linux-64/libz-1.1-h1_7.tar.bz2",
        constrains=("python <3.12",),
        timestamp=1600000000123,
        license="Zlib",
        track_features=("feature", "other"),
        purls=("pkg:generic/zlib@1.1",),
    )
    answer = solve(python, request_of("libz ==1.1", "python", preferred=[gone]))
    assert versions(answer) == {"libz": "1.1", "python": "3.11.7"}
    assert isinstance(answer, Solution)
    assert answer.records[0] == gone


def test_a_preferred_record_that_cannot_be_installed_gives_way(python: tuple[RepodataFile, ...]) -> None:
    """Prove that a preference with an unmet dependency does no harm."""
    old = next(record for record in SparseIndex(python).records("fast") if record.version == "1.0")
    assert versions(solve(python, request_of("fast", "python 3.12.*", preferred=[old])))["fast"] == "2.0"


def test_channels_stand_in_order_of_priority(write: WriteRepodata) -> None:
    """Prove that strict priority takes the first channel that has the name in any subdir, disabled the newest."""
    files = (
        write(row("other", "1"), channel="one"),
        write(row("x", "3"), row("needs", "1", "x >=3"), channel="two"),
        write(row("x", "1", noarch="generic"), channel="one", subdir="noarch"),
    )
    assert versions(solve(files, request_of("x"))) == {"x": "1"}
    assert "channel priority" in explanation(solve(files, request_of("needs")))
    assert versions(solve(files, request_of("needs", priority="disabled"))) == {"needs": "1", "x": "3"}
    assert versions(solve(files[1:], request_of("x"))) == {"x": "3"}


def test_a_spec_can_name_a_channel(write: WriteRepodata) -> None:
    """Prove that `two::x` is taken from the channel of that name, wherever it lies."""
    files = (write(row("x", "1"), channel="one"), write(row("x", "3"), channel="local"))
    answer = solve(files, request_of(CondaSpec(name="x", channel="local")))
    assert isinstance(answer, Solution)
    assert [(record.version, record.channel) for record in answer.records] == [("3", "local")]


def test_an_equal_request_has_an_equal_solution(write: WriteRepodata) -> None:
    """Prove it over sessions, repetitions and permuted specs, where many solutions are possible."""
    rows = [
        row(name, number, f"{other} <={number}") for name, other in ("ab", "bc", "ca") for number in ("1", "2", "3")
    ]
    twins = [row("d", "1", build="x"), row("d", "1", build="y"), row("d", "1", build="z")]
    file = write(*rows, *twins)
    answers = set()
    for specs in permutations(("a", "b", "d", "c <=2")):
        with ENGINE.open([file], TARGET) as session:
            answers |= {session.solve(request_of(*specs)) for _ in range(3)}
    assert len(answers) == 1


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"packages": {"x": 1}}', '{"packages": {"x-1-0.tar.bz2": {"name": "x"}}}']
)
def test_broken_repodata_is_named(write: WriteRepodata, text: str) -> None:
    """Prove that a broken file is found, also when only one record is broken, and named with exit code 8."""
    files = (write(row("y", "1"), channel="one"), write(channel="two", text=text))
    with pytest.raises(ChannelError) as caught:
        solve(files, request_of("x"))
    assert caught.value.message.startswith(f"{files[1].path}: not valid repodata: ")


def test_a_missing_file_is_named(python: tuple[RepodataFile, ...]) -> None:
    """Prove that a file that went away between index and solve is a channel error."""
    python[1].path.unlink()
    with pytest.raises(ChannelError, match=r"noarch/repodata\.json: not valid repodata: .*No such file"):
        solve(python, request_of("x"))


def test_a_spec_that_rattler_does_not_understand_is_an_engine_error(python: tuple[RepodataFile, ...]) -> None:
    """Prove that a bad constraint neither kills the child nor reads as unsolvable."""
    with ENGINE.open(python, TARGET) as session:
        with pytest.raises(EngineError, match="the rattler engine refused the request: "):
            session.solve(request_of("libz >>>1"))
        assert versions(session.solve(request_of("libz"))) == {"libz": "1.3"}


def test_twenty_sessions_in_a_row_answer_alike(python: tuple[RepodataFile, ...]) -> None:
    """Prove that rattler's crash at interpreter exit never reaches us."""
    answers = {solve(python, request_of("pure")) for _ in range(20)}
    assert len(answers) == 1
