"""Prefixes made and changed from locks, with real packages, wheels and interpreters."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from condasync.capture.prefixes.detect import source_for_prefix
from condasync.errors import ApplyError
from condasync.model.lockfile import LockedPackage
from condasync.model.plan import Change
from condasync.plan.contents import contents_of_environment, contents_of_lock
from condasync.plan.diff import diff
from tests.apply.world import PLACEHOLDER, PLATFORM, SITE, Content, World, lock_of, tree_bytes, tree_state

TOOL = Content(data=f"#!/bin/sh\necho {PLACEHOLDER}\n".encode(), mode="text", executable=True)


def test_new_prefix_runs(world: World) -> None:
    """A new prefix holds the lock's packages; its python, entry points and wheels run, and `diff` is empty."""
    rows = (
        world.python(),
        world.conda("alpha", "1.0", noarch="python", depends=["python >=3.9"], entry_points=["alpha = alpha:main"],
                    files={"site-packages/alpha.py": "def main() -> None:\n    print('alpha runs')\n"}),
        world.conda("tool", "1.0", {"bin/tool": TOOL}),
        world.wheel("gamma", "0.1", script="gamma"),
    )  # fmt: skip
    applied = world.apply(rows)
    assert applied.changed
    assert world.script("alpha") == "alpha runs"
    assert world.script("tool") == str(world.prefix)
    assert world.script("gamma") == "gamma 0.1"
    assert _difference(world, rows) == ()
    assert sorted(path.name for path in world.prefix.parent.iterdir()) == ["env"]


def test_records_state_the_locks_origin(world: World) -> None:
    """conda-meta has the lock's URL and digests and the package's own depends and constrains, and no cache's URL."""
    row = world.conda("alpha", "1.0", noarch="python", depends=["python >=3.9"])
    elsewhere = world.folder / "artifacts"
    (world.channel / "noarch").rename(elsewhere)
    told = "https://conda.anaconda.org/some-channel/noarch/alpha-1.0-0.conda"
    world.apply([world.python(), _at(row, told)], artifacts=(elsewhere,))
    path = world.prefix / "conda-meta" / "alpha-1.0-0.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    assert (record["url"], record["channel"]) == (told, "https://conda.anaconda.org/some-channel/")
    assert (record["sha256"], record["md5"]) == (row.sha256, row.md5)
    assert record["depends"] == ["python >=3.9"]
    assert record["constrains"] == ["nothing-of-that-name >=1"]
    assert record["requested_spec"] == "alpha"
    assert path.stat().st_mode & 0o777 == 0o644


def test_update_downgrade_and_removal(world: World) -> None:
    """Packages of both kinds change to what each next lock says, in either direction, and go when it has them not."""
    python = world.python()
    first = (python, world.conda("alpha", "1.0", noarch="python"), world.wheel("gamma", "1.0", script="gamma"))
    second = (python, world.conda("alpha", "2.0", noarch="python"), world.wheel("gamma", "2.0", script="gamma"))
    world.apply(first)
    world.apply(second)
    assert world.run("import alpha, gamma; print(alpha.version, gamma.version)") == "2.0 2.0"
    world.apply(first)
    assert world.run("import alpha, gamma; print(alpha.version, gamma.version)") == "1.0 1.0"
    world.apply((python,))
    left = tree_bytes(world.prefix)
    assert not [path for path in left if "alpha" in path or "gamma" in path]
    assert _difference(world, (python,)) == ()


def test_bytecode_of_what_changes_goes(world: World) -> None:
    """A module whose source keeps size and time is not run from the bytecode of its former version."""
    python = world.python()
    for version in ("0.1", "0.2"):
        rows = (python, world.conda("alpha", version, noarch="python"), world.wheel("gamma", version))
        world.apply(rows)
        sources = [world.prefix / SITE / f"{name}.py" for name in ("alpha", "gamma")]
        for source in sources:
            os.utime(source, (1e9, 1e9))
        code = "import sys; sys.dont_write_bytecode = False; import alpha, gamma; print(alpha.version, gamma.version)"
        assert world.run(code) == f"{version} {version}"
        assert list((world.prefix / SITE / "__pycache__").glob("gamma.*.pyc"))


def test_files_of_the_user_are_kept(world: World) -> None:
    """What no package brought stays, with its times and links; the old prefix's links lead to the new one."""
    python = world.python()
    world.apply((python, world.conda("alpha", "1.0", noarch="python")))
    mine = world.prefix / "share" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("my notes", encoding="utf-8")
    (world.prefix / "notes").symlink_to(mine)
    (world.prefix / "shared").symlink_to(mine.parent)
    before = mine.stat()
    world.apply((python, world.conda("alpha", "2.0", noarch="python")))
    assert mine.read_text(encoding="utf-8") == "my notes"
    assert (mine.stat().st_ino, mine.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert (world.prefix / "notes").read_text(encoding="utf-8") == "my notes"
    assert (world.prefix / "shared" / "mine.txt").read_text(encoding="utf-8") == "my notes"


def test_a_file_in_the_way_is_moved_aside(world: World) -> None:
    """A file of the user's with the name of a coming one is kept under another name, and that is said."""
    python = world.python()
    world.apply((python,))
    for path in ("bin/tool", f"{SITE}/gamma.py"):
        (world.prefix / path).write_text("mine", encoding="utf-8")
    applied = world.apply((python, world.conda("tool", "1.0", {"bin/tool": TOOL}), world.wheel("gamma", "1.0")))
    assert [finding.code for finding in applied.findings] == ["file-moved-aside", "file-moved-aside"]
    for path in ("bin/tool", f"{SITE}/gamma.py"):
        assert (world.prefix / f"{path}.condasync-saved").read_text(encoding="utf-8") == "mine"
    assert world.script("tool") == str(world.prefix)


def test_nothing_to_change_touches_nothing(world: World) -> None:
    """An apply without a difference changes no inode, size or time, also of the folder above."""
    rows = (world.python(), world.conda("alpha", "1.0", noarch="python"), world.wheel("gamma", "0.1"))
    world.apply(rows)
    before = tree_state(world.prefix.parent)
    applied = world.apply(rows)
    assert not applied.changed
    assert applied.plan.empty
    assert tree_state(world.prefix.parent) == before


def test_dry_run_touches_nothing(world: World) -> None:
    """A dry run says what would change and writes neither beside the prefix nor into the cache."""
    rows = (world.python(),)
    applied = world.apply(rows, dry_run=True)
    assert [change.name for change in applied.plan.changes] == ["python"]
    assert not applied.changed
    assert not world.prefix.parent.exists()
    assert not world.cache.exists()


def test_one_wrong_byte_is_refused_before_anything_is_linked(world: World) -> None:
    """A package file with one byte changed is refused, with both digests, and the prefix is as it was."""
    python = world.python()
    world.apply((python,))
    row = world.conda("alpha", "1.0", noarch="python")
    file = world.channel / "noarch" / "alpha-1.0-0.conda"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    before = tree_state(world.prefix)
    with pytest.raises(ApplyError, match=r"alpha 1\.0") as caught:
        world.apply((python, row))
    assert caught.value.exit_code == 7
    assert caught.value.facts["expected"] == row.sha256
    assert caught.value.facts["found"] != row.sha256
    assert tree_state(world.prefix) == before


def test_another_python_minor_installs_everything_of_python_again(world: World) -> None:
    """With another minor, noarch packages and wheels that the lock leaves alone move to its site-packages."""
    kept = (world.conda("alpha", "1.0", noarch="python"), world.wheel("gamma", "1.0", script="gamma"))
    world.apply((world.python("3.10.1"), *kept))
    assert (world.prefix / "lib/python3.10/site-packages/gamma.py").exists()
    rows = (world.python("3.12.1"), *kept)
    applied = world.apply(rows)
    assert [change.name for change in applied.plan.changes] == ["python"]
    site = world.prefix / "lib/python3.12/site-packages"
    assert (site / "gamma.py").exists()
    assert (site / "alpha.py").exists()
    assert not list((world.prefix / "lib/python3.10").rglob("*.py"))
    assert (world.prefix / "bin/gamma").read_text(encoding="utf-8").startswith(f"#!{world.prefix}/bin/python3.12\n")
    assert _difference(world, rows) == ()


def test_conda_gets_back_what_pip_wrote_over(world: World) -> None:
    """Where a wheel had replaced files of a conda package, that package is linked again when the wheel goes."""
    python = world.python()
    alpha = world.conda("alpha", "1.0", noarch="python")
    over = world.wheel("other", "1.0", {"alpha.py": "version = 'from the wheel'\n"})
    applied = world.apply((python, alpha, over))
    assert [finding.code for finding in applied.findings] == ["files-replaced"]
    assert world.run("import alpha; print(alpha.version)") == "from the wheel"
    world.apply((python, alpha))
    assert world.run("import alpha; print(alpha.version)") == "1.0"


def test_a_wheel_of_the_same_version_with_other_content_is_a_change(world: World) -> None:
    """The digest of an installed wheel is remembered, so that a rebuilt one is installed."""
    python = world.python()
    world.apply((python, world.wheel("gamma", "1.0", {"gamma.py": "x = 1\n"}, build="1")))
    rebuilt = (python, world.wheel("gamma", "1.0", {"gamma.py": "x = 2\n"}, build="2"))
    applied = world.apply(rebuilt)
    assert [(change.name, change.facts) for change in applied.plan.changes] == [("gamma", ("file",))]
    assert world.run("import gamma; print(gamma.x)") == "2"
    assert not world.apply(rebuilt).changed


def test_a_conda_package_of_the_same_name_with_other_content_is_a_change(world: World) -> None:
    """A package that was built again under its old file name is installed, in spite of what the cache holds."""
    python = world.python()
    world.apply((python, world.conda("alpha", "1.0", {"site-packages/alpha.py": "x = 1\n"}, noarch="python")))
    assert world.run("import alpha; print(alpha.x)") == "1"
    rebuilt = world.conda("alpha", "1.0", {"site-packages/alpha.py": "x = 2\n"}, noarch="python", anew=True)
    applied = world.apply((python, rebuilt))
    assert [(change.name, change.facts) for change in applied.plan.changes] == [("alpha", ("file",))]
    assert world.run("import alpha; print(alpha.x)") == "2"


def test_an_editable_install_gives_way(world: World) -> None:
    """A project that was installed editable is taken out, its folder is left alone, and its package comes in."""
    python, project = world.python(), world.folder / "project"
    world.apply((python,))
    project.mkdir()
    (project / "alpha.py").write_text("version = 'editable'\n", encoding="utf-8")
    site = world.prefix / SITE
    (site / "_alpha.pth").write_text(f"{project}\n", encoding="utf-8")
    meta = site / "alpha-0.9.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: alpha\nVersion: 0.9\n", encoding="utf-8")
    direct = {"url": project.as_uri(), "dir_info": {"editable": True}}
    (meta / "direct_url.json").write_text(json.dumps(direct), encoding="utf-8")
    (meta / "RECORD").write_text("_alpha.pth,,\nalpha-0.9.dist-info/METADATA,,\n", encoding="utf-8")
    assert world.run("import alpha; print(alpha.version)") == "editable"
    rows = (python, world.conda("alpha", "1.0", noarch="python"))
    world.apply(rows)
    assert world.run("import alpha; print(alpha.version)") == "1.0"
    assert not (world.prefix / SITE / "_alpha.pth").exists()
    assert [path.name for path in project.iterdir() if path.name != "__pycache__"] == ["alpha.py"]
    assert _difference(world, rows) == ()


def test_an_edited_file_does_not_reach_the_next_prefix(world: World) -> None:
    """A file that somebody changed in one prefix, and so in the cache behind it, is made anew for the next one."""
    rows = (world.python(), world.conda("alpha", "1.0", noarch="python"))
    world.apply(rows)
    with (world.prefix / SITE / "alpha.py").open("r+", encoding="utf-8") as file:
        file.write("VERSION")
    other = world.prefix.with_name("other")
    world.apply(rows, prefix=other)
    assert (other / SITE / "alpha.py").read_text(encoding="utf-8") == "version = '1.0'\n"


def test_the_old_prefix_and_the_cache_are_never_written_in_place(world: World) -> None:
    """Files with the prefix in them, entry points and configuration change without touching what they are linked to."""
    python = world.python()

    def rows(version: str) -> tuple[LockedPackage, ...]:
        point = {"site-packages/alpha.py": f"def main() -> None:\n    print({version!r})\n"}
        return (
            python,
            world.conda("alpha", version, point, noarch="python", entry_points=["alpha = alpha:main"]),
            world.conda("tool", version, {"bin/tool": TOOL, "etc/tool.cfg": f"v = {version}\n"}),
        )

    world.apply(rows("1.0"))
    witness = world.folder / "witness"
    _link_all(world.prefix, witness)
    before = tree_bytes(witness)
    world.apply(rows("2.0"))
    assert world.script("alpha") == "2.0"
    assert tree_bytes(witness) == before


@pytest.mark.parametrize("what", ["a package that comes", "a package that goes", "a wheel that comes"])
def test_links_that_lead_out_of_the_prefix(world: World, what: str) -> None:
    """Where a user put a link to a folder elsewhere, packages neither write nor remove anything behind it."""
    python, tool = world.python(), world.conda("tool", "1.0", {"share/tool/tool.txt": "of the package"})
    wheel = world.wheel("gamma", "1.0", {"gamma.py": "", "gamma-1.0.data/data/share/tool/tool.txt": "of the wheel"})
    steps = {"a package that comes": ((python,), (python, tool)), "a wheel that comes": ((python,), (python, wheel))}
    first, second = steps.get(what, ((python, tool), (python,)))
    world.apply(first)
    outside = world.folder / "outside"
    outside.mkdir()
    (outside / "tool.txt").write_text("mine", encoding="utf-8")
    shutil.rmtree(world.prefix / "share", ignore_errors=True)
    (world.prefix / "share").mkdir()
    (world.prefix / "share" / "tool").symlink_to(outside)
    with pytest.raises(ApplyError, match="share/tool: a link leads out of the prefix"):
        world.apply(second)
    assert [path.name for path in outside.iterdir()] == ["tool.txt"]
    assert (outside / "tool.txt").read_text(encoding="utf-8") == "mine"


def test_a_second_file_in_the_way_does_not_replace_the_first(world: World) -> None:
    """Each file that is moved aside gets a name of its own."""
    for text in ("one", "two"):
        world.apply((world.python(),))
        (world.prefix / "bin" / "tool").write_text(text, encoding="utf-8")
        world.apply((world.python(), world.conda("tool", "1.0", {"bin/tool": TOOL})))
    names = ("tool.condasync-saved", "tool.condasync-saved-2")
    assert [(world.prefix / "bin" / name).read_text(encoding="utf-8") for name in names] == ["one", "two"]


def test_two_records_of_one_package(world: World) -> None:
    """What an interrupted update of another tool left is replaced by the lock's package, once another thing changes."""
    python = world.python()
    old, new = (world.conda("alpha", version, noarch="python") for version in ("1.0", "2.0"))
    world.apply((python, old))
    meta = world.prefix / "conda-meta"
    former = (meta / "alpha-1.0-0.json").read_bytes()
    world.apply((python, new))
    (meta / "alpha-1.0-0.json").write_bytes(former)
    rows = (python, new, world.wheel("gamma", "1.0"))
    world.apply(rows)
    assert sorted(path.name for path in meta.glob("alpha*")) == ["alpha-2.0-0.json"]
    assert world.run("import alpha; print(alpha.version)") == "2.0"
    assert _difference(world, rows) == ()


def test_a_record_that_cannot_be_read_is_left_alone(world: World) -> None:
    """A broken file in conda-meta hinders nothing, as it hinders no capture."""
    world.apply((world.python(),))
    broken = world.prefix / "conda-meta" / "broken-1.0-0.json"
    broken.write_text("{", encoding="utf-8")
    world.apply((world.python(), world.conda("alpha", "1.0", noarch="python")))
    assert broken.read_text(encoding="utf-8") == "{"
    assert world.run("import alpha; print(alpha.version)") == "1.0"


def test_what_would_not_be_the_lock_is_not_put_in_place(world: World) -> None:
    """A distribution that a user's `.pth` file brings from outside cannot be taken out: that is said in time."""
    world.apply((world.python(),))
    outside = world.folder / "outside"
    meta = outside / "gamma-1.0.dist-info"
    meta.mkdir(parents=True)
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: gamma\nVersion: 1.0\n", encoding="utf-8")
    (world.prefix / SITE / "mine.pth").write_text(f"{outside}\n", encoding="utf-8")
    before = tree_state(world.prefix)
    with pytest.raises(ApplyError, match=r"would not be what the lock says: gamma \(removed\)"):
        world.apply((world.python(), world.conda("alpha", "1.0", noarch="python")))
    assert tree_state(world.prefix) == before
    assert (meta / "METADATA").exists()


def test_link_scripts_are_not_run_but_said(world: World) -> None:
    """A package with a post-link script is linked, the script is not run, and a finding says so."""
    script = Content(data=b"#!/bin/sh\ntouch $PREFIX/ran\n", executable=True)
    applied = world.apply((world.conda("tool", "1.0", {"bin/.tool-post-link.sh": script}),))
    assert [(finding.code, finding.package) for finding in applied.findings] == [("link-script", "tool")]
    assert not (world.prefix / "ran").exists()


def test_a_prefix_behind_a_link_is_replaced_behind_it(world: World) -> None:
    """The link stays a link, and the folder that it leads to is the new prefix."""
    rows = (world.python(),)
    world.apply(rows)
    link = world.folder / "current"
    link.symlink_to(world.prefix)
    world.apply((*rows, world.conda("alpha", "1.0", noarch="python")), prefix=link)
    assert link.is_symlink()
    assert world.run("import alpha; print(alpha.version)") == "1.0"


def test_an_empty_folder_becomes_the_prefix(world: World) -> None:
    """A prefix may be made where an empty folder stands."""
    world.prefix.mkdir(parents=True)
    world.apply((world.python(),))
    assert world.run("print('runs')") == "runs"


def test_what_the_inputs_named_is_requested(world: World) -> None:
    """Without a word in the lock, what nothing else depends on counts as asked for, of wheels too."""
    base = world.conda("base", "1.0", noarch="python")
    top = world.conda("top", "1.0", noarch="python", depends=["base"])
    world.apply((world.python(), base, top, world.wheel("gamma", "1.0")))
    meta = world.prefix / "conda-meta"
    assert "requested_spec" not in json.loads((meta / "base-1.0-0.json").read_text(encoding="utf-8"))
    assert json.loads((meta / "top-1.0-0.json").read_text(encoding="utf-8"))["requested_spec"] == "top"
    assert (world.prefix / SITE / "gamma-1.0.dist-info" / "REQUESTED").exists()
    assert (world.prefix / SITE / "gamma-1.0.dist-info" / "INSTALLER").read_text(encoding="utf-8") == "condasync\n"


def _difference(world: World, rows: tuple[LockedPackage, ...]) -> tuple[Change, ...]:
    here = contents_of_environment(source_for_prefix(world.prefix).capture(), platform=PLATFORM)
    return diff((here,), contents_of_lock(lock_of(rows))).changes


def _at(row: LockedPackage, url: str) -> LockedPackage:
    return replace(row, url=url)


def _link_all(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        place = target / path.relative_to(source)
        if path.is_file() and not path.is_symlink() and "conda-meta" not in path.parts:
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, place)


def test_a_script_of_two_packages_does_not_reach_the_old_prefix(world: World) -> None:
    """A second package that brings a script of the same name writes a new file, not the one that the old prefix has."""
    first = world.conda("alpha", "1.0", noarch="python", entry_points=["tool = alpha:main"])
    second = world.conda("beta", "1.0", noarch="python", entry_points=["tool = beta:main"])
    world.apply((world.python(), first))
    witness = world.folder / "witness"
    _link_all(world.prefix, witness)
    before = tree_bytes(witness)
    world.apply((world.python(), first, second))
    assert tree_bytes(witness) == before


def test_files_that_come_through_a_link_land_in_the_new_prefix(world: World) -> None:
    """A user's absolute link to a folder of the prefix leads to the new prefix while that is made."""
    world.apply((world.python(),))
    (world.prefix / "real").mkdir()
    (world.prefix / "data").symlink_to(world.prefix / "real")
    world.apply((world.python(), world.conda("tool", "1.0", {"data/tool.txt": "here"})))
    assert (world.prefix / "real" / "tool.txt").read_text(encoding="utf-8") == "here"


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    chunks=st.lists(st.lists(st.binary(max_size=40), min_size=1, max_size=4), min_size=1, max_size=20),
    depth=st.integers(1, 12),
)
def test_the_final_path_stands_in_every_file(world: World, chunks: list[list[bytes]], depth: int) -> None:
    """Text gets the path as it is, binary files keep their length, and the work folder's path is nowhere.

    Digests in conda-meta are those of the files.
    """
    number = uuid.uuid4()  # each example has a prefix of its own, also one that is run again
    mark = PLACEHOLDER.encode()
    clean = [[part.replace(mark, b"") for part in parts] for parts in chunks]
    texts = {f"text/{at}": mark.join(parts) for at, parts in enumerate(clean)}
    binaries = {
        f"bin-data/{at}": b"\0".join([b"", *(part.replace(b"\0", b"") + mark + b"/x:" + mark for part in parts), b""])
        for at, parts in enumerate(clean)
    }
    files: dict[str, str | bytes | Content] = {path: Content(data=data, mode="text") for path, data in texts.items()}
    files |= {path: Content(data=data, mode="binary") for path, data in binaries.items()}
    prefix = world.folder / number.hex / "/".join(["deep"] * depth)
    row = world.conda("tool", "1.0", files, build=number.hex)
    world.apply((row,), prefix=prefix)
    final = str(prefix).encode()
    for path, data in texts.items():
        assert (prefix / path).read_bytes() == data.replace(mark, final)
    for path, data in binaries.items():
        made = (prefix / path).read_bytes()
        assert len(made) == len(data)
        assert [part for part in made.split(b"\0") if part] == [
            part.replace(mark, final) for part in data.split(b"\0") if part
        ]
    record = json.loads((prefix / "conda-meta" / f"tool-1.0-{number.hex}.json").read_text(encoding="utf-8"))
    for entry in record["paths_data"]["paths"]:
        digest = hashlib.sha256((prefix / entry["_path"]).read_bytes()).hexdigest()
        assert entry.get("sha256_in_prefix", entry["sha256"]) == digest
    assert not [path for path, data in tree_bytes(prefix).items() if b".condasync-new-" in data]
