"""The atlas: pages, words that can be found, colours, a scale that is true."""

from __future__ import annotations

import ctypes
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import shapely
import shapely.affinity
from PIL.Image import Image

from gis.errors import GeometryError, PlanError
from maps.atlas import build_sheets, write_atlas
from maps.atlas.chart import FRAME, MUTED_FILL
from maps.atlas.furniture import scale_steps
from maps.atlas.ink import MM
from maps.atlas.pages import layout_of
from maps.atlas.paper import round_scale, view_of
from maps.theme import TINTS
from tests.maps.atlas.sheets_fixture import (
    ABOUT,
    COMMUNITY,
    atlas,
    made_sheets,
    plan_layers,
    texts,
)
from tests.maps.plan_fixture import made_plan


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return atlas()


def picture(pdf: bytes, page: int = 0, scale: float = 2.0) -> Image:
    return pypdfium2.PdfDocument(pdf)[page].render(scale=scale).to_pil().convert("RGB")


def share_of(image: Image, colour: str) -> float:
    """The share of pixels of a colour, to a step or two."""
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    pixels = np.asarray(image, dtype=int)
    return float((np.abs(pixels - wanted).max(axis=2) <= 2).mean())


def test_the_overview_comes_first_then_a_sheet_per_grid(pdf: bytes) -> None:
    told = texts(pdf)
    assert len(told) == 1 + 6
    assert "银山社区 网格划分总图" in told[0]
    for number, page in enumerate(told[1:], start=1):
        assert f"银山社区 {number:03d} 号网格" in page
        assert f"{COMMUNITY}{number:03d}" in page
        assert f"银山社区第{number:03d}网格" in page
        assert "方案第 3 版" in page
        assert "虚构示例" in page
        assert "© OpenStreetMap contributors" in page


def test_a_sheet_tells_households_area_and_what_bounds_the_grid(pdf: bytes) -> None:
    page = texts(pdf)[4]
    assert "≈ 281 户" in page
    assert "▼ 低于 19 户" in page
    assert "16 栋" in page
    assert "1.44 公顷" in page
    for words in ("东 济北大街", "南 纬1路", "西 经二路1", "北 纬2路"):
        assert words in page


def test_english_has_no_chinese_of_its_own() -> None:
    page = texts(atlas(lang="en"))[1]
    assert "Grid 001" in page
    assert "Scale 1:" in page
    assert "户" not in page


def test_every_font_is_in_the_file(pdf: bytes) -> None:
    document = pypdfium2.PdfDocument(pdf)
    found = 0
    for page in document:
        for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
            font = pdfium.FPDFTextObj_GetFont(thing.raw)
            assert pdfium.FPDFFont_GetIsEmbedded(font) == 1
            found += 1
    assert found > 100


def test_the_same_plan_gives_the_same_bytes(pdf: bytes) -> None:
    assert atlas() == pdf


def test_every_name_is_found_once_also_where_it_stands_upright(pdf: bytes) -> None:
    page = texts(pdf)[0]
    for name in ("济北大街", "经二路0", "纬1路"):
        assert page.count(name) == 1


def test_the_maps_show_the_colours_of_the_grids(pdf: bytes) -> None:
    overview = picture(pdf)
    residents = [grid for grid in made_sheets().grids if grid.type == "resident"]
    for colour in {grid.colour for grid in residents}:
        assert share_of(overview, TINTS[colour]) > 0.005
    sheet = picture(pdf, page=1)
    assert share_of(sheet, TINTS[made_sheets().grids[0].colour]) > 0.05
    assert share_of(sheet, MUTED_FILL) > 0.05


def test_the_scale_bar_is_true(pdf: bytes) -> None:
    sheets = made_sheets()
    layout = layout_of(sheets, "a4")
    view = view_of(sheets.outline.bounds, layout.map)
    column = layout.side[2] if layout.is_wide else (layout.side[2] - 8) / 3
    metres, parts = scale_steps(view.scale, min(column - 9, 52))
    page = pypdfium2.PdfDocument(pdf)[0]
    assert f"1:{view.scale:,}".replace(",", " ") in page.get_textpage().get_text_range()
    wanted = metres / parts * 1000 / view.scale
    bars = [
        (right - left) / MM
        for left, bottom, right, top in _filled(page, FRAME)
        if (top - bottom) / MM == pytest.approx(1.3, abs=0.01)
    ]
    assert len(bars) == -(-parts // 2)
    assert bars == pytest.approx([wanted] * len(bars), abs=0.02)


def _filled(
    page: pypdfium2.PdfPage, colour: str
) -> list[tuple[float, float, float, float]]:
    wanted = tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    found = []
    for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
        channels = [ctypes.c_uint() for _ in range(4)]
        pdfium.FPDFPageObj_GetFillColor(thing.raw, *map(ctypes.byref, channels))
        if all(
            abs(c.value - w) <= 1 for c, w in zip(channels[:3], wanted, strict=True)
        ):
            found.append(thing.get_bounds())
    return found


def test_a_hundred_metres_are_a_hundred_metres_on_paper() -> None:
    view = view_of((0, 0, 400, 300), (10, 10, 200, 150), edge=0)
    assert view.scale == 2000
    (x0, _), (x1, _) = view.place(np.array([[0.0, 0.0], [100.0, 0.0]]))
    assert x1 - x0 == pytest.approx(50.0)


@pytest.mark.parametrize(
    ("least", "scale"),
    [
        (500, 500),
        (501, 600),
        (1800, 2000),
        (2100, 2500),
        (9000, 10000),
        (10_100, 15_000),
    ],
)
def test_scales_are_round(least: float, scale: int) -> None:
    assert round_scale(least) == scale


@pytest.mark.parametrize("scale", [500, 750, 1500, 5000, 25_000, 80_000])
def test_a_scale_bar_has_round_steps_and_fits(scale: int) -> None:
    metres, parts = scale_steps(scale, 50.0)
    assert 20.0 <= metres * 1000 / scale <= 50.0
    assert metres % parts == 0


def test_a_draft_says_so_across_the_map_and_a_plan_in_force_does_not() -> None:
    draft = atlas(made_sheets(status="draft", since=None), sheet="overview")
    told = texts(draft)[0]
    assert "草稿" in told
    assert "编制日期 2025年12月20日" in told
    assert "未经发布" not in told  # a mark to see, not to find in every search
    plain = picture(atlas(sheet="overview"))
    marked = picture(draft)
    differs = np.abs(np.asarray(plain, int) - np.asarray(marked, int)).max(axis=2) > 8
    assert 0.01 < differs.mean() < 0.3


def test_papers_stand_or_lie_by_what_they_show() -> None:
    tall = pypdfium2.PdfDocument(atlas(sheet="overview"))[0].get_size()
    assert tall == pytest.approx((210 * MM, 297 * MM), abs=0.1)
    large = pypdfium2.PdfDocument(atlas(sheet="overview", paper="a3"))[0].get_size()
    assert large == pytest.approx((297 * MM, 420 * MM), abs=0.1)
    layers = plan_layers()
    codes = [f"{COMMUNITY}00{n}" for n in (1, 2)]
    row = layers["grids"][layers["grids"]["code"].isin(codes)]
    outline = layers["communities"].set_geometry([row.union_all()], crs=4326)
    wide = build_sheets({**layers, "grids": row, "communities": outline}, {}, ABOUT)
    size = pypdfium2.PdfDocument(atlas(wide, sheet="overview"))[0].get_size()
    assert size == pytest.approx((297 * MM, 210 * MM), abs=0.1)


def test_one_sheet_can_be_asked_for(pdf: bytes) -> None:
    alone = texts(atlas(sheet=f"{COMMUNITY}004"))
    assert len(alone) == 1
    assert "004 号网格" in alone[0]
    with pytest.raises(PlanError, match="no grid 370115001023099"):
        atlas(sheet=f"{COMMUNITY}099")


def test_bookmarks_lead_to_the_sheets(pdf: bytes) -> None:
    marks = list(pypdfium2.PdfDocument(pdf).get_toc())
    assert [mark.get_title() for mark in marks[:2]] == [
        "银山社区",
        "001 号网格 银山社区第001网格",
    ]
    assert [mark.get_dest().get_index() for mark in marks] == list(range(7))


def test_many_grids_get_pages_of_their_own_to_list_them() -> None:
    sheets = made_sheets()
    sheets = replace(sheets, grids=sheets.grids * 10, small=np.tile(sheets.small, 10))
    assert "网格一览表" not in texts(atlas(sheets, sheet="overview"))[0]
    told = texts(atlas(sheets))
    assert len(told) == 1 + -(-60 // 44) + 60
    assert "银山社区 网格一览表" in told[1]
    assert all(len(page) > 500 for page in told[1:3])


def test_a_plan_without_grids_is_refused() -> None:
    layers = plan_layers()
    layers["grids"] = layers["grids"].iloc[:0]
    with pytest.raises(GeometryError, match="no grid"):
        build_sheets(layers, {}, ABOUT)


def test_a_plan_is_drawn_without_any_ground_around_it() -> None:
    sheets = build_sheets(plan_layers(), {}, ABOUT)
    told = texts(atlas(sheets))
    assert len(told) == 7
    assert "东 002 号网格" in told[1]
    assert "西 社区边界" in told[1]


def test_what_real_data_has_does_not_stop_a_sheet() -> None:
    layers, parts = plan_layers(), made_plan()
    # A building that covers a whole grid, and one whose outline crosses itself.
    bow_tie = shapely.Polygon([(0, 0), (1e-4, 1e-4), (1e-4, 0), (0, 1e-4)])
    place = layers["grids"].geometry.iloc[0].centroid
    houses = parts.footprints.copy()
    houses.loc[0, "geometry"] = layers["grids"].union_all().buffer(1e-4)
    houses.loc[1, "geometry"] = shapely.affinity.translate(bow_tie, place.x, place.y)
    streets = parts.streets.copy()
    streets.loc[0, "geometry"] = shapely.LineString([place, place])
    ground = {"streets": streets, "buildings": houses}
    assert len(texts(atlas(build_sheets(layers, ground, ABOUT)))) == 7


def test_two_documents_can_be_made_side_by_side(pdf: bytes) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: atlas(), range(2)))
    assert made == [pdf, pdf]


def test_an_unknown_paper_is_refused() -> None:
    with pytest.raises(ValueError, match="a4, a3"):
        write_atlas(BytesIO(), [made_sheets()], paper="letter")


def test_progress_is_told_and_can_stop_the_work() -> None:
    shares: list[float] = []
    atlas(told=shares.append)
    assert shares == pytest.approx([n / 7 for n in range(1, 8)])

    def stop(share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        atlas(told=stop)
