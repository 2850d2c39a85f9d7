"""A made-up Chinese town of any size, for trying, testing and showing the platform."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from geopandas import GeoDataFrame

from data.synthetic.build import build_ground
from data.synthetic.devices import Places, build_devices, build_spaces
from data.synthetic.names import community_names
from data.synthetic.parcels import (
    cut_parcels,
    deal_characters,
    link_parcels,
    measure_parcels,
)
from data.synthetic.quarters import build_bones
from data.synthetic.sheet import Rank, Sheet
from data.synthetic.streams import Stream, stream
from data.synthetic.streets import build_streets, street_names
from data.synthetic.tables import (
    build_barriers,
    build_buildings,
    build_communities,
    build_compounds,
    build_gates,
    build_sites,
    build_stairwells,
    compound_names,
)
from data.synthetic.warp import build_warp
from data.synthetic.zoning import zone
from gis.layers import Layers, empty_layer

__all__ = ["MadeUpTown", "made_up_town"]

METRIC = "EPSG:4548"
SIZES = (
    (1, 4, 9, 16, 25, 64, 300, 2_778),
    (136.0, 1_000.0, 2_100.0, 3_900.0, 7_200.0, 22_600.0, 108_000.0, 1_169_000.0),
)
"""Communities of a town and its buildings, means over seeds; beyond, in proportion."""


@dataclass(frozen=True)
class MadeUpTown:
    """A town nobody lives in; every shape and count of it is invented.

    Attributes
    ----------
    layers : Layers
        All input layers, in EPSG:4326.
    stairwells : GeoDataFrame of Point
        `building` (id), `unit` (1, 2, …), `households`, `floors`.
    made_up : bool
        Always true: whatever shows the town says so.
    """

    layers: Layers
    stairwells: GeoDataFrame
    made_up: bool = True

    @property
    def gates(self) -> GeoDataFrame:
        """Gates of the compounds."""
        return self.layers.gates

    @property
    def devices(self) -> GeoDataFrame:
        """Cameras, access control, face devices, the fire-lane camera."""
        return self.layers.devices

    @property
    def spaces(self) -> GeoDataFrame:
        """Activity rooms."""
        return self.layers.spaces

    def tables(self) -> dict[str, GeoDataFrame]:
        """Return the layers by role, and stairwells, as a source file holds them."""
        roles = {f.name: getattr(self.layers, f.name) for f in fields(self.layers)}
        filled = {role: layer for role, layer in roles.items() if len(layer)}
        return {**filled, "stairwells": self.stairwells}


def made_up_town(
    *, seed: int = 0, communities: int = 16, buildings: int | None = None
) -> MadeUpTown:
    """Return a made-up town.

    Parameters
    ----------
    seed : int, default 0
        The same seed and size give the same town.
    communities : int, default 16
        How many communities it has.
    buildings : int, optional
        About how many buildings it shall have; sets the number of communities
        instead of `communities`.

    Raises
    ------
    ValueError
        If a size is not positive or the seed is negative.
    """
    if seed < 0:
        raise ValueError(f"seed is {seed}; give 0 or more")
    if buildings is not None:
        if buildings < 1:
            raise ValueError(f"buildings is {buildings}; give 1 or more")
        communities = _communities_for(buildings)
    if communities < 1:
        raise ValueError(f"communities is {communities}; give 1 or more")
    bones = build_bones(communities, stream(seed, Stream.BONES), seed)
    warp = build_warp(bones.rivers, stream(seed, Stream.WARP))
    sheet = bones.sheet
    characters = deal_characters(bones.blocks, stream(seed, Stream.CHARACTERS))
    parcels = [
        parcel
        for number, block in enumerate(bones.blocks)
        for parcel in cut_parcels(
            sheet,
            block,
            number,
            characters[number],
            stream(seed, Stream.CUTS, number),
        )
    ]
    link_parcels(parcels, sheet)
    measure_parcels(parcels, warp)
    wish = zone(parcels, communities, stream(seed, Stream.ZONES))
    sheet.trace(warp)
    ground = build_ground(sheet, warp, parcels, wish, seed)
    codes, names = community_names(communities, stream(seed, Stream.COMMUNITIES))
    roads = street_names(sheet, stream(seed, Stream.STREETS))
    called = compound_names(parcels, stream(seed, Stream.COMPOUNDS))
    rng = stream(seed, Stream.REGISTERS)
    houses = build_buildings(sheet, parcels, ground, codes, called, roads, rng, METRIC)
    compounds = build_compounds(parcels, ground, called, METRIC)
    gates = build_gates(ground, called, METRIC)
    outlines = build_communities(bones, codes, names, METRIC)
    layers = Layers(
        communities=outlines,
        buildings=houses,
        streets=build_streets(sheet, ground, roads, METRIC),
        barriers=build_barriers(bones, parcels, ground, called, METRIC),
        compounds=compounds,
        gates=gates,
        sites=build_sites(parcels, ground, called, METRIC),
        landuse=empty_layer("landuse", METRIC),
        spaces=build_spaces(compounds, houses, rng),
        devices=build_devices(
            _gates(gates, rng),
            _crossings(sheet, roads, rng),
            _doors(houses, rng),
            outlines,
        ),
    )
    stairwells = build_stairwells(houses)
    return MadeUpTown(layers.to_crs("EPSG:4326"), stairwells.to_crs("EPSG:4326"))


def _communities_for(buildings: int) -> int:
    """Return how many communities hold about so many buildings."""
    counts, totals = SIZES
    if buildings >= totals[-1]:
        return round(buildings * counts[-1] / totals[-1])
    return max(1, round(float(np.interp(buildings, totals, counts))))


def _gates(gates: GeoDataFrame, rng: np.random.Generator) -> Places:
    """Return gates, all of one compound and then all of the next."""
    names, owner = np.unique(gates["compound"].to_numpy(str), return_inverse=True)
    order = np.argsort(rng.permutation(len(names))[owner], kind="stable")
    points = gates.geometry.get_coordinates().to_numpy()[order]
    return points, [f"{names[owner[k]]}大门" for k in order]


def _crossings(sheet: Sheet, roads: list[str], rng: np.random.Generator) -> Places:
    """Return where main roads and collectors meet, with the names of two of them."""
    meeting: dict[tuple[float, float], set[str]] = {}
    for k, line in enumerate(sheet.lines):
        if line.rank in (Rank.MAIN, Rank.COLLECTOR):
            for x, y in sheet.path(k)[[0, -1]].tolist():
                meeting.setdefault((x, y), set()).add(roads[k])
    found = sorted(meeting)
    places = [found[k] for k in rng.permutation(len(found))]
    labels = ["与".join(sorted(meeting[place])[:2]) + "路口" for place in places]
    return np.array(places), labels


def _doors(buildings: GeoDataFrame, rng: np.random.Generator) -> Places:
    """Return the tallest blocks; in a town without any, all blocks of flats."""
    flats = buildings[buildings["use"] == "apartments"]
    tall = flats[flats["floors"] >= min(18, flats["floors"].max())]
    tall = tall.iloc[rng.permutation(len(tall))]
    points = tall.geometry.representative_point().get_coordinates().to_numpy()
    return points, (tall["address"] + "楼前").tolist()
