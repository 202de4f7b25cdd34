"""A smallest set of requests that cannot hold together (QuickXplain, Junker 2004). Pure but for `holds`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

Asked = TypeVar("Asked", bound=Hashable)


def minimal_conflict(specs: Sequence[Asked], holds: Callable[[Sequence[Asked]], bool]) -> tuple[Asked, ...]:
    """Return specs that fail together though every part of them holds, in the order given; () when all hold.

    Where there are several such sets, the one whose members stand first is taken. A set of k among n specs takes about
    2k log2(n/k) + 2k calls of `holds`, which must be true for every part of what it is true for. A spec that
    fails alone is a set by itself. The specs are `RequestedSpec`s as a rule, or whatever else stands for what is asked.
    """
    wanted = tuple(dict.fromkeys(specs))
    if not wanted or holds(wanted):
        return ()
    found = _explain((), wanted, holds, fresh=False)
    return tuple(spec for spec in wanted if spec in found)


def _explain(
    background: tuple[Asked, ...], specs: tuple[Asked, ...], holds: Callable[[Sequence[Asked]], bool], *, fresh: bool
) -> tuple[Asked, ...]:
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
