"""Describe the interpreter that runs this file. Stdlib only, Python 3.6 or later, one line of JSON to stdout.

Run it as `python -I -S -B query.py`. Without `-S` the interpreter would run the code in `.pth` files and
sitecustomize; without `-B` it would write `__pycache__` folders. It reads no variable of the environment.
"""

import json
import os
import platform
import site
import sys


def describe() -> "dict[str, object]":
    """Return the facts that decide where this interpreter looks for distributions.

    `own_sites` are the site-packages folders of the prefix itself, `base_sites` those of the base interpreter when
    they are visible, `user_scheme` the user site relative to the user base, None when user sites are switched off.
    """
    if sys.flags.no_site:
        _enter_venv()
    own = list(site.getsitepackages([sys.prefix]))
    return {
        "prefix": sys.prefix,
        "version": sys.version.split()[0].rstrip("+"),
        "sys_platform": sys.platform,
        "machine": platform.machine(),
        "in_venv": sys.prefix != sys.base_prefix,
        "own_sites": own,
        "base_sites": [folder for folder in site.getsitepackages() if folder not in own],
        "user_scheme": None if _is_closed_venv() else _user_scheme(),
    }


def _enter_venv() -> None:
    """Let `site` find pyvenv.cfg, set sys.prefix and choose the prefixes, but read no `.pth` file."""
    site.addsitepackages = lambda known_paths, prefixes=None: known_paths  # noqa: ARG005  the signature of site's own
    site.venv(set())


def _is_closed_venv() -> bool:
    return sys.prefix != sys.base_prefix and [sys.prefix] == site.PREFIXES


def _user_scheme() -> str:
    return os.path.relpath(site.getusersitepackages(), site.getuserbase())


if __name__ == "__main__":
    sys.stdout.write(json.dumps(describe()) + "\n")
