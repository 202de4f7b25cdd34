"""How this condasync is started as a process of its own."""

from __future__ import annotations

import sys
from typing import Final

# -P: a module of the working folder must not take the place of one that condasync imports.
CONDASYNC: Final[tuple[str, ...]] = (
    (sys.executable, "-P", "-m", "condasync") if sys.version_info >= (3, 11) else (sys.executable, "-m", "condasync")
)
