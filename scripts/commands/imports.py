"""`wangge imports`: what was taken in, and what could not be read."""

from __future__ import annotations

from typing import Any

import click

from scripts.console import print_json, say
from scripts.store import open_record

__all__ = ["imports"]

IMPORTS_EXAMPLES = """\b
例 / Examples:
  wangge imports
  wangge imports 3 --json
"""


@click.command(epilog=IMPORTS_EXAMPLES)
@click.argument("run", type=int, required=False)
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出 / print JSON.")
def imports(run: int | None, as_json: bool) -> None:
    """入库记录 / What was taken in; with RUN, every remark on its rows."""
    from data.registers import read_report, read_runs

    with open_record() as engine, engine.connect() as connection:
        found = read_runs(connection) if run is None else read_report(connection, run)
    if as_json:
        print_json({"runs" if run is None else "rows": found})
    elif run is None:
        for one in found:
            _tell_run(one)
    else:
        zh = click.get_current_context().obj == "zh"
        for one in found:
            row = "" if one["row"] is None else f" {one['row']}"
            said = one["message_zh"] if zh else one["message_en"]
            click.echo(f"{one['file']} {one['layer']}{row} {one['field']}: {said}")


def _tell_run(one: dict[str, Any]) -> None:
    head = f"{one['id']}  {one['started']}  {', '.join(one['files'])}"
    done = f"{one['done']}/{one['communities']}"
    say(
        f"{head}  社区 {done}, 说明 {one['remarks']}, 未读入 {one['refused']} 行",
        f"{head}  communities {done}, remarks {one['remarks']}, rows not read "
        f"{one['refused']}",
    )
