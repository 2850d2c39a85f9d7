"""One community of `plan_fixture` as sheets: six grids, two columns by three rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pypdfium2
from geopandas import GeoDataFrame

from maps.atlas import About, Sheets, build_sheets, write_atlas
from tests.maps.plan_fixture import made_plan

COMMUNITY = "370115001023"
ABOUT = About(
    title="银山社区网格图册",
    community="银山社区",
    community_code=COMMUNITY,
    places="济阳区 济阳街道",
    version=3,
    name="",
    status="published",
    since=date(2026, 1, 1),
    until=None,
    made=date(2025, 12, 20),
    low=300,
    high=500,
    made_up=True,
    attribution="© OpenStreetMap contributors",
)


def plan_layers() -> dict[str, GeoDataFrame]:
    layers = made_plan().layers
    codes = layers["grids"]["code"][layers["grids"]["community"] == COMMUNITY]
    here = {
        name: layer[layer["community"] == COMMUNITY]
        for name, layer in layers.items()
        if "community" in layer
    }
    communities, seams = layers["communities"], layers["seams"]
    return {
        **here,
        "communities": communities[communities["code"] == COMMUNITY],
        "seams": seams[seams["left"].isin(codes) & seams["right"].isin(codes)],
    }


def made_sheets(**about: Any) -> Sheets:
    parts = made_plan()
    ground = {"streets": parts.streets, "buildings": parts.footprints}
    return build_sheets(plan_layers(), ground, replace(ABOUT, **about))


def atlas(sheets: Sheets | None = None, **options: Any) -> bytes:
    out = BytesIO()
    write_atlas(out, [sheets or made_sheets()], **options)
    return out.getvalue()


def texts(pdf: bytes) -> list[str]:
    """The text of every page, as a reader's search finds it."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
