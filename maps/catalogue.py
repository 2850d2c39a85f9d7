"""Words of the pages, read from the gettext catalogues under maps/locale/.

`scripts/catalogues.py` turns the .po files of both languages into one JSON file a
domain; the pages and this module read only that, so what runs needs no Babel.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["DEFAULT_LANGUAGE", "LANGUAGES", "LOCALE", "read_texts", "tag"]

LOCALE: Final = Path(__file__).parent / "locale"

LANGUAGES: Final[dict[str, str]] = {"zh": "zh-CN", "en": "en"}
"""Language of a page → its tag in HTML."""

DEFAULT_LANGUAGE: Final = "zh"

Plural = list[str]
"""Forms of an English text: for one, for any other number."""


@cache
def read_texts(domain: str) -> dict[str, tuple[str, str | Plural]]:
    """Return every text of a domain: key → (中文, English or its two forms)."""
    text = (LOCALE / f"{domain}.json").read_text(encoding="utf-8")
    return {key: (zh, en) for key, (zh, en) in json.loads(text).items()}


def tag(asked: str | None) -> str | None:
    """Return the language somebody asked for by `zh`, `zh-CN`, `en` …, else None."""
    short = (asked or "").replace("_", "-").partition("-")[0].lower()
    return short if short in LANGUAGES else None
