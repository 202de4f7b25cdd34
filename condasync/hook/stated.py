"""What a lock says of how it was made: the hook asks the same again, and sees when it is asked something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from condasync.convert.channel_folder import is_channel_folder
from condasync.convert.virtual_packages import default_virtual_packages
from condasync.errors import UsageError
from condasync.hook.lock_options import LockOptions
from condasync.lock import environment_yml
from condasync.lock.input_digest import PREFIX, stated_inputs
from condasync.lock.stated_target import stated_virtual_packages
from condasync.model.lockfile import LockFile
from condasync.model.placeholder import locked_form
from condasync.wiring import subdirs_of


def differences(options: LockOptions, lock: LockFile) -> tuple[str, ...]:
    """Return in which options, where they are given, a lock differs from what is asked: a check of inputs sees none."""
    return tuple(_differences(options, lock))


def _differences(options: LockOptions, lock: LockFile) -> Iterator[str]:
    for platform in subdirs_of(options.platforms):
        if platform not in lock.metadata.platforms:
            yield f"{platform} is asked for and not locked"
    stated = dict(lock.metadata.custom).get(f"{PREFIX}python")
    if options.python is not None and options.python != stated:
        yield f"Python {options.python} is asked for, {stated or 'the one of the inputs'} is locked"
    asked = tuple(_channel(text) for text in options.channels)
    if asked and asked != _channels(lock):
        yield f"the channels {', '.join(asked)} are asked for, {', '.join(_channels(lock))} are locked"
    wanted = options.virtual_packages + ((f"__cuda={options.cuda}",) if options.cuda else ())
    for platform in subdirs_of(lock.metadata.platforms):
        has = {one.name: one.version for one in stated_virtual_packages(lock, platform)}
        for text in wanted:
            name, _, version = text.partition("=")
            if has and has.get(name, "") not in {version, version.partition("=")[0]}:
                yield f"{text} is asked for, {has.get(name) or 'none'} is locked for {platform}"


def with_stated(options: LockOptions, lock: LockFile) -> LockOptions:
    """Return the options with what they leave open as the lock states it, so that making it anew changes no question.

    Raises UsageError when the lock was made from files that it does not name.
    """
    custom = dict(lock.metadata.custom)
    from_command_line = custom.get(f"{PREFIX}channels_from_command_line") == "true"
    return replace(
        options,
        files=options.files or (() if options.prefix is not None else _files(options, lock)),
        platforms=options.platforms or lock.metadata.platforms,
        python=options.python or custom.get(f"{PREFIX}python"),
        channels=options.channels or (_channels(lock) if from_command_line else ()),
        virtual_packages=options.virtual_packages or (() if options.cuda else _virtual_packages(lock)),
    )


def made_from_files(lock: LockFile) -> bool:
    """Return whether files were the inputs of a lock; so they are for every lock that another tool wrote."""
    inputs = stated_inputs(lock)
    return not inputs or inputs[0][0] == "files"


def _files(options: LockOptions, lock: LockFile) -> tuple[Path, ...]:
    if not made_from_files(lock):
        return ()
    sources = tuple(options.lock.parent / source for source in lock.metadata.sources)
    generated = [one for one in sources if one.is_file() and environment_yml.is_generated(_text(one))]
    if generated or not sources:
        raise UsageError(
            f"{options.lock} was made from files, and it does not say which",
            hints=("name them: condasync hook -f FILE -- COMMAND",),
        )
    return sources


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _channel(text: str) -> str:
    """Return a channel of the command line as a lock names it."""
    if text == "bundled":
        return "conda-forge"
    return Path(text).resolve().as_uri() if Path(text).is_dir() else locked_form(text.rstrip("/"))


def _channels(lock: LockFile) -> tuple[str, ...]:
    """Return the channels of a lock but the one that condasync makes itself."""
    return tuple(name for name in lock.metadata.channels if not is_channel_folder(name))


def _virtual_packages(lock: LockFile) -> tuple[str, ...]:
    """Return where a lock for one platform leaves the usual target; an option speaks of all platforms at once."""
    if len(lock.metadata.platforms) != 1:
        return ()
    platform = subdirs_of(lock.metadata.platforms)[0]
    stated = {one.name: one for one in stated_virtual_packages(lock, platform)}
    if not stated:
        return ()
    usual = {one.name: one for one in default_virtual_packages(platform)}
    changed = [f"{name}={one.version}={one.build}" for name, one in stated.items() if usual.get(name) != one]
    return (*changed, *(f"{name}=" for name in usual if name not in stated))
