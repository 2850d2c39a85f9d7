"""Take the clock out of files: the same plan gives the same bytes."""

from __future__ import annotations

import re
import sqlite3
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final

__all__ = ["steady_geopackage", "steady_zip"]

_FIRST: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can tell."""
_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def steady_zip(path: Path, day: date) -> None:
    """Write a zip again, with `day` where files in it tell when they were made.

    Those are the tables of Shapefiles and the properties of workbooks.
    """
    again = path.with_suffix(".again")
    with (
        zipfile.ZipFile(path) as old,
        zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name.endswith(".dbf"):
                stamp = bytes((day.year - 1900, day.month, day.day))
                data = data[:1] + stamp + data[4:]
            elif name == "docProps/core.xml":
                moment = f"{day.isoformat()}T00:00:00Z".encode()
                data = _MODIFIED.sub(rb"\g<1>" + moment, data)
            about = zipfile.ZipInfo(name, _FIRST)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o644 << 16
            new.writestr(about, data)
    again.replace(path)


def steady_geopackage(path: Path, day: date) -> None:
    """Let every layer of a GeoPackage tell `day` as the time it was changed."""
    moment = f"{day.isoformat()}T00:00:00.000Z"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("update gpkg_contents set last_change = ?", (moment,))
