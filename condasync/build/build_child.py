"""Build one wheel in an isolated environment; the program of a child process, so that it can be stopped as a whole.

Reads the JSON file that its argument names: `source`, `output`, `venv`, `python`, `requires`, `source_map`,
`scm_version`, `offline` and `find_links`.
Everything it prints belongs to the build's log; the wheel lies in `output` when it exits with 0.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from build import BuildBackendException, BuildException, ProjectBuilder

from condasync.build.conda_archive import EPOCH

_NOT_FOR_BUILDS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__")


def main() -> int:
    """Build what the request asks for and return the exit code."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    _prepare_environment(request["source_map"], request["scm_version"])
    if request["offline"]:
        _stay_offline(request["find_links"])
    venv = Path(request["venv"])
    subprocess.run([request["python"], "-I", "-m", "venv", "--without-pip", str(venv)], check=True)
    python = str(venv / "bin" / "python")
    os.environ["PATH"] = os.pathsep.join([str(venv / "bin"), os.environ.get("PATH", os.defpath)])
    try:
        builder = ProjectBuilder(request["source"], python_executable=python, runner=_run)
        first = {*builder.build_system_requires, *request["requires"]}
        _install(python, first)
        _install(python, builder.get_requires_for_build("wheel") - first)
        builder.build("wheel", request["output"])
    except BuildBackendException as fault:
        sys.stdout.write(f"the build backend failed: {fault}\n")
        return 1
    except (BuildException, subprocess.CalledProcessError) as fault:
        sys.stdout.write(f"the build failed: {fault}\n")
        return 1
    return 0


def _prepare_environment(source_map: str, scm_version: str | None) -> None:
    """Make builds repeatable, and keep what is importable here away from them."""
    for name in _NOT_FOR_BUILDS:
        os.environ.pop(name, None)
    os.environ["SOURCE_DATE_EPOCH"] = str(EPOCH)
    os.environ["PYTHONHASHSEED"] = "0"
    os.environ["GIT_OPTIONAL_LOCKS"] = "0"
    flags = f"-ffile-prefix-map={source_map}=."
    for name in ("CFLAGS", "CXXFLAGS"):
        os.environ[name] = f"{os.environ.get(name, '')} {flags}".strip()
    if scm_version is not None:
        os.environ["SETUPTOOLS_SCM_PRETEND_VERSION"] = scm_version
        os.environ["PDM_BUILD_SCM_VERSION"] = scm_version


def _stay_offline(find_links: Sequence[str]) -> None:
    """Keep pip, and whatever the backend runs of it, to folders of this machine."""
    stated = [place for place in os.environ.get("PIP_FIND_LINKS", "").split() if _is_here(place)]
    os.environ["PIP_NO_INDEX"] = "1"
    os.environ["PIP_FIND_LINKS"] = " ".join([*stated, *(Path(folder).as_uri() for folder in find_links)])


def _is_here(place: str) -> bool:
    return "://" not in place or place.startswith("file:")


def _install(python: str, requires: Collection[str]) -> None:
    if not requires:
        return
    if importlib.util.find_spec("pip") is not None:
        pip = [sys.executable, "-m", "pip", "--python", python]
    else:
        subprocess.run([python, "-I", "-m", "ensurepip"], check=True)
        pip = [python, "-m", "pip"]
    subprocess.run([*pip, "install", "--no-warn-script-location", *sorted(requires)], check=True)


def _run(cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None) -> None:
    sys.stdout.flush()
    subprocess.run(cmd, cwd=cwd, env={**os.environ, **(extra_environ or {})}, check=True)


if __name__ == "__main__":
    raise SystemExit(main())
