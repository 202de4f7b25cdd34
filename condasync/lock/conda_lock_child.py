"""Asks conda-lock what it reads in a pyproject.toml or meta.yaml; run in a process of its own, for it loads slowly.

Reads one JSON object from stdin and writes one to stdout; knows conda-lock and nothing of condasync.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import warnings
from pathlib import Path
from typing import Any


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Return hashes and requests per platform, once per table of names, and the platforms that the sources name."""
    from conda_lock.content_hash import compute_content_hashes  # noqa: PLC0415  everything here is slow to load
    from conda_lock.src_parser import _parse_platforms_from_srcs, make_lock_spec  # noqa: PLC0415
    from conda_lock.virtual_package import (  # noqa: PLC0415
        default_virtual_package_repodata,
        virtual_package_repo_from_specification,
    )

    sources = [Path(path) for path in asked["sources"]]
    stated = asked["virtual_packages"]
    virtual = virtual_package_repo_from_specification(Path(stated)) if stated else default_virtual_package_repodata()
    answers = []
    for table in (*_own_tables(), *asked["tables"]):
        spec = make_lock_spec(src_files=sources, platform_overrides=asked["platforms"], mapping_url=table)
        answers.append(
            {
                "hashes": dict(compute_content_hashes(spec, virtual)),
                "requests": {
                    platform: [[one.manager, one.name, getattr(one, "version", None)] for one in requests]
                    for platform, requests in spec.dependencies.items()
                },
            }
        )
    return {"platforms": list(_parse_platforms_from_srcs(sources)), "answers": answers}


def _own_tables() -> list[str]:
    """Return the table that conda-lock has fetched before, if any; nothing is fetched here."""
    from conda_lock.lookup import DEFAULT_MAPPING_URL  # noqa: PLC0415
    from conda_lock.lookup_cache import cached_filename_for_url  # noqa: PLC0415
    from platformdirs import user_cache_path  # noqa: PLC0415

    folder = user_cache_path("conda-lock", appauthor=False) / "cache" / "pypi-mapping"
    path = folder / cached_filename_for_url(DEFAULT_MAPPING_URL)
    return [str(path)] if path.is_file() else []


def main() -> None:
    """Answer one question; a fault is an answer."""
    asked = json.loads(sys.stdin.read())
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            said = answer(asked)
        except (ImportError, TypeError) as error:  # not there, or of another kind than we know
            said = {"unusable": f"{type(error).__name__}: {error}"}
        except Exception as error:  # noqa: BLE001 - conda-lock raises whatever its parsers raise
            said = {"fault": f"{type(error).__name__}: {error}"}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
