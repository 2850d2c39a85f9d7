"""`wangge demo`: the made-up town, to try everything without own data."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from scripts.console import print_json, progress_bar, say
from scripts.store import open_record, running_store

if TYPE_CHECKING:
    from data.demo_accounts import Login

__all__ = ["demo"]

FILE_NAME = "made-up-town.gpkg"

EXAMPLES = """\b
例 / Examples:
\b
  放进数据库: 登记资料和划分方案 / into the database: register and plans
    wangge demo
    wangge serve
\b
  写成文件, 自己划分 / as a file, to draw yourself
    wangge demo --out town.gpkg
    wangge draw town.gpkg --out plan.gpkg --map plan.html
\b
  另一座小城 / another town
    wangge demo --out other.gpkg --seed 7
\b
  大一些, 用来试速度 / a larger one, to try the speed
    wangge demo --out large.gpkg --buildings 100000
"""


@click.command(epilog=EXAMPLES)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help=f"文件或文件夹 / a .gpkg file, or a folder for {FILE_NAME}.",
    show_default="into the database",
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
    help="楼栋数的约数, 代替社区数, 用于 --out / about how many, instead of "
    "--communities; with --out.",
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
    out: Path | None, communities: int, buildings: int | None, seed: int, as_json: bool
) -> None:
    """虚构小城 / A made-up town: into the database, or with --out as a source.

    社区, 楼栋, 街道, 小区, 学校, 河流, 设备等都是虚构的。入库时各社区有现行方案,
    也有以前的方案, 可以按日期回看; 各种角色的演示账号, 密码随机。再次运行不会重复。

    Communities, buildings, streets, compounds, schools, a river, devices: all made up.
    In the database each community has the plan of today and the one before it, and
    there is an account for each role, with a random password. Run it again and nothing
    is there twice.
    """
    if out is not None:
        write_town(out, communities, buildings, seed, as_json)
    elif buildings is not None:
        message = "--buildings goes with --out; into the database give --communities"
        raise click.UsageError(message)
    else:
        store_town(communities, seed, as_json)


def write_town(
    out: Path, communities: int, buildings: int | None, seed: int, as_json: bool
) -> None:
    """Write the town as a source to draw from."""
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


def store_town(communities: int, seed: int, as_json: bool) -> None:
    """Put the town into the database, with plans in force today and people."""
    from data.demo_accounts import FILE_NAME as LOGINS
    from data.demo_accounts import demo_logins
    from data.known_town import known_town
    from data.settings import StoreSettings

    file = StoreSettings.from_environment(os.environ).state / LOGINS
    with running_store() as store, open_record(store) as engine:
        known = known_town(engine, seed=seed, communities=communities)
        if known is None:
            from data.demo import load_town

            with progress_bar() as progress:
                known = load_town(
                    engine,
                    today=datetime.now(ZoneInfo("Asia/Shanghai")).date(),
                    seed=seed,
                    communities=communities,
                    progress=progress,
                )
        logins = demo_logins(engine, file)
    if as_json:
        told = {"accounts": [login.name for login in logins], "logins": str(file)}
        print_json({"made_up": True, **asdict(known), **told})
        return
    there = ("", "") if known.new else (" (原已在库)", " (was there before)")
    say(
        f"虚构小城已在数据库: {known.communities} 个社区, {known.plans} 个现行方案"
        f"{there[0]}",
        f"the made-up town is in the database: {known.communities} communities, "
        f"{known.plans} plans in force{there[1]}",
    )
    tell_logins(logins, file)


def tell_logins(logins: Sequence[Login], file: Path) -> None:
    """Print what the people of the town sign in with, a line each."""
    from maps.catalogue import read_texts

    texts, index = read_texts("gate"), click.get_current_context().obj != "zh"
    say(
        f"演示账号 (密码随机生成, 保存在 {file}):",
        f"log-ins (their passwords are random, kept in {file}):",
    )
    for login in logins:
        place = login.place or texts["scope.all"][index]
        role = texts[f"role.{login.role}"][index]
        click.echo(f"  {login.name:<9} {login.password}  {role} · {place}")
