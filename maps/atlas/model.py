"""What an atlas is drawn from: a plan and the ground around it, in metres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from pyproj import CRS

from gis.crs import metric_crs
from gis.errors import GeometryError
from gis.kinds import SeamKind
from gis.streets import street_kinds

__all__ = ["About", "Grid", "Ground", "Sheets", "build_sheets", "nothing"]

Shapes = NDArray[np.object_]

_ALLEY: Final = int(SeamKind.ALLEY)


@dataclass(frozen=True, slots=True)
class About:
    """What is told of a plan in words and numbers."""

    title: str
    community: str
    community_code: str
    places: str
    """District and street the community lies in."""
    version: int
    name: str
    """What planners call the plan; may be empty."""
    status: str
    since: date | None
    until: date | None
    made: date
    low: int
    high: int
    made_up: bool
    attribution: str
    plan_hash: str = ""

    @property
    def is_draft(self) -> bool:
        """Whether nobody has put the plan into force yet."""
        return self.status in ("draft", "review")


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid with its figures; `shape` is in metres."""

    code: str
    number: str
    name: str
    type: str
    households: int
    estimated: int
    buildings: int
    area_m2: float
    colour: int
    off: int
    """Households above the band, below it as a negative number, else 0."""
    shape: shapely.Geometry
    label: tuple[float, float, float]
    """Where the label has most room: x, y, radius in metres."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A layer of shapes with what is told of each, and an index."""

    shapes: Shapes
    told: dict[str, NDArray[Any]] = field(default_factory=dict)
    tree: shapely.STRtree = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tree", shapely.STRtree(self.shapes))

    def near(self, box: tuple[float, float, float, float]) -> NDArray[np.intp]:
        """Return the rows that touch a box, in their order."""
        return np.sort(self.tree.query(shapely.box(*box)))


@dataclass(frozen=True, slots=True)
class Sheets:
    """Everything the sheets of one plan show."""

    about: About
    crs: CRS
    grids: list[Grid]
    shapes: Ground
    """The shapes of the grids, in their order."""
    outline: shapely.Geometry
    small: Shapes
    """The shapes of the grids with fewer corners, for a map the size of a stamp."""
    seams: Ground
    streets: Ground
    buildings: Ground
    water: Ground
    lines: Ground
    names: Ground
    around: Ground
    """Communities next to this one."""
    parts: Ground = field(default_factory=lambda: _unnamed())
    """Communities this one sheet shows, where it shows several."""

    def grids_near(self, box: tuple[float, float, float, float]) -> list[Grid]:
        """Return the grids that touch a box."""
        return [self.grids[row] for row in self.shapes.near(box)]

    def characters(self) -> set[str]:
        """Return every character that data may put on a sheet."""
        about = self.about
        texts = [about.title, about.community, about.places, about.name]
        texts += [about.community_code, about.attribution]
        texts += [text for grid in self.grids for text in (grid.code, grid.name)]
        for layer in (self.streets, self.names, self.around, self.water):
            texts += layer.told["name"].tolist()
        texts += self.buildings.told["label"].tolist()
        return set("".join(texts))


def build_sheets(
    layers: Mapping[str, GeoDataFrame],
    ground: Mapping[str, GeoDataFrame],
    about: About,
    *,
    crs: CRS | None = None,
) -> Sheets:
    """Return what the sheets of a plan of one community show, in metres.

    `layers` are those of a plan file. `ground` may hold, in the same CRS, `streets`
    (class, name), `buildings` (id, address), `barriers` (kind, name), `sites` and
    `compounds` (name), `communities` (name); what is missing is left out.

    Raises
    ------
    GeometryError
        If the plan has no grid.
    """
    grids = layers["grids"].sort_values("code", kind="stable")
    if grids.empty:
        raise GeometryError(
            f"plan {about.version} of {about.community} has no grid; draw it first",
            f"{about.community} 的方案 {about.version} 没有网格；请先划分",
        )
    crs = crs or _metric(grids)
    shapes = grids.to_crs(crs).geometry.to_numpy()
    outline = shapely.union_all(_shapes(layers["communities"], crs))
    return Sheets(
        about=about,
        crs=crs,
        grids=_grids(grids, shapes, about),
        shapes=Ground(shapes),
        outline=outline,
        small=shapely.simplify(shapes, _size(outline) / 600),
        seams=_seams(layers["seams"], crs),
        streets=_streets(ground.get("streets"), crs),
        buildings=_buildings(ground.get("buildings"), layers["buildings"], crs),
        water=_barriers(ground.get("barriers"), crs, ("river",)),
        lines=_barriers(ground.get("barriers"), crs, ("railway", "wall")),
        names=_names(ground, crs),
        around=_around(ground.get("communities"), about, crs),
    )


def _size(shape: shapely.Geometry) -> float:
    west, south, east, north = shape.bounds
    return float(max(east - west, north - south))


def _metric(grids: GeoDataFrame) -> CRS:
    west, south, east, north = grids.to_crs(4326).total_bounds
    return metric_crs((west + east) / 2, (south + north) / 2)


def _shapes(layer: GeoDataFrame, crs: CRS) -> Shapes:
    """Return shapes in metres; areas can be cut and joined: real data has bow-ties."""
    shapes: Shapes = layer.geometry.to_crs(crs).to_numpy().copy()
    broken = (shapely.get_dimensions(shapes) == 2) & ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    return shapes


def _grids(grids: GeoDataFrame, shapes: Shapes, about: About) -> list[Grid]:
    found = []
    for row, shape in zip(grids.itertuples(), shapes, strict=True):
        households, resident = int(row.households), row.type == "resident"
        above, below = households - about.high, households - about.low
        found.append(
            Grid(
                code=str(row.code),
                number=_number(str(row.code), about.community_code),
                name="" if pd.isna(row.name) else str(row.name),
                type=str(row.type),
                households=households,
                estimated=int(row.estimated),
                buildings=int(row.buildings),
                area_m2=float(row.area_m2),
                colour=int(row.color) % 4,
                off=(max(above, 0) or min(below, 0)) if resident else 0,
                shape=shape,
                label=_roomiest(shape),
            )
        )
    return found


def _number(code: str, community: str) -> str:
    """Return what a grid is called on the map: its code within the community."""
    return code.removeprefix(community) or code


def _roomiest(shape: shapely.Geometry) -> tuple[float, float, float]:
    """Return the widest circle inside a shape."""
    tolerance = max(shape.area, 1.0) ** 0.5 / 60
    spoke = shapely.maximum_inscribed_circle(shape, tolerance=tolerance)
    centre = shapely.get_point(spoke, 0)
    return centre.x, centre.y, spoke.length


def _seams(seams: GeoDataFrame, crs: CRS) -> Ground:
    told = {
        "left": seams["left"].astype(str).to_numpy(dtype=object),
        "right": seams["right"].astype(str).to_numpy(dtype=object),
        "kind": seams["kind"].astype(str).to_numpy(dtype=object),
    }
    return Ground(_shapes(seams, crs), told)


def _streets(streets: GeoDataFrame | None, crs: CRS) -> Ground:
    """Join the pieces of a street, so that its name has room and is said once."""
    if streets is None or streets.empty:
        return Ground(np.zeros(0, dtype=object), {"rank": nothing(), "name": nothing()})
    kinds = street_kinds(streets)
    shown = kinds <= _ALLEY
    if "tunnel" in streets:
        shown &= ~streets["tunnel"].fillna(False).to_numpy(dtype=bool)
    table = pd.DataFrame(
        {
            "rank": kinds[shown],
            "name": streets["name"].fillna("").astype(str).to_numpy()[shown],
            "shape": _shapes(streets, crs)[shown],
        }
    )
    ranks: list[int] = []
    names: list[str] = []
    joined: list[shapely.Geometry] = []
    for (rank, name), group in table.groupby(["rank", "name"], sort=True):
        lines = shapely.get_parts(group["shape"].to_numpy())
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
        joined.extend(merged)
        ranks.extend([int(str(rank))] * len(merged))
        names.extend([str(name)] * len(merged))
    told = {"rank": np.array(ranks), "name": np.array(names, dtype=object)}
    return Ground(np.array(joined, dtype=object), told)


def _buildings(
    outlines: GeoDataFrame | None, counted: GeoDataFrame, crs: CRS
) -> Ground:
    """Take outlines where there are any, else the points of the plan as squares."""
    layer = outlines if outlines is not None and len(outlines) else counted
    shapes = _shapes(layer, crs)
    is_point = shapely.get_dimensions(shapes) == 0
    shapes = np.where(is_point, shapely.buffer(shapes, 5.0, cap_style="square"), shapes)
    known = counted.drop_duplicates("id").set_index("id")["households"]
    households = layer["id"].map(known).fillna(0).to_numpy(dtype=np.int64)
    address = layer["address"] if "address" in layer else pd.Series([""] * len(layer))
    labels = [_building_label(a) for a in address.fillna("").astype(str)]
    told = {
        "households": households,
        "label": np.array(labels, dtype=object),
        "inside": layer["id"].isin(known.index).to_numpy(),
    }
    return Ground(shapes, told)


def _building_label(address: str) -> str:
    """Return what people call a building: the end of its address from a number on.

    Examples
    --------
    >>> _building_label("光明街47号1号楼"), _building_label("经一路12幢")
    ('1号楼', '12幢')
    >>> _building_label("光明街47号")
    ''
    """
    for ending in ("号楼", "幢", "栋", "座"):
        if address.endswith(ending):
            stem = address[: -len(ending)]
            number = stem[len(stem.rstrip("0123456789ABCDEFGabcdefg甲乙丙丁-")) :]
            return f"{number}{ending}" if number else ""
    return ""


def _barriers(
    barriers: GeoDataFrame | None, crs: CRS, kinds: tuple[str, ...]
) -> Ground:
    if barriers is None or barriers.empty:
        return Ground(np.zeros(0, dtype=object), {"kind": nothing(), "name": nothing()})
    mine = barriers[barriers["kind"].isin(kinds)]
    return Ground(
        _shapes(mine, crs),
        {
            "kind": mine["kind"].astype(str).to_numpy(dtype=object),
            "name": mine["name"].fillna("").astype(str).to_numpy(dtype=object),
        },
    )


def _names(ground: Mapping[str, GeoDataFrame], crs: CRS) -> Ground:
    """Return the places that are called something: compounds and sites."""
    shapes: list[Shapes] = [np.zeros(0, dtype=object)]
    names: list[str] = []
    for role in ("compounds", "sites"):
        layer = ground.get(role)
        if layer is not None and len(layer):
            shapes.append(_shapes(layer, crs))
            names.extend(layer["name"].fillna("").astype(str))
    return Ground(np.concatenate(shapes), {"name": np.array(names, dtype=object)})


def _around(communities: GeoDataFrame | None, about: About, crs: CRS) -> Ground:
    if communities is None or communities.empty:
        return Ground(np.zeros(0, dtype=object), {"name": nothing()})
    others = communities[communities["code"] != about.community_code]
    names = others["name"].fillna("").astype(str).to_numpy(dtype=object)
    return Ground(_shapes(others, crs), {"name": names})


def _unnamed() -> Ground:
    return Ground(nothing(), {"name": nothing()})


def nothing() -> NDArray[Any]:
    """Return no rows."""
    return np.zeros(0, dtype=object)
