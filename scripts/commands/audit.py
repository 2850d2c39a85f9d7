"""`wangge audit`: take out of the log what is older than it has to be kept."""

from __future__ import annotations

import click

from scripts.accounts import JSON, desk
from scripts.console import print_json, say

__all__ = ["audit"]

LEAST_DAYS = 180

EXAMPLES = """\b
例 / Examples:
  wangge audit purge --days 365
  wangge audit purge --days 180 --json
"""


@click.group(epilog=EXAMPLES)
def audit() -> None:
    """操作记录 / The log of who did what, which is kept for 180 days at least."""


@audit.command(epilog=EXAMPLES)
@click.option(
    "--days",
    type=click.IntRange(min=LEAST_DAYS, max=36_500),
    required=True,
    help="留下最近多少天, 至少 180 / how many days are kept, 180 at least.",
)
@JSON
def purge(days: int, as_json: bool) -> None:
    """清除更早的操作记录 / Take out the lines that are older.

    清除本身也记入操作记录。先做备份: wangge db backup。

    That it was done goes to the log, too. Make a backup first: wangge db backup.
    """
    from data.accounts.log import purge_log

    with desk() as door:
        gone = purge_log(door, days=days)
    if as_json:
        print_json({"days": days, "rows": gone})
    else:
        say(
            f"已清除 {gone} 条早于 {days} 天的操作记录",
            f"took out {gone} lines older than {days} days",
        )
