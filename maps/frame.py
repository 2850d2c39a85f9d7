"""What the application pages share: the template engine, the rail, their words."""

from __future__ import annotations

from functools import cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

__all__ = ["DOMAINS", "ICONS", "OPEN_PAGES", "template"]

DOMAINS: Final = ("sheet", "planner", "edit", "versions", "gate", "jobs", "exports")
"""Catalogues every application page loads; a browser keeps them for ever."""

ICONS: Final[dict[str, str]] = {
    "plan": "M4 4h7v6H4zM13 4h7v9h-7zM4 12h7v8H4zM13 15h7v5h-7z",
    "cases": "M12 3l9 16H3zM12 9v5M12 16.4v.4",
    "places": "M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11zM12 12.4a2.4 "
    "2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z",
    "command": "M3 5h18v11H3zM9 20h6M12 16v4M7 12l3-3 2.5 2L17 8",
    "govern": "M5 6h14M5 12h14M5 18h9",
    "admin": "M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM12 3v3M12 18v3M3 12h3M18 "
    "12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M5.6 18.4l2.1-2.1M16.3 7.7l2.1-2.1",
}
"""The sections of the rail."""

OPEN_PAGES: Final[dict[str, str]] = {"plan": "plan", "admin": "admin"}
"""Sections that have a page, and its address."""


@cache
def template(name: str) -> Template:
    """Return a template of this package; what is put into it is escaped."""
    environment = Environment(
        loader=PackageLoader("maps"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["rail"] = {"icons": ICONS, "pages": OPEN_PAGES}
    return environment.get_template(name)
