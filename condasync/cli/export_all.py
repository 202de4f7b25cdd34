"""`condasync export --all`: every environment of a project, each in a process of its own, here or on a cluster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import typer

from condasync.cli.option_words import given_options, given_words
from condasync.cli.run import BUG, CommandResult, run
from condasync.errors import CondasyncError, UsageError
from condasync.settings import NamedEnvironment, Settings, read_settings

_OWN = frozenset({"all_", "json", "scheduler"})
_NAMED = {"file": "-f", "output": "-o", "platform": "--platform", "prefix": "--prefix"}


class OneOfManyError(CondasyncError):
    """One of several environments could not be locked; `environment` names it."""

    code = "environment"
    exit_code = 1


def export_all(context: typer.Context, *, as_json: bool, scheduler: str | None = None) -> int:
    """Lock every environment that pyproject.toml names, with the options of the command line."""

    def body() -> CommandResult:
        settings = read_settings(os.environ, Path.cwd())
        environments = settings.environments
        if not environments:
            raise UsageError(
                "--all finds no environment",
                hints=('name them in pyproject.toml: [tool.condasync.environments.NAME] inputs = ["environment.yml"]',),
            )
        words = _words(context)
        if scheduler is None:
            return _result(environments, _locked_here(environments, words))
        return _result(environments, _locked_there(environments, words, scheduler, settings))

    return run("export", body, as_json=as_json)


def _locked_here(environments: Sequence[NamedEnvironment], words: Sequence[str]) -> list[dict[str, Any]]:
    if not environments:
        return []
    # The first one fetches the repodata, which the others find in the cache.
    first, *others = environments
    envelopes = [_locked(first, words)]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return envelopes + list(pool.map(lambda one: _locked(one, words), others))


def _locked_there(
    environments: Sequence[NamedEnvironment], words: Sequence[str], scheduler: str, settings: Settings
) -> list[dict[str, Any]]:
    """Return the envelopes of environments that a cluster locks; what needs this machine is locked here meanwhile."""
    from condasync.cluster.export_all import exported, job_for

    found: dict[str, dict[str, Any]] = {}
    jobs = []
    for environment in environments:
        try:
            job = job_for(environment, words, settings, os.environ)
        except CondasyncError as error:
            found[environment.name] = _envelope(error)
            continue
        if job is not None:
            jobs.append(job)
    here = [one for one in environments if one.name not in found and all(one.name != job.name for job in jobs)]
    with ThreadPoolExecutor(max_workers=1) as pool:
        beside = pool.submit(_locked_here, here, words)
        envelopes = exported(jobs, scheduler) if jobs else []
    found |= dict(zip((job.name for job in jobs), envelopes, strict=True))
    found |= dict(zip((one.name for one in here), beside.result(), strict=True))
    return [found[one.name] for one in environments]


def _envelope(error: CondasyncError) -> dict[str, Any]:
    row = {"code": error.code, "message": error.message, "hints": list(error.hints)}
    return {"exit_code": error.exit_code, "data": {}, "errors": [row]}


def _words(context: typer.Context) -> list[str]:
    """Return the options that the user gave, as words."""
    for option in given_options(context):
        if option.name in _NAMED:
            raise UsageError(
                f"--all and {_NAMED[option.name]} exclude each other", hints=("pyproject.toml names the inputs",)
            )
    return given_words(context, leave=_OWN)


def _locked(environment: NamedEnvironment, words: Sequence[str]) -> dict[str, Any]:
    inputs = [word for path in environment.inputs for word in ("-f", path)]
    platforms = [word for platform in environment.platforms for word in ("--platform", platform)]
    command = [sys.executable, "-m", "condasync", "export", *words, *inputs, *platforms, "-o", environment.output]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False)
    try:
        envelope: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        error = {"message": done.stderr.strip() or f"ended with {done.returncode}", "hints": []}
        return {"exit_code": BUG, "data": {}, "errors": [error]}
    return envelope


def _result(environments: Sequence[NamedEnvironment], envelopes: Sequence[dict[str, Any]]) -> CommandResult:
    named = [(one.name, envelope) for one, envelope in zip(environments, envelopes, strict=True)]
    errors = tuple(
        OneOfManyError(f"{name}: {error['message']}", hints=tuple(error["hints"]), environment=name)
        for name, envelope in named
        for error in envelope["errors"]
    )
    return CommandResult(
        data={"environments": {name: envelope["data"] for name, envelope in named}},
        text="\n".join(_line(name, envelope) for name, envelope in named if not envelope["errors"]),
        exit_code=max(envelope["exit_code"] for _, envelope in named),
        errors=errors,
    )


def _line(name: str, envelope: dict[str, Any]) -> str:
    data = envelope["data"]
    changed = ", ".join(data["changed_files"]) or "nothing"
    return f"{name}: {data['counts']['locked']} packages locked for {', '.join(data['platforms'])}; changed: {changed}"
