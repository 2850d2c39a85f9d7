"""Colours and measures of the pages, one table for CSS, JavaScript and tests."""

from __future__ import annotations

from typing import Final

__all__ = ["BAND", "SEAMS", "TINTS", "TOKENS", "TYPES", "css_variables", "map_theme"]

TOKENS: Final[dict[str, str]] = {
    "ink": "#1f2933",
    "muted": "#52606d",
    "line": "#d9e2ec",
    "paper": "#ffffff",
    "canvas": "#f5f7fa",
    "accent": "#1d5fa8",
    "warn": "#8a4b00",
    "below": "#2166ac",
    "inside": "#f7f7f7",
    "above": "#b2182b",
    "exclusive": "#7b5ea7",
    "reserved": "#9aa5b1",
}
"""Colour roles of the light theme."""

BAND: Final[dict[str, str]] = {
    name: TOKENS[name] for name in ("below", "inside", "above")
}
"""Diverging colours of the household band; never shown without arrow or number."""

TYPES: Final[dict[str, str]] = {
    name: TOKENS[name] for name in ("exclusive", "reserved")
}
"""Base colours of the grid types that carry a pattern, drawn at 25 %."""

TINTS: Final[tuple[str, ...]] = ("#dae7f4", "#f6e7cd", "#e0eed7", "#f6dfdd")
"""Soft fills of resident grids; neighbours differ by their `color` class 0–3."""

SEAMS: Final[dict[str, str]] = {"street": "#243b53", "none": "#486581"}
"""Seam lines: solid where something visible divides, dashed where nothing does."""


def css_variables() -> str:
    """Return the colour roles as a `:root` rule of custom properties."""
    rules = "".join(f"--{name}:{value};" for name, value in TOKENS.items())
    tints = "".join(f"--tint-{i}:{value};" for i, value in enumerate(TINTS))
    return f":root{{{rules}{tints}}}"


def map_theme() -> dict[str, object]:
    """Return what the canvas renderer needs, for the page's JSON."""
    return {
        "tokens": TOKENS,
        "band": BAND,
        "types": TYPES,
        "tints": list(TINTS),
        "seams": SEAMS,
    }
