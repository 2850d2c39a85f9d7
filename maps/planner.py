"""The planner's page: a small shell; everything else its modules bring."""

from __future__ import annotations

from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from gis.kinds import SeamKind
from gis.streets import STREET_CLASSES
from maps.catalogue import LANGUAGES, read_texts
from maps.escape import to_script_json
from maps.theme import map_theme

__all__ = ["planner_page"]

_DOMAINS: Final = ("sheet", "planner")

_SCRIPTS: Final = (
    "js/planner/polyfills.js",
    "vendor/leaflet/dist/leaflet.js",
    "vendor/maplibre-gl/dist/maplibre-gl-csp.js",
    "vendor/@maplibre/maplibre-gl-leaflet/leaflet-maplibre-gl.js",
    "vendor/protomaps-leaflet/dist/protomaps-leaflet.js",
    *(
        f"js/{name}.js"
        for name in (
            "core",
            "decode",
            "model",
            "paint",
            "labels",
            "layer",
            "slider",
            "card",
            "certificate",
            "legend",
        )
    ),
)
"""Classic scripts in the order they build on each other; the modules come after."""

_ICONS: Final[dict[str, str]] = {
    "plan": "M4 4h7v6H4zM13 4h7v9h-7zM4 12h7v8H4zM13 15h7v5h-7z",
    "cases": "M12 3l9 16H3zM12 9v5M12 16.4v.4",
    "places": "M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11zM12 12.4a2.4 "
    "2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z",
    "command": "M3 5h18v11H3zM9 20h6M12 16v4M7 12l3-3 2.5 2L17 8",
    "govern": "M5 6h14M5 12h14M5 18h9",
    "admin": "M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM12 3v3M12 18v3M3 12h3M18 "
    "12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M5.6 18.4l2.1-2.1M16.3 7.7l2.1-2.1",
}
"""The rail; only the first section has a page yet."""

_SHORTCUTS: Final = (
    ("N", "keys.next"),
    ("Shift N", "keys.back"),
    ("/", "keys.find"),
    ("↑ ↓", "keys.list"),
    ("Enter", "keys.open"),
    ("V", "keys.select"),
    ("M", "keys.measure"),
    ("0", "keys.all"),
    ("Esc", "keys.close"),
    ("?", "keys.help"),
)

_RANKS: Final = {SeamKind.MAIN_ROAD: 0, SeamKind.STREET: 1, SeamKind.ALLEY: 2}


def planner_page(*, lang: str, static: str) -> str:
    """Return the page in a language; `static` is the address of the public files.

    Nothing in it depends on who asks or on the record, so it may be kept by anyone.
    """
    page = {
        "lang": lang,
        "texts": [f"{static}/locale/{domain}.json" for domain in _DOMAINS],
        "theme": map_theme(),
        "ranks": {name: _RANKS[kind] for name, (kind, _) in STREET_CLASSES.items()},
    }
    return _template().render(
        html_lang=LANGUAGES[lang],
        index=list(LANGUAGES).index(lang),
        static=static,
        texts=read_texts("planner"),
        scripts=_SCRIPTS,
        sections=list(_ICONS),
        icons=_ICONS,
        shortcuts=_SHORTCUTS,
        page=Markup(to_script_json(page)),
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("maps"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("planner.html")
