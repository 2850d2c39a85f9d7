"""What a reading gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from data.readers.report import RowReport
from gis.layers import Layers

__all__ = ["ORIGIN", "LayerRecord", "SourceReading"]

ORIGIN = ("origin_layer", "origin_row", "origin_raw")
"""Where a row comes from: the record of its layer, its number there, its geometry."""


@dataclass(frozen=True, slots=True)
class LayerRecord:
    """How one layer was taken: enough to repeat the way from raw coordinates."""

    file: str
    layer: str
    role: str
    crs: str
    datum: str
    rows: int
    kept: int


@dataclass(frozen=True)
class SourceReading:
    """What was read.

    Attributes
    ----------
    layers : Layers
        In EPSG:4326, WGS 84 or CGCS2000.
    report : RowReport
        Every row refused or mended, and why.
    crs : str
        CRS the files came in, several joined by ", ".
    datum : str
        Declared datum, "wgs84" where none was.
    digest : str
        SHA-256 of the contents of all inputs, in the order given.
    records : tuple of LayerRecord
        One per layer used.
    made_up : bool
        Whether a source says of itself that its data are made up.
    attribution : str
        Whom the data must name, "" where nothing tells.
    origins : mapping of str to DataFrame
        By role and with the index of the layer, the columns `ORIGIN`: place in
        `records`, row number as in a `RowNote`, and the geometry in the CRS and datum
        it came in, None where that is what the layer holds. Rows that were made, not
        read, have none.
    """

    layers: Layers
    report: RowReport
    crs: str
    datum: str
    digest: str
    records: tuple[LayerRecord, ...]
    made_up: bool = False
    attribution: str = ""
    origins: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    def to_metadata(self) -> dict[str, Any]:
        """Return the declared CRS and datum and the way each layer was taken."""
        steps = [
            {name: getattr(record, name) for name in LayerRecord.__dataclass_fields__}
            for record in self.records
        ]
        return {
            "crs": self.crs,
            "datum": self.datum,
            "digest": self.digest,
            "transformation": "declared CRS to EPSG:4326 (always x first), then "
            f"{self.datum} to wgs84 where they differ",
            "layers": steps,
        }
