"""`wangge demo`: write the made-up town, to try everything without own data."""

from __future__ import annotations

from pathlib import Path

import click

from scripts.console import print_json, say

__all__ = ["demo"]

FILE_NAME = "made-up-town.gpkg"

EXAMPLES = """\b
例 / Examples:
\b
  写出虚构小城并划分 / write the made-up town and draw it
    wangge demo --out town.gpkg
    wangge draw town.gpkg --out plan.gpkg --map plan.html
\b
  另一座小城 / another town
    wangge demo --out other.gpkg --seed 7
\b
  大一些, 用来试速度 / a larger one, to try the speed
    wangge demo --out large.gpkg --communities 60 --buildings 100000
"""


@click.command(epilog=EXAMPLES)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help=f"文件或文件夹 / a .gpkg file, or a folder for {FILE_NAME}.",
)
@click.option(
    "--communities",
    default=16,
    type=click.IntRange(min=1),
    help="社区数 / number of communities.",
)
@click.option(
    "--buildings",
    type=click.IntRange(min=1),
    help="楼栋数的约数, 代替社区数 / about how many, instead of --communities.",
    show_default="as the town needs",
)
@click.option(
    "--seed",
    default=0,
    type=click.IntRange(min=0),
    help="随机种子 / the same seed gives the same town.",
)
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出 / print JSON.")
def demo(
    out: Path, communities: int, buildings: int | None, seed: int, as_json: bool
) -> None:
    """写出虚构小城 / Write a made-up town as a source to draw from.

    社区, 楼栋, 街道, 小区, 学校, 河流, 设备等都是虚构的。

    Communities, buildings, streets, compounds, schools, a river, devices: all made up.
    """
    from data.synthetic import made_up_town
    from data.writers import write_layers

    path = out / FILE_NAME if out.is_dir() else out
    town = made_up_town(seed=seed, communities=communities, buildings=buildings)
    tables = town.tables()
    write_layers(path, tables, {"made_up": True, "seed": seed})
    if as_json:
        rows = {name: len(table) for name, table in tables.items()}
        print_json({"path": str(path), "made_up": True, "rows": rows})
        return
    count, homes = len(town.layers.communities), len(town.layers.buildings)
    say(
        f"虚构小城 {path}: {count} 个社区, {homes:,} 栋楼",
        f"made-up town {path}: {count} communities, {homes:,} buildings",
    )
