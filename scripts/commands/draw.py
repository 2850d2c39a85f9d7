"""`wangge draw`: from files of streets and buildings to a proven plan and a sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scripts.console import (
    print_json,
    progress_bar,
    say,
    write_text,
)
from scripts.source_options import SourceOptions, source_options, sources_argument

if TYPE_CHECKING:
    from data.drawing import Drawing

__all__ = ["draw"]

EXAMPLES = """\b
例 / Examples:
\b
  社区界线在数据里 / the source has a communities layer
    wangge draw town.gpkg --out plan.gpkg --map plan.html
\b
  楼栋和街道分开存放, 图层名是中文 / two files, layers with Chinese names
    wangge draw 楼栋.shp 街道.geojson --layer buildings=楼栋 --out plan.gpkg
\b
  没有社区界线: 用楼栋外廓 (外扩 30 m) / no boundary: outline of the buildings
    wangge draw city.osm.pbf --boundary hull --out plan.gpkg --map plan.html
\b
  高德坐标的表格 / a table with GCJ-02 positions
    wangge draw 楼栋.csv --datum gcj02 --crs EPSG:4326 --out plan.gpkg
\b
  户数变了, 尽量沿用旧网格 / new counts: keep the grids of the last plan
    wangge draw town.gpkg --previous plan.gpkg --out plan-2.gpkg
\b
  兼顾案件量、党员数和旧网格 / spread cases and party members, keep to old grids
    wangge draw town.gpkg --weight load=1 --weight members=0.5 --weight loyalty=1 \\
      --legacy 旧网格.shp --out plan.gpkg
\b
  给别的程序用 / for another program
    wangge draw town.gpkg --out plan.gpkg --json | jq .grids
"""


OBJECTIVES = {
    "load": ("每格案件数均衡 (建筑列 cases)", "cases per grid alike (column cases)"),
    "members": (
        "每格党员数均衡 (建筑列 party_members)",
        "party members per grid alike (column party_members)",
    ),
    "walk": ("网格内走得近", "homes near each other"),
    "area": ("面积均衡", "areas alike"),
    "loyalty": ("沿用旧网格 (--legacy)", "households of an old grid together"),
}


class Effort(click.ParamType[str | float]):
    """`fast`, `best`, or a number of seconds."""

    name = "fast|best|SECONDS"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | float:
        """Return the word, or the seconds as a number above zero."""
        if value in ("fast", "best"):
            return str(value)
        try:
            seconds = float(str(value))
        except ValueError:
            seconds = 0.0
        if not 0 < seconds < float("inf"):
            self.fail(f"{value!r} is not fast, best or seconds above 0", param, ctx)
        return seconds


def parse_weights(
    _ctx: click.Context, _parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, float]:
    """Return objective → weight from `--weight name=value`."""
    weights: dict[str, float] = {}
    for value in values:
        name, _, number = value.partition("=")
        if name not in OBJECTIVES:
            message = f"no objective {name!r}; there are {', '.join(OBJECTIVES)}"
            raise click.BadParameter(message)
        try:
            weights[name] = float(number)
        except ValueError:
            weights[name] = -1.0
        if not 0 <= weights[name] < float("inf"):
            message = f"{value!r} is not NAME=WEIGHT of 0 or more, e.g. {name}=1"
            raise click.BadParameter(message)
    return weights


@click.command(epilog=EXAMPLES)
@sources_argument
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="方案文件 (GeoPackage) / the plan to write.",
)
@click.option(
    "--map",
    "map_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="图纸, 可离线打开和打印 / sheet: one page to open and print offline.",
)
@source_options
@click.option(
    "--low",
    default=300,
    type=click.IntRange(min=1),
    help="每网格户数下限 / fewest households in a resident grid.",
)
@click.option(
    "--high",
    default=500,
    type=click.IntRange(min=1),
    help="每网格户数上限 / most households in a resident grid.",
)
@click.option(
    "--seed",
    default=0,
    type=click.IntRange(min=0),
    help="随机种子: 同一种子得同一方案 / the same seed gives the same plan.",
)
@click.option(
    "--effort",
    default="fast",
    type=Effort(),
    help="用多少力气 / how hard to look for a better plan.",
)
@click.option(
    "--previous",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="上一版方案, 尽量不动 / last plan, to be changed as little as possible.",
)
@click.option(
    "--weight",
    "weights",
    metavar="NAME=WEIGHT",
    multiple=True,
    callback=parse_weights,
    help="户数范围之外还看重什么, 可重复, 1 与形状同重 / what counts beside the band, "
    "repeatable, 1 as much as shape: "
    + "; ".join(f"{name} {zh} / {en}" for name, (zh, en) in OBJECTIVES.items())
    + ".",
)
@click.option(
    "--legacy",
    type=click.Path(exists=True, path_type=Path),
    help="旧网格 (面文件或方案), 配合 loyalty / old grids for loyalty: polygons or a "
    "plan.",
)
@click.option(
    "--alternatives",
    default=0,
    type=click.IntRange(min=0),
    help="每个超出范围的网格另画几个方案, 各存一个文件 / plans to draw instead for "
    "each grid out of the band, a file each.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="并行进程数, 不影响结果 / processes; the plan does not depend on it.",
    show_default="one a core",
)
@click.option("--title", help="图纸标题, 默认用社区名 / title of the sheet.")
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出 / print JSON.")
@click.pass_context
def draw(
    ctx: click.Context,
    sources: tuple[Path, ...],
    out: Path,
    map_path: Path | None,
    reading: SourceOptions,
    low: int,
    high: int,
    seed: int,
    effort: str | float,
    previous: Path | None,
    weights: dict[str, float],
    legacy: Path | None,
    alternatives: int,
    workers: int | None,
    title: str | None,
    as_json: bool,
) -> None:
    """划分网格 / Draw the grids of one or more communities.

    SOURCE 可以是 GeoPackage, GeoParquet, GeoJSON, Shapefile (或其 zip, 文件夹), CSV,
    XLSX, OSM .pbf; 给出多个时, 后面的补充前面的图层。

    A SOURCE is a GeoPackage, GeoParquet, GeoJSON, Shapefile (or a zip or folder of
    them), CSV, XLSX or OSM .pbf; later ones add layers. The plan holds the layers
    grids, cells, communities, seams and buildings, and its certificate.
    """
    require_options_that_agree(low, high, out, map_path)
    from data.drawing import draw as draw_plan
    from gis.partition import ObjectiveWeights

    with progress_bar() as progress:
        drawing = draw_plan(
            sources,
            out=out,
            **reading.to_arguments(),
            low=low,
            high=high,
            seed=seed,
            effort=effort,
            previous=previous,
            weights=ObjectiveWeights(**weights),
            legacy=legacy,
            alternatives=alternatives,
            workers=workers,
            progress=progress,
        )
        if map_path is not None:
            progress("map", 0.0)
            write_sheet(drawing, map_path, title=title or title_of(drawing, out))
    if as_json:
        print_json(drawing.summary.to_dict())
    else:
        tell(drawing, out, map_path)
    ctx.exit(0 if drawing.certificate.ok else 1)


def require_options_that_agree(
    low: int,
    high: int,
    out: Path,
    map_path: Path | None,
) -> None:
    """Refuse options that contradict each other before any work is done."""
    if low > high:
        message = f"--low {low} is above --high {high}"
        raise click.UsageError(message)
    if out.suffix.lower() != ".gpkg":
        message = f"--out {out}: a plan is a GeoPackage; let the name end in .gpkg"
        raise click.UsageError(message)
    for path in (out, map_path):
        if path is not None and not path.parent.is_dir():
            message = f"{path}: there is no folder {path.parent}; make it first"
            raise click.UsageError(message)


def title_of(drawing: Drawing, out: Path) -> str:
    """Name the sheet after its communities, or its file where they have no name."""
    names = [str(name) for name in drawing.layers["communities"]["name"] if name]
    zh = click.get_current_context().obj == "zh"
    if not names:
        return out.stem
    if len(names) == 1:
        return f"{names[0]}网格划分方案" if zh else f"Grids of {names[0]}"
    count = len(drawing.layers["communities"])
    return f"{count}个社区网格划分方案" if zh else f"Grids of {count} communities"


def write_sheet(drawing: Drawing, path: Path, *, title: str) -> None:
    """Write the plan as one self-contained page."""
    from maps.sheet import plan_sheet

    lang = click.get_current_context().obj
    page = plan_sheet(
        {**drawing.layers, **drawing.alternatives.to_layers()},
        streets=drawing.streets,
        footprints=drawing.footprints,
        certificate=drawing.certificate.to_dict(),
        title=title,
        made_up=drawing.made_up,
        attribution=drawing.attribution,
        alternatives=drawing.alternatives.told,
        lang=lang,
    )
    write_text(path, page)


def tell(drawing: Drawing, out: Path, map_path: Path | None) -> None:
    """Print what was drawn, what was not read, and where it lies."""
    lang = click.get_current_context().obj
    click.echo(drawing.certificate.to_text(lang))
    codes = [str(row["code"]) for row in drawing.summary.rows]
    refused = sum(code.startswith("refused") for code in codes)
    if codes:
        say(
            f"数据有 {len(codes)} 处说明, {refused} 行没有读入; 详见 --json 的 rows",
            f"{len(codes)} notes on the input, {refused} rows not read; see rows "
            "in --json",
            err=True,
        )
    moved = drawing.summary.households_moved
    if moved is not None:
        say(f"与上一版相比, {moved:,} 户换了网格", f"{moved:,} households change grid")
    for name, told in drawing.summary.objectives.items():
        zh, en = OBJECTIVES[name]
        spread = f"{told['least']:g} – {told['mean']:g} – {told['most']:g}"
        say(
            f"{zh}: 最少 – 平均 – 最多 {spread}",
            f"{en}: least – mean – most {spread}",
        )
    proved = drawing.summary.shortest_seams.values()
    if proved:
        far = max(t["seam_cost_m"] - t["seam_bound_m"] for t in proved)
        say(
            f"{len(proved)} 个社区的接边线已证明离最短不超过 {far:,.0f} m",
            f"seams of {len(proved)} communities proved to be at most {far:,.0f} m "
            "above the shortest",
        )
    others = len(drawing.alternatives.told)
    if others:
        say(f"另有 {others} 个可选方案", f"{others} alternative plans beside it")
    say(f"方案 {out}", f"plan {out}")
    if map_path is not None:
        say(f"图纸 {map_path}", f"sheet {map_path}")
