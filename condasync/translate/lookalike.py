"""Names one letter away from a popular one: the way in which a trap is laid."""

from __future__ import annotations

from functools import cache
from importlib import resources

_SHORTEST = 5  # letters: shorter names are neighbours by chance


def popular_neighbour(pypi_name: str) -> str | None:
    """Return the popular name from which a normalised name differs by one letter added, lost, changed or swapped."""
    if len(pypi_name) < _SHORTEST or pypi_name in _popular():
        return None
    return next((name for name in _popular() if _one_apart(pypi_name, name)), None)


@cache
def _popular() -> dict[str, None]:
    text = (resources.files("condasync.translate") / "data" / "popular_names.txt").read_text(encoding="utf-8")
    return dict.fromkeys(line for line in text.split("\n") if line and not line.startswith("#"))


def _one_apart(one: str, other: str) -> bool:
    """Return whether a single edit (Damerau) leads from one name to the other."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    left, right = one[start:], other[start:]
    swapped = left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]
