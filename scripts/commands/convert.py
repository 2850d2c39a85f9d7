"""`wangge convert`: any source to any format, CRS and datum."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import click

from scripts.console import parse_layer_names, print_json, say

__all__ = ["convert"]

EXAMPLES = """\b
例 / Examples:
\b
  Shapefile (GBK) 转 GeoPackage / Shapefile in GBK to GeoPackage
    wangge convert 楼栋.zip town.gpkg
\b
  高德坐标转 CGCS2000 / GCJ-02 to CGCS2000
    wangge convert 楼栋.csv town.gpkg --crs EPSG:4326 --datum gcj02 --to-datum cgcs2000
\b
  转到 CGCS2000 三度带 / to a CGCS2000 3-degree zone
    wangge convert town.gpkg town.zip --to-crs EPSG:4547
"""


@click.command(epilog=EXAMPLES)
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--layer",
    "layer_names",
    metavar="ROLE=NAME",
    multiple=True,
    callback=parse_layer_names,
    help="指定图层, 可重复 / which layer has a role, repeatable: buildings=楼栋.",
)
@click.option("--crs", help="数据没有声明时的坐标系 / CRS of layers without one.")
@click.option(
    "--datum",
    type=click.Choice(["wgs84", "cgcs2000", "gcj02", "bd09"]),
    help="数据的基准 / datum of the source.",
)
@click.option("--to-crs", default="EPSG:4326", help="目标坐标系 / CRS to write.")
@click.option(
    "--to-datum",
    type=click.Choice(["wgs84", "cgcs2000", "gcj02", "bd09"]),
    default="wgs84",
    help="目标基准 / datum to write.",
)
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出 / print JSON.")
def convert(
    source: Path,
    out: Path,
    layer_names: dict[str, str],
    crs: str | None,
    datum: str | None,
    to_crs: str,
    to_datum: str,
    as_json: bool,
) -> None:
    """转换数据 / Write a SOURCE in another format, CRS or datum.

    格式看 OUT 的后缀 / the suffix of OUT chooses the format: .gpkg, .parquet, .geojson,
    .zip (Shapefile), .csv, .xlsx.
    """
    from data.readers import read_sources
    from data.writers import write_layers

    reading = read_sources([source], layer_names=layer_names, crs=crs, datum=datum)
    layers = {
        field.name: getattr(reading.layers, field.name)
        for field in fields(reading.layers)
    }
    kept = {name: layer for name, layer in layers.items() if len(layer)}
    write_layers(out, kept, None, crs=to_crs, datum=to_datum)
    rows = {name: len(layer) for name, layer in kept.items()}
    if as_json:
        print_json({"path": str(out), "rows": rows})
        return
    counts = ", ".join(f"{name} {count:,}" for name, count in rows.items())
    say(f"已写出 {out}: {counts}", f"wrote {out}: {counts}")
