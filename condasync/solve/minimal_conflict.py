"""A smallest set of requests that cannot hold together (QuickXplain, Junker 2004). Pure but for `holds`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from condasync.model.solve import RequestedSpec

Holds: TypeAlias = Callable[[Sequence[RequestedSpec]], bool]
"""Tells whether requests can be met together; one that holds must hold for every part of them too."""


def minimal_conflict(specs: Sequence[RequestedSpec], holds: Holds) -> tuple[RequestedSpec, ...]:
    """Return specs that fail together though every part of them holds, in the order given; () when all hold.

    Where there are several such sets, the one whose members stand first is taken. A set of k among n specs takes about
    2k log2(n/k) + 2k calls of `holds`. A spec that fails alone is a set by itself.
    """
    wanted = tuple(dict.fromkeys(specs))
    if not wanted or holds(wanted):
        return ()
    found = _explain((), wanted, holds, fresh=False)
    return tuple(spec for spec in wanted if spec in found)


def _explain(
    background: tuple[RequestedSpec, ...], specs: tuple[RequestedSpec, ...], holds: Holds, *, fresh: bool
) -> tuple[RequestedSpec, ...]:
    """Return the part of specs that is needed beside the background; `fresh`: the background has grown since asked."""
    if fresh and not holds(background):
        return ()
    if len(specs) == 1:
        return specs
    middle = len(specs) // 2
    first, second = specs[:middle], specs[middle:]
    from_second = _explain(background + first, second, holds, fresh=True)
    from_first = _explain(background + from_second, first, holds, fresh=bool(from_second))
    return from_first + from_second
