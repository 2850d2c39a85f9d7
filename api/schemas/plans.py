"""Plans and what they are made of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Answer

__all__ = [
    "CellProperties",
    "CountedBuilding",
    "GridCounts",
    "GridProperties",
    "GridType",
    "Plan",
    "PlanCard",
    "SeamProperties",
    "Status",
]

GridType = Literal["resident", "exclusive", "reserved"]
Status = Literal["draft", "review", "published", "archived"]
SeamKind = Literal[
    "main_road",
    "street",
    "alley",
    "river",
    "railway",
    "wall",
    "compound_edge",
    "none",
]


class GridCounts(Answer):
    """Grids by type."""

    resident: int = Field(description="number of resident grids 居民网格")
    exclusive: int = Field(description="number of exclusive grids 专属网格")
    reserved: int = Field(description="number of reserved grids 预留网格")


class PlanCard(Answer):
    """A plan 划分方案 of a community, with its figures."""

    id: int = Field(description="number of the plan")
    community: str = Field(description="code of the community, 12 digits")
    community_name: str = Field(description="its name when the plan was drawn")
    version: int = Field(description="counts the plans of the community, from 1")
    name: str = Field(description="what people call it; empty if it has no name")
    author: str = Field(description="who made it; empty: it was drawn or imported")
    status: Status = Field(description="draft, review, published or archived")
    effective_from: date | None = Field(description="first day in force; null: never")
    effective_to: date | None = Field(
        description="day after the last in force; null while open"
    )
    made: datetime = Field(description="when it was made")
    low: int = Field(description="least households of a resident grid")
    high: int = Field(description="most households of a resident grid")
    grids: GridCounts = Field(description="number of grids by type")
    households: int = Field(description="households 户 of all grids")
    out_of_band: int = Field(description="resident grids below `low` or above `high`")
    row_version: int = Field(description="grows with every change of the plan")


class Plan(PlanCard):
    """A plan and how it was drawn."""

    seed: int | None = Field(description="seed of the drawing; null where not drawn")
    effort: str | float | None = Field(description="fast, best or seconds of search")
    inputs_digest: str = Field(description="SHA-256 of the sources, hexadecimal")
    metric_crs: str = Field(description="CRS in which it was measured, in metres")
    findings: list[dict[str, Any]] = Field(
        description="why grids are out of band, with a bound and what would help; "
        "texts in text_zh and text_en, numbers in households"
    )


class GridProperties(Answer):
    """A grid 网格 of a plan."""

    code: str = Field(description="code of the grid, 15 digits by default")
    number: str = Field(description="last three digits of the code")
    community: str = Field(description="code of the community, 12 digits")
    plan: int = Field(description="number of its plan")
    name: str = Field(description="name")
    type: GridType = Field(description="resident 居民, exclusive 专属, reserved 预留")
    households: int = Field(description="households 户 in it")
    buildings: int = Field(description="buildings in it")
    estimated: int = Field(description="households that are estimates")
    area_m2: float = Field(description="area in m²")
    compactness: float = Field(description="4π × area / perimeter², 1 for a circle")
    street_share: float | None = Field(
        description="share of its inner boundary on streets, 0–1; null if it has none"
    )
    in_band: bool | None = Field(
        description="households within low and high; null if not resident"
    )
    reason: str = Field(description="why it is out of band, a word; empty if it is not")
    reason_zh: str = Field(description="why it is out of band, in Chinese")
    reason_en: str = Field(description="why it is out of band, in English")
    color: int = Field(description="number of its tint, unlike its neighbours', from 0")
    locked: bool = Field(description="true: edits of a draft leave its ground alone")
    low: int = Field(description="least households of a resident grid")
    high: int = Field(description="most households of a resident grid")
    devices: int = Field(description="devices in it; one on a seam counts on each side")
    spaces: int = Field(
        description="activity spaces in it; one on a seam counts on each side"
    )


class CellProperties(Answer):
    """A cell 基本空间单元, the atom that grids are made of."""

    number: int = Field(description="number in its cell set")
    grid: str | None = Field(description="code of its grid; null: it has none")
    households: int = Field(description="households 户 in it")
    buildings: int = Field(description="buildings in it")
    kind: GridType = Field(description="type of grid its land is for")
    block: int = Field(description="number of the street block it is part of")
    compound: int = Field(description="number of its compound 小区; -1 for none")


class SeamProperties(Answer):
    """A line that two grids share 接边线."""

    left: str = Field(description="code of the grid on its left")
    right: str = Field(description="code of the grid on its right")
    kind: SeamKind = Field(description="what lies along it")
    length_m: float = Field(description="length in metres")


class CountedBuilding(Answer):
    """A building as it was counted when the cells were cut, at its inner point."""

    code: str = Field(description="number in the register of its community")
    cell: int = Field(description="number of its cell")
    grid: str | None = Field(description="code of its grid; null: it has none")
    households: int = Field(description="households 户 in it")
    estimated: bool = Field(description="true if the households are an estimate")
    floors: float | None = Field(description="number of floors; null if not known")
    use: str = Field(description="use, e.g. apartments; empty if not known")
    address: str = Field(description="address 门牌; empty if not known")
