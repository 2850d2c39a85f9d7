"""Turn the gettext catalogues of the pages into the JSON that the pages read.

.venv/bin/python -m scripts.catalogues           write maps/locale/*.json
.venv/bin/python -m scripts.catalogues --check   only say whether they are current
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from babel.messages import Catalog
from babel.messages.pofile import read_po

__all__ = ["compiled", "domains", "main", "read_catalogue"]

LOCALE: Final = Path(__file__).resolve().parents[1] / "maps" / "locale"
LOCALES: Final = ("zh_Hans_CN", "en")
"""In the order in which a text's languages stand in the JSON."""

_PLACE: Final = re.compile(r"\{(\w+)\}")


def main(arguments: list[str] | None = None) -> int:
    """Write or check the JSON; return 0, or 1 if it is stale or a text is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    stale = []
    for domain in domains():
        target = LOCALE / f"{domain}.json"
        try:
            text = compiled(domain)
        except ValueError as error:
            print(f"catalogues: {error}", file=sys.stderr)
            return 1
        if target.is_file() and target.read_text(encoding="utf-8") == text:
            continue
        stale.append(target.name)
        if not options.check:
            target.write_text(text, encoding="utf-8")
    print(f"catalogues: {', '.join(stale) or 'up to date'}")
    return 1 if stale and options.check else 0


def domains() -> list[str]:
    """Return the domains: one a page."""
    return sorted({path.stem for path in LOCALE.glob("*/LC_MESSAGES/*.po")})


def compiled(domain: str) -> str:
    """Return the JSON of a domain, a text a line.

    Raises
    ------
    ValueError
        If a text is missing in a language, or its places differ.
    """
    first, second = (texts(read_catalogue(locale, domain)) for locale in LOCALES)
    if uneven := sorted(first.keys() ^ second.keys()):
        msg = f"{domain}: only in one language: {', '.join(uneven)}"
        raise ValueError(msg)
    for key in first:
        require_same_places(key, first[key], second[key])
    lines = (
        f"{json.dumps(key)}: "
        f"{json.dumps([first[key], second[key]], ensure_ascii=False)}"
        for key in sorted(first)
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read_catalogue(locale: str, domain: str) -> Catalog:
    """Return one .po file, read strictly."""
    path = LOCALE / locale / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as stream:
        return read_po(stream, locale=locale, domain=domain, abort_invalid=True)


def texts(catalogue: Catalog) -> dict[str, Any]:
    """Return key → text, or its plural forms where a language has several.

    Raises
    ------
    ValueError
        If a text is empty or marked fuzzy.
    """
    found: dict[str, Any] = {}
    for message in catalogue:
        if not message.id:
            continue
        key = as_list(message.id)[0]
        forms = as_list(message.string)
        if message.fuzzy or not forms or not all(forms):
            msg = f"{catalogue.locale}: {key} is not translated"
            raise ValueError(msg)
        found[key] = forms[0] if len(forms) == 1 else forms
    return found


def as_list(value: str | Sequence[str] | None) -> list[str]:
    """Return a text, or the forms of one, as a list."""
    return [value] if isinstance(value, str) else list(value or ())


def require_same_places(key: str, *languages: str | list[str]) -> None:
    """Check that every form of a text names the same {places}."""
    forms = [
        form
        for text in languages
        for form in (text if isinstance(text, list) else [text])
    ]
    places = {frozenset(_PLACE.findall(form)) for form in forms}
    if len(places) > 1:
        msg = f"{key}: the places differ between {forms}"
        raise ValueError(msg)


if __name__ == "__main__":
    sys.exit(main())
