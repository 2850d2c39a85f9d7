"""Households where no count is given: residential buildings only, all stated."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from gis.crs import require_metric
from gis.landuse import RESIDENTIAL, land_kind
from gis.layers import Layers

__all__ = ["DWELLINGS", "HOUSES", "HouseholdParameters", "estimate_households"]

HOUSES = frozenset(
    {"house", "detached", "bungalow", "villa", "cabin", "farm", "static_caravan"}
)
"""Uses that mean one home under one roof."""

DWELLINGS = HOUSES | frozenset(
    {
        "residential",
        "apartments",
        "dormitory",
        "terrace",
        "semidetached_house",
        "semi",
        "mixed",
        "housing",
    }
)
"""Uses people live in; every other use that is given counts 0 households."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HouseholdParameters:
    """Every number the estimate rests on.

    Attributes
    ----------
    area_per_household : float
        Floor area of a home, m². 92.17 is the mean of urban family households
        in the Census Yearbook 2020.
    net_ratio : float
        Share of footprint × floors that is homes: the rest is entrance and
        machine rooms, shops on the ground floor, balconies drawn in. 0.85 gives
        108 m² gross per home; one tower estate counted by hand has 79 m², a
        Singapore slab of 800 m² with the median 7.3 homes per floor has 110 m².
    floor_height : float
        Metres from floor to floor, for buildings with a height only. 3.0 is the
        upper end of GB 50096 dwellings with their slabs.
    default_floors : int
        Floors where neither floors nor height is given: six, the walk-up slab.
    house_floors : int
        The same for a house of one home (`HOUSES`).
    point_footprint : float
        Footprint of a building given as a point, m².
    homes_per_stair_floor : int
        Homes on one landing of a stairwell (一梯两户), for points with units.
    smallest_footprint : float
        An unlabelled footprint below this is a shed or a kiosk, m².
    largest_footprint : float
        An unlabelled footprint above this is no dwelling, m², unless it lies on
        residential land.
    tallest : float
        An unlabelled building above this is no dwelling, m, unless it lies on
        residential land. GB 50016 sets towers above 100 m apart.
    """

    area_per_household: float = 92.17
    net_ratio: float = 0.85
    floor_height: float = 3.0
    default_floors: int = 6
    house_floors: int = 2
    point_footprint: float = 400.0
    homes_per_stair_floor: int = 2
    smallest_footprint: float = 30.0
    largest_footprint: float = 3000.0
    tallest: float = 100.0


def estimate_households(
    layers: Layers, *, parameters: HouseholdParameters | None = None
) -> GeoDataFrame:
    """Fill in households where none are given.

    Parameters
    ----------
    layers : Layers
        Layers in one metric CRS. Read are the buildings and, to learn what
        stands on which land, `landuse`, `compounds` and `sites`.
    parameters : HouseholdParameters, optional
        Numbers of the estimate; the defaults are stated there.

    Returns
    -------
    GeoDataFrame
        The buildings with `households` (int64) filled and `estimated` (bool)
        true where the number is an estimate, made here or before. Index, order and
        CRS are kept.

    Raises
    ------
    CRSError
        If the buildings are not in metres.

    Notes
    -----
    A building counts if its use is a dwelling, or if its use is unknown and it
    stands on residential land, or on land that does not tell while it is neither
    too small, too large nor too tall for a dwelling. The smallest polygon of land
    around its representative point decides. Then::

        households = footprint × floors × net_ratio ÷ area_per_household

    with floors from `floors`, else `height` ÷ floor_height, else the default. A
    house is one home at most. Numbers are rounded by largest remainder, ties by
    `id`, so the total is the rounded total and no order of rows matters.

    Examples
    --------
    >>> from shapely import box
    >>> from gis.layers import COLUMNS, empty_layer
    >>> slab = GeoDataFrame(
    ...     {name: [None] for name in COLUMNS["buildings"]},
    ...     geometry=[box(0, 0, 50, 12)],
    ...     crs=4548,
    ... ).assign(id="1", floors=6, use="apartments")
    >>> empty = {role: empty_layer(role, 4548) for role in COLUMNS}
    >>> filled = estimate_households(Layers(**empty | {"buildings": slab}))
    >>> filled["households"].tolist()  # 600 m² × 6 × 0.85 ÷ 92.17 = 33.2
    [33]
    """
    parameters = parameters or HouseholdParameters()
    require_metric(layers.buildings)
    buildings = layers.buildings.copy()
    given = _numbers(buildings, "households")
    missing = np.isnan(given)
    counts = np.where(missing, 0.0, given)
    counts[missing] = _by_largest_remainder(
        _expected(buildings[missing], layers, parameters),
        buildings.loc[missing, "id"].astype(str).to_numpy(),
    )
    buildings["households"] = counts.astype(np.int64)
    # What was estimated before it came here is still an estimate.
    buildings["estimated"] = missing | buildings["estimated"].eq(True).to_numpy(bool)
    return buildings


def _expected(
    buildings: GeoDataFrame, layers: Layers, parameters: HouseholdParameters
) -> NDArray[np.float64]:
    """Return the unrounded estimate of each building."""
    shape = np.asarray(buildings.geometry.to_numpy(), dtype=object)
    is_point = shapely.get_dimensions(shape) < 2
    footprint = np.where(is_point, parameters.point_footprint, shapely.area(shape))
    height = _numbers(buildings, "height")
    use = buildings["use"].fillna("").astype(str).to_numpy()
    is_house = np.isin(use, list(HOUSES))

    floors = _numbers(buildings, "floors")
    by_height = np.maximum(np.floor(height / parameters.floor_height), 1)
    default = np.where(is_house, parameters.house_floors, parameters.default_floors)
    floors = np.where(np.isnan(floors), by_height, floors)
    floors = np.where(np.isnan(floors), default, floors)

    homes = footprint * floors * parameters.net_ratio / parameters.area_per_household
    units = _numbers(buildings, "units")
    by_stairs = units * floors * parameters.homes_per_stair_floor
    homes = np.where(is_point & ~np.isnan(units), by_stairs, homes)
    homes = np.where(is_house, np.minimum(homes, 1.0), homes)

    land = _land_under(shape, layers)
    tall = np.nan_to_num(height) > parameters.tallest
    tall |= floors * parameters.floor_height > parameters.tallest
    in_scale = ~tall & (footprint <= parameters.largest_footprint)
    lived_in = (land == RESIDENTIAL) | ((land == "") & in_scale)
    lived_in &= footprint >= parameters.smallest_footprint
    counts = np.where(use == "", lived_in, np.isin(use, list(DWELLINGS)))
    return np.where(counts, homes, 0.0)


def _land_under(shapes: NDArray[np.object_], layers: Layers) -> NDArray[np.object_]:
    """Return the land kind at each building; the smallest polygon decides."""
    sources = [
        (layers.landuse, land_kind(layers.landuse["kind"])),
        (layers.compounds, np.full(len(layers.compounds), RESIDENTIAL, dtype=object)),
        (layers.sites, land_kind(layers.sites["kind"])),
    ]
    polygons = np.concatenate([layer.geometry.to_numpy() for layer, _ in sources])
    kinds = np.concatenate([kind for _, kind in sources])
    polygons, kinds = polygons[kinds != ""], kinds[kinds != ""]
    under = np.full(len(shapes), "", dtype=object)
    places = shapely.point_on_surface(shapes)
    # The tree holds the points: GEOS prepares the polygons it asks with.
    polygon, building = shapely.STRtree(places).query(polygons, predicate="intersects")
    # Last write wins: go from the largest polygon to the smallest, and by kind
    # where two are alike.
    order = np.lexsort((kinds[polygon].astype(str), -shapely.area(polygons)[polygon]))
    under[building[order]] = kinds[polygon[order]]
    return under


def _by_largest_remainder(
    expected: NDArray[np.float64], ids: NDArray[np.object_]
) -> NDArray[np.float64]:
    """Round so that the total is the rounded total, whatever the order of rows."""
    whole = np.floor(expected)
    left_over = expected - whole
    total = math.floor(math.fsum(expected) + 0.5)
    spare = total - round(math.fsum(whole))
    order = np.lexsort((ids.astype(str), -left_over))
    whole[order[:spare]] += 1
    return whole


def _numbers(layer: GeoDataFrame, column: str) -> NDArray[np.float64]:
    """Return a column as floats, NaN where there is no number."""
    values = pd.to_numeric(layer[column])
    return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
