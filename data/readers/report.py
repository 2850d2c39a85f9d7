"""What was refused or repaired, row by row, and why."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

__all__ = ["RowNote", "RowReport"]


@dataclass(frozen=True, slots=True)
class RowNote:
    """One remark; `row` is None where it speaks of a whole layer.

    `row` is the number the user sees: the line in a table, the id in QGIS, the
    position (from 1) in GeoJSON, Shapefile and Parquet, the OSM id in a ``.pbf``.
    `code` is ``refused_*`` where the row was left out, ``repaired_*`` where it was
    mended, ``blanked_*`` where one value was dropped, ``note_*`` else.
    """

    file: str
    layer: str
    row: int | None
    field: str
    code: str
    message_zh: str
    message_en: str


@dataclass(slots=True)
class RowReport:
    """The remarks of one reading, in the order the rows were met."""

    rows: list[RowNote] = field(default_factory=list)

    def add(
        self,
        file: str,
        layer: str,
        row: int | None,
        code: str,
        message_zh: str,
        message_en: str,
        *,
        field: str = "",
    ) -> None:
        """Append one remark."""
        self.rows.append(RowNote(file, layer, row, field, code, message_zh, message_en))

    def __len__(self) -> int:
        return len(self.rows)

    def count(self, prefix: str) -> int:
        """Count the remarks whose code begins so, e.g. ``refused``."""
        return sum(note.code.startswith(prefix) for note in self.rows)

    def to_frame(self) -> pd.DataFrame:
        """Return one line per remark."""
        columns = list(RowNote.__dataclass_fields__)
        data = [[getattr(note, name) for name in columns] for note in self.rows]
        # Row numbers stay int or None, so that the lines go into JSON as they are.
        return pd.DataFrame(data, columns=columns, dtype=object)
