"""What the commands on accounts share: the way to the tables, and what is printed."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from scripts.console import say

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

__all__ = [
    "JSON",
    "desk",
    "password_from",
    "plain",
    "role_words",
    "state_of",
    "tell_password",
    "told_account",
    "who",
]

JSON = click.option(
    "--json", "as_json", is_flag=True, help="结果以 JSON 输出 / print JSON."
)


@contextmanager
def desk() -> Iterator[Connection]:
    """Give one transaction on accounts, starting the database where it does not run."""
    from data.accounts.console import at_console
    from scripts.store import open_record, running_store

    with (
        running_store() as store,
        open_record(store) as record,
        at_console(record, who()) as door,
    ):
        yield door


def who() -> str:
    """Return what the log and a grant say who did it: `console:root(lin)` by sudo.

    The user is that of the process; the environment can name anybody.
    """
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)
    behind = os.environ.get("SUDO_USER", "") if number == 0 else ""
    return f"console:{name}({behind})" if behind else f"console:{name}"


def password_from(stdin: bool) -> tuple[str, str]:
    """Return a password, and the same again if it is ours to tell."""
    from data.accounts.passwords import invent

    if stdin:
        return sys.stdin.readline().rstrip("\r\n"), ""
    made = invent()
    return made, made


def tell_password(password: str, *, keep: bool) -> None:
    """Print a password we made, alone on a line of stdout."""
    if not password:
        return
    note_zh = "" if keep else ", 首次登录须修改"
    note_en = "" if keep else "; it has to be changed at the first log-in"
    say(
        f"密码只显示这一次{note_zh}:", f"the password is shown this once{note_en}:",
        err=True,
    )  # fmt: skip
    click.echo(password)


def role_words(role: str) -> tuple[str, str]:
    """Return what people call a role."""
    from maps.catalogue import read_texts

    zh, en = read_texts("gate")[f"role.{role}"]
    return zh, str(en)


def state_of(row: Row[Any]) -> str:
    """Return how an account stands, in the language of the call."""
    states = {
        "locked": ("停用", "locked"),
        "no_password": ("只有令牌", "tokens only"),
        "must_change": ("待改密码", "password to be changed"),
        "active": ("可登录", "active"),
    }
    zh, en = states[state_word(row._asdict())]
    return zh if click.get_current_context().obj == "zh" else en


def state_word(row: Mapping[str, Any]) -> str:
    """Return how an account stands, in one word."""
    if row["locked"]:
        return "locked"
    if not row["has_password"]:
        return "no_password"
    return "must_change" if row["must_change"] else "active"


def told_account(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an account for another program."""
    return {
        **{key: plain(row[key]) for key in ("id", "name", "display", "made", "seen")},
        "state": state_word(row),
        "totp": row["has_totp"],
        "grants": row["grants"],
    }


def plain(value: Any) -> Any:
    """Return a moment as ISO text; anything else is JSON already."""
    return value.isoformat() if hasattr(value, "isoformat") else value
