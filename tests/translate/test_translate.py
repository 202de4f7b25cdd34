"""The laws of the stage: one outcome per captured package, in order, and no conda name that the channel lacks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.model.environment import Environment
from condasync.model.package import CapturedPackage, CondaPackage, DirectUrl, Distribution, LocalPackage, PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Kept, Mapped, Translation, Unmapped
from condasync.model.url import Url
from condasync.pypi.names_grayskull import GrayskullNames
from condasync.pypi.names_reviewed import ReviewedNames
from condasync.seams import ChannelIndex
from condasync.translate.translate import translate

MakeRecord = Callable[..., ChannelRecord]
MakeIndex = Callable[..., ChannelIndex]
MakePip = Callable[..., PipPackage]
Translate = Callable[..., Translation]

NAMES = st.sampled_from(
    ["numpy", "NumPy", "brotli", "dask", "torch", "pywin32", "jq", "ruamel.yaml", "libcxx", "__glibc", "x", "~umpy", ""]
)
VERSIONS = st.none() | st.sampled_from(["1.0", "2!1.0", "not a version", "1.0+cu118"])
REQUIREMENTS = st.builds(
    PipRequirement,
    name=st.just("x"),
    specifier=st.sampled_from(["", ">=1", "==1.0", "~=1", "=>1", "==1.0+cu118"]),
    extras=st.sampled_from([(), ("complete",), ("s3", "http")]),
    marker=st.sampled_from([None, 'sys_platform == "win32"', 'python_version >= "3.9"', "nonsense"]),
    url=st.sampled_from([None, None, Url("https://example.org/x.whl")]),
)
DISTRIBUTIONS = st.none() | st.builds(
    Distribution,
    name=NAMES,
    version=st.just("1.0"),
    location=st.just("x.dist-info"),
    requires=st.lists(st.sampled_from(['numpy; extra == "complete"', "numpy", ';; extra == "complete"', ""])).map(
        tuple
    ),
)
DIRECT_URLS = st.none() | st.builds(
    DirectUrl, kind=st.sampled_from(["directory", "archive", "vcs"]), url=st.just(Url("https://example.org/x"))
)
SPECS = st.builds(
    CondaSpec,
    name=st.just("numpy"),
    version=st.sampled_from(["", "==1.0", ">=1,<2"]),
    channel=st.sampled_from([None, "conda-forge", "defaults", "openeye"]),
)
SUBDIRS = st.sampled_from([None, "linux-64", "osx-arm64", "noarch"])
PACKAGES: st.SearchStrategy[CapturedPackage] = st.one_of(
    st.builds(
        PipPackage,
        name=NAMES,
        version=VERSIONS,
        requested=st.booleans(),
        requirements=st.lists(REQUIREMENTS, max_size=3).map(tuple),
        distribution=DISTRIBUTIONS,
        direct_url=DIRECT_URLS,
    ),
    st.builds(
        CondaPackage,
        name=NAMES,
        version=VERSIONS,
        requested=st.booleans(),
        channel=st.sampled_from([None, "conda-forge", "bioconda"]),
        subdir=SUBDIRS,
        specs=st.lists(SPECS, max_size=2).map(tuple),
    ),
    st.builds(LocalPackage, name=NAMES, version=VERSIONS, path=st.just("/home/me/x"), editable=st.booleans()),
)
ENVIRONMENTS = st.builds(
    Environment,
    kind=st.sampled_from(["files", "venv", "conda-prefix"]),
    platform=SUBDIRS,
    packages=st.lists(PACKAGES, max_size=8).map(tuple),
    constraints=st.lists(REQUIREMENTS, max_size=2).map(tuple),
)


@pytest.fixture(scope="module")
def index(make_record: MakeRecord, make_index: MakeIndex) -> ChannelIndex:
    """Return an index with a few packages, some of them traps."""
    library = ("libgcc >=14",)
    return make_index(
        "numpy", "dask-core", "pytorch", "ruamel.yaml", make_record("brotli", depends=library), "brotli-python",
        make_record("jq", depends=library), make_record("libcxx", depends=library), "pywin32",
    )  # fmt: skip


@given(environment=ENVIRONMENTS)
def test_exactly_one_outcome_per_captured_package(
    environment: Environment, index: ChannelIndex, target: Target
) -> None:
    """Whatever was captured, every package has its outcome, in order, and no conda name is invented."""
    names = (ReviewedNames(), GrayskullNames())
    result = translate(environment, names=names, index=index, target=target)
    assert tuple(outcome.package for outcome in result.outcomes) == environment.packages
    for outcome in result.outcomes:
        if isinstance(outcome, Mapped):
            assert outcome.specs
            assert {spec.name for spec in outcome.specs} <= index.names()
        if isinstance(outcome, Kept):
            assert outcome.package.name in index.names()
    assert translate(environment, names=names, index=index, target=target) == result


def test_an_empty_environment_has_no_outcomes(index: ChannelIndex, translated: Translate) -> None:
    """Nothing in, nothing out."""
    assert translated(index=index) == Translation(outcomes=())


def test_findings_stand_in_the_order_of_their_packages(
    index: ChannelIndex, make_pip: MakePip, translated: Translate
) -> None:
    """Findings of single packages come first, then those about pairs, then the guesses by severity."""
    odd = PipRequirement(name="numpy", extras=("nonsense",), specifier=">=1")
    result = translated(
        make_pip("numpy", odd, version="1.0"),
        make_pip("dask", "=>1"),
        make_pip("NumPy", "==2.0", version="2.0"),
        index=index,
    )
    assert [finding.code for finding in result.findings] == [
        "extras-not-expanded",
        "invalid-requirement",
        "same-package-twice",
        "guessed-name",
        "guessed-name",
    ]


def test_unmapped_outcomes_say_what_was_consulted(
    index: ChannelIndex, make_pip: MakePip, translated: Translate
) -> None:
    """`condasync why` prints the account: every source that was asked, with its revision, also the refused ones."""
    (outcome,) = translated(
        make_pip("jq", version="1.6"), index=index, names=(GrayskullNames(), ReviewedNames())
    ).outcomes
    assert isinstance(outcome, Unmapped)
    assert outcome.candidates == ()
    assert any("jq.py" in told.detail for told in outcome.evidence)
    grayskull, reviewed, _ = outcome.evidence
    assert (grayskull.source, grayskull.detail) == ("grayskull", "no row for jq")
    assert grayskull.revision.startswith("conda-pypi ")
    assert reviewed.source == "reviewed"
    assert reviewed.detail.endswith("refused: the channel has no package jq.py")
