"""Where a package came from, in the form that pip takes."""

from __future__ import annotations

from condasync.model.package import DirectUrl


def reference_of(origin: DirectUrl) -> str:
    """Return a reference such as `git+https://host/x@COMMIT#subdirectory=y`, without credentials."""
    url = origin.url.public
    if origin.kind == "vcs":
        own = origin.vcs is not None and url.startswith(f"{origin.vcs}+")
        url = f"{'' if own or origin.vcs is None else f'{origin.vcs}+'}{url}"
        url += f"@{origin.commit}" if origin.commit else ""
    return f"{url}#subdirectory={origin.subdirectory}" if origin.subdirectory else url
