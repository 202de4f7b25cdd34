"""Requirement lines on a target: markers, extras, constraint files, and constraints in conda's terms."""

from __future__ import annotations

import pytest

from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.translate.listed import asked_by, conda_constraint, lines_for


def line(name: str, specifier: str = "", marker: str | None = None, extras: tuple[str, ...] = ()) -> PipRequirement:
    """Return a requirement line."""
    return PipRequirement(name=name, specifier=specifier, marker=marker, extras=extras)


def test_only_lines_whose_marker_holds_count(target: Target) -> None:
    """Markers are answered for the target: Linux, Python 3.11."""
    here = line("x", ">=1", 'sys_platform == "linux"')
    lines = (line("x", ">=2", 'sys_platform == "win32"'), here, line("x", ">=3", 'python_version < "3.11"'))
    assert lines_for(lines, target) == (here,)


def test_lines_are_joined_and_constraint_files_narrow(target: Target) -> None:
    """Several lines of one package count together; `-c` files narrow it, their other lines do not."""
    constraints = (line("NumPy", "<2"), line("numpy", "<1", 'sys_platform == "win32"'), line("scipy", "<3"))
    listed = asked_by((line("numpy", ">=1.20"), line("numpy", ">=1.20")), constraints, target)
    assert listed.specifiers == (">=1.20", "<2")


def test_extras_of_all_lines_count(target: Target) -> None:
    """Extras are normalised and sorted; a constraint file adds none."""
    listed = asked_by(
        (line("dask", extras=("DataFrame",)), line("dask", extras=("array", "my_extra"))),
        (line("dask", extras=("complete",)),),
        target,
    )
    assert listed.extras == ("array", "dataframe", "my-extra")


@pytest.mark.parametrize(
    ("specifiers", "release_parts", "constraint"),
    [
        ((), None, ""),
        ((">=1.20", "<2"), None, ">=1.20,<2a0"),
        (("==2.1.0+cu118",), None, "==2.1.0"),
        (("==4.8.0.76",), 3, "4.8.0.*"),
        (("~=4.8.0.76",), 3, "4.8.0.*"),
        ((">=4.5.1.48",), 3, ">=4.5.1"),
        ((">4.5.1.48,<=4.8.0.76",), 3, ">=4.5.1,<=4.8.0"),
        (("<4.8",), 3, "<4.8a0"),
        (("!=4.8.0.76",), 3, ""),
        (("!=4.8.*",), 3, "!=4.8.*"),
        (("==4.8.*",), 3, "4.8.*"),
        (("==2.20.5",), 3, "2.20.5.*"),
        (("==0.0.2",), 0, ""),
    ],
)
def test_constraints(specifiers: tuple[str, ...], release_parts: int | None, constraint: str) -> None:
    """Local versions are left off, and where versions differ in length only the shared numbers are compared."""
    assert conda_constraint(specifiers, release_parts) == constraint


@pytest.mark.parametrize("specifier", ["=>1", "==", ">=not-a-version"])
def test_malformed_specifiers_are_refused(specifier: str) -> None:
    """A specifier that cannot be read is an error, not any version."""
    with pytest.raises(ValueError, match=r"."):
        conda_constraint((specifier,), None)
