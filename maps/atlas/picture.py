"""Sheets as pictures, taken from the PDF, so that both show the same."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

__all__ = ["DOTS", "write_picture", "write_pictures"]

DOTS: Final = 200
"""Dots per inch: A4 gives 2,339 by 1,654 pixels, enough to print again."""
_FIRST: Final = (1980, 1, 1, 0, 0, 0)


def write_picture(pdf: Path, out: Path, *, page: int = 0, dots: int = DOTS) -> None:
    """Write a page of a PDF as PNG."""
    out.write_bytes(_png(pdf, [page], dots)[0])


def write_pictures(
    pdf: Path, out: Path, names: Sequence[str], *, dots: int = DOTS
) -> None:
    """Write every page of a PDF as PNG into a zip; `names` are those of the files."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, name in enumerate(names):
            about = zipfile.ZipInfo(f"{name}.png", _FIRST)
            about.external_attr = 0o644 << 16
            # One page at a time: a page is 12 MB before it is packed.
            archive.writestr(about, _png(pdf, [number], dots)[0])


def _png(pdf: Path, pages: Sequence[int], dots: int) -> list[bytes]:
    import pypdfium2

    found = []
    document = pypdfium2.PdfDocument(pdf)
    try:
        for number in pages:
            page = document[number]
            picture = page.render(scale=dots / 72).to_pil()
            packed = BytesIO()
            picture.save(packed, "PNG", optimize=False, dpi=(dots, dots))
            found.append(packed.getvalue())
            page.close()
    finally:
        document.close()
    return found
