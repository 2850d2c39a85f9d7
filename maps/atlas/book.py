"""An atlas as one PDF: pages, bookmarks, what the file says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from gis.errors import PlanError
from maps.atlas.fonts import Fonts, open_faces
from maps.atlas.ink import MM, Ink
from maps.atlas.joint import draw_joint, join_sheets
from maps.atlas.model import Grid, Sheets
from maps.atlas.pages import (
    TABLE_ROWS,
    draw_grid,
    draw_overview,
    draw_table,
    layout_of,
    listed_in,
)
from maps.atlas.paper import PAPERS, Layout, layout_for
from maps.atlas.words import Lang, Words

__all__ = ["Book", "write_atlas"]

OVERVIEW = "overview"
ALL = "all"


class Book:
    """A PDF in the making; the same drawing makes the same bytes."""

    def __init__(
        self,
        out: Path | BytesIO,
        characters: set[str],
        words: Words,
        *,
        title: str,
        subject: str = "",
        fonts: Fonts | None = None,
    ) -> None:
        from reportlab.pdfbase.pdfdoc import PDFString
        from reportlab.pdfgen.canvas import Canvas

        faces = open_faces(characters | words.characters(), fonts)
        target = str(out) if isinstance(out, Path) else out
        self._canvas = Canvas(target, pageCompression=1, invariant=1)
        self._canvas.setTitle(title)
        self._canvas.setSubject(subject)
        self._canvas.setAuthor("")
        self._canvas.setCreator("wangge")
        self._canvas.setCatalogEntry(
            "Lang", PDFString("zh-CN" if words.lang == "zh" else "en")
        )
        self.ink = Ink(self._canvas, faces, chinese=words.lang == "zh")
        self.pages = 0

    @contextmanager
    def page(
        self,
        size: tuple[float, float],
        *,
        title: str = "",
        key: str = "",
        level: int = 0,
    ) -> Iterator[Ink]:
        """Draw a page of so many millimetres; its title becomes a bookmark."""
        canvas: Any = self._canvas
        canvas.setPageSize((size[0] * MM, size[1] * MM))
        if title:
            mark = key or f"page{self.pages + 1}"
            canvas.bookmarkPage(mark)
            canvas.addOutlineEntry(title, mark, level=level, closed=level == 0)
        canvas.saveState()
        canvas.scale(MM, MM)
        yield self.ink
        canvas.restoreState()
        canvas.showPage()
        self.pages += 1

    def close(self) -> None:
        """Write the file."""
        self._canvas.showOutline() if self.pages > 1 else None
        self._canvas.save()


@dataclass(frozen=True, slots=True)
class _Sheet:
    title: str
    key: str
    layout: Layout
    level: int
    draw: Callable[[Ink, tuple[int, int]], object]
    name: str
    """What a picture of it is called."""


def write_atlas(
    out: Path | BytesIO,
    plans: Sequence[Sheets],
    *,
    title: str = "",
    place: str = "",
    paper: str = "a4",
    lang: Lang = "zh",
    sheet: str = ALL,
    fonts: Fonts | None = None,
    told: Callable[[float], None] | None = None,
) -> list[str]:
    """Write the atlas of plans as a PDF and return what its pages are called.

    Parameters
    ----------
    out : Path or BytesIO
        Where to.
    plans : sequence of Sheets
        One per community, all in one CRS: each gives its overview, the list of its
        grids where the overview has no room for it, and a sheet per grid. Several get
        an overview of all of them first.
    title, place : str
        Of the file; the name of what holds all communities. Those of the first plan
        if not given.
    paper : {"a4", "a3"}
        Each sheet lies or stands as what it shows is wide or high.
    lang : {"zh", "en"}
        Language of what is not data.
    sheet : str
        "all", "overview", or the code of one grid.
    fonts : Fonts, optional
        Found on the machine if not given.
    told : callable, optional
        Told after each page which share is done; may raise to stop.

    Raises
    ------
    FontError
        If the machine has no Chinese font.
    PlanError
        If no plan has the grid asked for.
    ValueError
        If the paper is unknown.
    """
    if paper not in PAPERS:
        raise ValueError(f"paper is {paper!r}; give one of {', '.join(PAPERS)}")
    words = Words(lang)
    about = plans[0].about
    place = place or about.community
    pages = list(_pages_of(plans, words, paper, sheet, place))
    if not pages:
        raise PlanError(
            f"there is no grid {sheet} in this plan; check the code",
            f"方案里没有网格 {sheet}；请核对编码",
        )
    characters = set(title + place).union(*(plan.characters() for plan in plans))
    subject = " · ".join((words.version(about), words.in_force(about)))
    book = Book(
        out,
        characters,
        words,
        title=title or about.title,
        subject=subject if len(plans) == 1 else place,
        fonts=fonts,
    )
    book.ink.targets = {page.key for page in pages}
    for number, page in enumerate(pages, start=1):
        size = page.layout.width, page.layout.height
        with book.page(size, title=page.title, key=page.key, level=page.level) as ink:
            page.draw(ink, (number, len(pages)))
        if told is not None:
            told(number / len(pages))
    book.close()
    return [page.name for page in pages]


def _pages_of(
    plans: Sequence[Sheets], words: Words, paper: str, wanted: str, place: str
) -> Iterator[_Sheet]:
    """Yield all pages in their order."""
    if len(plans) == 1:
        yield from _sheets_of(plans[0], words, paper, wanted)
        return
    if wanted in (ALL, OVERVIEW):
        whole = join_sheets(plans, place)
        layout = layout_of(whole, paper)
        yield _Sheet(
            words("title.overview"),
            "overview",
            layout,
            0,
            lambda ink, page: draw_joint(ink, whole, plans, words, layout, page),
            f"000-{words('title.overview')}",
        )
    if wanted == OVERVIEW:
        return
    for plan in plans:
        yield from _sheets_of(plan, words, paper, wanted)


def _sheets_of(
    sheets: Sheets, words: Words, paper: str, wanted: str
) -> Iterator[_Sheet]:
    """Yield the pages of one plan in their order."""
    if wanted in (ALL, OVERVIEW):
        layout = layout_of(sheets, paper)
        yield _Sheet(
            sheets.about.community,
            sheets.about.community_code,
            layout,
            0,
            lambda ink, page: draw_overview(ink, sheets, words, layout, page),
            f"{sheets.about.community_code}-{sheets.about.community}",
        )
    if wanted == ALL and not listed_in(sheets, layout_of(sheets, paper)):
        yield from _tables(sheets, words, paper)
    for grid in sheets.grids:
        if wanted in (ALL, grid.code):
            yield _grid_sheet(sheets, grid, words, paper, alone=wanted != ALL)


def _grid_sheet(
    sheets: Sheets, grid: Grid, words: Words, paper: str, *, alone: bool
) -> _Sheet:
    layout = layout_of(sheets, paper, grid)
    return _Sheet(
        f"{words('title.grid', number=grid.number)} {grid.name}".rstrip(),
        grid.code,
        layout,
        0 if alone else 1,
        lambda ink, page: draw_grid(ink, sheets, grid, words, layout, page),
        grid.code,
    )


def _tables(sheets: Sheets, words: Words, paper: str) -> Iterator[_Sheet]:
    layout = layout_for(paper, wide=False)
    count = -(-len(sheets.grids) // TABLE_ROWS)
    # Pages of the sheets, counted from the first page of this plan.
    for number in range(count):
        rows = sheets.grids[number * TABLE_ROWS : (number + 1) * TABLE_ROWS]

        def draw(
            ink: Ink,
            page: tuple[int, int],
            rows: Sequence[Grid] = rows,
            n: int = number,
        ) -> None:
            first = page[0] - n + count
            numbers = {g.code: first + at for at, g in enumerate(sheets.grids)}
            draw_table(ink, sheets, words, layout, page, rows, numbers)

        title = words("title.index") if number == 0 else ""
        key = f"{sheets.about.community_code}-list{number + 1}"
        yield _Sheet(title, key, layout, 1, draw, key)
