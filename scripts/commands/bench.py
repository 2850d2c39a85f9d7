"""`wangge bench`: measure the engine, the certificate, tiles and features."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

__all__ = ["bench"]

ROOT = Path(__file__).resolve().parents[2]

EXAMPLES = """\b
例 / Examples:
\b
  十分钟以内的小测 / the small cases, within ten minutes
    wangge bench engine --quick
\b
  全部目标, 留下表格和图 / every goal; engine.md, engine.json and pictures kept
    wangge bench engine --out bench
\b
  分几次测, 合成一张表 / in parts, put together into one table
    wangge bench engine --out bench --add --case large --rows peers
    wangge bench engine --out bench --add --rows new-york
\b
  只测自己, 一个算例 / ours alone on one case
    wangge bench engine --case mid --no-peers
\b
  证书 / the certificate
    wangge bench certificate
\b
  城市规模的矢量瓦片; GDAL 读取要素 / tiles of a city; features read by GDAL
    wangge bench tiles
    wangge bench edits
    wangge bench ogc
"""


@click.group(epilog=EXAMPLES)
def bench() -> None:
    """测速 / Measure beside peers; needs a checkout of the project.

    同一台机器, 同一批算例, 同一套评分。没有安装的同类软件略过并说明。

    One machine, the same cases, the same scorer. Peers that are not installed are
    named and left out.
    """


@bench.command(epilog=EXAMPLES)
@click.option("--quick", is_flag=True, help="只测小算例 / small cases only.")
@click.option("--full", is_flag=True, help="所有算例 / every town kept for proof too.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="表格和图的文件夹 / folder for the tables, Markdown and JSON, and pictures.",
)
@click.option(
    "--add",
    is_flag=True,
    help="保留文件夹里没有重测的数字 / keep the figures of --out not measured now.",
)
@click.option(
    "--rows",
    "rows",
    metavar="ROW",
    multiple=True,
    help="只测这一项, 可重复 / this only, repeatable: peers, certified, moves, "
    "pictures, new-towns, impossible, one-community, new-york, certificate, growth, "
    "determinism.",
)
@click.option(
    "--case",
    "cases",
    metavar="NAME",
    multiple=True,
    help="只测这个算例, 可重复 / this case only, repeatable: mid, newtown, large …",
)
@click.option(
    "--peer",
    "names",
    metavar="NAME",
    multiple=True,
    help="只测这个软件, 可重复 / this peer only, repeatable: METIS, 'wangge best' …",
)
@click.option(
    "--peers/--no-peers", default=True, help="是否也测同类软件 / measure peers too."
)
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出 / print JSON.")
@click.pass_context
def engine(
    ctx: click.Context,
    quick: bool,
    full: bool,
    out: Path | None,
    add: bool,
    rows: tuple[str, ...],
    cases: tuple[str, ...],
    names: tuple[str, ...],
    peers: bool,
    as_json: bool,
) -> None:
    """划分引擎 / The engine: goals, met or how far away, then each case.

    算例由项目旁边 shared/bench 里的生成器按种子生成, 调参和验证用不同的种子。

    Cases are made from seeds by the generator in shared/bench beside the project;
    the seeds for proof are not those used while tuning.
    """
    if add and out is None:
        message = "--add adds to the tables of a folder; name it with --out"
        raise click.UsageError(message)
    lists = {"--case": cases, "--rows": rows, "--peer": names}
    arguments = [f"{option}={name}" for option in lists for name in lists[option]]
    if out is not None:
        arguments.append(f"--out={out.absolute()}")
    flags = {
        "--quick": quick,
        "--full": full,
        "--add": add,
        "--no-peers": not peers,
        "--json": as_json,
    }
    arguments += [flag for flag, given in flags.items() if given]
    ctx.exit(run("bench_engine", arguments))


@bench.command(epilog=EXAMPLES)
@click.option(
    "--cells",
    default=100_000,
    type=click.IntRange(min=100),
    help="单元数的约数 / about how many cells.",
)
@click.pass_context
def certificate(ctx: click.Context, cells: int) -> None:
    """证书 / The certificate beside `shapely.coverage_is_valid`, which proves less."""
    ctx.exit(run("bench_certificate", [str(cells)]))


@bench.command(epilog=EXAMPLES)
@click.option("--database", metavar="URL", help="已有的城市库 / a city that is there.")
@click.option("--grids", default=30_000, type=click.IntRange(min=100))
@click.option("--buildings", default=1_000_000, type=click.IntRange(min=1_000))
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出 / print JSON.")
@click.pass_context
def tiles(
    ctx: click.Context, database: str | None, grids: int, buildings: int, as_json: bool
) -> None:
    """矢量瓦片 / Vector tiles of a city: server time zoom by zoom.

    没有给出数据库时, 先造一座城 (几分钟), 测完删除。

    Without a database a city is made first, some minutes, and dropped afterwards.
    """
    arguments = [f"--grids={grids}", f"--buildings={buildings}"]
    if database is not None:
        arguments.append(f"--database={database}")
    ctx.exit(run("bench_tiles", [*arguments, *(["--json"] if as_json else [])]))


@bench.command(epilog=EXAMPLES)
@click.option("--database", metavar="URL", help="已有的城市库 / a city that is there.")
@click.option("--grids", default=30_000, type=click.IntRange(min=100))
@click.option("--buildings", default=1_000_000, type=click.IntRange(min=1_000))
@click.option(
    "--edits",
    default=600,
    type=click.IntRange(min=20),
    help="编辑次数 / how many edits.",
)
@click.pass_context
def edits(
    ctx: click.Context, database: str | None, grids: int, buildings: int, edits: int
) -> None:
    """编辑 / Edits of plans in a city: round trips, operation by operation.

    按规划员一天的操作比例随机编辑; 草稿留在给出的数据库里。

    At random, in the shares of a planner's day. In a database that is given the drafts
    of the measurement stay.
    """
    arguments = [f"--grids={grids}", f"--buildings={buildings}", f"--edits={edits}"]
    if database is not None:
        arguments.append(f"--database={database}")
    ctx.exit(run("bench_edits", arguments))


@bench.command(epilog=EXAMPLES)
@click.option("--points", default=200_000, type=click.IntRange(min=1_000))
@click.pass_context
def ogc(ctx: click.Context, points: int) -> None:
    """OGC API / Points that GDAL reads over OGC API – Features."""
    ctx.exit(run("bench_ogc", [f"--points={points}"]))


def run(module: str, arguments: list[str]) -> int:
    """Run a benchmark of the checkout and return its exit code."""
    # Benchmarks are tests, which are not installed; nothing that ships imports them.
    if not (ROOT / "tests" / "benchmarks" / f"{module}.py").is_file():
        message = (
            f"这里没有测速程序 / there is no tests/benchmarks in {ROOT}; run it from a "
            "checkout of the project, installed with pip install -e ."
        )
        raise click.UsageError(message)
    sys.stdout.flush()
    call = [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments]
    return subprocess.run(call, cwd=ROOT, check=False).returncode
