"""PEP 440 versions and specifier sets mean the same to conda, but for the differences listed here."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from packaging.specifiers import Specifier, SpecifierSet
from packaging.version import Version as PipVersion
from rattler import Version as CondaVersion
from rattler import VersionSpec

from condasync.convert.version import to_conda_constraint, to_conda_version

SUFFIXES = ("", "a1", "b2", "rc1", ".post1", ".post2", ".dev1", "a1.dev2", "rc1.post1", ".post1.dev1")

_parts = st.integers(min_value=0, max_value=3)
_epochs = st.sampled_from(["", "", "", "1!"])


def _dotted(length: int) -> st.SearchStrategy[str]:
    return st.lists(_parts, min_size=length, max_size=length).map(lambda parts: ".".join(map(str, parts)))


_full = st.builds(
    lambda epoch, release, suffix: epoch + release + suffix, _epochs, _dotted(3), st.sampled_from(SUFFIXES)
)
_short = st.builds(lambda epoch, release: epoch + release, _epochs, st.integers(1, 3).flatmap(_dotted))
_bounds = _full | _short
_wild = st.builds(lambda operator, version: f"{operator}{version}.*", st.sampled_from(["==", "!="]), _short)
_compatible = st.builds(
    lambda epoch, release, suffix: f"~={epoch}{release}{suffix}",
    _epochs,
    st.just(3).flatmap(_dotted),
    st.sampled_from(SUFFIXES),
)
_relations = st.builds(
    lambda operator, version: operator + version, st.sampled_from(["==", "!=", ">=", "<=", ">", "<"]), _bounds
)
_clauses = _relations | _wild | _compatible | _dotted(2).map("~={}".format)
_sets = st.lists(_clauses, min_size=1, max_size=3).map(",".join)


def _is_dev_of_final(version: PipVersion) -> bool:
    return version.dev is not None and version.pre is None and version.post is None


def _orders_differ(one: PipVersion, other: PipVersion) -> bool:
    """Return whether these are a development release of a final one and one of its pre-releases."""
    if PipVersion(one.base_version) != PipVersion(other.base_version):
        return False
    return (_is_dev_of_final(one) and other.pre is not None) or (_is_dev_of_final(other) and one.pre is not None)


def _known_difference(clause: Specifier, version: PipVersion) -> bool:
    bound = PipVersion(clause.version.removesuffix(".*"))
    same_base = PipVersion(bound.base_version) == PipVersion(version.base_version)
    longer_post = clause.operator == ">" and same_base and version.post is not None
    return _orders_differ(bound, version) or (longer_post and len(bound.release) != len(version.release))


def _lets_in(constraint: str, version: str) -> bool:
    return VersionSpec(constraint or "*", strict=True).matches(CondaVersion(to_conda_version(version)))


@pytest.mark.parametrize(
    ("version", "conda"),
    [
        ("1.0", "1.0"),
        ("v1.0-RC.1", "1.0rc1"),
        ("1!2.0", "1!2.0"),
        ("1.0-1", "1.0.post1"),
        ("1.0dev", "1.0.dev0"),
        ("2.1.0+CU118", "2.1.0+cu118"),
        ("2024.03.6", "2024.3.6"),
    ],
)
def test_versions_take_their_normal_form(version: str, conda: str) -> None:
    """Every spelling of a version becomes the one that conda-forge uses."""
    assert to_conda_version(version) == conda


@given(one=_full, other=_full)
def test_orders_agree(one: str, other: str) -> None:
    """Versions with equally long releases have the same order for pip and conda, but for the known pairs."""
    pip_one, pip_other = PipVersion(one), PipVersion(other)
    assume(not _orders_differ(pip_one, pip_other))
    conda_one, conda_other = CondaVersion(to_conda_version(one)), CondaVersion(to_conda_version(other))
    assert (pip_one < pip_other, pip_one == pip_other) == (conda_one < conda_other, conda_one == conda_other)


@pytest.mark.parametrize(
    ("lower", "higher"),
    [("1.0.dev1", "1.0a1"), ("1.0", "1.0+x"), ("1.0.post1", "1.0.0.1"), ("1.0a1", "1.0.1.dev1")],
)
def test_known_pairs(lower: str, higher: str) -> None:
    """The documented pairs, and one beside them: pip's order is as written, conda reverses all but the last."""
    assert PipVersion(lower) < PipVersion(higher)
    reversed_by_conda = CondaVersion(to_conda_version(lower)) > CondaVersion(to_conda_version(higher))
    assert reversed_by_conda == (lower != "1.0a1")


@pytest.mark.parametrize(
    ("specifier", "constraint"),
    [
        ("", ""),
        ("~=1.4.2", ">=1.4.2,1.4.*"),
        ("~=1!2.2rc1", ">=1!2.2rc1,1!2.*"),
        ("===1.0", "==1.0"),
        ("==1.*", "1.*"),
        ("!=1.*", "!=1.*"),
        ("!=2024.03.6, !=2024.9.1", "!=2024.3.6,!=2024.9.1"),
        (">=1.21,<2.0", ">=1.21,<2a0"),
        ("<1!10.0", "<1!10a0"),
        ("<0", "<0a0"),
        ("<2.0rc1", "<2.0rc1"),
        ("<2.0.post1", "<2.0.post1.dev0"),
        (">1.0", ">1.0,!=1.0.post.*"),
        (">1.0.post1", ">1.0.post1"),
        (">=1.0,", ">=1.0"),
        ("==1.0,==2.0", "==1.0,==2.0"),
    ],
)
def test_constraints(specifier: str, constraint: str) -> None:
    """Each operator has its conda form, in the order as written."""
    assert to_conda_constraint(specifier) == constraint


@given(specifier=_sets, version=_full)
def test_sets_let_the_same_versions_in(specifier: str, version: str) -> None:
    """What pip says of a version, conda says of it too, contradictions included."""
    assume(not any(_known_difference(clause, PipVersion(version)) for clause in SpecifierSet(specifier)))
    expected = SpecifierSet(specifier).contains(version, prereleases=True)
    assert _lets_in(to_conda_constraint(specifier), version) == expected


@pytest.mark.parametrize(
    ("specifier", "version", "pip", "conda"),
    [
        ("==1.0", "1.0+x", True, False),
        (">=1.0", "1.0+x", True, False),
        ("<1.0rc1", "1.0rc1+x", False, True),
        ("==1.0+x", "1.0+x", True, True),
        ("===1.0", "1.0.0", False, True),
        ("==1.0a1", "1.0.0a1", True, False),
        (">1", "1.0.post1", False, True),
        ("<2.0", "2a0.dev1", False, True),
        ("<1.0a1", "1.0.dev1", True, False),
    ],
)
def test_known_differences(specifier: str, version: str, pip: bool, conda: bool) -> None:  # noqa: FBT001
    """The documented exceptions are real, and no more than these."""
    assert SpecifierSet(specifier).contains(version, prereleases=True) == pip
    assert _lets_in(to_conda_constraint(specifier), version) == conda


@pytest.mark.parametrize("version", ["", "1.0.x", "latest", "1.0-", "2004d"])
def test_what_is_no_version_is_refused(version: str) -> None:
    """No version is guessed."""
    with pytest.raises(ValueError, match="is no version of a Python distribution"):
        to_conda_version(version)


@pytest.mark.parametrize("specifier", ["1.0", ">=1.*", "=>1", "~=1", "==1.0 <2", "^1.2"])
def test_what_is_no_specifier_is_refused(specifier: str) -> None:
    """The message shows the clause and the set."""
    with pytest.raises(ValueError, match="is no version specifier in '>=0,"):
        to_conda_constraint(f">=0,{specifier}")
