"""Which kinds of jobs there are, and who does them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from data.errors import NotFoundError

if TYPE_CHECKING:
    from data.jobs.task import Task

__all__ = ["KINDS", "Handler", "Kind", "handler_of", "kinds_of"]

Handler = Callable[["Task"], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job.

    Attributes
    ----------
    handler : str
        ``module:function`` that does it; loaded only where the work is done.
    quick : bool
        Done in seconds: somebody waits for it on the screen, so it does not stand in
        the queue behind the drawing of a whole street.
    may : str
        The permission that asking for it takes, in the division it works on.
    """

    handler: str
    quick: bool
    may: str


KINDS: dict[str, Kind] = {
    "draw": Kind("data.jobs.draw:run", quick=False, may="EDIT_PLAN"),
    "inspect": Kind("data.uploads.jobs:inspect", quick=True, may="IMPORT"),
    "check": Kind("data.uploads.jobs:check", quick=True, may="IMPORT"),
    "import": Kind("data.uploads.jobs:take_in", quick=False, may="IMPORT"),
    # Joins the record and the drawing of maps, which only what stands above both may.
    "export": Kind("api.exports.job:run", quick=True, may="EXPORT"),
}


def kinds_of(*, quick_only: bool) -> list[str]:
    """Return the kinds that a lane of a worker takes."""
    return [name for name, kind in KINDS.items() if kind.quick or not quick_only]


def handler_of(kind: str) -> Handler:
    """Load what does a kind of job."""
    if kind not in KINDS:
        raise NotFoundError(
            f"没有 {kind!r} 这种任务；请升级程序后重试",
            f"there is no job of kind {kind!r}; upgrade the program and try again",
        )
    module, _, name = KINDS[kind].handler.partition(":")
    found: Handler = getattr(import_module(module), name)
    return found
