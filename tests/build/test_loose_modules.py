"""Modules that no package owns are reported."""

from __future__ import annotations

from pathlib import Path

from condasync.build.loose_modules import loose_modules
from condasync.model.environment import Environment
from condasync.model.package import LocalPackage
from tests.build.conftest import WriteTree


def test_folders_of_the_path_are_reported_once(tmp_path: Path, write_tree: WriteTree) -> None:
    """PYTHONPATH and `.pth` folders with modules are told; projects that are packages already, and the prefix, not."""
    loose = write_tree(tmp_path / "loose", {"tool.py": "", "pkg/__init__.py": "", "setup.py": "", "bad-name.py": ""})
    other = write_tree(tmp_path / "other", {"helper.py": ""})
    project = write_tree(tmp_path / "project", {"src/mine/__init__.py": ""})
    empty = write_tree(tmp_path / "empty", {"notes.txt": ""})
    site = tmp_path / "venv" / "lib" / "python3.11" / "site-packages"
    lines = [str(other), str(loose), str(project / "src"), "import os; x", "# remark", "below", "x" * 5000]
    write_tree(site, {"paths.pth": "\n".join(lines), "below/inner.py": ""})
    environment = Environment(
        kind="venv",
        prefix=str(tmp_path / "venv"),
        packages=(LocalPackage(name="mine", version="1", path=str(project), editable=True),),
    )
    findings = loose_modules(environment, [loose, loose, empty, tmp_path / "gone"])
    assert [(one.code, one.where) for one in findings] == [
        ("loose-module", str(loose)),
        ("loose-module", str(other)),
    ]
    assert findings[0].text == (
        f"{loose} is on PYTHONPATH and holds modules that no package owns: pkg, tool; "
        f"--include-module {loose} takes them along"
    )
    assert "on the path by paths.pth" in findings[1].text


def test_environment_from_files_has_none() -> None:
    """Without a prefix and a PYTHONPATH there is nothing to report."""
    assert loose_modules(Environment(kind="files"), ()) == ()


def test_the_working_directory_is_reported(tmp_path: Path, write_tree: WriteTree) -> None:
    """With modules and packages, without what only tools read; a single one is named by its path."""
    files = {"train.py": "", "pkg/__init__.py": "", "setup.py": "", "conftest.py": "", "test_x.py": "", "a-b.py": ""}
    here = write_tree(tmp_path / "my here", files)
    (finding,) = loose_modules(Environment(kind="venv"), (), here)
    assert (finding.code, finding.severity, finding.where) == ("loose-module", "note", str(here))
    assert "no package owns: pkg, train; " in finding.text
    assert finding.text.endswith(f"--include-module '{here}'")
    (here / "pkg" / "__init__.py").unlink()
    (alone,) = loose_modules(Environment(kind="venv"), (), here)
    assert alone.where == str(here / "train.py")
    assert loose_modules(Environment(kind="venv"), [here], here)[0].text.startswith(f"{here} is on PYTHONPATH")


def test_what_comes_along_already_is_not_reported(tmp_path: Path, write_tree: WriteTree) -> None:
    """A project of the environment, the prefix itself, and each module that was included."""
    here = write_tree(tmp_path / "here", {"one.py": "", "two/__init__.py": "", "deep/notes.txt": ""})

    def told(*paths: Path, working: Path = here) -> list[str]:
        packages = tuple(LocalPackage(name=str(at), version=None, path=str(at), editable=False) for at in paths)
        environment = Environment(kind="venv", prefix=str(tmp_path / "venv"), packages=packages)
        return [one.text.partition("owns: ")[2].partition(";")[0] for one in loose_modules(environment, (), working)]

    assert told() == ["one, two"]
    assert told(here / "one.py") == ["two"]
    assert told(here / "one.py", here / "two") == []
    assert told(here) == []
    assert told(here, working=here / "deep") == []
    assert told(working=tmp_path / "gone") == []
    assert told(working=write_tree(tmp_path / "venv" / "lib", {"x.py": ""})) == []
