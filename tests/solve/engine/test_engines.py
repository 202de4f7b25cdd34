"""What both engines have in common, on small synthetic channels and in real child processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any, TypeAlias

import pytest

from condasync.channel.index import SparseIndex
from condasync.errors import ChannelError
from condasync.model.record import Channel, ChannelRecord, RepodataFile
from condasync.model.solve import Answer, ChannelPriority, RequestedSpec, Solution, SolveRequest, Unsolvable
from condasync.model.spec import CondaSpec
from condasync.model.target import Target, VirtualPackage
from condasync.model.url import Url
from condasync.seams import SolverEngine

Row: TypeAlias = Callable[..., dict[str, Any]]
WriteRepodata: TypeAlias = Callable[..., RepodataFile]

TARGET = Target(
    subdir="linux-64",
    python="3.11",
    virtual_packages=(VirtualPackage(name="__unix", version="0"), VirtualPackage(name="__glibc", version="2.28")),
)


def request_of(
    *specs: str | CondaSpec, preferred: Iterable[ChannelRecord] = (), priority: ChannelPriority = "strict"
) -> SolveRequest:
    """Return a request; a text is a name and a version constraint."""
    asked = [
        CondaSpec(name=s.partition(" ")[0], version=s.partition(" ")[2]) if isinstance(s, str) else s for s in specs
    ]
    return SolveRequest(
        specs=tuple(RequestedSpec(spec=spec, because="test") for spec in asked),
        preferred=tuple(preferred),
        channel_priority=priority,
    )


def solve(
    engine: SolverEngine, repodata: Sequence[RepodataFile], request: SolveRequest, target: Target = TARGET
) -> Answer:
    """Return the answer of a session of its own."""
    with engine.open(repodata, target) as session:
        return session.solve(request)


def versions(answer: Answer) -> dict[str, str]:
    """Return what a solution holds."""
    assert isinstance(answer, Solution), answer
    return {record.name: record.version for record in answer.records}


def explanation(answer: Answer) -> str:
    """Return why there is no solution."""
    assert isinstance(answer, Unsolvable), answer
    return answer.explanation


def test_a_python_environment_is_solved(engine: SolverEngine, python: tuple[RepodataFile, ...]) -> None:
    """Prove that compiled and noarch packages meet their Python, newest first, sorted by name."""
    answer = solve(engine, python, request_of("pure", "python 3.11.*"))
    assert list(versions(answer).items()) == [("fast", "1.0"), ("libz", "1.3"), ("pure", "5.0"), ("python", "3.11.7")]
    assert versions(solve(engine, python, request_of("pure")))["fast"] == "2.0"


def test_records_are_those_of_the_index(engine: SolverEngine, python: tuple[RepodataFile, ...]) -> None:
    """Prove that a solution's records are equal, field by field, to what the channel index gives."""
    answer = solve(engine, python, request_of("pure", "featured"))
    assert isinstance(answer, Solution)
    index = SparseIndex(python)
    assert all(record in index.records(record.name) for record in answer.records)
    pure = next(record for record in answer.records if record.name == "pure")
    assert (pure.channel, pure.noarch, pure.subdir) == ("one", "python", "noarch")
    assert pure.url == "https://example.org/one/noarch/pure-5.0-0.conda"


def test_a_local_channel_has_file_urls(engine: SolverEngine, row: Row, write: WriteRepodata) -> None:
    """Prove that a channel on disk gives `file://` URLs."""
    file = write(row("x", "1!1.0"), channel="local")
    answer = solve(engine, [file], request_of("x"))
    assert isinstance(answer, Solution)
    assert [record.url for record in answer.records] == [f"{file.path.parent.as_uri()}/x-1!1.0-0.conda"]


@pytest.mark.parametrize("url", ["https://Example.org:443/a b", "https://me:secret@example.org/t/tk-12/private"])
def test_records_keep_their_channel_whatever_its_url(
    engine: SolverEngine, row: Row, write: WriteRepodata, url: str
) -> None:
    """Prove that a URL which rattler spells in another way, or with credentials, gives the channel's name."""
    file = replace(write(row("x", "1")), channel=Channel(name="mine", base_url=Url(url)))
    answer = solve(engine, [file], request_of("x"))
    assert isinstance(answer, Solution)
    assert [record.channel for record in answer.records] == ["mine"]
    assert not any(secret in answer.records[0].url for secret in ("secret", "tk-12"))


def test_without_virtual_packages_none_are_there(engine: SolverEngine, python: tuple[RepodataFile, ...]) -> None:
    """Prove that this machine's own glibc is never asked."""
    bare = Target(subdir="linux-64", python="3.11", virtual_packages=())
    assert "__glibc >=2.17" in explanation(solve(engine, python, request_of("python"), bare))
    assert versions(solve(engine, python, request_of("libz"), bare)) == {"libz": "1.3"}
    new = Target(
        subdir="linux-64", python="3.11", virtual_packages=(VirtualPackage(name="__glibc", version="2.34", build="0"),)
    )
    assert versions(solve(engine, python, request_of("modern"), new)) == {"modern": "1.0"}


def test_a_preferred_record_is_kept_when_it_can_be(engine: SolverEngine, python: tuple[RepodataFile, ...]) -> None:
    """Prove that a preference beats the newest version, adds no package, and gives way to a requirement."""
    old = next(record for record in SparseIndex(python).records("libz") if record.version == "1.2")
    with engine.open(python, TARGET) as session:
        assert versions(session.solve(request_of("python 3.11.*", preferred=[old])))["libz"] == "1.2"
        assert versions(session.solve(request_of("python 3.11.*", "libz >=1.3", preferred=[old])))["libz"] == "1.3"
        assert versions(session.solve(request_of("python 3.11.*")))["libz"] == "1.3"


def test_a_preferred_record_that_is_not_on_the_channel_is_found(
    engine: SolverEngine, python: tuple[RepodataFile, ...]
) -> None:
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
    answer = solve(engine, python, request_of("libz ==1.1", "python", preferred=[gone]))
    assert versions(answer) == {"libz": "1.1", "python": "3.11.7"}
    assert isinstance(answer, Solution)
    assert answer.records[0] == gone


def test_a_preferred_record_that_cannot_be_installed_gives_way(
    engine: SolverEngine, python: tuple[RepodataFile, ...]
) -> None:
    """Prove that a preference with an unmet dependency does no harm."""
    old = next(record for record in SparseIndex(python).records("fast") if record.version == "1.0")
    assert versions(solve(engine, python, request_of("fast", "python 3.12.*", preferred=[old])))["fast"] == "2.0"


def test_channels_stand_in_order_of_priority(engine: SolverEngine, row: Row, write: WriteRepodata) -> None:
    """Prove that strict priority takes the first channel that has the name in any subdir, disabled the newest."""
    files = (
        write(row("other", "1"), channel="one"),
        write(row("x", "3"), row("needs", "1", "x >=3"), channel="two"),
        write(row("x", "1", noarch="generic"), channel="one", subdir="noarch"),
    )
    assert versions(solve(engine, files, request_of("x"))) == {"x": "1"}
    assert explanation(solve(engine, files, request_of("needs")))
    assert versions(solve(engine, files, request_of("needs", priority="disabled"))) == {"needs": "1", "x": "3"}
    assert versions(solve(engine, files[1:], request_of("x"))) == {"x": "3"}


def test_a_spec_can_name_a_channel(engine: SolverEngine, row: Row, write: WriteRepodata) -> None:
    """Prove that `two::x` is taken from the channel of that name, wherever it lies."""
    files = (write(row("x", "1"), channel="one"), write(row("x", "3"), channel="local"))
    answer = solve(engine, files, request_of(CondaSpec(name="x", channel="local")))
    assert isinstance(answer, Solution)
    assert [(record.version, record.channel) for record in answer.records] == [("3", "local")]


def test_an_equal_request_has_an_equal_solution(engine: SolverEngine, row: Row, write: WriteRepodata) -> None:
    """Prove it over sessions, repetitions and permuted specs, where many solutions are possible."""
    rows = [
        row(name, number, f"{other} <={number}") for name, other in ("ab", "bc", "ca") for number in ("1", "2", "3")
    ]
    twins = [row("d", "1", build="x"), row("d", "1", build="y"), row("d", "1", build="z")]
    file = write(*rows, *twins)
    answers = set()
    for specs in permutations(("a", "b", "d", "c <=2")):
        with engine.open([file], TARGET) as session:
            answers |= {session.solve(request_of(*specs)) for _ in range(3)}
    assert len(answers) == 1


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"packages": {"x": 1}}', '{"packages": {"x-1-0.tar.bz2": {"name": "x"}}}']
)
def test_broken_repodata_is_named(engine: SolverEngine, row: Row, write: WriteRepodata, text: str) -> None:
    """Prove that a broken file is found, also when only one record is broken, and named with exit code 8."""
    files = (write(row("y", "1"), channel="one"), write(channel="two", text=text))
    with pytest.raises(ChannelError) as caught:
        solve(engine, files, request_of("x"))
    assert caught.value.message.startswith(f"{files[1].path}: not valid repodata: ")


def test_a_missing_file_is_named(engine: SolverEngine, python: tuple[RepodataFile, ...]) -> None:
    """Prove that a file that went away between index and solve is a channel error."""
    python[1].path.unlink()
    with pytest.raises(ChannelError, match=r"noarch/repodata\.json: not valid repodata: .*No such file"):
        solve(engine, python, request_of("x"))


def test_a_virtual_package_can_be_constrained(engine: SolverEngine, python: tuple[RepodataFile, ...]) -> None:
    """Prove that `constrains: __glibc` is enforced although nobody asks for `__glibc`."""
    assert explanation(solve(engine, python, request_of("strict")))
    new = replace(TARGET, virtual_packages=(VirtualPackage(name="__glibc", version="2.34"),))
    assert versions(solve(engine, python, request_of("strict", "libz"), new)) == {"strict": "1.0", "libz": "1.2"}


def test_preferred_records_are_solved_like_any_other(
    engine: SolverEngine, row: Row, write: WriteRepodata, make_record: Callable[..., ChannelRecord]
) -> None:
    """Prove that two preferred records which exclude each other are not both kept, and that one of them is."""
    file = write(row("b", "1"), row("b", "2"), row("c", "2"))
    preferred = [make_record("c", "1", "b 1.*"), make_record("b", "2")]
    found = versions(solve(engine, [file], request_of("b", "c", preferred=preferred)))
    assert found in ({"b": "1", "c": "1"}, {"b": "2", "c": "2"})


def test_preferred_records_that_nobody_needs_change_nothing(
    engine: SolverEngine, row: Row, write: WriteRepodata, make_record: Callable[..., ChannelRecord]
) -> None:
    """Prove that a preference adds no package, and sways none for a package that is not in the solution."""
    file = write(row("b", "1"), row("b", "2"))
    answer = solve(engine, [file], request_of("b", preferred=[make_record("a", "1", "b 1.*")]))
    assert versions(answer) == {"b": "2"}


def test_preferences_hold_under_strict_priority(engine: SolverEngine, row: Row, write: WriteRepodata) -> None:
    """Prove that a preferred record is not the only candidate of its name, and no way round channel priority."""
    files = (
        write(row("x", "1"), row("x", "2"), channel="one"),
        write(row("x", "3"), row("y", "1", "x >=2"), row("y", "2", "x >=3"), channel="two"),
    )
    old = next(record for record in SparseIndex(files).records("x") if record.version == "1")
    with engine.open(files, TARGET) as session:
        assert versions(session.solve(request_of("x", preferred=[old]))) == {"x": "1"}
        assert versions(session.solve(request_of("x", "y", preferred=[old]))) == {"x": "2", "y": "1"}


def test_one_session_answers_as_many_do(
    engine: SolverEngine, python: tuple[RepodataFile, ...], make_record: Callable[..., ChannelRecord]
) -> None:
    """Prove that no request leaves a trace: unsolvable ones, preferences, priorities."""
    gone = make_record("libz", "1.1")
    requests = [
        request_of("pure"),
        request_of("pure", preferred=[gone]),
        request_of("fast ==2.0", "python 3.11.*"),
        request_of("pure", priority="disabled"),
        request_of("libz ==1.1", preferred=[gone]),
        request_of("libz ==1.1"),
        request_of("nothing"),
    ]
    alone = [solve(engine, python, request) for request in requests]
    with engine.open(python, TARGET) as session:
        assert [session.solve(request) for request in requests] == alone
        assert [session.solve(request) for request in reversed(requests)] == alone[::-1]
