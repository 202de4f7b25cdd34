"""The stage: one outcome per project, and what is told besides."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from condasync.build.local_channel import local_channel
from condasync.build.local_projects import BuildSettings, LocalProjects
from condasync.build.sources import Source, wheel_of
from condasync.build.wheel_build import BuildPlan
from condasync.errors import BuildError
from condasync.model.build import ProjectsBuilt, ProjectToBuild
from condasync.model.finding import Finding
from condasync.model.package import DirectUrl, LocalPackage, PipPackage
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Built, Unmapped
from condasync.model.url import Url
from condasync.pypi.archive import unpack
from tests.build.conftest import MakeProject
from tests.build.python_channel import MINOR
from tests.build.wheels import make_wheel
from tests.conftest import MakeIndex, MakeRecord

TARGET = Target(subdir="linux-64", python=MINOR, virtual_packages=())


@pytest.fixture
def builder(tmp_path: Path) -> LocalProjects:
    """Return a builder whose fetched sources are a wheel in the test's folder."""
    plan = BuildPlan(cache_dir=tmp_path / "cache", python=Path(sys.executable), minor=MINOR, timeout=60)
    folder = tmp_path / "condasync-channel"
    return LocalProjects(
        BuildSettings(
            plan_for=lambda _: plan,
            fetch=lambda package: tmp_path / f"{package.name}-1.2-py3-none-any.whl",
            fetch_wheel=lambda wheel: tmp_path / wheel.file_name,
            unpack=unpack,
            channel=local_channel(folder),
            folder=folder,
            add_undeclared=True,
        )
    )


def _local(path: Path, name: str = "hello-local") -> ProjectToBuild:
    package = LocalPackage(name=name, version="1.2", path=str(path), editable=True)
    return ProjectToBuild(package=package, conda_name=name, alternative=f"{name} 9.9")


def _build(builder: LocalProjects, *projects: ProjectToBuild) -> ProjectsBuilt:
    def same(requirement: PipRequirement) -> tuple[CondaSpec, ...] | None:
        return None if requirement.name == "nowhere" else (CondaSpec(name=requirement.name),)

    return builder.build(projects, TARGET, map_requirement=same, tell=lambda _: None)


def _codes(findings: tuple[Finding, ...]) -> list[str]:
    return [one.code for one in findings]


def test_failures_do_not_keep_others_back(tmp_path: Path, make_project: MakeProject, builder: LocalProjects) -> None:
    """A folder that is gone is an outcome that names the channel's own package; the next project is built."""
    good = make_project(tmp_path / "good", requires=("x", "nowhere"))
    answer = _build(builder, _local(tmp_path / "gone", "gone"), _local(good))
    gone, built = answer.outcomes
    assert isinstance(gone, Unmapped)
    assert gone.reason.code == "source-missing"
    assert "the channel has gone 9.9, which can be asked for instead" in gone.reason.text
    assert gone.candidates == ("gone",)
    assert isinstance(built, Built)
    assert (built.record.depends, built.specs[0].version) == (("python", "x"), "==1.2")
    assert [one.name for one in built.needs] == ["nowhere"]
    assert built.record.url.startswith((tmp_path / "condasync-channel" / "noarch").as_uri())
    assert _codes(answer.findings) == ["source-missing"]


def test_wheel_tells_the_name(tmp_path: Path, make_project: MakeProject, builder: LocalProjects) -> None:
    """A path that a file lists is called after its folder until it is built."""
    (built,) = _build(builder, _local(make_project(tmp_path / "folder-3"), "folder-3")).outcomes
    assert isinstance(built, Built)
    assert (built.record.name, built.specs[0].name) == ("hello-local", "hello-local")


def test_what_a_reader_should_know(tmp_path: Path, make_project: MakeProject, builder: LocalProjects) -> None:
    """Secrets left out and a missing version are warnings; the project is built all the same."""
    root = make_project(tmp_path / "p", version=None, files={".env": "KEY=1"})
    answer = _build(builder, _local(root))
    assert isinstance(answer.outcomes[0], Built)
    assert _codes(answer.findings) == ["secret-left-out", "no-version"]


def test_wheel_from_elsewhere_keeps_its_origin(tmp_path: Path, builder: LocalProjects) -> None:
    """A wheel by URL needs no build; a broken one is an outcome."""
    make_wheel(tmp_path, name="far")
    (tmp_path / "bad-1.2-py3-none-any.whl").write_bytes(b"no zip")
    origin = DirectUrl(kind="archive", url=Url("https://me:hush@example.org/far.whl"))
    packages = [PipPackage(name=name, version="1.2", requested=True, direct_url=origin) for name in ("far", "bad")]
    far, bad = _build(builder, *(ProjectToBuild(package=one, conda_name=one.name) for one in packages)).outcomes
    assert isinstance(far, Built)
    assert isinstance(bad, Unmapped)
    assert bad.reason.code == "wheel-broken"
    builder.publish()
    (package,) = (tmp_path / "condasync-channel").glob("noarch/*.conda")
    assert b"hush" not in package.read_bytes()


def test_index_stands_on_top(
    tmp_path: Path,
    make_project: MakeProject,
    builder: LocalProjects,
    make_record: MakeRecord,
    make_index: MakeIndex,
) -> None:
    """The built package comes before the channel's package of the same name; without one the index is the same."""
    base = make_index([make_record("hello-local", "9.9"), make_record("x", "1")])
    assert builder.index(base, TARGET) is base
    assert builder.publish() is None
    assert builder.channel is None
    assert builder.findings == ()
    _build(builder, _local(make_project(tmp_path / "p")))
    index = builder.index(base, TARGET)
    versions = [record.version for record in index.records("hello-local")]
    assert versions == ["1.2", "9.9"]
    assert index.names() == {"hello-local", "x"}
    assert [file.subdir for file in index.repodata] == ["linux-64", "noarch"]
    assert _codes(builder.findings) == ["built-channel"]


def test_undeclared_requirements_are_added_on_request(tmp_path: Path, builder: LocalProjects) -> None:
    """The retry asks for what the build imports: here the index is unreachable, which the second log says."""
    root = tmp_path / "p"
    (root / "_build").mkdir(parents=True)
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["_build"]\n[project]\nname = "p"\n',
        encoding="utf-8",
    )
    (root / "setup.py").write_text("import not_on_any_index\n", encoding="utf-8")
    (root / "_build" / "backend.py").write_text(
        "def get_requires_for_build_wheel(_s=None):\n    return []\n"
        "def build_wheel(d, _s=None, _m=None):\n    import not_on_any_index\n",
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_FIND_LINKS", str(tmp_path))
        (outcome,) = _build(builder, _local(root, "p")).outcomes
    assert isinstance(outcome, Unmapped)
    assert "the build requirement not-on-any-index cannot be downloaded" in outcome.reason.text


def test_a_project_without_version_says_so(tmp_path: Path, make_project: MakeProject, builder: LocalProjects) -> None:
    """Where the backend refuses it for that; the log is named once, and kept."""
    root = make_project(tmp_path / "p", name="p", version=None)
    (root / "_build" / "backend.py").write_text(
        "def build_wheel(d, _s=None, _m=None):\n    raise ValueError('`project` must contain version')\n",
        encoding="utf-8",
    )
    built = _build(builder, _local(root, "p"))
    (outcome,), (finding,) = built.outcomes, built.findings
    assert isinstance(outcome, Unmapped)
    assert outcome.reason.code == finding.code == "no-version"
    assert "[project] states no version, and the build makes none" in finding.text
    log = tmp_path / "cache" / "build-logs" / "p.log"
    assert finding.text.count(str(log)) == 1
    assert (finding.where, log.is_file()) == (None, True)


def test_an_archive_may_hold_the_project_deeper(tmp_path: Path, make_project: MakeProject) -> None:
    """`#subdirectory=` names its folder; one that leads out of the archive is refused."""
    make_project(tmp_path / "top" / "inner", name="deep")
    archive = Path(shutil.make_archive(str(tmp_path / "top-1"), "zip", tmp_path, "top"))
    plan = BuildPlan(cache_dir=tmp_path / "cache", python=Path(sys.executable), minor=MINOR, timeout=60)
    url = Url("https://example.org/top-1.zip")

    def source(subdirectory: str) -> Source:
        origin = DirectUrl(kind="archive", url=url, subdirectory=subdirectory)
        package = PipPackage(name="deep", version=None, requested=True, direct_url=origin)
        return wheel_of(
            package, plan, fetch=lambda _: archive, unpack=unpack, add_undeclared=False, tell=lambda _: None
        )

    assert source("inner").wheel.name == "deep"
    with pytest.raises(BuildError, match="leads out of its archive"):
        source("../..")
