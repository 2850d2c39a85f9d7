"""Turn what was built into the layers every part of the platform reads."""

from __future__ import annotations

import numpy as np
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from data.synthetic.build import GROUPS, Ground
from data.synthetic.density import dwellings
from data.synthetic.names import Names
from data.synthetic.outlines import USES, Use
from data.synthetic.parcels import Parcel
from data.synthetic.quarters import Bones
from data.synthetic.sheet import Rank, Sheet
from data.synthetic.zoning import DWELLINGS

__all__ = [
    "build_barriers",
    "build_buildings",
    "build_communities",
    "build_compounds",
    "build_gates",
    "build_sites",
    "build_stairwells",
    "compound_names",
]

STOREY = 2.95

CASES_A_HOUSEHOLD = 0.06
"""Cases of a month; made up."""

MEMBERS_A_HOUSEHOLD = 0.031
"""Party members: 4,760 in 381 grids of 300 to 500 (RULES 004-06)."""


def build_communities(
    bones: Bones, codes: list[str], names: list[str], crs: str
) -> GeoDataFrame:
    """Return communities as unions of whole blocks: they meet vertex by vertex."""
    shapes = [shapely.Polygon(bones.sheet.outline(b.piece)) for b in bones.blocks]
    outlines = np.array(shapes, dtype=object)
    owner = np.array([block.community for block in bones.blocks])
    merged = [
        shapely.coverage_union_all(outlines[owner == k]) for k in range(len(codes))
    ]
    return GeoDataFrame({"code": codes, "name": names}, geometry=merged, crs=crs)


def compound_names(parcels: list[Parcel], rng: np.random.Generator) -> dict[int, str]:
    """Return the name of every compound and site by the number of its parcel."""
    names = Names(rng)
    found: dict[int, str] = {}
    for number, parcel in enumerate(parcels):
        if parcel.kind in GROUPS:
            found[number] = names.compound(GROUPS[parcel.kind])
        elif parcel.kind not in DWELLINGS:
            found[number] = names.site(parcel.kind)
    return found


def build_compounds(
    parcels: list[Parcel], ground: Ground, names: dict[int, str], crs: str
) -> GeoDataFrame:
    """Return compounds with their type, out to the pavement: shops belong to them."""
    rows = [k for k, p in enumerate(parcels) if p.kind in GROUPS]
    columns = {
        "name": [names[k] for k in rows],
        "type": [GROUPS[parcels[k].kind] for k in rows],
    }
    shapes = [shapely.Polygon(ground.limits[k]) for k in rows]
    return GeoDataFrame(columns, geometry=shapes, crs=crs)


def build_sites(
    parcels: list[Parcel], ground: Ground, names: dict[int, str], crs: str
) -> GeoDataFrame:
    """Return exclusive and reserved land."""
    rows = [k for k, p in enumerate(parcels) if p.kind not in DWELLINGS]
    columns = {
        "kind": [parcels[k].kind for k in rows],
        "name": [names[k] for k in rows],
    }
    shapes = [shapely.Polygon(ground.plots[k]) for k in rows]
    return GeoDataFrame(columns, geometry=shapes, crs=crs)


def build_gates(ground: Ground, names: dict[int, str], crs: str) -> GeoDataFrame:
    """Return gates; each is a vertex of its compound's wall."""
    columns = {"compound": [names[k] for k, _, _ in ground.gates]}
    points = [shapely.Point(x, y) for _, x, y in ground.gates]
    return GeoDataFrame(columns, geometry=points, crs=crs)


def build_barriers(
    bones: Bones, parcels: list[Parcel], ground: Ground, names: dict[int, str], crs: str
) -> GeoDataFrame:
    """Return the river's water and the compound walls."""
    kinds, called, shapes = [], [], []
    for height in np.unique(bones.rivers).tolist():
        lines = [
            k for k in bones.river_lines if bones.sheet.lines[k].start[1] == height
        ]
        middle = shapely.line_merge(
            shapely.multilinestrings(
                [shapely.LineString(bones.sheet.path(k)) for k in lines]
            )
        )
        water = shapely.buffer(middle, 13.0, cap_style="flat", join_style="round")
        kinds.append("river")
        called.append("澄波河")
        shapes.append(water)
    for number, parcel in enumerate(parcels):
        if parcel.kind in GROUPS:
            kinds.append("wall")
            called.append(f"{names[number]}围墙")
            shapes.append(shapely.LineString(_ring(ground, number)))
    return GeoDataFrame({"kind": kinds, "name": called}, geometry=shapes, crs=crs)


def _ring(ground: Ground, number: int) -> NDArray[np.float64]:
    """Return a compound's outline with its gates as vertices of it."""
    ring = ground.plots[number]
    for x, y in ground.doors.get(number, ()):
        # The gate lies on one side: where going round by it is the least way round.
        away = np.hypot(ring[:, 0] - x, ring[:, 1] - y)
        side = np.hypot(*np.diff(ring, axis=0).T)
        nearest = int(np.argmin(away[:-1] + away[1:] - side))
        ring = np.vstack([ring[: nearest + 1], [[x, y]], ring[nearest + 1 :]])
    return ring


def build_buildings(
    sheet: Sheet,
    parcels: list[Parcel],
    ground: Ground,
    codes: list[str],
    names: dict[int, str],
    streets: list[str],
    rng: np.random.Generator,
    crs: str,
) -> GeoDataFrame:
    """Return buildings by community, with households as a register gives them."""
    home = np.array([p.community for p in parcels])
    order = np.argsort(home[ground.parcel], kind="stable")
    boxes, parcel = ground.boxes[order], ground.parcel[order]
    owner = home[parcel]
    floors, units = boxes[:, 6].astype(int), boxes[:, 7].astype(int)
    use = boxes[:, 9].astype(int)
    serial = _serial(owner)
    number = _serial_in(parcel)
    compound = np.array(
        [names.get(k, "") if p.kind in GROUPS else "" for k, p in enumerate(parcels)],
        dtype=object,
    )
    inside = (boxes[:, 9] != Use.RETAIL) & (compound[parcel] != "")
    road, house = _addresses(sheet, parcels, streets)
    address = [
        f"{road[p]}{house[p]}号{n}号楼" if c else f"{road[p]}{house[p] + 2 * n}号"
        for p, n, c in zip(
            parcel.tolist(), number.tolist(), inside.tolist(), strict=True
        )
    ]
    households = _households(boxes, rng)
    # A stream of their own, so that these counts change nothing else in the town.
    counts = rng.spawn(1)[0]
    columns = {
        "id": [f"{codes[k]}{n:05d}" for k, n in zip(owner, serial, strict=True)],
        "households": households,
        "estimated": np.zeros(len(boxes), dtype=bool),
        "floors": floors,
        "height": np.round(floors * STOREY + 0.6, 1),
        "units": units,
        "use": np.array(USES, dtype=object)[use],
        "address": address,
        "compound": compound[parcel],
        "cases": counts.poisson(CASES_A_HOUSEHOLD * households).astype(np.float64),
        "party_members": counts.binomial(households, MEMBERS_A_HOUSEHOLD).astype(
            np.float64
        ),
    }
    return GeoDataFrame(columns, geometry=ground.outlines[order], crs=crs)


def _households(
    boxes: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Dwellings of a building; a few blocks have one or two less, joined or let."""
    full = dwellings(boxes)
    fewer = rng.choice([0, 0, 0, 1, 2], len(boxes))
    counts: NDArray[np.int64] = np.where(full > 20, full - fewer, full).astype(np.int64)
    return counts


def _serial(owner: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count rows from 1 inside each run of equal owners."""
    starts = np.searchsorted(owner, owner, side="left")
    serial: NDArray[np.int64] = np.arange(len(owner)) - starts + 1
    return serial


def _serial_in(parcel: NDArray[np.int64]) -> NDArray[np.int64]:
    order = np.argsort(parcel, kind="stable")
    numbers = np.empty(len(parcel), dtype=np.int64)
    numbers[order] = _serial(parcel[order])
    return numbers


def _addresses(
    sheet: Sheet, parcels: list[Parcel], streets: list[str]
) -> tuple[list[str], list[int]]:
    """Return road and first house number of every parcel: its most important side."""
    road, house = [], []
    for parcel in parcels:
        named = [s for s in parcel.piece.sides if sheet.lines[s].rank != Rank.RIVER]
        rank = min if parcel.kind != "lanes" else max
        side = rank(named, key=lambda s: sheet.lines[s].rank)
        line = sheet.lines[side]
        x, y = parcel.piece.centre()
        place = line.share((x, y)) * line.length()
        road.append(streets[side])
        house.append(2 * int(max(place, 0.0) / 12.0) + 1 + (parcel.block % 2))
    return road, house


def build_stairwells(buildings: GeoDataFrame) -> GeoDataFrame:
    """Return the units of every block of flats; their households add up to it."""
    flats = buildings[
        (buildings["use"] == "apartments") & (buildings["households"] > 0)
    ]
    units = flats["units"].to_numpy()
    rows = np.repeat(np.arange(len(flats)), units)
    unit = np.arange(len(rows)) - np.repeat(np.cumsum(units) - units, units)
    total = flats["households"].to_numpy()[rows]
    share, rest = np.divmod(total, units[rows])
    ends = shapely.bounds(flats.geometry.to_numpy())[rows]
    part = (unit + 0.5) / units[rows]
    x = ends[:, 0] + part * (ends[:, 2] - ends[:, 0])
    y = (ends[:, 1] + ends[:, 3]) / 2.0
    columns = {
        "building": flats["id"].to_numpy()[rows],
        "unit": unit + 1,
        "households": share + (unit < rest),
        "floors": flats["floors"].to_numpy()[rows],
    }
    return GeoDataFrame(columns, geometry=shapely.points(x, y), crs=buildings.crs)
