"""Applying a lock to a prefix of many files, against what any way of replacing a prefix at once has to do."""

from __future__ import annotations

from tests.apply.world import World
from tests.benchmarks.material import Material, console
from tests.benchmarks.measure import Command, interleaved, once, texts
from tests.benchmarks.report import Section, at_most

PACKAGES, FILES = 100, 200
NOTHING, ONE = 1.5, 4.0


def run(material: Material) -> Section:
    """Compare a no-change apply with `diff`, and a change of one package with linking and removing the prefix."""
    world = World(folder=material.folder("apply"))
    kept = [
        world.python(),
        *(world.conda(f"p{at}", "1.0", _modules(at, "1.0"), noarch="python") for at in range(1, PACKAGES)),
    ]
    locks = [
        world.lock([*kept, world.conda("p0", version, _modules(0, version), noarch="python")], f"{version}.yml")
        for version in ("1.0", "2.0")
    ]
    cache = (("CONDASYNC_CACHE_DIR", str(world.cache)),)

    def command(*words: object) -> Command:
        return Command(words=texts(console(), *words), folder=world.folder, environ=cache, codes=(0,))

    applies = [command("apply", lock, "--prefix", world.prefix) for lock in locks]
    for apply in (*applies, applies[0]):
        once(apply)
    copy = world.prefix.with_name("copy")
    floor = Command(words=("sh", "-c", f"cp -al {world.prefix} {copy} && rm -r {copy}"), folder=world.folder)
    turn = Command(
        words=("sh", "-c", " && ".join(" ".join(one.words) for one in reversed(applies))),
        folder=world.folder,
        environ=cache,
    )
    nothing = {"apply": applies[0], "diff": command("diff", world.prefix, locks[0])}
    still = interleaved(nothing, rounds=material.rounds)
    costs = interleaved({"changes": turn, "floor": floor}, rounds=material.rounds)
    same, change = still["apply"].over(still["diff"]), costs["changes"].over(costs["floor"])
    return Section(
        title="Apply",
        about=f"A prefix of {PACKAGES} packages with {PACKAGES * FILES:,} files.",
        command="condasync apply LOCK --prefix PREFIX",
        rows=(
            at_most("nothing to change / `condasync diff`", NOTHING, same.wall, same.cpu),
            at_most("one package changed / `cp -al` and `rm -r` of the prefix", ONE, change.wall / 2, change.cpu / 2),
        ),
    )


def _modules(package: int, version: str) -> dict[str, str]:
    lines = f"version = {version!r}\n" * 40
    return {f"site-packages/p{package}/d{at % 10}/m{at}.py": lines for at in range(FILES)}
