"""For dask-jobqueue and for job scripts of one's own: the prologue as configuration of Dask, or as shell text."""

from __future__ import annotations

from condasync.hook.launch import Launch
from condasync.hook.prologue import prologue
from condasync.hook.yaml_text import yaml_text

# `jobqueue.local` runs no shell and therefore no prologue.
SYSTEMS = ("htcondor", "lsf", "moab", "oar", "pbs", "sge", "slurm")
PYTHON = '"$CONDASYNC_PREFIX/bin/python"'


def jobqueue(launch: Launch) -> str:
    """Return a file for a folder of Dask's configuration: every cluster class of dask-jobqueue takes its part."""
    launch.version("distributed")
    settings = {"python": PYTHON, "job-script-prologue": list(prologue(launch))}
    return yaml_text({"jobqueue": dict.fromkeys(SYSTEMS, settings)})


def shell(launch: Launch) -> str:
    """Return lines for a job script, to be sourced before the Python of the lock is used."""
    return "\n".join(prologue(launch)) + "\n"
