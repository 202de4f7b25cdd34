"""What becomes of pip's packages: mapped with the listed constraints, dropped, or left with a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from condasync.model.package import DirectUrl, LocalPackage, PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.translation import Dropped, Evidence, Mapped, NameCandidate, Translation, Unmapped
from condasync.model.url import Url
from condasync.pypi.names_reviewed import ReviewedNames
from condasync.seams import ChannelIndex, NameSource

MakeRecord = Callable[..., ChannelRecord]
MakeIndex = Callable[..., ChannelIndex]
MakeTable = Callable[..., NameSource]
MakePip = Callable[..., PipPackage]
Translate = Callable[..., Translation]


def test_an_installed_package_asks_for_its_name_only(
    make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """Pins of installed packages are set later: the translation says which conda package it is."""
    (outcome,) = translated(make_pip("PyYAML", version="6.0"), index=make_index("pyyaml")).outcomes
    assert isinstance(outcome, Mapped)
    assert outcome.specs == (CondaSpec(name="pyyaml"),)
    told = "has pyyaml, a Python package, 1.0; 6.0 is not among them"
    assert outcome.evidence == (Evidence(source="channel", revision="conda-forge", detail=told),)


def test_listed_constraints_become_conda_constraints(
    make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """All lines that count and the constraint files are joined into one constraint."""
    package = make_pip("numpy", ">=1.20", "~=1.26")
    narrow = (PipRequirement(name="NumPy", specifier="!=1.26.3"),)
    (outcome,) = translated(package, index=make_index("numpy"), constraints=narrow).outcomes
    assert isinstance(outcome, Mapped)
    assert outcome.specs == (CondaSpec(name="numpy", version=">=1.20,>=1.26,1.*,!=1.26.3"),)


def test_lines_with_a_false_marker_do_not_count(
    make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """Where one line holds, the others' constraints stay out; the outcome keeps the package as captured."""
    package = make_pip(
        "numpy",
        PipRequirement(name="numpy", specifier="<1.20", marker='python_version < "3.9"'),
        PipRequirement(name="numpy", specifier=">=1.26", marker='python_version >= "3.9"'),
    )
    (outcome,) = translated(package, index=make_index("numpy")).outcomes
    assert isinstance(outcome, Mapped)
    assert outcome.specs == (CondaSpec(name="numpy", version=">=1.26"),)
    assert outcome.package == package


def test_a_package_whose_markers_are_all_false_is_dropped(
    make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """The reason names the markers and the machine."""
    package = make_pip("colorama", PipRequirement(name="colorama", marker='sys_platform == "win32"'))
    (outcome,) = translated(package, index=make_index("colorama")).outcomes
    assert isinstance(outcome, Dropped)
    assert outcome.reason.code == "marker-false"
    assert outcome.reason.text == 'sys_platform == "win32": not true on linux-64 with Python 3.11'


@pytest.mark.parametrize(
    "line",
    [
        PipRequirement(name="numpy", specifier="=>1", where="requirements.txt:7"),
        PipRequirement(name="numpy", marker="no_such_variable == '1'", where="requirements.txt:7"),
    ],
)
def test_an_invalid_requirement_is_an_outcome(
    line: PipRequirement, make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """A line that cannot be meant leaves its package unmapped, with a finding that names the place."""
    result = translated(make_pip("numpy", line), make_pip("scipy", version="1.0"), index=make_index("numpy", "scipy"))
    bad, good = result.outcomes
    assert isinstance(bad, Unmapped)
    assert bad.reason.code == "invalid-requirement"
    assert isinstance(good, Mapped)
    finding, _ = result.findings
    assert (finding.code, finding.package, finding.where) == ("invalid-requirement", "numpy", "requirements.txt:7")


def test_packages_of_other_platforms_are_dropped(
    make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """pywin32 means nothing on Linux, even where the channel has a package of that name."""
    (outcome,) = translated(make_pip("pywin32", version="306"), index=make_index("pywin32")).outcomes
    assert isinstance(outcome, Dropped)
    assert outcome.reason.code == "platform-only"


@pytest.mark.parametrize("kind", ["archive", "vcs"])
def test_what_comes_from_a_url_is_not_taken_from_the_channel(
    kind: str, make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """A direct URL may hold anything: it stays unmapped, the channel's namesake is only a candidate, no token shows."""
    url = Url("https://user:token@example.org/numpy.zip")
    direct = DirectUrl(kind=kind, url=url)  # type: ignore[arg-type]
    package = make_pip("numpy", version="1.0", direct_url=direct)
    (outcome,) = translated(package, index=make_index("numpy")).outcomes
    assert isinstance(outcome, Unmapped)
    assert (outcome.reason.code, outcome.candidates) == ("direct-url", ("numpy",))
    assert "token" not in outcome.reason.text
    assert outcome.reason.text.endswith("; the channel's build may be another version of it")
    (alone,) = translated(package, index=make_index("scipy")).outcomes
    assert isinstance(alone, Unmapped)
    assert "the channel's build" not in alone.reason.text


def test_a_listed_url_counts_only_where_its_line_does(
    make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """`name @ URL` is a direct URL; behind a false marker it is not."""
    url = Url("https://example.org/torch.whl")
    line = PipRequirement(name="torch", url=url)
    other = PipRequirement(name="torch", url=url, marker='sys_platform == "win32"')
    index = make_index("torch")
    (direct,) = translated(make_pip("torch", line), index=index).outcomes
    (mapped,) = translated(make_pip("torch", other, ">=2"), index=index).outcomes
    assert isinstance(direct, Unmapped)
    assert isinstance(mapped, Mapped)


def test_local_projects_stay_behind_with_a_reason(
    make_pip: MakePip, make_index: MakeIndex, translated: Translate
) -> None:
    """Editable projects and installs from a folder are not built yet; a namesake on the channel is a candidate."""
    project = LocalPackage(name="Mine", version="0.1", path="/home/me/mine", editable=True)
    folder = DirectUrl(kind="directory", url=Url("file:///home/me/numpy"))
    result = translated(project, make_pip("numpy", version="1.0", direct_url=folder), index=make_index("mine", "numpy"))
    reasons = [outcome.reason.code for outcome in result.outcomes if isinstance(outcome, Unmapped)]
    assert reasons == ["local-project", "local-project"]
    assert [outcome.candidates for outcome in result.outcomes if isinstance(outcome, Unmapped)] == [
        ("mine",),
        ("numpy",),
    ]


def test_one_distribution_becomes_several_packages(
    make_pip: MakePip, make_index: MakeIndex, make_record: MakeRecord, translated: Translate
) -> None:
    """The first conda package carries the version, cuda-version its own constraint."""
    index = make_index("cupy", make_record("cuda-version", "12.4", noarch="generic", depends=()))
    (outcome,) = translated(make_pip("cupy-cuda12x", "==12.2.0"), index=index, names=(ReviewedNames(),)).outcomes
    assert isinstance(outcome, Mapped)
    assert outcome.specs == (
        CondaSpec(name="cupy", version="==12.2.0"),
        CondaSpec(name="cuda-version", version="12.*"),
    )


def test_opencv_loses_its_fourth_number(make_pip: MakePip, make_index: MakeIndex, translated: Translate) -> None:
    """The wheel's version is longer than conda's: only what both share is asked for, and the outcome says so."""
    (outcome,) = translated(
        make_pip("opencv-python", "==4.8.0.76"), index=make_index("py-opencv"), names=(ReviewedNames(),)
    ).outcomes
    assert isinstance(outcome, Mapped)
    assert outcome.specs == (CondaSpec(name="py-opencv", version="4.8.0.*"),)
    assert outcome.release_parts == 3


def test_the_user_may_drop_a_package(
    make_pip: MakePip, make_index: MakeIndex, make_table: MakeTable, translated: Translate
) -> None:
    """A table that says that nothing is needed drops the package with the table's words."""
    told = Evidence(source="user", revision="pyproject.toml", detail="numpy is not wanted")
    row = NameCandidate(conda_names=(), evidence=told, drop=True, trusted=True)
    (outcome,) = translated(
        make_pip("numpy", version="1.0"), index=make_index("numpy"), names=(make_table({"numpy": row}),)
    ).outcomes
    assert isinstance(outcome, Dropped)
    assert (outcome.reason.code, outcome.evidence) == ("not-needed", (told,))


def test_an_unknown_name_is_not_guessed(make_pip: MakePip, make_index: MakeIndex, translated: Translate) -> None:
    """A name that nobody knows is unmapped, with the account of who was asked."""
    (outcome,) = translated(
        make_pip("wadllib", version="1.3"), index=make_index("numpy"), names=(ReviewedNames(),)
    ).outcomes
    assert isinstance(outcome, Unmapped)
    assert outcome.reason.code == "no-known-name"
    assert [told.source for told in outcome.evidence] == ["reviewed", "channel"]
