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
