"""Entry point of the `wangge` command: the commands, and how each one ends."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any, NoReturn

import click

from gis.errors import CommunityGridError
from scripts.commands.audit import audit
from scripts.commands.bench import bench
from scripts.commands.cert import cert
from scripts.commands.check import check
from scripts.commands.convert import convert
from scripts.commands.db import db
from scripts.commands.demo import demo
from scripts.commands.draw import draw
from scripts.commands.imports import imports
from scripts.commands.record import export_record, import_sources
from scripts.commands.serve import serve
from scripts.commands.user import user
from scripts.commands.work import work
from scripts.console import stop_on_ctrl_c

__all__ = ["main", "wangge"]

INTERRUPTED = 128 + 2
PIPE_CLOSED = 128 + 13


class Refusal(click.ClickException):
    """What a package refused on purpose: its message, no traceback, exit code 2."""

    exit_code = 2


class Commands(click.Group):
    """Commands in the order of the work; refusals end in exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names as they were added: draw comes before check."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and turn what it refuses into one clear line."""
        try:
            return super().invoke(ctx)
        except CommunityGridError as error:
            message = getattr(error, f"message_{ctx.obj}", str(error))
            raise Refusal(message) from error
        except BrokenPipeError:
            leave_closed_pipe()
        except OSError as error:
            name = error.filename or ctx.invoked_subcommand
            raise Refusal(f"{name}: {error.strerror or error}") from error


@click.group(
    cls=Commands,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 96,
        "show_default": True,
        "auto_envvar_prefix": "WANGGE",
    },
    epilog="""\b
例 / Example:
  wangge demo --out town.gpkg
  wangge draw town.gpkg --out plan.gpkg --map plan.html
  wangge check plan.gpkg

\b
退出码 / Exit codes:
  0    完成                 done
  1    检查没有通过          the check failed
  2    用法或输入有误        wrong use, or input that cannot be read
  130  按 Ctrl-C 中断        interrupted
""",
)
@click.version_option(package_name="wangge", message="%(package)s %(version)s")
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    help="输出的语言 / language of what is printed; or set WANGGE_LANG.",
)
@click.pass_context
def wangge(ctx: click.Context, lang: str) -> None:
    """社区网格: 划分, 检验, 出图 / Draw, prove and show community grids.

    沿街道划出 300-500 户的网格, 证明没有空隙和重叠, 制成可打印的图纸。
    每个命令都有例子, 如 wangge draw --help。

    Grids of 300-500 households along streets, proven to leave no gap and no overlap,
    on a sheet to print. Every command has examples, see wangge draw --help.
    """
    ctx.obj = lang


for command in (
    *(draw, check, demo, convert, serve, cert, work),
    *(db, user, audit, import_sources, imports, export_record),
    bench,
):
    wangge.add_command(command)


def leave_closed_pipe() -> NoReturn:
    """End quietly when the reader of our output, such as `head`, has gone."""
    # The interpreter flushes stdout once more on its way out.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(PIPE_CLOSED)


def main() -> NoReturn:
    """Run the command line and exit with its code."""
    stop_on_ctrl_c()
    try:
        code = wangge.main(prog_name="wangge", standalone_mode=False)
        sys.stdout.flush()
    except (click.Abort, KeyboardInterrupt):
        click.echo("\n已中断 / interrupted", err=True)
        code = INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except BrokenPipeError:
        leave_closed_pipe()
    # What is done is done: a Ctrl-C from here on would only garble the ending.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)
