"""`wangge check`: prove a plan again from what the file holds."""

from __future__ import annotations

from pathlib import Path

import click

from scripts.console import print_json

__all__ = ["check"]

EXAMPLES = """\b
例 / Examples:
\b
  检验一份方案 / prove a plan
    wangge check plan.gpkg
\b
  用原始数据复核户数 / count the households again from the source
    wangge check plan.gpkg --source town.gpkg
\b
  在脚本里 / in a script
    wangge check plan.gpkg --json > certificate.json || echo "没有通过"
"""


@click.command(epilog=EXAMPLES)
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--source",
    "sources",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="方案所依据的数据, 可重复 / what the plan was drawn from; repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出 / print JSON.")
@click.pass_context
def check(
    ctx: click.Context, plan: Path, sources: tuple[Path, ...], as_json: bool
) -> None:
    """检验方案 / Prove a plan: no gap, no overlap, right counts, bounds.

    只看文件里的几何和数字, 不信划分时写下的结论。没有通过时退出码为 1,
    并指出在哪里。

    It trusts only geometry and numbers, not what was written when the plan was drawn.
    It ends with 1 if a check fails, and says where.
    """
    from data.checking import check_plan

    certificate = check_plan(plan, sources=sources)
    if as_json:
        print_json(certificate.to_dict())
    else:
        click.echo(certificate.to_text(ctx.obj))
    ctx.exit(0 if certificate.ok else 1)
