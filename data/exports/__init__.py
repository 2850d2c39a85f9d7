"""Plans on their way out: formats, coordinate systems, names of files."""

from __future__ import annotations

from data.exports.names import file_name
from data.exports.order import ENDINGS, MEDIA_TYPES, Format, Order
from data.exports.reading import (
    Exported,
    PlanCard,
    plan_cards,
    plans_under,
    read_ground,
    read_layers_of,
)
from data.exports.systems import System, nearest_zone, read_system
from data.exports.writing import DATA_FORMATS, write_data

__all__ = [
    "DATA_FORMATS",
    "ENDINGS",
    "MEDIA_TYPES",
    "Exported",
    "Format",
    "Order",
    "PlanCard",
    "System",
    "file_name",
    "nearest_zone",
    "plan_cards",
    "plans_under",
    "read_ground",
    "read_layers_of",
    "read_system",
    "write_data",
]
