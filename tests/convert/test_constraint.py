"""The strict form of a conda version constraint means what conda means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rattler import Version, VersionSpec

from condasync.convert.constraint import normalise_constraint

VERSIONS = (
    "0.9",
    "1.0",
    "1.2",
    "1.2.0",
    "1.2.3",
    "1.2.5",
    "1.3",
    "1.3a1",
    "1.20",
    "1.7",
    "1.8",
    "2",
    "2.0.1",
    "3.4",
    "1!1.2",
)

MEANINGS = {
    "": "",
    "*": "",
    "=*": "",
    "==*": "",
    ">=*": "",
    "*|1.2": "",
    "*,>=1": ">=1",
    "1.2": "==1.2",
    "==1.2": "==1.2",
    "===1.2": "==1.2",
    "=1.2": "1.2.*",
    "1.2*": "1.2.*",
    "=1.2.*": "1.2.*",
    "==4.*": "4.*",
    "!=1.2*": "!=1.2.*",
    ">=1.2.*": ">=1.2",
    ">1.2.*": ">1.2",
    "<2.*": "<2",
    "~=1.4.2": ">=1.4.2,1.4.*",
    " >= 1.8 , < 2 | == 1.7 ": ">=1.8,<2|==1.7",
    "=1.2,<1.2.5": "1.2.*,<1.2.5",
    ">=1,>=1,<2": ">=1,<2",
    "1.2|1.2|1.3": "==1.2|==1.3",
    "(>=1,<2)|3": ">=1,<2|==3",
    "(1|2),!=1.5": "==1,!=1.5|==2,!=1.5",
    "((1|2)|3)": "==1|==2|==3",
    "=2.1+cu118": "2.1+cu118.*",
    "1!2.0": "==1!2.0",
    "!=2024.03.6,!=2024.09.1": "!=2024.03.6,!=2024.09.1",
    "1.0.2_": "==1.0.2_",
    "2023-04": "==2023-04",
}

FAULTS = {
    ">=": "a version is missing in the version constraint '>='",
    ",": "a version is missing in the version constraint ','",
    ">=1,": "a version is missing in the version constraint '>=1,'",
    ">=1|": "a version is missing in the version constraint '>=1|'",
    ">=1,,<2": "a version is missing in the version constraint '>=1,,<2'",
    "(>=1,<2": "a parenthesis is not closed in the version constraint '(>=1,<2'",
    ">=1)": "unexpected ')' in the version constraint '>=1)'",
    "(1)2": "unexpected '2' in the version constraint '(1)2'",
    "^1.2$": "regular expressions are not supported in the version constraint '^1.2$'",
    "1.*.3": "'1.*.3' is no conda version in the version constraint '1.*.3'",
    "1..2": "'1..2' is no conda version in the version constraint '1..2'",
    "1_2-3": "'1_2-3' is no conda version in the version constraint '1_2-3'",
    "=>1": "'>1' is no conda version in the version constraint '=>1'",
    "<*": "'*' is no conda version in the version constraint '<*'",
    "~=1": "~= needs a version like 1.4 in the version constraint '~=1'",
    "~=1.4.*": "~= needs a version like 1.4 in the version constraint '~=1.4.*'",
}


@pytest.mark.parametrize(("text", "strict"), MEANINGS.items())
def test_lenient_text_has_one_strict_form(text: str, strict: str) -> None:
    """Each form that conda reads becomes the strict form, and the strict form stays as it is."""
    assert normalise_constraint(text) == strict
    assert normalise_constraint(strict) == strict


@pytest.mark.parametrize("text", [text for text in MEANINGS if text and text not in {"===1.2", "==4.*", ">1.2.*"}])
def test_strict_form_matches_what_rattler_matches_leniently(text: str) -> None:
    """Sets of versions are equal; left out are the forms that rattler refuses or reads unlike conda."""
    lenient, strict = VersionSpec(text.replace(" ", "")), VersionSpec(normalise_constraint(text) or "*", strict=True)
    matched = [[one for one in VERSIONS if spec.matches(Version(one))] for spec in (lenient, strict)]
    assert matched[0] == matched[1]


def test_a_bare_fuzzy_version_is_exact_beside_a_build() -> None:
    """Conda reads `=1.26=py312*` as exactly 1.26, but leaves sets and wildcards alone."""
    assert normalise_constraint("=1.26", bare_is_exact=True) == "==1.26"
    assert normalise_constraint("=1.26.*", bare_is_exact=True) == "1.26.*"
    assert normalise_constraint("=1.26,!=1.26.1", bare_is_exact=True) == "1.26.*,!=1.26.1"


@pytest.mark.parametrize(("text", "message"), FAULTS.items())
def test_malformed_text_says_what_is_wrong(text: str, message: str) -> None:
    """Every fault is a ValueError that names it."""
    with pytest.raises(ValueError, match="constraint") as caught:
        normalise_constraint(text)
    assert str(caught.value) == message


@given(st.text("012.abr*!+_-,|()=<>~ ", max_size=12))
def test_what_is_accepted_is_strict_for_rattler(text: str) -> None:
    """Whatever the text: it is refused with a ValueError, or rattler's strict parser takes the result."""
    try:
        strict = normalise_constraint(text)
    except ValueError:
        return
    VersionSpec(strict or "*", strict=True)
    assert normalise_constraint(strict) == strict
