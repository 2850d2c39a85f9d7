"""The planner's page: a small shell; everything else its modules bring."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from gis.kinds import SeamKind
from gis.streets import STREET_CLASSES
from maps.catalogue import LANGUAGES, read_texts
from maps.escape import to_script_json
from maps.frame import template
from maps.theme import map_theme

__all__ = ["map_page", "planner_page"]

_SHORTCUTS: Final = (
    ("N", "keys.next"),
    ("Shift N", "keys.back"),
    ("/", "keys.find"),
    ("↑ ↓", "keys.list"),
    ("Enter", "keys.open"),
    ("V", "keys.select"),
    ("K", "keys.measure"),
    ("0", "keys.all"),
    ("Esc", "keys.close"),
    ("?", "keys.help"),
)

_EDITING: Final = (
    ("B", "keys.brush"),
    ("[ ]", "keys.size"),
    ("C", "keys.cell"),
    ("↑↓←→", "keys.cell_move"),
    ("R", "keys.box"),
    ("Q", "keys.lasso"),
    ("M", "keys.merge"),
    ("S", "keys.split"),
    ("X", "keys.cut"),
    ("E", "keys.reshape"),
    ("D", "keys.draw"),
    ("G", "keys.give"),
    ("L", "keys.lock"),
    ("Enter", "keys.finish"),
    ("Backspace", "keys.point_back"),
    ("Shift", "keys.agree"),
    ("Alt", "keys.through"),
    ("Space", "keys.pan"),
    ("U", "keys.unassigned"),
    ("H", "keys.history"),
    ("Ctrl Z", "keys.undo"),
    ("Ctrl Y", "keys.redo"),
)

_RANKS: Final = {SeamKind.MAIN_ROAD: 0, SeamKind.STREET: 1, SeamKind.ALLEY: 2}


def planner_page(*, lang: str, static: str) -> str:
    """Return the page in a language; `static` is the address of the public files.

    Nothing in it depends on who asks or on the record, so it may be kept by anyone.
    """
    page = {
        "lang": lang,
        "texts": [f"{static}/page/words.json"],
        **map_page(),
    }
    return template("planner.html").render(
        html_lang=LANGUAGES[lang],
        index=list(LANGUAGES).index(lang),
        static=static,
        texts=read_texts("planner"),
        here="plan",
        shortcuts=_SHORTCUTS,
        editing=_EDITING,
        page=Markup(to_script_json(page)),
    )


def map_page() -> dict[str, object]:
    """Return what the scripts that draw a base map need of the page."""
    ranks = {name: _RANKS[kind] for name, (kind, _) in STREET_CLASSES.items()}
    return {"theme": map_theme(), "ranks": ranks}
