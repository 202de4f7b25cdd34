"""MatchSpec texts are taken apart as conda's own parser does."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condasync.lock.match_spec_text import MatchSpecText, parse_match_spec
from condasync.lock.version_text import merge_versions, normalise_version

parts = st.sampled_from(
    [
        "numpy", "Python", " ", "=", "==", ">=", "<", "1.2", "2*", "*", ",", "|", "py_0", "*_1", "[build=x]", "!", "~=",
        "[version='>=1']", "(a)", "conda-forge::", "::", "noarch", "/", "#", "1.2.*", "[channel=a, build=b]", "-",
        "https://example.org/a/b::", "defaults::", " if ",
    ]
)  # fmt: skip


def theirs(text: str) -> MatchSpecText | None:
    """Return what conda-lock's parser makes of a text, None when it refuses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from conda_lock.src_parser.conda_common import conda_spec_to_versioned_dep  # noqa: PLC0415

        try:
            spec = conda_spec_to_versioned_dep(text, "main")
        except (RuntimeError, AttributeError):
            return None
    return MatchSpecText(name=spec.name, version=spec.version, build=spec.build, channel=spec.conda_channel)


@given(text=st.lists(parts, min_size=1, max_size=6).map("".join))
@settings(max_examples=1500, deadline=None)
def test_equals_condas_parser(text: str) -> None:
    """What conda reads, we read alike; only channels that are paths are refused, for they differ between machines."""
    expected = theirs(text)
    if expected is None:
        return
    try:
        found = parse_match_spec(text)
    except ValueError as error:
        assert "channel that is a path" in str(error)  # noqa: PT017 - one of two accepted ends
    else:
        assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        "numpy",
        "NumPy=1.2",
        "numpy==1.2",
        "numpy 1.2*",
        "numpy =1.2",
        "numpy >=1.2, <2",
        "numpy=1.2=py_0",
        "numpy * *_0",
        "numpy=",
        "numpy=1.2|1.3",
        "x==1.0=*_1",
        "python 3.11.* *_cpython",
        "x ^1.*$",
        "x[version='>=1,(<2|3*)']",
        "numpy[version='>=1',build=*cuda*]",
        "conda-forge/linux-64::numpy=1.*",
        "https://example.org/t/tk-1/a/noarch::numpy",
        "https://example.org/conda/a::x",
        "file:///opt/chan::numpy",
        "pkgs/main::x",
        "conda-forge/label/foo::x",
        "x # words",
    ],
)
def test_the_usual_forms_equal_condas_parser(text: str) -> None:
    """The forms that people write, one by one."""
    assert theirs(text) is not None
    assert parse_match_spec(text) == theirs(text)


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        ("1.2*", "1.2.*"),
        ("(>=1,<2)", ">=1,<2"),
        ("1|2*,3", "1|2.*,3"),
        ("*", "*"),
        (" >=1 ", ">=1"),
        ("1.*.3", "1.*.3"),
    ],
)
def test_a_constraint_is_normalised_as_conda_does(constraint: str, expected: str) -> None:
    """The forms of VersionSpec, in words."""
    assert normalise_version(constraint) == expected


@pytest.mark.parametrize("constraint", ["", "(", ")", "1)", ">=1,", "|", "((1)"])
def test_a_broken_constraint_is_an_error(constraint: str) -> None:
    """Nothing is guessed where an operand or a parenthesis is missing."""
    with pytest.raises(ValueError, match=r"missing|parenthesis"):
        normalise_version(constraint)


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        ([], ""),
        (["", ""], ""),
        (["", ">=1"], ">=1"),
        ([">=2.17,<3.0.a0", ">=2.17"], ">=2.17,>=2.17,<3.0.a0"),
        ([">=13", ">=13"], ">=13"),
        (["1.*|2.*", ">=1.5"], "(1.*|2.*),>=1.5"),
    ],
)
def test_constraints_on_one_name_are_joined(constraints: list[str], expected: str) -> None:
    """All of them hold together, alternatives keep their meaning, equal ones stand once."""
    assert merge_versions(constraints) == expected
