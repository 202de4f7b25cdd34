"""The six limits of an account, one after the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from condasync.model.diagnosis import Limit
from condasync.model.environment import Environment
from condasync.model.export import Export, ExportQuestion, PlatformExport
from condasync.model.finding import Finding
from condasync.model.package import LocalPackage, PipPackage, SystemPackage, SystemUse
from condasync.model.solve import Conflict, Relaxation, Solution, SolveRequest, Unsolvable
from condasync.model.spec import CondaSpec
from condasync.model.target import Target
from condasync.model.translation import Mapped, Outcome, Reason, System, Unmapped
from condasync.report.doctor import limits_of

PIP = PipPackage(name="crick", version="0.0.3", requested=True)
LOCAL = LocalPackage(name="mine", version="1", path="/home/me/mine", editable=True)
USE = SystemUse(
    by="psycopg2", file="psycopg2/_psycopg.so", wants="libpq.so.5", path="/lib/libpq.so.5", strength="linked"
)
LIBPQ = SystemPackage(name="libpq5", version="15.18", owner="apt", uses=(USE,))
TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=())
PLATFORM = PlatformExport(target=TARGET, outcomes=(), request=SolveRequest(specs=()), answer=Solution(records=()))
EXPORT = Export(
    environment=Environment(kind="venv"), question=ExportQuestion(), engine=("rattler", "0"), platforms=(PLATFORM,)
)


def met(export: Export, *findings: Finding) -> list[Limit]:
    """Return the limits that are met."""
    return [limit for limit in limits_of(export, findings, again=" -p x") if limit.met]


def of(*outcomes: Outcome) -> Export:
    """Return an account of some outcomes."""
    return replace(EXPORT, platforms=(replace(PLATFORM, outcomes=outcomes),))


def test_nothing_is_met_by_an_empty_environment() -> None:
    """And all six are told."""
    limits = limits_of(EXPORT, (), again="")
    assert [limit.number for limit in limits] == [1, 2, 3, 4, 5, 6]
    assert not any(limit.met or limit.cure for limit in limits)


@pytest.mark.parametrize(
    ("outcome", "number", "where", "cure"),
    [
        (
            System(package=LIBPQ, specs=(CondaSpec(name="libpq"),)),
            1,
            "libpq5 (apt), linked by psycopg2/_psycopg.so",
            "condasync export -p x",
        ),
        (
            Unmapped(package=replace(LIBPQ, owner="none"), reason=Reason(code="ambiguous", text="who knows")),
            1,
            "libpq5 (owned by no package manager), linked by psycopg2/_psycopg.so; stays behind: who knows",
            "condasync export -p x",
        ),
        (
            Unmapped(package=LOCAL, reason=Reason(code="local-project", text="local")),
            4,
            "mine in /home/me/mine",
            "condasync export -p x",
        ),
        (
            Unmapped(package=PIP, reason=Reason(code="direct-url", text="crick comes from version control")),
            4,
            "crick comes from version control",
            "condasync export -p x",
        ),
        (
            Unmapped(package=PIP, reason=Reason(code="no-wheel", text="no wheel")),
            5,
            "crick 0.0.3: no wheel",
            "condasync recipe crick==0.0.3",
        ),
    ],
)
def test_outcome_meets_a_limit(outcome: Outcome, number: int, where: str, cure: str) -> None:
    """Where, and the command."""
    assert [(one.number, one.where, one.cure) for one in met(of(outcome))] == [(number, (where,), cure)]


def test_project_whose_folder_is_gone_is_told() -> None:
    """An export cannot build it, so the account does not promise that."""
    gone = Finding(code="missing-source", severity="warning", text="mine was installed from there", package="mine")
    account = of(Unmapped(package=LOCAL, reason=Reason(code="local-project", text="local")))
    account = replace(account, environment=replace(EXPORT.environment, findings=(gone,)))
    assert [one.where for one in met(account)] == [("mine in /home/me/mine, which does not exist any more",)]


def test_cluster_library_meets_the_second() -> None:
    """A running cluster has to be told."""
    dask = PipPackage(name="dask", version="2026.1.0", requested=True)
    export = replace(EXPORT, environment=Environment(kind="venv", packages=(dask,)))
    (limit,) = met(export)
    assert (limit.number, limit.where) == (2, ("dask 2026.1.0",))
    assert limit.cure is not None
    assert "condasync hook -- COMMAND" in limit.cure
    assert "condasync cluster sync ADDRESS" in limit.cure
    mapped = of(Mapped(package=dask, specs=(CondaSpec(name="dask"),)))
    assert met(mapped) == []


def test_clash_meets_the_third() -> None:
    """A pin that another package moves does, one that the channel merely lacks does not."""
    moved = Relaxation(
        package="dask", local_version="1", locked_version="2", rung="free", because="distributed needs 2"
    )
    absent = replace(moved, because="the channels have no dask 1 for Python 3.11")
    assert met(replace(EXPORT, platforms=(replace(PLATFORM, relaxations=(absent,)),))) == []
    (limit,) = met(replace(EXPORT, platforms=(replace(PLATFORM, relaxations=(moved,)),)))
    assert (limit.number, limit.where) == (3, ("dask 1 gives way to 2: distributed needs 2",))
    answer = Unsolvable(explanation="no", conflicts=(Conflict(packages=("a", "b"), chain=()),))
    (unsolved,) = met(replace(EXPORT, platforms=(replace(PLATFORM, answer=answer),)))
    assert unsolved.where == ("a and b do not go together",)


def test_undeclared_build_requirements_meet_the_sixth() -> None:
    """As reading the project's build files found them."""
    finding = Finding(code="undeclared-build-requirement", severity="warning", text="mine: imports numpy")
    (limit,) = met(EXPORT, finding)
    assert (limit.number, limit.cure) == (6, "condasync export -p x --add-build-requires")


def test_source_of_an_index_is_cured_by_a_recipe() -> None:
    """Where nothing is built here; a local project beside it wants the option of export."""
    finding = Finding(code="undeclared-build-requirement", severity="warning", text="crick: numpy", package="crick")
    released = Unmapped(package=PIP, reason=Reason(code="no-wheel", text="no wheel"))
    (_, limit) = met(of(released), finding)
    assert (limit.number, limit.cure) == (6, "condasync recipe crick==0.0.3")
    (_, limit) = met(of(released), finding, replace(finding, text="mine: numpy", package="mine"))
    assert limit.cure == "condasync export -p x --add-build-requires"


def test_loose_modules_meet_the_fourth() -> None:
    """The command takes each along."""
    finding = Finding(code="loose-module", severity="warning", text="/a b holds mod", where="/a b")
    (limit,) = met(EXPORT, finding)
    assert (limit.number, limit.where) == (4, ("/a b holds mod",))
    assert limit.cure == "condasync export -p x --include-module '/a b'"
