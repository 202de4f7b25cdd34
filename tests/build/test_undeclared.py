"""Captured projects whose build needs more than they say."""

from __future__ import annotations

from pathlib import Path

from condasync.build.undeclared import undeclared_findings
from condasync.model.package import LocalPackage, PipPackage
from tests.build import crick
from tests.build.conftest import MakeProject, WriteTree


def test_only_projects_with_a_gap_are_told(tmp_path: Path, write_tree: WriteTree, make_project: MakeProject) -> None:
    """crick is named with numpy and Cython; whole projects, broken ones and packages of an index are not."""  # noqa: D403
    folders = {
        "crick": write_tree(tmp_path / "crick", crick.FILES),
        "whole": make_project(tmp_path / "whole"),
        "broken": write_tree(tmp_path / "broken", {"pyproject.toml": "["}),
        "gone": tmp_path / "gone",
    }
    packages = [LocalPackage(name=name, version=None, path=str(path), editable=True) for name, path in folders.items()]
    (finding,) = undeclared_findings([*packages, PipPackage(name="x", version="1", requested=True)])
    assert (finding.package, finding.code) == ("crick", "undeclared-build-requirement")
    assert "imports Cython (setup.py:7) and numpy (setup.py:4)" in finding.text
