"""Plans on paper: an atlas as PDF or pictures, the certificate as PDF."""

from __future__ import annotations

from maps.atlas.book import write_atlas
from maps.atlas.fonts import FontError
from maps.atlas.model import About, Sheets, build_sheets

__all__ = ["About", "FontError", "Sheets", "build_sheets", "write_atlas"]
