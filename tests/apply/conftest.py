"""A world for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apply.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Return an empty world."""
    return World(folder=tmp_path)
