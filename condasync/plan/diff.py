"""The difference between two sides, package by package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from condasync.model.plan import Change, Contents, Fact, Plan, PresentPackage


def diff(before: Sequence[Contents], after: Sequence[Contents]) -> Plan:
    """Return what leads from `before` to `after`; packages are told apart by (manager, name).

    A fact that one side does not know is no difference. `diff(a, a)` is empty, and `diff(b, a)` is `diff(a, b)` turned
    round.
    """
    old = {one.platform: one for one in before}
    new = {one.platform: one for one in after}
    shared = [platform for platform in old if platform in new]
    changes = [change for platform in shared for change in _changes(old[platform], new[platform])]
    return Plan(
        platforms=tuple(shared),
        changes=tuple(sorted(changes, key=lambda one: (one.name, one.manager, one.platform))),
        platforms_added=tuple(platform for platform in new if platform not in old),
        platforms_removed=tuple(platform for platform in old if platform not in new),
    )


def differing_facts(before: PresentPackage, after: PresentPackage) -> tuple[Fact, ...]:
    """Return what two states of one package differ in; another file counts where nothing else tells it."""
    pairs: tuple[tuple[Fact, str | None, str | None], ...] = (
        ("version", before.version, after.version),
        ("build", before.build, after.build),
        ("channel", before.channel, after.channel),
    )
    found = tuple(fact for fact, one, other in pairs if _differ(one, other))
    return found or (("file",) if _digests_differ(before.digest, after.digest) else ())


def _changes(before: Contents, after: Contents) -> Iterator[Change]:
    old = {(one.manager, one.name): one for one in before.packages}
    new = {(one.manager, one.name): one for one in after.packages}
    for key in old.keys() | new.keys():
        one, other = old.get(key), new.get(key)
        facts: tuple[Fact, ...] = ()
        if one is not None and other is not None:
            facts = differing_facts(one, other)
            if not facts:
                continue
        yield Change(
            kind="added" if one is None else "removed" if other is None else "changed",
            platform=before.platform,
            manager=key[0],
            name=key[1],
            before=one,
            after=other,
            facts=facts,
        )


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _digests_differ(one: str | None, other: str | None) -> bool:
    """Return whether two digests of one kind differ; an md5 and a sha256 cannot be compared."""
    return one is not None and other is not None and len(one) == len(other) and one != other
