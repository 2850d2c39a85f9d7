"""Cells of the made-up town, which has compounds, as a case for every peer.

Peers know no exclusive or reserved land, so a case holds only land people live on:
each connected piece of a community is divided by itself. Every block with several
homes is cut between its buildings, so that any peer may keep or split what it likes.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame
from numpy.typing import NDArray

from data.synthetic import made_up_town
from gis.blocks import BlockParameters, Blocks, build_blocks
from gis.cells import CellSet, build_cells, cut_pieces
from gis.crs import to_metric
from gis.drawing import canonical
from gis.households import estimate_households
from gis.kinds import GridType
from gis.layers import Layers
from gis.partition.graphs import net_of
from gis.partition.land import lay_out

__all__ = ["estate_cells"]

LOW, HIGH = 300, 500


@cache
def estate_cells(communities: int, seed: int) -> tuple[GeoDataFrame, pd.DataFrame]:
    """Return cells and edges of a made-up town, a community for each piece of it."""
    town = made_up_town(seed=seed, communities=communities)
    layers = canonical(to_metric(town.layers))
    homes = estimate_households(layers)
    layers = Layers(**{**layers.__dict__, "buildings": homes})
    blocks = build_blocks(layers, low=LOW, high=HIGH, parameters=BlockParameters())
    at = np.flatnonzero(_blocks_of_several_homes(layers, blocks))
    pieces = cut_pieces(layers, blocks, at)
    whole = np.arange(len(layers.communities))
    cells: list[GeoDataFrame] = []
    edges: list[pd.DataFrame] = []
    for cell_set in build_cells(layers, blocks, pieces, communities=whole):
        for rows in resident_pieces(cell_set):
            base = sum(map(len, cells))
            cells.append(_cells(cell_set, rows, len(cells), layers.buildings.crs))
            edges.append(_edges(cell_set, rows, base))
    joined = pd.concat(cells, ignore_index=True)
    return GeoDataFrame(joined), pd.concat(edges, ignore_index=True)


def resident_pieces(cell_set: CellSet) -> list[NDArray[np.int32]]:
    """Return the connected pieces of land that hold at least one grid."""
    graph = cell_set.graph
    ground = lay_out(graph, net_of(graph), np.full(graph.size, -1, np.int32))
    return [rows for rows in ground.pieces if int(graph.households[rows].sum()) >= LOW]


def _cells(
    cell_set: CellSet, rows: NDArray[np.int32], community: int, crs: object
) -> GeoDataFrame:
    graph = cell_set.graph
    return GeoDataFrame(
        {
            "hh": graph.households[rows],
            "block": graph.block[rows],
            "compound": graph.compound[rows],
            "community": community,
        },
        geometry=cell_set.polygons[rows],
        crs=crs,
    )


def _edges(cell_set: CellSet, rows: NDArray[np.int32], base: int) -> pd.DataFrame:
    graph = cell_set.graph
    place = np.full(graph.size, -1)
    place[rows] = base + np.arange(len(rows))
    held = (place[graph.i] >= 0) & (place[graph.j] >= 0)
    length, street = graph.length[held], graph.street[held]
    return pd.DataFrame(
        {
            "i": place[graph.i[held]],
            "j": place[graph.j[held]],
            "length": length,
            "street": street,
            "on_street": street >= length / 2,
        }
    )


def _blocks_of_several_homes(layers: Layers, blocks: Blocks) -> NDArray[np.bool_]:
    lived_in = layers.buildings["households"].to_numpy() > 0
    at = blocks.building_block[lived_in & (blocks.building_block >= 0)]
    several = np.bincount(at, minlength=len(blocks.polygons)) > 1
    return np.asarray(several & (blocks.kind == int(GridType.RESIDENT)))
