"""`wangge bench`: measure the engine and the certificate beside their peers."""

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
  几分钟的小测 / the small cases, some minutes
    wangge bench engine --quick
\b
  全部算例, 留下表格 / all cases, tables kept as engine.md and engine.json
    wangge bench engine --out bench
\b
  只测自己, 一个算例 / ours alone on one case
    wangge bench engine --case mid --no-peers
\b
  证书 / the certificate
    wangge bench certificate
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
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="表格的文件夹 / folder for the tables, Markdown and JSON.",
)
@click.option(
    "--case",
    "cases",
    metavar="NAME",
    multiple=True,
    help="只测这个算例, 可重复 / this case only, repeatable: mid, newtown, large …",
)
@click.option(
    "--peers/--no-peers", default=True, help="是否也测同类软件 / measure peers too."
)
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出 / print JSON.")
@click.pass_context
def engine(
    ctx: click.Context,
    quick: bool,
    out: Path | None,
    cases: tuple[str, ...],
    peers: bool,
    as_json: bool,
) -> None:
    """划分引擎 / The engine: goals, met or how far away, then each case.

    算例由项目旁边 shared/bench 里的生成器按种子生成, 调参和验证用不同的种子。

    Cases are made from seeds by the generator in shared/bench beside the project;
    the seeds for proof are not those used while tuning.
    """
    arguments = [f"--case={name}" for name in cases]
    if out is not None:
        arguments.append(f"--out={out.absolute()}")
    flags = {"--quick": quick, "--no-peers": not peers, "--json": as_json}
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
