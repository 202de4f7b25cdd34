"""Real virtual environments and stand-ins for broken ones are captured."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from condasync.capture.prefixes.layout import executable_of
from condasync.capture.prefixes.python_env import PythonExecutable, PythonPrefix
from condasync.capture.prefixes.search_path import Outside
from condasync.errors import CaptureError
from condasync.model.environment import Environment
from condasync.model.package import PipPackage

_VERSION = ".".join(str(part) for part in sys.version_info[:3])


def _capture(prefix: Path, outside: Outside | None = None) -> Environment:
    return PythonPrefix(
        prefix=prefix, kind="venv", executable=executable_of(prefix), outside=outside or Outside()
    ).capture()


def _origins(environment: Environment) -> dict[str, str]:
    return {p.name: p.distribution.origin for p in environment.packages if isinstance(p, PipPackage) and p.distribution}


def test_a_venv_is_captured(tmp_path: Path, make_venv: Callable[..., Path], write_dist: Callable[..., Path]) -> None:
    """Proves what is said of a real venv: its own packages, its Python, nothing of the user's shell."""
    site = make_venv(tmp_path / "venv")
    write_dist(site, "httpx", "0.27", requested=True, requires=("idna",))
    write_dist(site, "idna", "3.7")
    write_dist(tmp_path / "extra", "stray", "1")
    environment = _capture(tmp_path / "venv", Outside(user_base=tmp_path / "extra"))
    assert (environment.kind, environment.prefix, environment.findings) == ("venv", str(tmp_path / "venv"), ())
    assert (environment.python, environment.channels) == (_VERSION, ())
    assert environment.platform is not None
    assert {package.name: package.requested for package in environment.packages if isinstance(package, PipPackage)} == {
        "httpx": True,
        "idna": False,
    }
    assert _origins(environment) == {"httpx": "env", "idna": "env"}


def test_no_code_of_the_environment_runs(tmp_path: Path, make_venv: Callable[..., Path]) -> None:
    """Proves that `.pth` code, sitecustomize and usercustomize stay unrun, though a plain start would run them."""
    site = make_venv(tmp_path / "venv")
    mark = f"import pathlib; pathlib.Path({str(tmp_path / 'ran')!r}).touch()\n"
    (site / "code.pth").write_text(mark)
    (site / "sitecustomize.py").write_text(mark)
    assert _capture(tmp_path / "venv").findings == ()
    assert not (tmp_path / "ran").exists()
    subprocess.run([tmp_path / "venv" / "bin" / "python", "-B", "-c", ""], check=True)
    assert (tmp_path / "ran").exists()


def test_system_and_user_sites_are_marked(
    tmp_path: Path, make_venv: Callable[..., Path], write_dist: Callable[..., Path]
) -> None:
    """Proves that an open venv shows the user's and the base interpreter's packages, its own before them."""
    site = make_venv(tmp_path / "venv", "--system-site-packages")
    write_dist(site, "ours", "1")
    write_dist(site, "both", "1")
    user_site = tmp_path / "user" / site.relative_to(tmp_path / "venv")
    write_dist(user_site, "theirs", "1")
    write_dist(user_site, "both", "2")
    write_dist(tmp_path / "extra", "early", "1")
    outside = Outside(python_path=(tmp_path / "extra",), user_base=tmp_path / "user")
    environment = _capture(tmp_path / "venv", outside)
    origins = _origins(environment)
    expected = {"ours": "env", "both": "env", "theirs": "user-site", "early": "pythonpath"}
    assert expected == {name: origins.pop(name) for name in expected}
    assert set(origins.values()) <= {"system-site"}
    assert "both 1 hides version 2 (user-site)" in [finding.text for finding in environment.findings]


def test_the_system_s_own_packages_are_seen(tmp_path: Path, make_venv: Callable[..., Path]) -> None:
    """Proves that the names of an open venv are those that its interpreter itself lists."""
    make_venv(tmp_path / "venv", "--system-site-packages")
    code = (
        "import importlib.metadata as m; print(*{d.metadata['Name'] for d in m.distributions() if d.metadata['Name']})"
    )
    listed = subprocess.run(
        [tmp_path / "venv" / "bin" / "python", "-B", "-s", "-E", "-c", code],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert sorted(listed.stdout.split()) == sorted(package.name for package in _capture(tmp_path / "venv").packages)


@pytest.mark.parametrize("damage", ["gone", "garbage", "elsewhere"])
def test_a_broken_interpreter_is_a_finding_and_the_files_are_read(
    tmp_path: Path, make_venv: Callable[..., Path], write_dist: Callable[..., Path], damage: str
) -> None:
    """Proves the fallback: same packages, version from pyvenv.cfg, and a finding that says why."""
    write_dist(make_venv(tmp_path / "venv"), "httpx", "0.27")
    sound = _capture(tmp_path / "venv")
    for link in (tmp_path / "venv" / "bin").glob("python*"):
        link.unlink()
    python = tmp_path / "venv" / "bin" / "python"
    if damage == "gone":
        python.symlink_to(tmp_path / "uninstalled" / "python3")
    elif damage == "garbage":
        python.write_text("#!/bin/sh\necho '{}'\n")
        python.chmod(0o755)
    else:  # a copied environment: its script starts the interpreter of another place
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)
    environment = _capture(tmp_path / "venv")
    assert environment.packages == sound.packages
    assert (environment.python, environment.platform) == (sound.python, sound.platform)
    (finding,) = environment.findings
    assert (finding.code, finding.where) == ("interpreter-unusable", str(python))
    reason = {"gone": "cannot be started", "garbage": "its answer lacks", "elsewhere": f"speaks of {sys.prefix}"}
    assert reason[damage] in finding.text


@pytest.mark.parametrize("settings", ["", "version = 3.8.1\n"])
def test_without_a_true_version_the_folder_gives_the_minor(
    tmp_path: Path, write_dist: Callable[..., Path], settings: str
) -> None:
    """Proves that a venv with an empty or outdated pyvenv.cfg and no interpreter is still captured."""
    (tmp_path / "pyvenv.cfg").write_text(settings)
    write_dist(tmp_path / "lib" / "python3.9" / "site-packages", "httpx", "0.27")
    environment = _capture(tmp_path)
    assert (environment.python, [p.name for p in environment.packages]) == ("3.9", ["httpx"])
    assert "there is none" in environment.findings[0].text


def test_with_neither_interpreter_nor_files_there_is_no_capture(tmp_path: Path) -> None:
    """Proves that the error says what was tried and what to do."""
    (tmp_path / "pyvenv.cfg").write_text("version = 3.11.7\n")
    with pytest.raises(
        CaptureError, match=r"could not be asked \(there is none\), and there is no lib/pythonX.Y"
    ) as caught:
        _capture(tmp_path)
    assert caught.value.hints == ("name another environment with --prefix DIR", "or read a file: -f FILE")


def test_an_executable_by_itself_says_where_it_belongs(tmp_path: Path) -> None:
    """Proves that a wrapper such as a version manager's shim is followed to its prefix."""
    shim = tmp_path / "python3"
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    shim.chmod(0o755)
    environment = PythonExecutable(executable=shim).capture()
    assert environment.prefix == sys.prefix
    assert environment.packages == PythonExecutable(executable=Path(sys.executable)).capture().packages
    assert "pytest" in [package.name for package in environment.packages]


def test_an_executable_of_a_conda_prefix_gives_the_conda_prefix(conda_prefix: Path, tmp_path: Path) -> None:
    """Proves that conda's records are read when an interpreter says that it belongs to a conda prefix."""
    answer = (
        f'{{"prefix": "{conda_prefix}", "version": "3.11.7", "sys_platform": "linux", "machine": "x86_64", '
        '"in_venv": false, "own_sites": [], "base_sites": [], "user_scheme": null}'
    )
    shim = tmp_path / "python3"
    shim.write_text(f"#!/bin/sh\necho '{answer}'\n")
    shim.chmod(0o755)
    assert PythonExecutable(executable=shim).capture().kind == "conda-prefix"


def test_an_executable_that_does_not_answer_is_an_error(tmp_path: Path) -> None:
    """Proves that without a prefix there is nothing to fall back to."""
    (tmp_path / "python").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    with pytest.raises(CaptureError, match="this interpreter could not be asked") as caught:
        PythonExecutable(executable=tmp_path / "python").capture()
    assert caught.value.hints
