"""GeoPackage, Shapefile and OSM ``.pbf`` through GDAL, kept on a short lead."""

from __future__ import annotations

import sqlite3
import struct
import tempfile
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjError

from data.errors import ImportFormatError
from data.readers.raw import RawLayer, geometries_from_wkb, place_columns
from data.readers.report import RowReport
from data.safety import Limits, require_rows  # sets OGR_SKIP: before pyogrio

import pyogrio  # isort: skip
from pyogrio.errors import DataLayerError, DataSourceError, FieldError  # isort: skip

__all__ = ["read_geopackage", "read_layer", "read_shapefile"]

_SIDECARS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_GDAL_ERRORS = (DataSourceError, DataLayerError, FieldError, RuntimeError, ValueError)
_TABLES = """
    select c.table_name, m.type, m.sql from gpkg_contents c
    left join sqlite_master m on lower(m.name) = lower(c.table_name)
    where c.data_type = 'features' order by c.table_name
"""


def read_geopackage(
    path: Path, *, file: str, report: RowReport, limits: Limits
) -> list[RawLayer]:
    """Read every feature table of a GeoPackage."""
    _require_all_pages(path, file)
    try:
        # Views run any SQL their author wrote, also one that never ends.
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            tables = database.execute(_TABLES).fetchall()
            names = [_plain_table(file, *table) for table in tables]
            claims = {name: _row_count(database, name) for name in names}
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise _damaged(file) from error
    for rows in claims.values():
        require_rows(file, rows, limits=limits)
    with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
        place = Path(folder) / "source.gpkg"
        place.symlink_to(path.resolve())
        layers = [
            read_layer(
                place, name, file=file, report=report, limits=limits, most=claims[name]
            )
            for name in names
        ]
    if any(len(layer.table) != claims[layer.name] for layer in layers):
        raise _damaged(file)
    return layers


def _require_all_pages(path: Path, file: str) -> None:
    """Refuse a database file shorter than its header says."""
    with path.open("rb") as stream:
        head = stream.read(100)
    if len(head) < 100:
        raise _damaged(file)
    size, pages = struct.unpack(">H", head[16:18])[0], struct.unpack(">I", head[28:32])
    # 1 stands for 65,536; old writers leave a page count that is not valid.
    in_force = head[24:28] == head[92:96]
    if in_force and path.stat().st_size < pages[0] * (65_536 if size == 1 else size):
        raise _damaged(file)


def _plain_table(file: str, name: str, kind: str | None, sql: str | None) -> str:
    """Return the name of a feature table that is stored rows and nothing else."""
    if kind != "table" or (sql or "").lstrip().lower().startswith("create virtual"):
        raise ImportFormatError(
            f"{file} 的图层 {name} 不是普通数据表（视图、虚表或缺失）；请另存为数据表",
            f"{file}: layer {name} is no plain table (a view, virtual, or missing); "
            "save it as a table",
        )
    return name


def _row_count(database: sqlite3.Connection, name: str) -> int:
    quoted = name.replace('"', '""')
    return int(database.execute(f'select count(*) from "{quoted}"').fetchone()[0])


def read_shapefile(
    path: Path,
    *,
    file: str,
    report: RowReport,
    limits: Limits,
    encoding: str | None = None,
) -> RawLayer:
    """Read a Shapefile; the encoding is told by the text itself if need be."""
    beside = {
        other.suffix.lower(): other
        for other in path.parent.iterdir()
        if other.stem == path.stem and other.suffix.lower() in _SIDECARS
    }
    rows = _honest_count(beside, file, limits)
    with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
        # Our own names: GDAL never sees the user's, and finds no other sidecars.
        for suffix, source in beside.items():
            (Path(folder) / f"source{suffix}").symlink_to(source.resolve())
        # Latin-1 takes every byte as it is; the text is decoded here, because a
        # name cut inside a Chinese character ends any stricter reading.
        layer = read_layer(
            Path(folder) / "source.shp",
            "source",
            file=file,
            report=report,
            limits=limits,
            encoding="ISO-8859-1",
            first_row=1,
            most=rows,
        )
    encoding = encoding or _dbf_encoding(beside)
    return RawLayer(
        file,
        path.stem,
        place_columns(_decoded(layer.table, encoding)),
        layer.geometry,
        layer.crs,
        encoding=encoding,
    )


def read_layer(
    place: Path,
    name: str,
    *,
    file: str,
    report: RowReport,
    limits: Limits,
    encoding: str | None = None,
    first_row: int = 0,
    most: int | None = None,
) -> RawLayer:
    """Read one layer; geometry that GEOS cannot parse becomes None.

    `most` bounds the rows, and makes room for as many: give it where it is known.
    """
    meta: dict[str, Any]
    try:
        with warnings.catch_warnings():
            # GDAL warns of broken rings; the rows are told from the result.
            warnings.simplefilter("ignore")
            meta, fids, wkb, columns = pyogrio.raw.read(
                place,
                layer=name,
                encoding=encoding,
                force_2d=True,
                return_fids=True,
                max_features=most or None,  # pyogrio refuses 0
            )
    except _GDAL_ERRORS as error:
        raise _damaged(file) from error
    rows = np.asarray(fids, dtype=np.int64) + first_row
    require_rows(file, len(rows), limits=limits)
    table = pd.DataFrame(dict(enumerate(columns)), index=pd.Index(rows, name="row"))
    table.columns = pd.Index([str(field) for field in meta["fields"]])
    if wkb is None:
        wkb = np.full(len(rows), None, dtype=object)
    shapes = geometries_from_wkb(file, name, rows, wkb, report=report, limits=limits)
    return RawLayer(file, name, place_columns(table), shapes, _crs(meta["crs"], file))


def _crs(text: str | None, file: str) -> CRS | None:
    try:
        return None if not text else CRS.from_user_input(text)
    except ProjError as error:
        raise ImportFormatError(
            f"{file} 的坐标系无法识别；请用 --crs 声明，例如 --crs EPSG:4547",
            f"{file}: its CRS cannot be understood; declare one, e.g. --crs EPSG:4547",
        ) from error


def _damaged(file: str) -> ImportFormatError:
    return ImportFormatError(
        f"{file} 已损坏或不完整；请重新导出或重新复制",
        f"{file} is damaged or cut off; export or copy it again",
    )


def _honest_count(beside: dict[str, Path], file: str, limits: Limits) -> int:
    """Return the rows of a Shapefile, as claimed and as its bytes allow."""
    for needed in (".shx", ".dbf"):
        if needed not in beside:
            raise ImportFormatError(
                f"{file} 缺少同名的 {needed} 文件；请把 .shp .shx .dbf .prj 一起提供",
                f"{file} lacks its {needed} file; give .shp .shx .dbf .prj together",
            )
    index_rows = (beside[".shx"].stat().st_size - 100) // 8
    with beside[".dbf"].open("rb") as stream:
        head = stream.read(32)
    if len(head) < 32 or index_rows < 0:
        raise _damaged(file)
    claimed, start, width = struct.unpack("<IHH", head[4:12])
    require_rows(file, max(claimed, index_rows), limits=limits)
    if start + claimed * width > beside[".dbf"].stat().st_size + 1:
        raise _damaged(file)
    return int(max(claimed, index_rows))


_CODE_PAGES = {
    "utf8": "utf-8",
    "65001": "utf-8",
    "936": "gb18030",
    "cp936": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "950": "big5",
    "cp950": "big5",
    "iso88591": "cp1252",
    "88591": "cp1252",
    "1252": "cp1252",
    "cp1252": "cp1252",
}


def _dbf_encoding(beside: dict[str, Path]) -> str:
    """Tell the encoding of a Shapefile: by .cpg, else UTF-8 if it is, else GB18030."""
    if ".cpg" in beside:
        word = beside[".cpg"].read_bytes()[:64].decode("ascii", "ignore")
        word = word.strip("\0 \r\n").lower().replace("-", "").replace("_", "")
        declared = _CODE_PAGES.get(word.removeprefix("ansi").strip(), "utf-8")
        if declared != "utf-8":
            return declared
    with beside[".dbf"].open("rb") as stream:
        head = stream.read(32)
        _, start, width = struct.unpack("<IHH", head[4:12])
        fields = stream.read(max(start - 32, 0))
        sample = stream.read(width * 20_000)
    texts = [fields[i : i + 11].split(b"\0")[0] for i in range(0, len(fields), 32)]
    sizes = [fields[i + 16] for i in range(0, len(fields) - 16, 32)]
    full = [len(text) >= 10 for text in texts]
    for offset in range(0, len(sample), max(width, 1)):
        place = offset + 1
        for size in sizes:
            texts.append(sample[place : place + size].rstrip(b" \0"))
            full.append(len(texts[-1]) >= size - 2)
            place += size
    all_fit = all(_is_utf8(text, cut) for text, cut in zip(texts, full, strict=True))
    return "utf-8" if all_fit else "gb18030"


def _is_utf8(text: bytes, may_be_cut: bool) -> bool:
    """Tell whether bytes are UTF-8; a full field may end inside a character."""
    for cut in range(4 if may_be_cut and len(text) > 6 else 1):
        try:
            text[: len(text) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False


def _decoded(table: pd.DataFrame, encoding: str) -> pd.DataFrame:
    """Turn text read as Latin-1 into what it says."""

    def proper(text: object) -> object:
        if not isinstance(text, str):
            return None if text is None else text
        return text.encode("latin-1").decode(encoding, "ignore")

    columns = {}
    for name in table.columns:
        values = table[name]
        if not pd.api.types.is_numeric_dtype(values):
            meanings = {text: proper(text) for text in values.unique()}
            values = values.map(meanings)
        columns[str(proper(name))] = values
    return pd.DataFrame(columns, index=table.index)
