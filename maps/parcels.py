"""What each page loads, and in which file that comes to it.

Over a hundred files of ours would be asked for one by one, each with a round of its
own through browser and service.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final

from maps.frame import DOMAINS
from maps.modules import join_modules, join_scripts, join_sheets

__all__ = ["GROUND", "PAINTING", "parcels"]


PAINTING: Final = ("core", "decode", "model", "paint", "labels", "layer", "slider")
"""Scripts that draw a plan, here and on the plan sheet."""


def _css(*names: str) -> tuple[str, ...]:
    return tuple(f"css/{name}.css" for name in names)


GROUND: Final = _css("base", "panels", "card", "certificate")
"""Style sheets of everything, the plan sheet too."""
_OURS: Final = (*_css("theme"), *GROUND)
_DESK: Final = _css("frame", "pop", "desk", "planner", "print")
_MAP: Final = (
    "vendor/leaflet/dist/leaflet.css",
    *_OURS,
    *_DESK,
    *_css("gate", "jobs"),
)
_SHEETS: Final[Mapping[str, tuple[str, ...]]] = {
    "planner": (*_MAP, *_css("edit", "versions", "exports")),
    "import": (*_MAP, *_css("wizard")),
    "login": (*_OURS, *_css("gate")),
    "office": (*_OURS, *_DESK, *_css("gate", "office")),
    "trust": (*_OURS, *_css("trust")),
}
"""Style sheets of a page in their order: a later one may overrule."""

_MODULES: Final[Mapping[str, str]] = {
    "planner": "js/planner/main.js",
    "import": "js/planner/wizard/main.js",
    "login": "js/login/main.js",
    "account": "js/account/main.js",
    "admin": "js/admin/main.js",
}
"""The module a page begins with."""

_SCRIPTS: Final = (
    "js/planner/polyfills.js",
    "vendor/leaflet/dist/leaflet.js",
    "vendor/protomaps-leaflet/dist/protomaps-leaflet.js",
    *(f"js/{name}.js" for name in (*PAINTING, "card", "certificate", "legend")),
)
"""Classic scripts in the order they build on each other; the modules come after.

MapLibre is not among them: `base.js` brings it where its engine draws."""


def parcels(read: Callable[[str], str]) -> dict[str, bytes]:
    """Return the files that pages load, by their paths; `read` gives what is in them.

    Scripts have a map beside them that leads to the sources, which stay public.
    """
    made: dict[str, str] = {}
    for name, sheets in _SHEETS.items():
        to = f"page/{name}.css"
        made[to] = join_sheets(sheets, read, to=to)
    joined = {
        to: join_modules(entry, read, to=to)
        for to, entry in ((f"page/{name}.js", path) for name, path in _MODULES.items())
    }
    joined["page/map.js"] = join_scripts(_SCRIPTS, read, to="page/map.js")
    for to, file in joined.items():
        made |= {to: file.code, f"{to}.map": file.source_map}
    words: dict[str, object] = {}
    for domain in DOMAINS:
        words |= json.loads(read(f"locale/{domain}.json"))
    made["page/words.json"] = json.dumps(words, ensure_ascii=False)
    return {to: text.encode() for to, text in made.items()}
