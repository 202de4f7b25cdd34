"""Two sources, two answers: versions decide, and what they leave open is not guessed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from condasync.model.package import PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.translation import Evidence, Mapped, NameCandidate, Translation, Unmapped
from condasync.seams import ChannelIndex, NameSource

MakeRecord = Callable[..., ChannelRecord]
MakeIndex = Callable[..., ChannelIndex]
MakeTable = Callable[..., NameSource]
MakePip = Callable[..., PipPackage]
Translate = Callable[..., Translation]


@pytest.fixture
def index(make_record: MakeRecord, make_index: MakeIndex) -> ChannelIndex:
    """Return two Python packages that could both be `thing`, of different versions."""
    return make_index(make_record("py-thing", "1.0"), make_record("thing-lib", "2.0"), make_record("thing", "3.0"))


@pytest.fixture
def tables(make_table: MakeTable) -> tuple[NameSource, ...]:
    """Return two tables that disagree about `thing`."""
    return make_table({"thing": ("py-thing",)}, name="first"), make_table({"thing": ("thing-lib",)}, name="second")


@pytest.mark.parametrize(("version", "conda_name"), [("1.0", "py-thing"), ("2.0", "thing-lib")])
def test_the_one_with_the_installed_version_is_taken(
    *,
    version: str,
    conda_name: str,
    index: ChannelIndex,
    tables: tuple[NameSource, ...],
    make_pip: MakePip,
    translated: Translate,
) -> None:
    """Only one candidate has the installed version: it is taken, and a warning says between whom was decided."""
    result = translated(make_pip("thing", version=version), index=index, names=tables)
    (outcome,) = result.outcomes
    assert isinstance(outcome, Mapped)
    assert [spec.name for spec in outcome.specs] == [conda_name]
    (finding,) = result.findings
    assert (finding.code, finding.severity) == ("sources-disagree", "warning")
    assert finding.text == (
        "the sources of names disagree about thing: first says py-thing, second says thing-lib; "
        f"only {conda_name} has the version {version}"
    )


@pytest.mark.parametrize("version", ["9.9", None])
def test_what_no_version_decides_stays_open(
    version: str | None,
    index: ChannelIndex,
    tables: tuple[NameSource, ...],
    make_pip: MakePip,
    translated: Translate,
) -> None:
    """Neither candidate has the version, or none is asked for: unmapped, with both candidates."""
    package = make_pip("thing", version=version) if version else make_pip("thing", "")
    (outcome,) = translated(package, index=index, names=tables).outcomes
    assert isinstance(outcome, Unmapped)
    assert outcome.reason.code == "sources-disagree"
    assert outcome.candidates == ("py-thing", "thing-lib")


def test_listed_ranges_decide_too(
    index: ChannelIndex, tables: tuple[NameSource, ...], make_pip: MakePip, translated: Translate
) -> None:
    """A listed range that only one candidate meets decides as an installed version does."""
    (outcome,) = translated(make_pip("thing", ">=2,<3"), index=index, names=tables).outcomes
    assert isinstance(outcome, Mapped)
    assert [spec.name for spec in outcome.specs] == ["thing-lib"]


def test_outputs_of_one_recipe_are_no_disagreement(
    make_record: MakeRecord, make_index: MakeIndex, make_table: MakeTable, make_pip: MakePip, translated: Translate
) -> None:
    """`xgboost` depends on `py-xgboost` in its own version: two tables that name them say the same."""
    index = make_index(
        make_record("py-xgboost", "3.0"), make_record("xgboost", "3.0", depends=("python", "py-xgboost 3.0 cpu_0"))
    )
    tables = (make_table({"xgboost": ("xgboost",)}), make_table({"xgboost": ("py-xgboost",)}))
    result = translated(make_pip("xgboost", version="9"), index=index, names=tables)
    (outcome,) = result.outcomes
    assert isinstance(outcome, Mapped)
    assert [spec.name for spec in outcome.specs] == ["xgboost"]
    assert result.findings == ()


def test_a_source_of_many_agrees_when_one_of_them_fits(
    index: ChannelIndex, make_table: MakeTable, make_pip: MakePip, translated: Translate
) -> None:
    """One that every source knows is taken even when it is nobody's first choice."""

    class Several:
        name = "several"
        revision = "1"

        def candidates(self, pypi_name: str) -> tuple[NameCandidate, ...]:
            told = Evidence(source=self.name, revision=self.revision, detail=pypi_name)
            return tuple(NameCandidate(conda_names=(name,), evidence=told) for name in ("thing-lib", "py-thing"))

    names = (Several(), make_table({"thing": ("py-thing",)}))
    (outcome,) = translated(make_pip("thing", version="7"), index=index, names=names).outcomes
    assert isinstance(outcome, Mapped)
    assert [spec.name for spec in outcome.specs] == ["py-thing"]


def denying(detail: str) -> NameCandidate:
    """Return what a source says that knows the conda package of a name to be something else."""
    return NameCandidate(conda_names=(), evidence=Evidence(source="mapping", revision="1", detail=detail))


@pytest.mark.parametrize(("version", "taken"), [("3.0", True), ("4.0", False), (None, False)])
def test_a_guess_that_a_source_denies_needs_the_version(
    *,
    version: str | None,
    taken: bool,
    index: ChannelIndex,
    make_table: MakeTable,
    make_pip: MakePip,
    translated: Translate,
) -> None:
    """A mapping says that conda's `thing` is another thing: only the very version installed speaks against that."""
    package = make_pip("thing", version=version) if version else make_pip("thing", "")
    table = make_table({"thing": denying("thing holds no Python distribution")}, name="mapping")
    result = translated(package, index=index, names=(table,))
    (outcome,) = result.outcomes
    assert isinstance(outcome, Mapped) is taken
    if isinstance(outcome, Unmapped):
        assert (outcome.reason.code, outcome.candidates) == ("sources-disagree", ("thing",))
    else:
        assert {finding.code for finding in result.findings} == {"sources-disagree", "guessed-name"}


def test_a_namesake_with_the_very_version_shakes_a_table(
    index: ChannelIndex, make_table: MakeTable, make_pip: MakePip, translated: Translate
) -> None:
    """A table leads elsewhere, where the version is missing; the namesake has it: open, and not guessed."""
    table = make_table({"thing": ("py-thing",)}, name="first")
    (open_one,) = translated(make_pip("thing", version="3.0"), index=index, names=(table,)).outcomes
    assert isinstance(open_one, Unmapped)
    assert open_one.reason.text == "first says py-thing, channel says thing; their versions do not decide"
    (plain,) = translated(make_pip("thing", version="1.0"), index=index, names=(table,)).outcomes
    assert isinstance(plain, Mapped)


def test_a_reviewed_row_is_above_all_disagreement(
    index: ChannelIndex, tables: tuple[NameSource, ...], make_table: MakeTable, make_pip: MakePip, translated: Translate
) -> None:
    """A person's row decides, whatever versions and robots say; the account keeps what they said."""
    told = Evidence(source="reviewed", revision="1", detail="thing -> thing")
    row = NameCandidate(conda_names=("thing",), evidence=told, trusted=True)
    result = translated(
        make_pip("thing", version="1.0"), index=index, names=(make_table({"thing": row}, name="reviewed"), *tables)
    )
    (outcome,) = result.outcomes
    assert isinstance(outcome, Mapped)
    assert [spec.name for spec in outcome.specs] == ["thing"]
    assert [each.source for each in outcome.evidence] == ["reviewed", "channel", "first", "second"]
    assert result.findings == ()


def test_guesses_are_told_in_one_line_for_each_kind(
    make_record: MakeRecord, make_index: MakeIndex, make_pip: MakePip, translated: Translate
) -> None:
    """A guess whose version is there is a note, one whose version is missing a warning; several make one line."""
    index = make_index(*(make_record(name, "1.0") for name in ("one", "two", "three", "four")))
    packages = [make_pip(name, version=version) for name, version in zip(("one", "two"), ("1.0", "1.0"), strict=True)]
    packages += [make_pip(name, version="2.0") for name in ("three", "four")]
    findings = translated(*packages, index=index).findings
    assert [(finding.code, finding.severity) for finding in findings] == [
        ("guessed-name", "note"),
        ("guessed-name", "warning"),
    ]
    assert findings[0].text == "2 packages go by their equal name alone, no table of names has them: one, two"
    assert findings[1].text.endswith("and the channel lacks the versions asked for: four, three")


def test_a_record_that_states_its_origin_is_no_guess(
    make_record: MakeRecord, make_index: MakeIndex, make_pip: MakePip, translated: Translate
) -> None:
    """A purl in the record proves the name: nothing to tell."""
    index = make_index(make_record("hist", purls=("pkg:pypi/hist@1.0",)))
    assert translated(make_pip("hist", version="2.0"), index=index).findings == ()
