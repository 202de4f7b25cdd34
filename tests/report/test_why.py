"""The account of one name as people read it."""

from __future__ import annotations

import pytest

from condasync.model.finding import Finding
from condasync.model.package import CapturedPackage, CondaPackage, Distribution, LocalPackage, PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Dropped, Evidence, Kept, Mapped, Outcome, PipWheel, Reason, Unmapped
from condasync.model.url import Url
from condasync.model.wheel import Wheel
from condasync.pypi.names_reviewed import ReviewedNames
from condasync.report.names import asked_rows, asked_text, source_rows, sources_text, update_text
from condasync.report.why import why_text

TARGET = Target(subdir="linux-64", python="3.12", virtual_packages=())
INSTALLED = Distribution(name="torch", version="2.7.1", location="torch-2.7.1.dist-info")
TORCH = PipPackage(name="torch", version="2.7.1", requested=True, distribution=INSTALLED)
REASON = Reason(code="not-on-channel", text="the channel has no package pytorch")


def record(name: str) -> ChannelRecord:
    """Return a synthetic record: it carries no digest."""
    return ChannelRecord(
        name=name,
        version="1.0",
        build="0",
        build_number=0,
        subdir="linux-64",
        file_name=f"{name}.conda",
        channel="conda-forge",
        url=f"https://example.org/conda-forge/linux-64/{name}.conda",
    )


def test_the_whole_account() -> None:
    """What it is, what was decided, the evidence in columns, then what to mind."""
    evidence = (
        Evidence(source="reviewed", revision="2026-11-22", detail="torch -> pytorch: its project's name"),
        Evidence(source="channel", revision="conda-forge", detail="has pytorch, a Python package, 2.0 to 2.12"),
    )
    outcome = Mapped(package=TORCH, specs=(CondaSpec(name="pytorch", build="cuda*"),), evidence=evidence)
    finding = Finding(code="sources-disagree", severity="warning", text="they disagree about torch")
    assert why_text((outcome,), (finding,), TARGET, captured=True) == (
        "torch 2.7.1 (installed by pip), for Python 3.12 on linux-64\n"
        "  is taken from conda: pytorch * cuda*\n"
        "    reviewed (2026-11-22)  torch -> pytorch: its project's name\n"
        "    channel (conda-forge)  has pytorch, a Python package, 2.0 to 2.12\n"
        "\n"
        "warning: they disagree about torch"
    )


@pytest.mark.parametrize(
    ("package", "origin"),
    [
        (TORCH, "installed by pip"),
        (
            PipPackage(
                name="torch",
                version=None,
                requested=True,
                requirements=(PipRequirement(name="torch", where="requirements.txt:3"),),
            ),
            "listed for pip in requirements.txt:3",
        ),
        (PipPackage(name="torch", version=None, requested=True), "listed for pip"),
        (CondaPackage(name="torch", version=None, requested=True), "listed for conda"),
        (
            CondaPackage(name="torch", version=None, requested=True, record=record("torch"), channel="conda-forge"),
            "installed by conda from conda-forge",
        ),
        (LocalPackage(name="torch", version=None, path="src/torch", editable=True), "a local project in src/torch"),
    ],
)
def test_who_brought_the_package(package: CapturedPackage, origin: str) -> None:
    """The first line says who installed or listed it; a name that is not there is asked as a PyPI name."""
    outcome = Unmapped(package=package, reason=REASON)
    assert f"({origin}), for Python 3.12" in why_text((outcome,), (), TARGET, captured=True)
    asked = why_text((outcome,), (), TARGET, captured=False)
    assert "(not in the environment, asked as a PyPI name), for Python 3.12" in asked


WHEEL = Wheel(name="torch", version="2", file_name="torch-2-any.whl", url=Url("https://example.org/t.whl"), sha256="")


@pytest.mark.parametrize(
    ("outcome", "decision"),
    [
        (
            Kept(package=CondaPackage(name="a", version="1", requested=True), specs=(CondaSpec(name="a"),)),
            "stays a conda package: a",
        ),
        (Dropped(package=TORCH, reason=REASON), "is not needed: the channel has no package pytorch [not-on-channel]"),
        (
            Unmapped(package=TORCH, reason=REASON, candidates=("pytorch", "libtorch")),
            (
                "could not be brought along: the channel has no package pytorch [not-on-channel]\n"
                "  considered: pytorch, libtorch"
            ),
        ),
        (
            Unmapped(package=TORCH, reason=Reason(code="direct-url", text="it comes from a URL")),
            "is built by an export and taken from the local channel: it comes from a URL [direct-url]",
        ),
        (
            PipWheel(package=TORCH, wheel=WHEEL, needs=(), reason=REASON),
            "stays with pip, locked as torch-2-any.whl: the channel has no package pytorch [not-on-channel]",
        ),
    ],
)
def test_every_decision_in_words(outcome: Outcome, decision: str) -> None:
    """Each kind of outcome has its sentence, with the reason and its code."""
    assert f"\n  {decision}" in why_text((outcome,), (), TARGET, captured=True)


def test_the_tables_and_what_they_say() -> None:
    """Tables in columns; a name's rows as the tables hold them; an update in one line."""
    sources = (ReviewedNames(),)
    assert source_rows(sources) == [{"source": "reviewed", "revision": ReviewedNames().revision}]
    assert sources_text(sources).startswith(f"reviewed  {ReviewedNames().revision}  reviewed by people")
    rows = asked_rows(sources, "torch")
    assert (
        asked_text("torch", rows).splitlines()[1].endswith("torch -> pytorch: conda-forge names it after the project")
    )
    assert asked_text("nobody", asked_rows(sources, "nobody")).endswith(": nothing")
    assert update_text("parselmouth", "2026-08-19", changed=False) == "parselmouth is of 2026-08-19 and has not changed"
    assert update_text("parselmouth", "2026-08-19", changed=True) == "parselmouth is of 2026-08-19"
