"""The files of an export: which are written, from what, and what an old virtual-packages.yaml does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from condasync.errors import LockFileError, OutputError
from condasync.lock.export_files import planned_files, write_export
from condasync.lock.formats import format_named
from condasync.lock.output_files import write_all
from condasync.model.environment import Environment, InputFile
from condasync.model.export import Export, ExportQuestion, PlatformExport
from condasync.model.package import CondaPackage, PipPackage
from condasync.model.record import Channel, ChannelRecord
from condasync.model.solve import Solution, SolveRequest
from condasync.model.spec import CondaSpec
from condasync.model.target import Target, VirtualPackage
from condasync.model.translation import Kept, Mapped, Outcome
from condasync.model.url import Url

CHANNEL = Channel(name="conda-forge", base_url=Url("https://conda.anaconda.org/conda-forge"))
DEFAULT_OF_CONDA_LOCK = (
    VirtualPackage(name="__archspec", version="1", build="x86_64"),
    VirtualPackage(name="__cuda", version="11.4"),
    VirtualPackage(name="__glibc", version="2.28"),
    VirtualPackage(name="__linux", version="5.10"),
    VirtualPackage(name="__unix", version="0"),
)
"""With these conda-lock needs no file to know the target."""
OURS = tuple(one for one in DEFAULT_OF_CONDA_LOCK if one.name != "__cuda")


def kept(record: ChannelRecord, *, requested: bool, spec: CondaSpec | None = None) -> Kept:
    """Return a conda package that stays one."""
    package = CondaPackage(name=record.name, version=record.version, requested=requested, specs=(spec,) if spec else ())
    return Kept(package=package, specs=(spec or CondaSpec(name=record.name),))


def solved(
    solution: Solution,
    outcomes: tuple[Outcome, ...],
    *,
    environment: Environment,
    virtual_packages: tuple[VirtualPackage, ...] = OURS,
) -> Export:
    """Return the account of an export with a given answer."""
    target = Target(subdir="linux-64", python="3.12", virtual_packages=virtual_packages)
    platform = PlatformExport(
        target=target, outcomes=outcomes, request=SolveRequest(specs=()), answer=solution, findings=()
    )
    return Export(
        environment=environment,
        question=ExportQuestion(channels=(CHANNEL,)),
        engine=("rattler", "0"),
        platforms=(platform,),
    )


def prefix(*packages: CondaPackage | PipPackage) -> Environment:
    """Return a captured prefix."""
    return Environment(kind="conda-prefix", packages=packages)


def named(solution: Solution, name: str) -> ChannelRecord:
    """Return one record of a solution."""
    return next(record for record in solution.records if record.name == name)


def test_requested_packages_are_listed_with_their_locked_version(tmp_path: Path, solution: Solution) -> None:
    """A captured environment becomes what a person would write: requested packages, versions, no builds."""
    outcomes = (
        kept(named(solution, "zstd"), requested=True),
        kept(named(solution, "libzlib"), requested=False),
    )
    files = write_export(solved(solution, outcomes, environment=prefix()), tmp_path)
    assert files.environment == str(tmp_path / "environment.yml")
    assert (tmp_path / "environment.yml").read_text(encoding="utf-8").splitlines()[-3:] == [
        "dependencies:",
        "  - python=3.12",
        f"  - zstd=={named(solution, 'zstd').version}",
    ]


def test_listed_constraint_stays_as_listed(tmp_path: Path, solution: Solution) -> None:
    """A constraint of an input file is the person's own and is kept; one that the lock does not hold is not."""
    outcomes = (
        kept(named(solution, "zstd"), requested=True, spec=CondaSpec(name="zstd", version=">=1.5")),
        kept(named(solution, "openssl"), requested=True, spec=CondaSpec(name="openssl", version="<2")),
    )
    write_export(solved(solution, outcomes, environment=prefix()), tmp_path)
    text = (tmp_path / "environment.yml").read_text(encoding="utf-8")
    assert "  - zstd>=1.5\n" in text
    assert f"  - openssl=={named(solution, 'openssl').version}\n" in text


def test_translated_environment_file_keeps_its_name_for_itself(tmp_path: Path, solution: Solution) -> None:
    """When an environment.yml was an input, the generated one is environment.conda-forge.yml."""
    package = PipPackage(name="zstd", version=None, requested=True)
    outcomes: tuple[Outcome, ...] = (Mapped(package=package, specs=(CondaSpec(name="zstd"),)),)
    own = InputFile(path=str(tmp_path / "environment.yml"), kind="environment.yml")
    environment = Environment(kind="files", inputs=(own,), packages=(package,))
    files = write_export(solved(solution, outcomes, environment=environment), tmp_path)
    assert files.environment == str(tmp_path / "environment.conda-forge.yml")
    assert not files.own_environment


def test_no_virtual_packages_file_for_the_default_of_conda_lock(tmp_path: Path, solution: Solution) -> None:
    """A target that conda-lock assumes anyway needs no virtual-packages.yaml."""
    outcomes = (kept(named(solution, "zstd"), requested=True),)
    export = solved(solution, outcomes, environment=prefix(), virtual_packages=DEFAULT_OF_CONDA_LOCK)
    assert write_export(export, tmp_path).virtual_packages is None
    assert not (tmp_path / "virtual-packages.yaml").exists()


def test_old_virtual_packages_file_is_brought_up_to_date(tmp_path: Path, solution: Solution) -> None:
    """conda-lock would read a file that an earlier export left, so it must say what holds now."""
    outcomes = (kept(named(solution, "zstd"), requested=True),)
    write_export(solved(solution, outcomes, environment=prefix()), tmp_path)
    assert "__cuda" not in (tmp_path / "virtual-packages.yaml").read_text(encoding="utf-8")
    export = solved(solution, outcomes, environment=prefix(), virtual_packages=DEFAULT_OF_CONDA_LOCK)
    write_export(export, tmp_path)
    assert "__cuda: '11.4'" in (tmp_path / "virtual-packages.yaml").read_text(encoding="utf-8")


def test_virtual_packages_file_of_the_user_is_not_overwritten(tmp_path: Path, solution: Solution) -> None:
    """A virtual-packages.yaml that the user wrote stops the export before anything is written."""
    (tmp_path / "virtual-packages.yaml").write_text("subdirs: {}\n", encoding="utf-8")
    outcomes = (kept(named(solution, "zstd"), requested=True),)
    export = solved(solution, outcomes, environment=prefix(), virtual_packages=DEFAULT_OF_CONDA_LOCK)
    with pytest.raises(OutputError, match=r"virtual-packages\.yaml exists and condasync did not write it"):
        write_export(export, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["virtual-packages.yaml"]


def test_another_engine_leaves_the_old_lock_byte_for_byte(tmp_path: Path, solution: Solution) -> None:
    """The same packages and inputs, verified by another engine, are the same lock."""
    outcomes = (kept(named(solution, "zstd"), requested=True),)
    export = solved(solution, outcomes, environment=prefix())
    write_export(export, tmp_path)
    before = (tmp_path / "conda-lock.yml").read_bytes()
    other = Export(
        environment=export.environment, question=export.question, engine=("libmamba", "2"), platforms=export.platforms
    )
    write_export(other, tmp_path)
    assert (tmp_path / "conda-lock.yml").read_bytes() == before
    assert b"rattler 0" in before


def test_further_formats_stand_beside_the_lock(tmp_path: Path, solution: Solution) -> None:
    """One file per format, with the platform in its name where it holds one; what they leave out is found."""
    export = solved(solution, (), environment=prefix())
    formats = [format_named(name) for name in ("explicit", "pixi-lock", "conda-lock-v1", "explicit", "pylock")]
    planned = planned_files(export, tmp_path, formats=formats)
    assert [Path(name).name for name in planned.named.more] == ["conda-linux-64.lock", "pixi.lock", "pylock.toml"]
    assert planned.changed() == tuple(file.path for file in planned.files)
    assert [finding.where for finding in planned.findings] == ["pylock.toml"]
    write_all(planned.files)
    assert planned_files(export, tmp_path, formats=formats).changed() == ()


@pytest.mark.parametrize("text", ["version: 2\n", "# This lock file was generated by condasync.\npackage: ["])
def test_an_unreadable_lock_is_only_replaced_by_force(tmp_path: Path, solution: Solution, text: str) -> None:
    """Whoever wrote it, and whether or not condasync's mark is on it."""
    export = solved(solution, (), environment=prefix())
    lock = tmp_path / "conda-lock.yml"
    lock.write_text(text, encoding="utf-8")
    with pytest.raises(LockFileError):
        write_export(export, tmp_path)
    assert lock.read_text(encoding="utf-8") == text
    write_all(planned_files(export, tmp_path, force=True).files)
    assert "zstd" in lock.read_text(encoding="utf-8")


def test_another_engine_changes_nothing(tmp_path: Path, solution: Solution) -> None:
    """Packages and inputs decide; who verified them does not."""
    export = solved(solution, (), environment=prefix())
    write_export(export, tmp_path)
    assert planned_files(replace(export, engine=("libmamba", "9")), tmp_path).changed() == ()
