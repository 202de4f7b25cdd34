"""The nearest solvable environment, on small synthetic channels and a solver that tries everything."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condasync.convert.match import record_matches, version_key
from condasync.convert.matchspec import parse_spec
from condasync.errors import SolveTimeoutError
from condasync.model.package import CondaPackage, Distribution, PipPackage
from condasync.model.record import ChannelRecord, RepodataFile
from condasync.model.solve import Answer, PinMode, RequestedSpec, Solution, SolveRequest, Unsolvable
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.model.translation import Kept, Mapped, Outcome
from condasync.solve.nearest.attempts import Budget
from condasync.solve.nearest.held import Ladders, Standing
from condasync.solve.nearest.lessons import Lessons
from condasync.solve.nearest.nearest import Nearest, nearest
from condasync.solve.nearest.refute import Refute, refuter
from condasync.solve.request import request_for

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=())
PYTHON = "python 3.11.0"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A `seams.ChannelIndex` over records in memory."""

    every: tuple[ChannelRecord, ...]

    @property
    def repodata(self) -> tuple[RepodataFile, ...]:
        """Return nothing: no file stands behind it."""
        return ()

    def names(self) -> frozenset[str]:
        """Return the names of the records."""
        return frozenset(record.name for record in self.every)

    def records(self, name: str) -> tuple[ChannelRecord, ...]:
        """Return the records of one name, versions ascending."""
        return tuple(record for record in self.every if record.name == name)


@dataclass(slots=True)
class EverythingTried:
    """Solve by trying every record: preferred ones first, then the newest; remembers what was asked."""

    shelf: Shelf
    asked: list[SolveRequest] = field(default_factory=list)

    def solve(self, request: SolveRequest) -> Answer:
        """Return the first solution, or who was asked for."""
        self.asked.append(request)
        wanted = [asked.spec for asked in request.specs]
        found = next(self._complete({}, wanted, request.preferred), None)
        if found is None:
            names = " ".join(sorted({spec.name for spec in wanted}))
            return Unsolvable(explanation=f"there is no solution for {names}")
        return Solution(records=tuple(found[name] for name in sorted(found)))

    def _complete(
        self, chosen: dict[str, ChannelRecord], open_: Sequence[CondaSpec], preferred: Sequence[ChannelRecord]
    ) -> Iterator[dict[str, ChannelRecord]]:
        for spec in open_:
            if spec.name in chosen and not record_matches(spec, chosen[spec.name]):
                return
        name = next((spec.name for spec in open_ if spec.name not in chosen), None)
        if name is None:
            yield chosen
            return
        for record in self._ranked(name, preferred):
            if all(record_matches(one, record) for one in open_ if one.name == name):
                needs = [parse_spec(text) for text in record.depends]
                yield from self._complete({**chosen, name: record}, [*open_, *needs], preferred)

    def _ranked(self, name: str, preferred: Sequence[ChannelRecord]) -> list[ChannelRecord]:
        wished = [record for record in preferred if record.name == name]
        rest = [record for record in self.shelf.records(name) if record not in wished]
        return wished + sorted(
            rest, key=lambda record: (version_key(record.version), record.build_number), reverse=True
        )


def record(text: str, *depends: str, build: str = "0") -> ChannelRecord:
    """Return a synthetic record of `name version`."""
    name, version = text.split()
    file_name = f"{name}-{version}-{build}.conda"
    return ChannelRecord(
        name=name,
        version=version,
        build=build,
        build_number=0,
        subdir="linux-64",
        file_name=file_name,
        channel="synthetic",
        url=f"https://example.org/synthetic/linux-64/{file_name}",
        depends=depends,
    )


def shelf_of(*records: ChannelRecord) -> Shelf:
    """Return a channel that has a Python too."""
    return Shelf((record(PYTHON), *records))


def installed(text: str, *, requested: bool = True) -> Mapped:
    """Return a pip-installed `name version` that was mapped to the same conda name."""
    name, version = text.split()
    package = PipPackage(
        name=name,
        version=version,
        requested=requested,
        distribution=Distribution(name=name, version=version, location="site-packages"),
    )
    return Mapped(package=package, specs=(CondaSpec(name=name),))


def listed(name: str, constraint: str) -> Mapped:
    """Return a package that a file lists with a constraint."""
    return Mapped(
        package=PipPackage(name=name, version=None, requested=True), specs=(CondaSpec(name=name, version=constraint),)
    )


def ladders_of(shelf: Shelf, outcomes: Sequence[Outcome], mode: PinMode = "relax") -> Ladders:
    """Return the ladders of outcomes."""
    asked = request_for(tuple(outcomes), index=shelf, target=TARGET, python=None, mode=mode, channel_priority="strict")
    return asked.ladders


def knows_nothing(_: object) -> None:
    """Refute nothing: every clash has to be found by solves."""


def near(
    shelf: Shelf,
    *outcomes: Outcome,
    mode: PinMode = "relax",
    by_records: bool = True,
    budget: Budget | None = None,
    solver: EverythingTried | None = None,
    lessons: Lessons | None = None,
    needs: Sequence[CondaSpec] = (),
) -> Nearest:
    """Return the nearest environment; `needs` must hold as well."""
    ladders = with_needs(ladders_of(shelf, outcomes, mode), needs)
    refute: Refute = refuter(ladders, shelf, TARGET) if by_records else knows_nothing
    asking = solver or EverythingTried(shelf)
    return nearest(ladders, asking.solve, refute=refute, tell=lambda _: None, budget=budget, lessons=lessons)


def with_needs(ladders: Ladders, needs: Sequence[CondaSpec]) -> Ladders:
    """Return the ladders with more that must hold."""
    more = tuple(RequestedSpec(spec=spec, because="a wheel needs it") for spec in needs)
    return replace(ladders, hard=ladders.hard + more)


def locked(found: Nearest) -> dict[str, str]:
    """Return the locked versions but Python's."""
    assert isinstance(found.answer, Solution)
    return {each.name: each.version for each in found.answer.records if each.name != "python"}


def reasons(found: Nearest) -> dict[str, str]:
    """Return why each relaxed package was relaxed."""
    return {each.package: each.because for each in found.relaxations}


DASK = shelf_of(
    record("dask 2022.1.1"),
    record("dask 2022.5.1"),
    record("distributed 2022.1.1", "dask 2022.1.1"),
    record("distributed 2022.5.1", "dask 2022.5.1"),
)
BOTH_WAYS = pytest.mark.parametrize("by_records", [True, False], ids=["records", "solves"])


@BOTH_WAYS
def test_one_of_two_that_clash_moves(by_records: bool) -> None:  # noqa: FBT001
    """Of a clash exactly one package moves: at equal distance the one on which fewer requested ones depend."""
    found = near(DASK, installed("dask 2022.1.1"), installed("distributed 2022.5.1"), by_records=by_records)
    assert locked(found) == {"dask": "2022.1.1", "distributed": "2022.1.1"}
    (relaxation,) = found.relaxations
    assert (relaxation.package, relaxation.rung) == ("distributed", "same-major")
    assert (relaxation.local_version, relaxation.locked_version) == ("2022.5.1", "2022.1.1")
    assert re.search(r"distributed 2022\.5\.1 needs dask (==)?2022\.5\.1", relaxation.because)


def test_exact_is_the_conflict() -> None:
    """With --pin exact nothing moves and the conflict is the answer, after one solve."""
    solver = EverythingTried(DASK)
    found = near(DASK, installed("dask 2022.1.1"), installed("distributed 2022.5.1"), mode="exact", solver=solver)
    assert isinstance(found.answer, Unsolvable)
    assert len(solver.asked) == 1


def test_none_keeps_names_only() -> None:
    """With --pin none the newest versions are taken and nothing counts as relaxed."""
    found = near(DASK, installed("dask 2022.1.1"), installed("distributed 2022.1.1"), mode="none")
    assert locked(found) == {"dask": "2022.5.1", "distributed": "2022.5.1"}
    assert found.relaxations == ()


def test_consistent_pins_take_one_solve() -> None:
    """What solves as it is takes one solve and gives back the pinned versions."""
    solver = EverythingTried(DASK)
    found = near(DASK, installed("dask 2022.1.1"), installed("distributed 2022.1.1"), solver=solver)
    assert locked(found) == {"dask": "2022.1.1", "distributed": "2022.1.1"}
    assert (found.relaxations, len(solver.asked), found.solves) == ((), 1, 1)


def test_conda_prefix_gives_back_its_own_records() -> None:
    """A consistent conda prefix solves to its own records in one solve, also a build that the channel dropped."""
    gone = record("lib 1.0", build="hdead_0")
    user = record("user 1.0", "lib >=1.0")
    shelf = shelf_of(record("lib 1.0"), record("lib 1.1"), user, record("user 1.1", "lib >=1.1"))
    kept = [
        Kept(
            package=CondaPackage(
                name=one.name,
                version=one.version,
                requested=one is user,
                build=one.build,
                subdir="linux-64",
                record=one,
            ),
            specs=(CondaSpec(name=one.name),),
        )
        for one in (gone, user)
    ]
    solver = EverythingTried(shelf)
    found = near(shelf, *kept, solver=solver)
    assert isinstance(found.answer, Solution)
    assert [one for one in found.answer.records if one.name != "python"] == [gone, user]
    assert len(solver.asked) == 1


def test_transitive_moves_before_requested() -> None:
    """The package that nobody asked for moves, though others depend on it."""
    shelf = shelf_of(record("app 1.0", "lib <2"), record("app 1.1", "lib >=2"), record("lib 1.0"), record("lib 2.0"))
    found = near(shelf, installed("app 1.0"), installed("lib 2.0", requested=False))
    assert locked(found) == {"app": "1.0", "lib": "1.0"}
    assert reasons(found) == {"lib": "app 1.0 needs lib <2"}


def test_less_distance_before_more() -> None:
    """Of two requested packages the one moves that stays in its minor version."""
    shelf = shelf_of(
        record("app 1.0.0", "lib <2"), record("app 1.0.1", "lib >=2"), record("lib 1.0"), record("lib 2.0")
    )
    found = near(shelf, installed("app 1.0.0"), installed("lib 2.0"))
    assert locked(found) == {"app": "1.0.1", "lib": "2.0"}
    assert [each.rung for each in found.relaxations] == ["same-minor"]


def test_one_that_blocks_several_moves_alone() -> None:
    """A package that clashes with three others moves, though each of them alone would move before it."""
    shelf = shelf_of(
        record("hub 1.0"),
        record("hub 2.0"),
        *(record(f"{name} 1.0", "hub >=2") for name in ("x", "y", "z")),
        *(record(f"{name} 1.1", "hub <2") for name in ("x", "y", "z")),
    )
    found = near(shelf, installed("hub 1.0"), *(installed(f"{name} 1.0") for name in ("x", "y", "z")))
    assert locked(found) == {"hub": "2.0", "x": "1.0", "y": "1.0", "z": "1.0"}


def test_two_move_together_for_three_others() -> None:
    """Where neither of two packages helps by moving alone, both move, and what they kept out stays."""
    others = ("x", "y", "z")
    shelf = shelf_of(
        *(record(f"{name} {number}", f"lib {limit}") for name in "ab" for number, limit in (("1", ">=2"), ("2", "<2"))),
        *(record(f"{name} {number}", f"lib {limit}") for name in others for number, limit in (("1", "<2"), ("2", ""))),
        record("lib 1"),
        record("lib 2"),
    )
    pins = [installed(f"{name} 1") for name in ("a", "b", *others)]
    assert locked(near(shelf, *pins)) == {
        "a": "2",
        "b": "2",
        "lib": "1",
        "x": "1",
        "y": "1",
        "z": "1",
    }


def test_a_name_leaves_conda_for_two_versions() -> None:
    """A package of which conda has only what keeps two others from their versions leaves, as the nearest by count."""
    shelf = shelf_of(
        record("old 2.0", "lib >=2"),
        *(record(f"{name} {number}", f"lib {limit}") for name in "xy" for number, limit in (("1", "<2"), ("2", ""))),
        record("lib 1"),
        record("lib 2"),
    )
    found = near(shelf, installed("old 1.0"), installed("x 1"), installed("y 1"))
    assert locked(found) == {"lib": "1", "x": "1", "y": "1"}
    assert set(found.lost) == {"old"}
    one = near(shelf, installed("old 1.0"), installed("x 1"))
    assert locked(one) == {"lib": "2", "old": "2.0", "x": "2"}


@BOTH_WAYS
def test_package_whose_dependency_has_no_build_leaves_conda(by_records: bool) -> None:  # noqa: FBT001
    """A package that cannot be had for this Python is lost with the reason, and the rest stays."""
    shelf = shelf_of(record("old 1.0", "deep"), record("deep 1.0", "python <3.10"), record("fine 1.0"))
    found = near(shelf, installed("old 1.0"), installed("fine 1.0"), by_records=by_records)
    assert locked(found) == {"fine": "1.0"}
    assert found.lost["old"].code == "no-build-for-target"
    (relaxation,) = found.relaxations
    assert (relaxation.rung, relaxation.locked_version) == ("not-from-conda", None)
    if by_records:
        assert relaxation.because == (
            "no version of old can be had for this Python: old 1.0 needs deep; deep 1.0 needs python <3.10"
        )


@BOTH_WAYS
def test_one_of_two_that_exclude_each_other_is_lost(by_records: bool) -> None:  # noqa: FBT001
    """When no versions of two packages go together, the one that moves first leaves conda, and both are named."""
    shelf = shelf_of(record("one 1.0", "lib <2"), record("two 1.0", "lib >=2"), record("lib 1.0"), record("lib 2.0"))
    found = near(shelf, installed("one 1.0"), installed("two 1.0"), by_records=by_records)
    assert set(locked(found)) == {"two", "lib"}
    assert found.lost["one"].code == "conflicts"
    assert "together with two" in found.lost["one"].text


def test_name_in_the_way_of_several_is_lost_instead() -> None:
    """A package that keeps two others out is lost instead of them."""
    shelf = shelf_of(
        record("zeta 1.0", "lib <2"),
        record("one 1.0", "lib >=2"),
        record("two 1.0", "lib >=2"),
        record("lib 1.0"),
        record("lib 2.0"),
    )
    found = near(shelf, installed("one 1.0"), installed("two 1.0"), installed("zeta 1.0"))
    assert set(found.lost) == {"zeta"}
    assert set(locked(found)) == {"one", "two", "lib"}


def test_lost_name_that_comes_as_a_dependency_is_not_lost() -> None:
    """A name is not reported as lost when the lock holds it after all."""
    shelf = shelf_of(record("app 1.0", "lib <2"), record("lib 1.0"), record("lib 2.0"))
    found = near(shelf, installed("app 1.0"), installed("lib 2.0"))
    assert found.lost == {}
    assert locked(found) == {"app": "1.0", "lib": "1.0"}


def test_which_python_a_build_is_for_is_told_last() -> None:
    """A reason begins with what clashes: that some builds are for another Python only left the others."""
    shelf = shelf_of(
        record("app 1.0", "python <3.11", build="old"),
        record("app 1.0", "python 3.11.*", "mid", build="new"),
        record("app 2.0"),
        record("mid 1.0", "lib <2"),
        record("lib 1.0"),
        record("lib 2.0"),
        record("user 1.0", "lib"),
    )
    found = near(shelf, installed("app 1.0"), installed("lib 2.0"), installed("user 1.0"))
    assert reasons(found)["app"].startswith("it does not go with lib 2.0: app 1.0 needs mid; app 1.0 ")


def test_listed_range_gives_way_before_a_name_is_lost() -> None:
    """A listed range that clashes is let go with the reason; a pin gives way before it does."""
    shelf = shelf_of(record("app 1.0", "lib <2"), record("lib 1.0"), record("lib 2.0"))
    found = near(shelf, installed("app 1.0"), listed("lib", ">=2"))
    assert locked(found) == {"app": "1.0", "lib": "1.0"}
    (relaxation,) = found.relaxations
    assert (relaxation.package, relaxation.local_version, relaxation.rung) == ("lib", ">=2", "free")
    assert relaxation.because == "app 1.0 needs lib <2"


def test_listed_range_holds_against_a_pin() -> None:
    """A listed range stays when another version of a pinned package goes with it."""
    shelf = shelf_of(record("app 1.0", "lib <2"), record("app 1.1"), record("lib 1.0"), record("lib 2.0"))
    found = near(shelf, installed("app 1.0"), listed("lib", ">=2"))
    assert locked(found) == {"app": "1.1", "lib": "2.0"}
    assert list(reasons(found)) == ["app"]


def test_missing_version_is_held_in_its_minor() -> None:
    """A version that the channel lacks is relaxed to its minor, with that reason."""
    shelf = shelf_of(record("lib 1.2.1"), record("lib 1.3.0"))
    found = near(shelf, installed("lib 1.2.0"))
    assert locked(found) == {"lib": "1.2.1"}
    assert reasons(found) == {"lib": "the channels have no lib 1.2.0 for Python 3.11"}


def test_nothing_at_all_is_unsolvable() -> None:
    """Without a Python there is no environment, and the engine's words are the answer."""
    shelf = Shelf((record("lib 1.0"),))
    assert isinstance(near(shelf, installed("lib 1.0")).answer, Unsolvable)


CROWD = shelf_of(
    *(record(f"a{number} 1.0", f"b{number} <2") for number in range(6)),
    *(record(f"a{number} 1.1") for number in range(6)),
    *(record(f"b{number} {version}") for number in range(6) for version in ("1.0", "2.0")),
)
CROWDED = tuple(
    installed(f"{letter}{number} {version}") for number in range(6) for letter, version in (("a", "1.0"), ("b", "2.0"))
)


@pytest.mark.parametrize("solves", [1, 2, 3])
def test_budget_of_solves_ends_the_search(solves: int) -> None:
    """When the solves run out, wherever the search is, what was found so far is given, and a finding says so."""
    found = near(CROWD, *CROWDED, by_records=False, budget=Budget(solves=solves))
    assert isinstance(found.answer, Solution)
    assert [finding.code for finding in found.findings] == ["budget-ended"]
    assert found.solves <= solves


def test_budget_that_ends_when_all_is_found_is_no_finding() -> None:
    """Where nothing is left to give back, that there may be no more solves changes nothing."""
    shelf = shelf_of(record("lib 1.0"), record("app 1.0", "lib"))
    found = near(shelf, installed("lib 1.0"), installed("app 1.0"), budget=Budget(solves=1))
    assert (found.findings, found.solves) == ((), 1)


@BOTH_WAYS
def test_seconds_that_end_between_two_solves_are_told(by_records: bool) -> None:  # noqa: FBT001
    """When the seconds run out after a solve and before pins are given back, a finding says so."""
    solver = EverythingTried(CROWD)
    clock = lambda: 100.0 * len(solver.asked)  # noqa: E731
    found = near(CROWD, *CROWDED, by_records=by_records, solver=solver, budget=Budget(seconds=60, clock=clock))
    assert isinstance(found.answer, Solution)
    assert found.solves == 1
    assert [finding.code for finding in found.findings] == ["budget-ended"]


def test_budget_of_seconds_ends_the_search() -> None:
    """When the seconds run out, what was found so far is given; here the clock jumps with every look at it."""
    ticks = iter(range(0, 100_000, 50))
    found = near(CROWD, *CROWDED, by_records=False, budget=Budget(seconds=60, clock=lambda: float(next(ticks))))
    assert isinstance(found.answer, Solution)
    assert [finding.code for finding in found.findings] == ["budget-ended"]


def test_solve_that_takes_too_long_ends_the_search() -> None:
    """A timeout after the first environment ends the search like a budget."""
    solver = EverythingTried(CROWD)

    def solve(request: SolveRequest) -> Answer:
        if solver.asked:
            raise SolveTimeoutError("too long")
        return solver.solve(request)

    found = nearest(ladders_of(CROWD, CROWDED), solve, refute=knows_nothing, tell=lambda _: None)
    assert isinstance(found.answer, Solution)
    assert [finding.code for finding in found.findings] == ["budget-ended"]


def test_first_environment_may_fail_by_timeout() -> None:
    """A timeout before there is any environment is the user's to know."""

    def solve(_: SolveRequest) -> Answer:
        raise SolveTimeoutError("too long")

    with pytest.raises(SolveTimeoutError):
        nearest(ladders_of(CROWD, CROWDED), solve, refute=knows_nothing, tell=lambda _: None)


def test_five_clashes_among_three_hundred_pins_take_few_solves() -> None:
    """300 pins with five clashes are sorted out within 40 solves."""
    fine = [record(f"p{number} 1.0") for number in range(290)]
    shelf = Shelf((*CROWD.every, *fine))
    pins = (*CROWDED[:10], *(installed(f"{one.name} 1.0") for one in fine))
    found = near(shelf, *pins)
    assert len(found.relaxations) == 5
    assert found.solves <= 40


def test_progress_is_told() -> None:
    """Every solve is announced."""
    told: list[str] = []
    solver = EverythingTried(DASK)
    ladders = ladders_of(DASK, [installed("dask 2022.1.1"), installed("distributed 2022.5.1")])
    found = nearest(ladders, solver.solve, refute=knows_nothing, tell=told.append)
    assert told[0] == "solving (solve 1)"
    assert len(told) == found.solves == len(solver.asked)


NAMES = "abcde"
VERSIONS = ("1.0.0", "1.0.1", "1.1.0", "2.0.0")
BOUNDS = ("", " <2", " >=2", " <1.1", " ==1.0.0", " >=1.0.1")


@st.composite
def channels(draw: st.DrawFn) -> Shelf:
    """Return a small channel: each record may depend on names after its own, so that there is no circle."""
    made = []
    for place, name in enumerate(NAMES):
        for version in draw(st.sets(st.sampled_from(VERSIONS), min_size=1)):
            others = draw(st.sets(st.sampled_from(NAMES[place + 1 :]), max_size=2)) if NAMES[place + 1 :] else set()
            depends = [other + draw(st.sampled_from(BOUNDS)) for other in sorted(others)]
            made.append(record(f"{name} {version}", *depends))
    return shelf_of(*sorted(made, key=lambda one: (one.name, version_key(one.version))))


@st.composite
def environments(draw: st.DrawFn) -> tuple[Shelf, tuple[Mapped, ...]]:
    """Return a channel and an environment with versions that it mostly has."""
    shelf = draw(channels())
    names = draw(st.sets(st.sampled_from(NAMES), min_size=1))
    pins = tuple(
        installed(f"{name} {draw(st.sampled_from(VERSIONS))}", requested=draw(st.booleans())) for name in sorted(names)
    )
    return shelf, pins


def solvable(shelf: Shelf, ladders: Ladders, standing: Standing) -> bool:
    """Return whether there is any environment with packages on these steps."""
    return isinstance(EverythingTried(shelf).solve(ladders.request(standing.items())), Solution)


def in_some_conflict(shelf: Shelf, ladders: Ladders, lost: Collection[str]) -> set[str]:
    """Return the names that belong to a smallest set of pins that cannot hold together beside the other names.

    All sets are tried. Names that are lost cannot be there at all.
    """
    found: set[str] = set(lost)
    names_only = {name: ladders.last(name) if name in lost else one.base for name, one in ladders.by_name.items()}
    smallest: list[frozenset[str]] = []
    names = sorted(ladders.by_name.keys() - lost)
    for size in range(1, len(names) + 1):
        for some in map(frozenset, combinations(names, size)):
            pinned = {**names_only, **dict.fromkeys(some, 0)}
            if not any(known <= some for known in smallest) and not solvable(shelf, ladders, pinned):
                smallest.append(some)
                found |= some
    return found


def consistent(records: Sequence[ChannelRecord]) -> bool:
    """Return whether every dependency is met, and no name is there twice."""
    names: Mapping[str, ChannelRecord] = {one.name: one for one in records}
    needs = [parse_spec(text) for one in records for text in one.depends]
    return len(names) == len(records) and all(
        need.name in names and record_matches(need, names[need.name]) for need in needs
    )


@BOTH_WAYS
@settings(deadline=None, max_examples=150)
@given(case=environments())
def test_relaxation_is_minimal(case: tuple[Shelf, tuple[Mapped, ...]], by_records: bool) -> None:  # noqa: FBT001
    """What is locked is consistent, and putting back any single relaxed pin by one step makes it unsolvable."""
    shelf, pins = case
    ladders = ladders_of(shelf, pins)
    found = near(shelf, *pins, by_records=by_records)
    assert isinstance(found.answer, Solution)
    assert consistent(found.answer.records)
    assert solvable(shelf, ladders, found.standing)
    for name, place in found.standing.items():
        assert place == 0 or not solvable(shelf, ladders, {**found.standing, name: place - 1})


@BOTH_WAYS
@settings(deadline=None, max_examples=100)
@given(case=environments())
def test_packages_outside_the_conflict_stay(case: tuple[Shelf, tuple[Mapped, ...]], by_records: bool) -> None:  # noqa: FBT001
    """Relaxing never changes a package that belongs to no conflict."""
    shelf, pins = case
    ladders = ladders_of(shelf, pins)
    found = near(shelf, *pins, by_records=by_records)
    moved = {name for name, place in found.standing.items() if place > 0}
    assert moved <= in_some_conflict(shelf, ladders, found.lost.keys())


@settings(deadline=None, max_examples=50)
@given(case=environments())
def test_every_change_is_reported_with_its_reason(case: tuple[Shelf, tuple[Mapped, ...]]) -> None:
    """The relaxations are exactly the packages whose locked version is another one, each with a reason."""
    shelf, pins = case
    found = near(shelf, *pins)
    there = locked(found)
    changed = {pin.package.name for pin in pins if there.get(pin.package.name) != pin.package.version}
    assert set(reasons(found)) == changed
    assert all(reasons(found).values())
    assert set(found.lost) == changed - set(there)


@settings(deadline=None, max_examples=50)
@given(case=environments())
def test_equal_inputs_give_equal_answers(case: tuple[Shelf, tuple[Mapped, ...]]) -> None:
    """The order in which packages are given has no meaning, and a second run answers the same."""
    shelf, pins = case
    assert near(shelf, *pins) == near(shelf, *pins) == near(shelf, *reversed(pins))


def test_second_search_begins_where_the_first_ended() -> None:
    """With the lessons of an equal search the answer is there without any solve."""
    lessons, solver = Lessons(), EverythingTried(CROWD)
    first = near(CROWD, *CROWDED, lessons=lessons, solver=solver)
    before = len(solver.asked)
    again = near(CROWD, *CROWDED, lessons=lessons, solver=solver)
    assert (again.answer, again.standing, again.relaxations) == (first.answer, first.standing, first.relaxations)
    assert len(solver.asked) - before <= 1


def test_lesson_beside_what_need_not_hold_any_more_is_forgotten() -> None:
    """What clashed only with a requirement that has gone comes back."""
    lessons = Lessons()
    pins = [installed("lib 2.0")]
    shelf = shelf_of(record("lib 1.0"), record("lib 2.0"))
    held = near(shelf, *pins, lessons=lessons, needs=[CondaSpec(name="lib", version="<2")])
    assert locked(held) == {"lib": "1.0"}
    assert locked(near(shelf, *pins, lessons=lessons)) == {"lib": "2.0"}


def test_search_begins_where_the_one_most_like_it_ended() -> None:
    """After a search beside another requirement, an equal search is there with no more than the solve that shows it."""
    lessons, solver = Lessons(), EverythingTried(CROWD)
    first = near(CROWD, *CROWDED, lessons=lessons, solver=solver)
    near(CROWD, *CROWDED, lessons=lessons, solver=solver, needs=[CondaSpec(name="a0", version="<2")])
    before = len(solver.asked)
    again = near(CROWD, *CROWDED, lessons=lessons, solver=solver)
    assert (again.answer, again.standing) == (first.answer, first.standing)
    assert len(solver.asked) - before <= 1


def test_lessons_outlive_a_name_that_left() -> None:
    """A search without one of the packages begins where the others stood."""
    lessons = Lessons()
    near(CROWD, *CROWDED, lessons=lessons)
    fewer = near(CROWD, *CROWDED[2:], lessons=lessons)
    assert "a0" not in fewer.standing
    assert len(fewer.relaxations) == 5


@settings(deadline=None, max_examples=75)
@given(case=environments(), name=st.sampled_from(NAMES), bound=st.sampled_from(BOUNDS), first=st.booleans())
def test_search_with_lessons_is_minimal_too(
    case: tuple[Shelf, tuple[Mapped, ...]],
    name: str,
    bound: str,
    first: bool,  # noqa: FBT001
) -> None:
    """After a requirement came or went, nothing of what is relaxed can be put back either."""
    shelf, pins = case
    needs = [parse_spec(f"{name}{bound}")]
    lessons = Lessons()
    near(shelf, *pins, lessons=lessons, needs=needs if first else [])
    then = [] if first else needs
    found = near(shelf, *pins, lessons=lessons, needs=then)
    ladders = with_needs(ladders_of(shelf, pins), then)
    if isinstance(found.answer, Unsolvable):
        assert not solvable(shelf, ladders, {})
        return
    assert solvable(shelf, ladders, found.standing)
    for moved, place in found.standing.items():
        assert place == 0 or not solvable(shelf, ladders, {**found.standing, moved: place - 1})
