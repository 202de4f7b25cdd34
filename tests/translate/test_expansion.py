"""Extras that no row knows: what the distributions' own metadata says that they need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from condasync.convert.requirement import parse_requirement
from condasync.model.environment import Environment
from condasync.model.package import PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target, VirtualPackage
from condasync.model.translation import Mapped, Reason, Translation
from condasync.model.wheel import DistributionMetadata
from condasync.pypi.names_reviewed import ReviewedNames
from condasync.seams import ChannelIndex, NameSource
from condasync.translate.translate import translate

MakeRecord = Callable[..., ChannelRecord]
MakeIndex = Callable[..., ChannelIndex]
TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=(VirtualPackage(name="__glibc", version="2.28"),))


@dataclass(kw_only=True)
class FakeMetadata:
    """A `seams.MetadataSource` over Requires-Dist lines by name; remembers what it was asked."""

    requires: Mapping[str, tuple[str, ...]]
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    version: str = "1.0"
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)

    def metadata(
        self, requirement: PipRequirement, target: Target, *, near: str | None = None
    ) -> DistributionMetadata | Reason:
        """Return the lines of a name."""
        assert target.python == TARGET.python
        self.asked.append((requirement.name, requirement.specifier, near))
        name = requirement.name
        if name not in self.requires:
            return Reason(code="offline", text=f"nobody has seen {name}")
        lines = self.requires[name]
        found = {part.partition('"')[2].partition('"')[0] for line in lines for part in line.split("extra ==")[1:]}
        return DistributionMetadata(
            name=name,
            version=self.version,
            requires=lines,
            extras=tuple(sorted(found | set(self.extras.get(name, ())))),
            source=f"{name}-{self.version}-py3-none-any.whl",
        )


def listed(text: str, version: str | None = None) -> PipPackage:
    """Return a package as a line of a file lists it."""
    line = parse_requirement(text, where="requirements.txt:3")
    return PipPackage(name=line.name, version=version, requested=True, requirements=(line,))


def expanded(
    *packages: PipPackage,
    index: ChannelIndex,
    metadata: FakeMetadata,
    names: tuple[NameSource, ...] = (),
    target: Target = TARGET,
) -> Translation:
    """Return the translation of a file's packages with this metadata."""
    environment = Environment(kind="files", packages=packages)
    return translate(environment, names=names, index=index, target=target, metadata=metadata)


def first(result: Translation) -> Mapped:
    """Return the first outcome."""
    outcome = result.outcomes[0]
    assert isinstance(outcome, Mapped)
    return outcome


def told(result: Translation) -> list[tuple[str, str]]:
    """Return the findings that are about extras."""
    return [(one.code, one.text) for one in result.findings if "extra" in one.code]


DEMO = (
    "click>=8",
    'numpy>=1.21,<3; extra == "array"',
    'tomli; python_version < "3.11" and extra == "array"',
    'appnope; sys_platform == "darwin" and extra == "array"',
    'torch>=2; extra == "learn"',
    'demo[array,learn]; extra == "all"',
    'other[deep]>=2; extra == "all"',
)


@pytest.fixture
def index(make_record: MakeRecord, make_index: MakeIndex) -> ChannelIndex:
    """Return a channel whose packages are new enough for what the extras ask."""
    names = ("demo", "numpy", "pytorch", "other", "scipy", "tomli", "click", "libcublas", "cuda-version")
    return make_index(*(make_record(name, "2.1") for name in names))


def test_an_extra_brings_what_it_needs(index: ChannelIndex) -> None:
    """Names go through our own sources, constraints become conda's, each says who asks; markers count for the target.

    `demo[all]` asks for two extras of its own and for another package's.
    """
    metadata = FakeMetadata(requires={"demo": DEMO, "other": ('scipy; extra == "deep"',)})
    result = expanded(listed("demo[all]"), index=index, metadata=metadata, names=(ReviewedNames(),))
    assert first(result).specs == (
        CondaSpec(name="demo"),
        CondaSpec(name="other", version=">=2"),
        CondaSpec(name="numpy", version="<3a0,>=1.21"),
        CondaSpec(name="pytorch", version=">=2"),
        CondaSpec(name="scipy"),
    )
    assert dict(first(result).because) == {
        "other": "demo[all] needs it",
        "numpy": "demo[array] needs it",
        "pytorch": "demo[learn] needs it",
        "scipy": "other[deep] needs it",
    }
    assert first(result).needs == ()
    assert told(result) == []
    accounts = [one.detail for one in first(result).evidence if one.source == "metadata"]
    assert accounts[0] == "demo[all] needs demo[array,learn], other[deep]>=2"


@pytest.mark.parametrize("written", ["demo[All]", "Demo[all]", "demo[ALL,all]"])
def test_spellings_of_an_extra_are_one(written: str, index: ChannelIndex) -> None:
    """PEP 685: names of extras are compared normalised."""
    metadata = FakeMetadata(requires={"demo": ('numpy; extra == "all"',)})
    result = expanded(listed(written), index=index, metadata=metadata)
    assert first(result).specs == (CondaSpec(name="demo"), CondaSpec(name="numpy"))


def test_what_conda_lacks_is_left_to_wheels(index: ChannelIndex) -> None:
    """A requirement without a conda package, or without a build that meets it, is the package's own need."""
    metadata = FakeMetadata(requires={"demo": ('nowhere>=3; extra == "x"', 'numpy>=9; extra == "x"')})
    result = expanded(listed("demo[x]"), index=index, metadata=metadata)
    assert first(result).specs == (CondaSpec(name="demo"),)
    where = "the metadata of demo-1.0-py3-none-any.whl"
    assert first(result).needs == (
        PipRequirement(name="nowhere", specifier=">=3", where=where),
        PipRequirement(name="numpy", specifier=">=9", where=where),
    )


def test_exact_pins_count_only_beside_an_exact_version(index: ChannelIndex) -> None:
    """A sibling's `==` goes with the version that was read; another version of the package wants another one."""
    metadata = FakeMetadata(requires={"demo": ('other==2.1; extra == "x"', 'numpy==2.*,!=2.0; extra == "x"')})
    loose = expanded(listed("demo[x]>=1"), index=index, metadata=metadata)
    assert [spec.version for spec in first(loose).specs] == [">=1", "", "!=2.0,2.*"]
    exact = expanded(listed("demo[x]==2.1", "2.1"), index=index, metadata=metadata)
    assert [spec.version for spec in first(exact).specs] == ["==2.1", "==2.1", "!=2.0,2.*"]
    assert metadata.asked == [("demo", ">=1", "2.1"), ("demo", "==2.1", "2.1")]


def test_a_local_version_is_no_other_metadata(index: ChannelIndex) -> None:
    """`==2.1+cu118` is a build of 2.1, which an index may not have: 2.1 says what its extras need."""
    metadata = FakeMetadata(requires={"demo": ('numpy; extra == "x"',)})
    result = expanded(listed("demo[x]==2.1+cu118", "2.1+cu118"), index=index, metadata=metadata)
    assert [spec.name for spec in first(result).specs] == ["demo", "numpy"]
    assert metadata.asked == [("demo", "==2.1", "2.1+cu118")]


def test_an_extra_that_the_package_does_not_have(index: ChannelIndex) -> None:
    """It is a finding of its own that names the extras there are; the others come along."""
    metadata = FakeMetadata(requires={"demo": ('numpy; extra == "array"',)}, extras={"demo": ("empty",)})
    result = expanded(listed("demo[array,empty,nonsense]"), index=index, metadata=metadata)
    assert first(result).specs == (CondaSpec(name="demo"), CondaSpec(name="numpy"))
    assert told(result) == [("unknown-extra", "demo 1.0 has no extra [nonsense]; its extras are array, empty")]
    assert [one.where for one in result.findings if one.code == "unknown-extra"] == ["requirements.txt:3"]
    assert any(one.detail == "demo[empty] needs nothing on the target" for one in first(result).evidence)


def test_without_metadata_the_finding_stays(index: ChannelIndex) -> None:
    """Nothing is guessed: the base package comes, and the finding says why the extra does not."""
    result = expanded(listed("demo[array]"), index=index, metadata=FakeMetadata(requires={}))
    assert first(result).specs == (CondaSpec(name="demo"),)
    text = "the extras [array] of demo are not known (nobody has seen demo); only demo is asked for"
    assert told(result) == [("extras-not-expanded", text)]


def test_malformed_metadata_is_told(index: ChannelIndex) -> None:
    """What is installed may say nonsense: the extra stays out, the package and everything else come along."""
    metadata = FakeMetadata(requires={"demo": ('numpy>=; extra == "array"',)})
    result = expanded(listed("demo[array]"), listed("numpy"), index=index, metadata=metadata)
    assert [type(one).__name__ for one in result.outcomes] == ["Mapped", "Mapped"]
    ((code, text),) = told(result)
    assert code == "extras-not-expanded"
    assert "the metadata of demo-1.0-py3-none-any.whl is malformed: " in text


def test_an_unknown_extra_further_down_is_told_with_its_place(index: ChannelIndex) -> None:
    """What is known of the chain comes along, what is not is named with the file that led there."""
    metadata = FakeMetadata(requires={"demo": ('other[deep]; extra == "x"',)})
    result = expanded(listed("demo[x]"), index=index, metadata=metadata)
    assert [spec.name for spec in first(result).specs] == ["demo", "other"]
    (finding,) = [one for one in result.findings if one.code == "extras-not-expanded"]
    assert (finding.package, finding.where) == ("other", "the metadata of demo-1.0-py3-none-any.whl")


def test_reviewed_rows_come_before_metadata(make_index: MakeIndex) -> None:
    """`dask[complete]` is conda's dask, whatever else the wheel says; nobody is asked."""
    metadata = FakeMetadata(requires={"dask": ('numpy; extra == "complete"',)})
    result = expanded(
        listed("dask[complete]"), index=make_index("dask", "dask-core"), metadata=metadata, names=(ReviewedNames(),)
    )
    assert [spec.name for spec in first(result).specs] == ["dask"]
    assert metadata.asked == []


def test_no_extra_asks_nobody(index: ChannelIndex) -> None:
    """A file without extras needs no package index."""
    metadata = FakeMetadata(requires={})
    expanded(listed("demo>=1"), listed("numpy"), listed("nowhere[x]"), index=index, metadata=metadata)
    assert metadata.asked == []


def test_cuda_libraries_stay_out_where_the_target_has_none(index: ChannelIndex) -> None:
    """NVIDIA's wheels in an extra follow the rule for listed ones: only a target with __cuda takes them."""
    metadata = FakeMetadata(requires={"demo": ('nvidia-cublas-cu12; extra == "gpu"', 'numpy; extra == "gpu"')})
    sources = (ReviewedNames(),)
    without = expanded(listed("demo[gpu]"), index=index, metadata=metadata, names=sources)
    assert [spec.name for spec in first(without).specs] == ["demo", "numpy"]
    cuda = Target(subdir="linux-64", python="3.11", virtual_packages=(VirtualPackage(name="__cuda", version="12.9"),))
    beside = expanded(listed("demo[gpu]"), index=index, metadata=metadata, names=sources, target=cuda)
    assert "libcublas" in [spec.name for spec in first(beside).specs]


def test_a_guessed_name_in_an_extra_is_told(index: ChannelIndex) -> None:
    """What an extra brings by its equal name alone is a finding as well as what a file lists."""
    metadata = FakeMetadata(requires={"demo": ('scipy; extra == "x"',)})
    result = expanded(listed("demo[x]"), index=index, metadata=metadata)
    (finding,) = [one for one in result.findings if one.code == "guessed-name"]
    assert finding.text.endswith("demo, scipy")


NAMES = ("a", "b", "c", "d", "e")
EXTRAS = ("x", "y")
edges = st.tuples(st.sampled_from(NAMES), st.sets(st.sampled_from(EXTRAS), max_size=2))
worlds = st.dictionaries(st.tuples(st.sampled_from(NAMES), st.sampled_from(EXTRAS)), st.lists(edges, max_size=4))


def lines_of(world: Mapping[tuple[str, str], list[tuple[str, set[str]]]], name: str) -> tuple[str, ...]:
    """Return the Requires-Dist lines of a name in a world of extras that ask for each other."""
    return tuple(
        f'{other}[{",".join(sorted(wanted))}]; extra == "{extra}"' if wanted else f'{other}; extra == "{extra}"'
        for (asker, extra), needs in world.items()
        if asker == name
        for other, wanted in needs
    )


@given(worlds)
@settings(deadline=None)
def test_expansion_ends_and_takes_all_that_can_be_reached(
    make_index: MakeIndex, world: dict[tuple[str, str], list[tuple[str, set[str]]]]
) -> None:
    """Extras that ask for each other in circles are looked up once each; nothing that they need is left out."""
    metadata = FakeMetadata(
        requires={name: lines_of(world, name) for name in NAMES}, extras=dict.fromkeys(NAMES, EXTRAS)
    )
    result = expanded(listed("a[x]"), index=make_index(*NAMES), metadata=metadata)
    reached, waiting, seen = {"a"}, [("a", "x")], {("a", "x")}
    while waiting:
        for other, wanted in world.get(waiting.pop(), ()):
            reached.add(other)
            fresh = {(other, extra) for extra in wanted} - seen
            seen |= fresh
            waiting += sorted(fresh)
    direct = {other for other, _ in world.get(("a", "x"), ())}
    names = [spec.name for spec in first(result).specs]
    assert direct <= set(names)
    assert sorted(names) == sorted(reached)
    assert len(metadata.asked) <= len(NAMES) * len(EXTRAS)


def test_a_listed_version_stands_above_what_an_extra_wants(make_record: MakeRecord, make_index: MakeIndex) -> None:
    """A file pins numpy, an extra wants a newer one: no build is both, the pin counts, and the extra's wish is told."""
    index = make_index("demo", make_record("numpy", "1.20"), make_record("numpy", "2.1"))
    metadata = FakeMetadata(requires={"demo": ('numpy>=1.21; extra == "array"',)})
    result = expanded(listed("demo[array]"), listed("numpy==1.20", "1.20"), index=index, metadata=metadata)
    assert first(result).specs == (CondaSpec(name="demo"), CondaSpec(name="numpy"))
    (finding,) = [one for one in result.findings if one.code == "same-package-twice"]
    assert finding.text == (
        "numpy is asked for twice: pip numpy 1.20 and pip demo, which asks for numpy >=1.21; the first one counts"
    )
