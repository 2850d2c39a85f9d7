"""`wangge import` and `wangge export`: files ↔ the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scripts.console import print_json, say
from scripts.source_options import SourceOptions, source_options, sources_argument
from scripts.store import open_record

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from data.registers import RegisterImport

__all__ = ["export_record", "import_sources"]

SHOWN = 10
"""Remarks on rows that are printed; all are kept in the record."""

IMPORT_EXAMPLES = """\b
例 / Examples:
\b
  登记资料: 社区, 楼栋, 街道, 设备 … / the register, as `draw` reads it
    wangge import town.gpkg
    wangge import 设备.csv --crs EPSG:4326 --datum gcj02
\b
  街道和区的名称 / names of streets and districts
    wangge import 社区.shp --divisions 区划代码.csv
\b
  划分方案, 入库为草稿 / a plan file, taken in as drafts
    wangge import plan.gpkg
"""

EXPORT_EXAMPLES = """\b
例 / Examples:
\b
  每个社区最新的方案 / the newest plan of each community
    wangge export plan.gpkg
\b
  一个街道的网格, 换格式、换坐标系 / grids of a street, in another format and system
    wangge export street.zip --under 370115001 --crs EPSG:4548 --encoding gbk
    wangge export 清单.xlsx --under 370115001
\b
  可打印的图册, 可签字的证书 / an atlas to print, certificates to sign
    wangge export 图册.pdf --under 370115001006 --paper a3
    wangge export 证书.pdf --under 370115001006 --certificate
\b
  一个街道的登记资料, 可以再划分 / the register of one street, to draw from
    wangge export street.gpkg --registers --under 370115001
"""


@click.command("import", epilog=IMPORT_EXAMPLES)
@sources_argument
@source_options
@click.option(
    "--divisions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="区划代码和名称表 / CSV of codes and names of streets and districts.",
)
@click.option(
    "--replace",
    is_flag=True,
    help="数据里没有的, 库里也删除 / take out rows that the sources do not have.",
)
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出 / print JSON.")
def import_sources(
    sources: tuple[Path, ...],
    reading: SourceOptions,
    divisions: Path | None,
    replace: bool,
    as_json: bool,
) -> None:
    """入库 / Take sources or plan files into the database.

    每个社区一个事务: 要么全有, 要么没有。中断后再运行一次, 接着做, 不会重复。
    同一数据再次导入不变; 有变化的按编号更新。读不了的行逐条记录, 其余照常入库。

    Each community is there whole or not at all. Run it again after a break: it goes on
    and makes nothing twice. The same sources change nothing, others change rows by
    their number. A row that cannot be read is reported and the others go on.
    """
    from data.plans import is_plan

    plans = [path for path in sources if is_plan(path)]
    rest = [path for path in sources if path not in plans]
    if not rest and (reading.given() or divisions or replace):
        message = "a plan file says itself how it is read; leave the options out"
        raise click.UsageError(message)
    told: dict[str, Any] = {}
    with open_record() as engine:
        if rest:
            told |= _import_rest(engine, rest, reading, divisions, replace, as_json)
        for plan in plans:
            told.setdefault("plans", []).append(_import_plan(engine, plan, as_json))
    if as_json:
        print_json(told)


def _import_rest(
    engine: Engine,
    sources: Sequence[Path],
    reading: SourceOptions,
    divisions: Path | None,
    replace: bool,
    as_json: bool,
) -> dict[str, Any]:
    from data.readers import read_sources
    from data.registers import import_registers, read_division_names
    from data.synthetic import division_names

    found = read_sources(sources, **reading.to_arguments())
    names = read_division_names(divisions) if divisions else {}
    if found.made_up:
        names = {**division_names(found.layers.communities["code"]), **names}
    work = import_registers(
        engine, found, replace=replace, names=names, options=reading.to_words()
    )
    total: Counter[str] = Counter()
    done: dict[str, Any] = {}
    for one in work:
        done[one.community] = {role: c.to_dict() for role, c in one.changes.items()}
        changes = sum((Counter(c) for c in done[one.community].values()), Counter())
        total += changes
        if not as_json:
            # Printed when it is kept: whoever reads this line can count on it.
            click.echo(f"{one.community}  {_words(changes)}")
    if not as_json:
        words = _words(total)
        say(
            f"已入库 {len(work)} 个社区: {words}",
            f"took in {len(work)} communities: {words}",
        )
        _tell_rows(work)
    return {"run": work.run.number, "communities": done, "rows": _rows(work)}


def _words(changes: Mapping[str, int]) -> str:
    """Say in the language of the call how many rows were new, changed, the same."""
    zh = click.get_current_context().obj == "zh"
    words = {
        "new": "新增" if zh else "new",
        "changed": "更新" if zh else "changed",
        "same": "未变" if zh else "the same",
        "missing": "库里另有" if zh else "not in the source",
        "removed": "删除" if zh else "removed",
    }
    told = [
        f"{word} {changes[key]:,}" for key, word in words.items() if changes.get(key)
    ]
    return ", ".join(told) if told else ("已在库" if zh else "there before")


def _rows(work: RegisterImport) -> list[dict[str, Any]]:
    return [
        {name: getattr(note, name) for name in note.__dataclass_fields__}
        for note in work.report.rows
    ]


def _tell_rows(work: RegisterImport) -> None:
    """Print the first refused rows, and where all remarks are kept."""
    if not len(work.report):
        return
    refused = [note for note in work.report.rows if note.code.startswith("refused")]
    zh = click.get_current_context().obj == "zh"
    for note in refused[:SHOWN]:
        place = f"{note.file} {note.layer} {'' if note.row is None else note.row}"
        said = note.message_zh if zh else note.message_en
        click.echo(f"  {place.strip()} {note.field}: {said}", err=True)
    say(
        f"{len(work.report)} 处说明, {len(refused)} 行没有读入; "
        f"全部见 wangge imports {work.run.number}",
        f"{len(work.report)} remarks, {len(refused)} rows not read; all of them by "
        f"wangge imports {work.run.number}",
        err=True,
    )


def _import_plan(engine: Engine, plan: Path, as_json: bool) -> dict[str, Any]:
    from data.queries.plans import import_plans

    new = there = 0
    for one in import_plans(engine, plan):
        new, there = new + one.new, there + (not one.new)
    if not as_json:
        say(
            f"{plan.name}: 已入库 {new} 个社区的方案, 原已在库 {there} 个",
            f"{plan.name}: took in plans of {new} communities; {there} were there "
            "before",
        )
    return {"file": plan.name, "new": new, "there": there}


@click.command("export", epilog=EXPORT_EXAMPLES)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--under",
    default="",
    help="只要代码以此开头的社区 / only communities whose code begins so.",
)
@click.option(
    "--registers",
    is_flag=True,
    help="登记资料而不是方案 / the register instead of plans: a source to draw from.",
)
@click.option("--crs", help="EPSG:4326, EPSG:4490, EPSG:4534–4554, gcj02")
@click.option("--encoding", type=click.Choice(["utf-8", "gbk"]), help="Shapefile 文字")
@click.option("--paper", type=click.Choice(["a4", "a3"]), help="PDF 和 PNG 的纸张")
@click.option("--sheet", help="all, overview, 网格编码 / code of one grid")
@click.option("--certificate", is_flag=True, help="PDF 证书而不是图册 / certificates.")
def export_record(
    out: Path,
    under: str,
    registers: bool,
    certificate: bool,
    **told: str | None,
) -> None:
    """导出 / Write plans, or the register, from the database to a file.

    扩展名定格式: gpkg, zip (Shapefile), geojson, kml, xlsx, pdf (图册), png。
    GeoPackage 里坐标与入库时一字不差, 方案重新检验, 可再导入。

    The ending tells the format. A GeoPackage holds the very coordinates that came in,
    is proven anew and can be taken in again.
    """
    if registers and (certificate or any(told.values())):
        raise click.UsageError("--registers goes with --under only")
    with open_record() as engine:
        if registers:
            _export_registers(engine, out, under)
        elif out.suffix.lower() == ".gpkg" and not certificate and not told["crs"]:
            _export_plans(engine, out, under)
        else:
            _export_files(engine, out, under, certificate, told)


def _export_registers(engine: Engine, out: Path, under: str) -> None:
    from data.registers import export_registers

    rows = export_registers(engine, out, under=under)
    say(
        f"已写出 {rows['communities']} 个社区, {sum(rows.values()):,} 行 → {out}",
        f"wrote {rows['communities']} communities, {sum(rows.values()):,} rows → {out}",
    )


def _newest(engine: Engine, under: str) -> list[int]:
    from data.errors import NotFoundError
    from data.queries.plans import newest_plans

    plans = newest_plans(engine, under=under)
    if not plans:
        raise NotFoundError(
            f"库里没有 {under or '任何'} 社区的方案；请先 wangge import",
            f"no plan of a community {under} in the database; wangge import first",
        )
    return plans


def _export_files(
    engine: Engine,
    out: Path,
    under: str,
    certificate: bool,
    told: Mapping[str, str | None],
) -> None:
    from api.exports.asked import Asked, require_possible
    from api.exports.making import make
    from data.exports.cards import place_name, plan_cards
    from data.exports.order import ENDINGS, Format, Order

    formats = {ending: kind for kind, ending in ENDINGS.items()}
    kind = Format.CERTIFICATE if certificate else formats.get(out.suffix.lower())
    if kind is Format.CERTIFICATE and not certificate:
        kind = Format.PDF
    if kind is None or (certificate and out.suffix.lower() != ".pdf"):
        known = ".pdf" if certificate else " ".join(sorted(formats))
        raise click.UsageError(f"{out.name}: the ending must be one of {known}")
    given = {name: value for name, value in told.items() if value is not None}
    order = Order.of({"format": kind, "lang": click.get_current_context().obj, **given})
    if order.ending != out.suffix.lower():
        raise click.UsageError("all sheets go into a .pdf; a .png holds one of them")
    plans = _newest(engine, under)
    with engine.connect() as connection:
        cards = plan_cards(connection, plans)
        place = place_name(connection, under) if under else cards[0].community_name
    asked = Asked(cards, order, place)
    require_possible(asked)
    make(engine.connect, asked, out)
    say(
        f"已写出 {len(cards)} 个社区, {asked.grids:,} 个网格 → {out}",
        f"wrote {len(cards)} communities, {asked.grids:,} grids → {out}",
    )


def _export_plans(engine: Engine, out: Path, under: str) -> None:
    from data.queries.plans import export_plans

    plans = _newest(engine, under)
    found = export_plans(engine, plans, out)
    say(
        f"已写出 {len(plans)} 个社区 → {out}, 校验码 {found[:12]}",
        f"wrote {len(plans)} communities → {out}, plan hash {found[:12]}",
    )
