"""Capture a virtual environment, or any other place that has a Python interpreter."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from condasync.capture.prefixes.conda_prefix import CondaPrefix, is_conda_prefix
from condasync.capture.prefixes.distributions import find_distributions
from condasync.capture.prefixes.installed import in_order, installed_packages
from condasync.capture.prefixes.interpreter import TIMEOUT, Answer, InterpreterError, ask, host_subdir
from condasync.capture.prefixes.layout import (
    minor_of_site_folder,
    read_pyvenv_cfg,
    shown,
    site_folders,
    version_of_venv,
)
from condasync.capture.prefixes.search_path import NOTHING_OUTSIDE, Outside, SearchEntry, search_path
from condasync.errors import CaptureError
from condasync.model.environment import Environment, SourceKind
from condasync.model.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonPrefix:
    """A venv or another prefix with an interpreter; its interpreter is asked, its files are read when it cannot answer.

    `executable` is the interpreter to ask, None when the prefix has none; `timeout` is in seconds.
    """

    prefix: Path
    kind: SourceKind
    executable: Path | None = None
    outside: Outside = NOTHING_OUTSIDE
    timeout: float = TIMEOUT

    def capture(self) -> Environment:
        """Return what is installed. Raises CaptureError when neither interpreter nor layout say where to look."""
        answer, finding = self._answer()
        return _environment(
            answer, prefix=self.prefix, kind=self.kind, outside=self.outside, findings=(finding,) if finding else ()
        )

    def _answer(self) -> tuple[Answer, Finding | None]:
        try:
            return self._trusted_answer(), None
        except InterpreterError as error:
            text = f"the interpreter of {shown(self.prefix)} could not be asked: {error}; its files were read instead"
            where = shown(self.executable or self.prefix)
            finding = Finding(code="interpreter-unusable", severity="warning", text=text, where=where)
            return _answer_of_layout(self.prefix, str(error)), finding

    def _trusted_answer(self) -> Answer:
        if self.executable is None:
            raise InterpreterError("there is none")
        ours = _same(Path(sys.prefix), self.prefix)
        answer = ask(Path(sys.executable) if ours else self.executable, timeout=self.timeout)
        # a link to an interpreter elsewhere, or a copied environment, speaks of another prefix
        if not _same(answer.prefix, self.prefix):
            raise InterpreterError(f"it speaks of {shown(answer.prefix)}")
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonExecutable:
    """An interpreter that a person named by itself; it alone knows its prefix, which may be a conda prefix."""

    executable: Path
    outside: Outside = NOTHING_OUTSIDE
    timeout: float = TIMEOUT

    def capture(self) -> Environment:
        """Return what is installed for this interpreter. Raises CaptureError when it does not answer."""
        try:
            answer = ask(self.executable, timeout=self.timeout)
        except InterpreterError as error:
            raise CaptureError(
                f"{shown(self.executable)}: this interpreter could not be asked where its packages are: {error}",
                hints=("name the folder of its environment with --prefix DIR", "or read a file: -f FILE"),
                path=shown(self.executable),
            ) from error
        if is_conda_prefix(answer.prefix):
            return CondaPrefix(prefix=answer.prefix, outside=self.outside).capture()
        kind: SourceKind = "venv" if answer.in_venv else "interpreter"
        return _environment(answer, prefix=answer.prefix, kind=kind, outside=self.outside)


def _environment(
    answer: Answer, *, prefix: Path, kind: SourceKind, outside: Outside, findings: tuple[Finding, ...] = ()
) -> Environment:
    entries, path_findings = search_path(_sites(answer, outside))
    found, found_findings = find_distributions(entries)
    packages, package_findings = installed_packages(found, found, python=answer.version)
    return Environment(
        kind=kind,
        prefix=shown(prefix),
        python=answer.version,
        platform=answer.subdir,
        packages=in_order(packages),
        findings=(*findings, *path_findings, *found_findings, *package_findings),
    )


def _sites(answer: Answer, outside: Outside) -> Iterator[SearchEntry]:
    """Yield the folders as `site` orders them: a venv's own come before the user's, a bare interpreter's after."""
    for path in outside.python_path:
        yield SearchEntry(path=path, origin="pythonpath")
    own = [SearchEntry(path=path, origin="env") for path in answer.own_sites]
    user = (
        [SearchEntry(path=outside.user_base / answer.user_scheme, origin="user-site")]
        if outside.user_base and answer.user_scheme
        else []
    )
    yield from (*own, *user) if answer.in_venv else (*user, *own)
    for path in answer.base_sites:
        yield SearchEntry(path=path, origin="system-site")


def _answer_of_layout(prefix: Path, why: str) -> Answer:
    """Return what the files of a prefix say; the packages of a base interpreter stay unseen."""
    try:
        version = version_of_venv(read_pyvenv_cfg(prefix))
    except OSError:
        version = None
    folders = site_folders(prefix, version)
    if not folders:  # pyvenv.cfg may be older than what an upgrade left
        version, folders = None, site_folders(prefix, None)
    if not folders:
        raise CaptureError(
            f"{shown(prefix)}: no Python environment can be read here: its interpreter could not be asked ({why}), "
            "and there is no lib/pythonX.Y/site-packages",
            hints=("name another environment with --prefix DIR", "or read a file: -f FILE"),
            path=shown(prefix),
        )
    return Answer(
        prefix=prefix,
        version=version or minor_of_site_folder(folders[0]),
        subdir=host_subdir(),
        own_sites=folders,
        base_sites=(),
        user_scheme=None,
        in_venv=True,
    )


def _same(first: Path, second: Path) -> bool:
    return os.path.realpath(first) == os.path.realpath(second)
