"""`wangge convert`: any source to any format, CRS and datum."""

from __future__ import annotations

from pathlib import Path

import click

from scripts.console import print_json, say

__all__ = ["convert"]

DATUMS = click.Choice(["wgs84", "cgcs2000", "gcj02", "bd09"])

EXAMPLES = """\b
例 / Examples:
\b
  Shapefile (GBK) 转 GeoPackage / Shapefile in GBK to GeoPackage
    wangge convert 楼栋.zip town.gpkg
\b
  高德坐标转 CGCS2000 / GCJ-02 to CGCS2000
    wangge convert 楼栋.csv 楼栋.gpkg --crs EPSG:4326 --datum gcj02 --to-datum cgcs2000
\b
  方案转到 CGCS2000 三度带, 供 CAD 使用 / a plan in a 3-degree zone, for CAD
    wangge convert plan.gpkg plan.zip --to-crs EPSG:4548 --encoding gbk
\b
  方案转成表格 / a plan as a workbook
    wangge convert plan.gpkg plan.xlsx
"""


@click.command(epilog=EXAMPLES)
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--crs", help="数据没有声明时的坐标系 / CRS of layers without one.")
@click.option("--datum", type=DATUMS, help="数据的基准 / datum of the source.")
@click.option("--to-crs", default="EPSG:4326", help="目标坐标系 / CRS to write.")
@click.option(
    "--to-datum",
    type=DATUMS,
    default="wgs84",
    help="目标基准 / datum to write.",
)
@click.option(
    "--encoding",
    type=click.Choice(["utf-8", "gbk"]),
    default="utf-8",
    help="Shapefile 文字编码 / text encoding of Shapefiles.",
)
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出 / print JSON.")
def convert(
    source: Path,
    out: Path,
    crs: str | None,
    datum: str | None,
    to_crs: str,
    to_datum: str,
    encoding: str,
    as_json: bool,
) -> None:
    """转换数据 / Write a SOURCE in another format, CRS or datum.

    格式看 OUT 的后缀: .gpkg .parquet .geojson .zip (Shapefile) .csv .xlsx。
    所有图层、行和字段都保留, 没有图形的行除外。

    The suffix of OUT chooses the format. Every layer, row and column is kept, but for
    rows without a geometry.
    """
    from data.convert import convert_source

    done = convert_source(
        source,
        out,
        crs=crs,
        datum=datum,
        to_crs=to_crs,
        to_datum=to_datum,
        encoding=encoding,
    )
    left_out = done.report.to_frame().to_dict("records")
    if as_json:
        paths = [str(path) for path in done.paths]
        print_json({"paths": paths, "rows": done.rows, "left_out": left_out})
        return
    counts = ", ".join(f"{name} {count:,}" for name, count in done.rows.items())
    for path in done.paths:
        say(f"已写出 {path}", f"wrote {path}")
    say(f"行数: {counts}", f"rows: {counts}")
    if left_out:
        say(
            f"有 {len(left_out)} 行没有写出或有改动, 逐行原因见 --json",
            f"{len(left_out)} rows were left out or mended; --json tells why, by row",
            err=True,
        )
