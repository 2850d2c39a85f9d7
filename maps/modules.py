"""Which modules a page is made of, so that it can ask for all of them at once.

A browser learns what a module needs only when it has read it: over a network a page of
many small ones would come level by level.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from functools import cache

from maps.public import public_files

__all__ = ["modules_behind", "page_modules"]

_IMPORT = re.compile(
    r"""^\s*(?:import|export)\b(?:[^"'`;()]*?\bfrom)?\s*["'](\.[^"']+)["']""",
    re.MULTILINE,
)


def modules_behind(entry: str, read: Callable[[str], str]) -> list[str]:
    """Return the paths of all modules that one imports, and those do, nearest first.

    What is imported only when it is needed, by `import(…)`, is left out.
    """
    found = [entry]
    for path in found:
        folder = posixpath.dirname(path)
        for target in _IMPORT.findall(read(path)):
            needed = posixpath.normpath(posixpath.join(folder, target))
            if needed not in found:
                found.append(needed)
    return found[1:]


@cache
def page_modules(entry: str) -> tuple[str, ...]:
    """Return the modules behind the first one of a page, as paths of public files."""

    def read(path: str) -> str:
        body = public_files().read(path)
        assert body is not None, path  # a broken import would stop the page as well
        return body.decode()

    return tuple(modules_behind(entry, read))
