"""Local projects between translation and solve: names, requirements, what is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from condasync.convert.requirement import parse_requirement
from condasync.local_builds import LocalBuilds, build_locals, projects_in
from condasync.model.build import ProjectsBuilt, ProjectToBuild
from condasync.model.environment import Environment
from condasync.model.package import CapturedPackage, CondaPackage, DirectUrl, Distribution, LocalPackage, PipPackage
from condasync.model.record import Channel, ChannelRecord
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Built, Mapped, PipWheel, Reason, Unmapped
from condasync.model.url import Url
from condasync.model.wheel import BuiltWheel, Wheel
from condasync.seams import ChannelIndex
from condasync.translate.installed_metadata import InstalledFirst
from tests.conftest import MakeIndex, MakeRecord

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=())
WHEEL = BuiltWheel(file_name="x.whl", sha256="0", tag="py3-none-any", source_sha256="0")


@dataclass
class FakeBuilder:
    """A `seams.ProjectBuilder` that makes a package of everything, asking for the requirements that it was given."""

    record: ChannelRecord
    requires: Sequence[str] = ()
    asked: list[ProjectToBuild] = field(default_factory=list)
    mapped: dict[str, tuple[CondaSpec, ...] | None] = field(default_factory=dict)

    @property
    def channel(self) -> Channel | None:
        """Return nothing: no channel stands behind it."""
        return None

    def build(
        self,
        projects: Sequence[ProjectToBuild],
        target: Target,
        *,
        map_requirement: Callable[[PipRequirement], tuple[CondaSpec, ...] | None],
        tell: Callable[[str], None],
    ) -> ProjectsBuilt:
        """Return a package for each project."""
        tell(f"building for {target.subdir}")
        self.asked += projects
        needs = [parse_requirement(text) for text in self.requires]
        self.mapped = {one.name: map_requirement(one) for one in needs}
        unmet = tuple(one for one in needs if self.mapped[one.name] is None)
        return ProjectsBuilt(
            outcomes=tuple(
                Built(package=one.package, wheel=WHEEL, record=self.record, specs=(), needs=unmet) for one in projects
            )
        )

    def index(self, base: ChannelIndex, target: Target) -> ChannelIndex:
        """Return the index as it is."""
        assert target == TARGET
        return base


def _local(name: str, version: str | None = "1.2") -> LocalPackage:
    return LocalPackage(name=name, version=version, path=f"/src/{name}", editable=True)


def _environment(*packages: CapturedPackage) -> Environment:
    return Environment(kind="venv", python="3.11.7", packages=packages)


@pytest.fixture
def index(make_index: MakeIndex, make_record: MakeRecord) -> ChannelIndex:
    """Return an index with Python packages and one that is a C library."""
    return make_index(
        [
            make_record("numpy", "2.0", "python >=3.11,<3.12.0a0", "python_abi 3.11.* *_cp311"),
            make_record("my-tool", "9.9", "python >=3.9", subdir="noarch"),
            make_record("brotli", "1.1", "libbrotlicommon 1.1"),
        ]
    )


@pytest.fixture
def builder(make_record: MakeRecord) -> FakeBuilder:
    """Return a builder."""
    return FakeBuilder(record=make_record("x", "1.2"))


def _run(environment: Environment, index: ChannelIndex, builder: FakeBuilder) -> LocalBuilds:
    return build_locals(environment, names=(), index=index, target=TARGET, builder=builder, tell=lambda _: None)


def test_name_is_the_one_that_dependents_know(index: ChannelIndex, builder: FakeBuilder) -> None:
    """A project that conda-forge has stays the user's, under that name; another project's name is not taken."""
    _run(_environment(_local("My_Tool"), _local("brotli"), _local("new")), index, builder)
    assert [(one.conda_name, one.alternative) for one in builder.asked] == [
        ("my-tool", "my-tool 9.9"),
        ("brotli-local", None),
        ("new", None),
    ]


@dataclass
class NamingBuilder(FakeBuilder):
    """A builder whose wheel tells the name of a project that nobody knew before."""

    told: str = "brotli"

    def build(
        self,
        projects: Sequence[ProjectToBuild],
        target: Target,
        *,
        map_requirement: Callable[[PipRequirement], tuple[CondaSpec, ...] | None],
        tell: Callable[[str], None],
    ) -> ProjectsBuilt:
        """Return packages called as asked, where the name is more than a path."""
        built = FakeBuilder.build(self, projects, target, map_requirement=map_requirement, tell=tell)
        names = [self.told if one.conda_name.startswith("-/") else one.conda_name for one in projects]
        pairs = [(name, made) for name, made in zip(names, built.outcomes, strict=True) if isinstance(made, Built)]
        return ProjectsBuilt(
            outcomes=tuple(replace(made, record=replace(made.record, name=name)) for name, made in pairs)
        )


@pytest.mark.parametrize(
    ("told", "names"),
    [("brotli", ["-/listed", "brotli-local"]), ("my-tool", ["-/listed"]), ("new", ["-/listed"])],
)
def test_a_name_that_the_wheel_tells_hides_no_other_package(
    index: ChannelIndex, make_record: MakeRecord, told: str, names: list[str]
) -> None:
    """A path listed in a file has no other name before it is built; what the channels call so is another package."""
    builder = NamingBuilder(record=make_record("x", "1.2"), told=told)
    built = _run(_environment(_local("./listed")), index, builder)
    assert [one.conda_name for one in builder.asked] == names
    (outcome,) = built.outcomes.values()
    assert isinstance(outcome, Built)
    assert outcome.record.name == (names[-1] if len(names) > 1 else told)


def test_requirements_are_translated(index: ChannelIndex, builder: FakeBuilder) -> None:
    """Requirements become conda requests; one project's on another only as far as the one that is there meets it."""
    builder.requires = ("numpy>=1", "my-tool>=1", "other>=5", "nowhere>=1")
    built = _run(_environment(_local("my-tool"), _local("other")), index, builder)
    assert builder.mapped == {
        "numpy": (CondaSpec(name="numpy", version=">=1"),),
        "my-tool": (CondaSpec(name="my-tool", version=">=1"),),
        "other": (CondaSpec(name="other"),),
        "nowhere": None,
    }
    assert {one.code for one in built.findings} == {"requirement-not-on-conda"}


def test_what_is_captured_besides_is_no_finding(index: ChannelIndex, builder: FakeBuilder) -> None:
    """A requirement that the environment has as a package of its own has an outcome of its own."""
    builder.requires = ("nowhere>=1",)
    captured = PipPackage(name="Nowhere", version="1", requested=False)
    assert _run(_environment(_local("a"), captured), index, builder).findings == ()


def test_extras_of_requirements_are_expanded(index: ChannelIndex, builder: FakeBuilder) -> None:
    """What a project requires with an extra is what that extra needs; what conda lacks of it is told."""
    builder.requires = ("my-tool[fast,gone]>=1",)
    lines = ("numpy>=1; extra == 'fast'", "nowhere; extra == 'fast'", "captured; extra == 'fast'")
    installed = Distribution(name="my-tool", version="9.9", location="x.dist-info", requires=lines)
    environment = _environment(
        _local("a"),
        PipPackage(name="my-tool", version="9.9", requested=True, distribution=installed),
        PipPackage(name="captured", version="1", requested=False),
    )
    built = build_locals(
        environment,
        names=(),
        metadata=InstalledFirst(environment, None),
        index=index,
        target=TARGET,
        builder=builder,
        tell=lambda _: None,
    )
    assert builder.mapped == {
        "my-tool": (CondaSpec(name="my-tool", version=">=1"), CondaSpec(name="numpy", version=">=1"))
    }
    assert [(one.code, one.text) for one in built.findings] == [
        ("unknown-extra", "my-tool 9.9 has no extra [gone]; its extras are fast"),
        (
            "requirement-not-on-conda",
            "my-tool[fast,gone], which a project requires, needs nowhere, which no conda package stands for",
        ),
    ]


def test_only_what_came_from_elsewhere_is_built(index: ChannelIndex, builder: FakeBuilder) -> None:
    """Packages of an index and of conda are none of a builder's business; without a builder nothing happens."""
    origin = DirectUrl(kind="vcs", url=Url("https://example.org/x.git"), vcs="git", commit="0" * 40)
    far = PipPackage(name="far", version="1", requested=True, direct_url=origin)
    listed = PipRequirement(name="listed", url=Url("https://example.org/l.zip"))
    environment = _environment(
        _local("a"),
        far,
        PipPackage(name="listed", version=None, requested=True, requirements=(listed,)),
        PipPackage(name="numpy", version="2.0", requested=True),
        CondaPackage(name="python", version="3.11.7", requested=True),
    )
    assert [one.name for one in projects_in(environment)] == ["a", "far", "listed"]
    built = _run(environment, index, builder)
    assert [one.name for one in built.outcomes] == ["a", "far", "listed"]
    without = build_locals(
        environment, names=(), index=index, target=TARGET, builder=None, tell=lambda _: pytest.fail("nothing to tell")
    )
    assert (without.outcomes, without.index) == ({}, index)


def test_outcomes_take_their_places(index: ChannelIndex, builder: FakeBuilder) -> None:
    """What was unmapped becomes what was built; the others stay."""
    built = _run(_environment(_local("a")), index, builder)
    stays = Unmapped(package=_local("b"), reason=Reason(code="local-project", text=""))
    outcomes = built.over([Unmapped(package=_local("a"), reason=stays.reason), stays])
    assert [type(one).__name__ for one in outcomes] == ["Built", "Unmapped"]


@dataclass
class PickyBuilder(FakeBuilder):
    """A builder that cannot pack some wheels."""

    broken: frozenset[str] = frozenset()

    def build(
        self,
        projects: Sequence[ProjectToBuild],
        target: Target,
        *,
        map_requirement: Callable[[PipRequirement], tuple[CondaSpec, ...] | None],
        tell: Callable[[str], None],
    ) -> ProjectsBuilt:
        """Return a package for each project that is not broken."""
        built = FakeBuilder.build(self, projects, target, map_requirement=map_requirement, tell=tell)
        reason = Reason(code="wheel-broken", text="broken")
        return ProjectsBuilt(
            outcomes=tuple(
                Unmapped(package=one.package, reason=reason) if one.package.name in self.broken else one
                for one in built.outcomes
            )
        )


def _leftover(name: str, version: str = "3.0") -> PipWheel:
    wheel = Wheel(name=name, version=version, file_name=f"{name}.whl", url=Url("https://example.org/x"), sha256="0")
    package = PipPackage(name=name, version="1.0", requested=True)
    return PipWheel(package=package, wheel=wheel, needs=(), reason=Reason(code="no-known-name", text=""))


def test_wheels_are_packed_beside_projects(index: ChannelIndex, make_record: MakeRecord) -> None:
    """What needs a packed wheel asks for its conda package in the wheel's version; a broken one is left to pip."""
    builder = PickyBuilder(record=make_record("x", "1.2"), requires=("new>=2", "bad>=2"), broken=frozenset({"bad"}))
    wheels = (_leftover("new"), _leftover("brotli"), _leftover("bad"))
    environment = _environment(_local("a"), *(one.package for one in wheels))
    built = build_locals(
        environment, names=(), index=index, target=TARGET, builder=builder, tell=lambda _: None, wheels=wheels
    )
    assert [one.conda_name for one in builder.asked[:4]] == ["a", "new", "brotli-local", "bad"]
    assert builder.mapped == {"new": (CondaSpec(name="new", version=">=2"),), "bad": None}
    assert [one.name for one in built.outcomes] == ["a"]
    assert [one.name for one in built.packed] == ["new", "brotli"]
    assert [(one.code, one.package) for one in built.findings] == [("wheel-broken", "bad")]
    mapped = Mapped(package=wheels[0].package, specs=(CondaSpec(name="new"),))
    assert [type(one).__name__ for one in built.over([mapped])] == ["Built"]


def test_only_wheels_on_request(index: ChannelIndex, builder: FakeBuilder) -> None:
    """Where projects are to stay behind, wheels are packed without them."""
    wheel = _leftover("new")
    environment = _environment(_local("a"), wheel.package)
    built = build_locals(
        environment,
        names=(),
        index=index,
        target=TARGET,
        builder=builder,
        tell=lambda _: None,
        wheels=(wheel,),
        only_wheels=True,
    )
    assert [one.package.name for one in builder.asked] == ["new"]
    assert (dict(built.outcomes), [one.name for one in built.packed]) == ({}, ["new"])
