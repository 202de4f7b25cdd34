"""Which file a distribution of pip was installed from, as its metadata says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DIRECT_URL = "direct_url.json"
"""PEP 610: installed from a URL that was asked for."""
PROVENANCE = "provenance_url.json"
"""PEP 710: where an index had the file; without it a wheel of the same version and other content would go unseen."""


def stated_digest(metadata: Path) -> str | None:
    """Return the sha256, else md5, of the wheel that a `.dist-info` folder came from, None where it does not say."""
    for name in (DIRECT_URL, PROVENANCE):
        hashes = _hashes(metadata / name)
        found = hashes.get("sha256") or hashes.get("md5")
        if isinstance(found, str):
            return found
    return None


def _hashes(path: Path) -> dict[str, Any]:
    try:
        hashes = json.loads(path.read_bytes())["archive_info"]["hashes"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return hashes if isinstance(hashes, dict) else {}
