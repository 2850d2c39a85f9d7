"""`wangge import` and `wangge export`: plan files ↔ the record."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scripts.console import say

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["export_plan", "import_plan"]

IMPORT_EXAMPLES = """\b
例 / Example:
  wangge db start
  wangge import plan.gpkg
"""

EXPORT_EXAMPLES = """\b
例 / Examples:
\b
  每个社区最新的方案 / the newest plan of each community
    wangge export plan.gpkg
\b
  一个街道 / one street
    wangge export street.gpkg --under 370115001
"""


@click.command("import", epilog=IMPORT_EXAMPLES)
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_plan(plan: Path) -> None:
    """方案文件入库 / Take a plan file into the database, as drafts.

    每个社区一个事务: 要么全有, 要么没有。中断后再运行一次, 接着做, 不会重复。

    Each community is there whole or not at all. Run it again after a break: it goes on
    and makes nothing twice.
    """
    from data.queries import import_plans

    new = there = 0
    with _engine() as engine:
        for one in import_plans(engine, plan):
            new, there = new + one.new, there + (not one.new)
    say(
        f"已入库 {new} 个社区, 原已在库 {there} 个",
        f"took in {new} communities; {there} were there before",
    )


@click.command("export", epilog=EXPORT_EXAMPLES)
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--under",
    default="",
    help="只要代码以此开头的社区 / only communities whose code begins so.",
)
def export_plan(out: Path, under: str) -> None:
    """导出方案文件 / Write the newest plan of each community as one plan file.

    坐标与入库时一字不差, 并重新检验。 / The very coordinates that came in, proven anew.
    """
    from data.errors import NotFoundError
    from data.queries import export_plans, newest_plans

    with _engine() as engine:
        plans = newest_plans(engine, under=under)
        if not plans:
            raise NotFoundError(
                f"库里没有 {under or '任何'} 社区的方案；请先 wangge import",
                f"no plan of a community {under} in the database; wangge import first",
            )
        found = export_plans(engine, plans, out)
    say(
        f"已写出 {len(plans)} 个社区 → {out}, 校验码 {found[:12]}",
        f"wrote {len(plans)} communities → {out}, plan hash {found[:12]}",
    )


@contextmanager
def _engine() -> Iterator[Engine]:
    """Give the database; an error of the server ends in one line, not a traceback."""
    from sqlalchemy.exc import DBAPIError

    from data.engine import build_engine
    from data.errors import StoreError
    from data.settings import StoreSettings

    engine = build_engine(StoreSettings.from_environment(os.environ).store().url())
    try:
        yield engine
    except DBAPIError as error:
        said = str(error.orig).strip().split("\n", 1)[0]
        raise StoreError(
            "数据库没有做成；请查看 wangge db status，必要时 wangge db upgrade\n"
            f"{said}",
            f"the database did not do it; see wangge db status, perhaps run wangge db "
            f"upgrade\n{said}",
        ) from error
    finally:
        engine.dispose()
