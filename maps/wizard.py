"""The page that takes in files: a small shell; everything else its modules bring."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from maps.catalogue import LANGUAGES, read_texts
from maps.escape import to_script_json
from maps.frame import template
from maps.planner import map_page

__all__ = ["wizard_page"]

STEPS: Final = ("send", "layers", "fields", "place", "check", "take")


def wizard_page(*, lang: str, static: str) -> str:
    """Return the page in a language; `static` is the address of the public files."""
    page = {
        "lang": lang,
        "texts": [f"{static}/page/words.json", f"{static}/locale/wizard.json"],
        **map_page(),
    }
    return template("import.html").render(
        html_lang=LANGUAGES[lang],
        index=list(LANGUAGES).index(lang),
        static=static,
        texts=read_texts("wizard"),
        here="plan",
        steps=STEPS,
        page=Markup(to_script_json(page)),
    )
