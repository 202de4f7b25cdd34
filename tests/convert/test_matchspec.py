"""MatchSpec texts are read as conda reads them, and every rendering means the same."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rattler import MatchSpec, PackageRecord

from condasync.convert.matchspec import parse_spec, to_environment, to_libmamba, to_rattler
from condasync.model.spec import CondaSpec

RattlerRecord = Callable[..., PackageRecord]

VERSIONS = (
    "0.9",
    "1.24",
    "1.24.0",
    "1.24.5",
    "1.26",
    "1.26.4",
    "1.240",
    "1.7",
    "1.8.1",
    "2.0",
    "2.0rc1",
    "4.1",
    "2.1+cu118",
    "1!2.0",
)
BUILDS = ("py312_0", "py311h_1", "cuda-12+x", "b.2", "0")

READINGS = {
    "numpy": CondaSpec(name="numpy"),
    "NumPy": CondaSpec(name="numpy"),
    "numpy *": CondaSpec(name="numpy"),
    "numpy 1.26.*": CondaSpec(name="numpy", version="1.26.*"),
    "numpy=1.24": CondaSpec(name="numpy", version="1.24.*"),
    "numpy==1.24": CondaSpec(name="numpy", version="==1.24"),
    "numpy 1.24": CondaSpec(name="numpy", version="==1.24"),
    "python>=3.10": CondaSpec(name="python", version=">=3.10"),
    "python >= 3.10 , < 3.13": CondaSpec(name="python", version=">=3.10,<3.13"),
    "numpy =1.26=py312*": CondaSpec(name="numpy", version="==1.26", build="py312*"),
    "numpy=1.26=py312_0": CondaSpec(name="numpy", version="==1.26", build="py312_0"),
    "numpy=1.26.*=py312*": CondaSpec(name="numpy", version="1.26.*", build="py312*"),
    "numpy==1.26.4=py312_0": CondaSpec(name="numpy", version="==1.26.4", build="py312_0"),
    "foo 1.2 build_0": CondaSpec(name="foo", version="==1.2", build="build_0"),
    "foo >=1.0 =py34_0": CondaSpec(name="foo", version=">=1.0", build="py34_0"),
    "foo=*=cuda*": CondaSpec(name="foo", build="cuda*"),
    "foo 1.2 *": CondaSpec(name="foo", version="==1.2"),
    "foo[version='==1.2',build='cuda-12+x']": CondaSpec(name="foo", version="==1.2", build="cuda-12+x"),
    "rdkit !=2024.03.6,!=2024.09.1": CondaSpec(name="rdkit", version="!=2024.03.6,!=2024.09.1"),
    "pkg >=1.8,<2|==1.7": CondaSpec(name="pkg", version=">=1.8,<2|==1.7"),
    "foo ==4.*": CondaSpec(name="foo", version="4.*"),
    "foo ~=1.4.2": CondaSpec(name="foo", version=">=1.4.2,1.4.*"),
    "foo 1.2  # why": CondaSpec(name="foo", version="==1.2"),
    "__glibc >=2.17,<3.0.a0": CondaSpec(name="__glibc", version=">=2.17,<3.0.a0"),
    "conda-forge::numpy[version='>=1,<2',build=py*]": CondaSpec(
        name="numpy", version=">=1,<2", build="py*", channel="conda-forge"
    ),
    "numpy[version=1.2]": CondaSpec(name="numpy", version="==1.2"),
    "numpy[version='=1.2', build=\"b\"]": CondaSpec(name="numpy", version="1.2.*", build="b"),
    "numpy 1.2[build=b,channel=bioconda]": CondaSpec(name="numpy", version="==1.2", build="b", channel="bioconda"),
    "conda-forge/linux-64::x": CondaSpec(name="x", channel="conda-forge"),
    "x[subdir=linux-64]": CondaSpec(name="x"),
    "https://example.org/ch::foo 1.2": CondaSpec(name="foo", version="==1.2", channel="https://example.org/ch"),
    "https://me:pw@example.org/t/tk-1/ch/noarch::foo": CondaSpec(name="foo", channel="https://example.org/ch"),
    "file:///srv/ch::foo": CondaSpec(name="foo", channel="file:///srv/ch"),
}

FAULTS = {
    "": "a package name is missing or is no conda name in ''",
    ">=1.2": "a package name is missing or is no conda name in '>=1.2'",
    "*": "a package name is missing or is no conda name in '*'",
    "nump* 1": "unexpected '*' after the name 'nump' in 'nump* 1'",
    "numpy@1": "unexpected '@' after the name 'numpy' in 'numpy@1'",
    "numpy >=1 <2": "a comma is missing before '<2' in 'numpy >=1 <2'",
    "numpy 1 b 2": "expected a name, a version and a build, found more in 'numpy 1 b 2'",
    "numpy >=": "a version is missing in the version constraint '>=' of 'numpy >='",
    "numpy=": "a version is missing in the version constraint '=' of 'numpy='",
    "numpy ^1$": "regular expressions are not supported in the version constraint '^1$' of 'numpy ^1$'",
    "numpy 1 b/c": "'b/c' is no build string in 'numpy 1 b/c'",
    "numpy; os>1": "conda knows no markers, remove the ';' and what follows in 'numpy; os>1'",
    "dask[complete]": "expected key=value in the brackets of 'dask[complete]'",
    "x[md5=00]": "the key 'md5' is not supported in 'x[md5=00]'",
    "x[version=1 build=2]": "expected a comma between the keys in 'x[version=1 build=2]'",
    "x[version=1": "brackets must be closed and stand at the end in 'x[version=1'",
    "x[version=1] 2": "brackets must be closed and stand at the end in 'x[version=1] 2'",
    "x 1[version=1]": "the version is given twice in 'x 1[version=1]'",
    "c::x[channel=d]": "the channel is given twice in 'c::x[channel=d]'",
    "::x": "a channel is missing before '::' in '::x'",
    "a b::x": "'a b' is no channel in 'a b::x'",
    "https://me:pw@example.org/ch/x-1-0.conda": "a URL is no request for a package by name: https://***@example.org/ch/x-1-0.conda",
    "https://me:pw@example.org/ch::x >=": (
        "a version is missing in the version constraint '>=' of 'https://***@example.org/ch::x >='"
    ),
}

_clauses = st.sampled_from(
    ["==1.24", "1.24.*", ">=1.8", "<2", "!=1.26.4", "!=1.24.*", ">1.7", "<=4.1", "==2.1+cu118", "1!2.*"]
)
_sets = st.lists(_clauses, min_size=1, max_size=3, unique=True).map(",".join)
_versions = st.lists(_sets, max_size=3, unique=True).map("|".join)
_specs = st.builds(
    CondaSpec,
    name=st.sampled_from(["numpy", "__glibc", "ruamel.yaml", "r-base"]),
    version=_versions,
    build=st.none() | st.sampled_from([*BUILDS, "py312*", "*cuda*"]),
    channel=st.none() | st.sampled_from(["conda-forge", "https://example.org/ch"]),
)


@pytest.fixture(scope="module")
def conda_match_spec() -> Any:
    """Return conda's own MatchSpec, which conda-lock carries."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from conda_lock._vendor.conda.models.match_spec import MatchSpec as CondaMatchSpec  # noqa: PLC0415

    return CondaMatchSpec


@pytest.mark.parametrize(("text", "spec"), READINGS.items())
def test_text_is_read_as_conda_reads_it(text: str, spec: CondaSpec) -> None:
    """Each way to write a request gives its fields."""
    assert parse_spec(text) == spec


@pytest.mark.parametrize(("text", "message"), FAULTS.items())
def test_malformed_text_says_what_is_wrong(text: str, message: str) -> None:
    """Every fault is a ValueError that names it and shows no credential."""
    with pytest.raises(ValueError, match=r".") as caught:
        parse_spec(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("text", [text for text in READINGS if not set(text) & set(":#") and "~=" not in text])
def test_reading_matches_what_conda_matches(text: str, conda_match_spec: Any) -> None:
    """The strict form, read by conda itself, matches the same records as the text as written."""
    written, rendered = conda_match_spec(text), conda_match_spec(to_environment(parse_spec(text)))
    name = parse_spec(text).name
    assert _matched_by_conda(written, name) == _matched_by_conda(rendered, name)


@given(spec=_specs)
def test_every_rendering_reads_back_to_the_same_request(spec: CondaSpec) -> None:
    """The texts for people and for rattler are lossless."""
    assert parse_spec(to_environment(spec)) == spec
    assert parse_spec(to_rattler(spec)) == spec


@given(spec=_specs)
def test_renderings_match_the_same_records(
    rattler_record: RattlerRecord, conda_match_spec: Any, spec: CondaSpec
) -> None:
    """Rattler (strict) and conda (lenient) match the same versions and builds from their own renderings."""
    strict = MatchSpec(to_rattler(spec), strict=True)
    ours = {
        (version, build)
        for version in VERSIONS
        for build in BUILDS
        if strict.matches(rattler_record(spec.name, version, build))
    }
    assert ours == _matched_by_conda(conda_match_spec(to_environment(spec)), spec.name)


def test_exact_pins_are_never_fuzzy_for_a_person() -> None:
    """`name=1.2.3` would be fuzzy in conda: an exact version needs two signs, a minor one."""
    assert to_environment(CondaSpec(name="numpy", version="==1.26.4")) == "numpy==1.26.4"
    assert to_environment(CondaSpec(name="python", version="3.11.*")) == "python=3.11"
    assert to_environment(CondaSpec(name="dask", version=">=2024,<2025")) == "dask>=2024,<2025"
    assert to_environment(CondaSpec(name="dask", version="2024.*,!=2024.1")) == "dask 2024.*,!=2024.1"
    assert to_environment(CondaSpec(name="blas", version="", build="*mkl")) == "blas=*=*mkl"
    assert to_environment(CondaSpec(name="blas", version="==1", build="mkl", channel="c")) == "c::blas=1=mkl"
    assert to_environment(CondaSpec(name="blas", version="==1", build="a-b")) == "blas[version='==1',build='a-b']"


def test_libmamba_gets_groups_and_globs() -> None:
    """`|` binds tighter than `,` there, and `+` or `-` of a build cannot be matched."""
    assert to_libmamba(parse_spec("pkg >=1.8,<2|==1.7")) == "pkg[version='(>=1.8,<2)|==1.7']"
    assert to_libmamba(parse_spec("pkg ==1 b-1+2")) == "pkg[version='==1',build='b*1*2']"
    assert to_libmamba(parse_spec("c::pkg")) == "c::pkg"


def _matched_by_conda(spec: Any, name: str) -> set[tuple[str, str]]:
    return {
        (version, build)
        for version in VERSIONS
        for build in BUILDS
        if spec.match({"name": name, "version": version, "build": build, "build_number": 0, **_channel_of(spec)})
    }


def _channel_of(spec: Any) -> dict[str, Any]:
    channel = spec.get("channel")
    return {"channel": channel} if channel else {}
