"""Algorithms that divide the cells of a community into grids."""

from gis.partition.alternatives import AlternativePartition, alternatives
from gis.partition.draw import Partition, partition_cells
from gis.partition.explain import REASONS, Alternative, Finding
from gis.partition.local_search import Weights
from gis.partition.nearby import redraw_near
from gis.partition.objectives import (
    Objectives,
    ObjectiveWeights,
    objective_figures,
)
from gis.partition.repartition import Repartition, repartition_cells

__all__ = [
    "REASONS",
    "Alternative",
    "AlternativePartition",
    "Finding",
    "ObjectiveWeights",
    "Objectives",
    "Partition",
    "Repartition",
    "Weights",
    "alternatives",
    "objective_figures",
    "partition_cells",
    "redraw_near",
    "repartition_cells",
]
