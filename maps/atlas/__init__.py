"""Plans on paper: an atlas as PDF or pictures, the certificate as PDF."""

from __future__ import annotations

from maps.atlas.book import write_atlas
from maps.atlas.model import About, Sheets, build_sheets
from maps.atlas.picture import write_picture, write_pictures
from maps.atlas.proof import write_certificates

__all__ = [
    "About",
    "Sheets",
    "build_sheets",
    "write_atlas",
    "write_certificates",
    "write_picture",
    "write_pictures",
]
