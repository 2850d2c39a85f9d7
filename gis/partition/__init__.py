"""Algorithms that divide the cells of a community into grids."""

from gis.partition.draw import Partition, partition_cells

__all__ = ["Partition", "partition_cells"]
