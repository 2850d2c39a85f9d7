"""The only two doors through which text from data may enter a page."""

from __future__ import annotations

import json
from html import escape

__all__ = ["to_html", "to_script_json"]

_HARMLESS = str.maketrans(
    {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
)


def to_html(text: object) -> str:
    """Return text safe inside an element or a quoted attribute."""
    return escape(str(text), quote=True)


def to_script_json(value: object) -> str:
    """Return JSON that cannot leave the `<script>` block it stands in.

    Raises
    ------
    ValueError
        If a number is NaN or infinite: JSON has no word for it.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_HARMLESS)
