"""Sheets as pictures, taken from the PDF, so that both show the same."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

__all__ = ["DOTS", "write_picture", "write_pictures"]

DOTS: Final = 200
"""Dots per inch: A4 gives 2,339 by 1,654 pixels, enough to print again."""
_FIRST: Final = (1980, 1, 1, 0, 0, 0)
_one_at_a_time = threading.Lock()
"""PDFium must not be called by two threads at once."""


def write_picture(pdf: Path, out: Path, *, page: int = 0, dots: int = DOTS) -> None:
    """Write a page of a PDF as PNG."""
    out.write_bytes(_png(pdf, page, dots))


def write_pictures(
    pdf: Path,
    out: Path,
    names: Sequence[str],
    *,
    dots: int = DOTS,
    told: Callable[[float], None] | None = None,
) -> None:
    """Write every page of a PDF as PNG into a zip; `names` are those of the files.

    `told` is told after each page which share is done; it may raise to stop.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for number, name in enumerate(names):
            about = zipfile.ZipInfo(f"{name}.png", _FIRST)
            about.external_attr = 0o644 << 16
            # One page at a time: a page is 12 MB before it is packed.
            archive.writestr(about, _png(pdf, number, dots))
            if told is not None:
                told((number + 1) / len(names))


def _png(pdf: Path, number: int, dots: int) -> bytes:
    import pypdfium2

    packed = BytesIO()
    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            picture = document[number].render(scale=dots / 72).to_pil()
        finally:
            document.close()
    picture.save(packed, "PNG", dpi=(dots, dots))
    return packed.getvalue()
