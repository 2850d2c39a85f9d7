"""`wangge user`: who may come in, and as what."""

from __future__ import annotations

import click

from scripts.accounts import (
    JSON,
    desk,
    password_from,
    role_words,
    state_of,
    tell_password,
    told_account,
    who,
)
from scripts.commands.user_keys import sessions, token
from scripts.console import print_json, say

__all__ = ["user"]

EXAMPLES = """\b
例 / Examples:
\b
  第一个管理员, 密码只显示这一次 / the first administrator; the password is shown once
    wangge user add admin --display 苏明远 --role administrator
\b
  一个街道的规划员 / a planner of one street
    wangge user add lin --display 林知夏 --role planner --division 370115001
\b
  密码由另一个程序给出 / a password that another program gives
    pass show lin | wangge user password lin --password-stdin
\b
  给 QGIS 或脚本: 只用令牌的账号 / for QGIS or a script: an account with tokens only
    wangge user add qgis --no-password --role guest
    wangge user token qgis --scope read --days 30
"""

STDIN = click.option(
    "--password-stdin",
    is_flag=True,
    help="从标准输入读一行密码; 不给就随机 / read the password from stdin; else it is "
    "a random one.",
)
KEEP = click.option(
    "--keep",
    is_flag=True,
    help="首次登录不必改密码 / it need not be changed at the first log-in.",
)
DIVISION = click.option(
    "--division",
    default="",
    metavar="CODE",
    help="区划代码, 管到它以下 / code of a division, with all below it.",
    show_default="everywhere",
)


@click.group(epilog=EXAMPLES)
def user() -> None:
    """账号 / Accounts: who may come in, and as what.

    直接在数据库上操作, 能运行这个命令的人就是主人; 每一步都记入操作记录,
    记为 console:系统用户名。

    It works on the database itself: who may run it owns the record. Every step goes
    to the log, as console:<user of this machine>.
    """


@user.command()
@click.argument("name")
@click.option("--display", default="", help="姓名 / name shown to others.")
@click.option("--role", metavar="ROLE", help="角色 / role, e.g. planner.")
@DIVISION
@STDIN
@click.option(
    "--no-password",
    is_flag=True,
    help="没有密码, 只用令牌, 给程序 / no password but tokens only, for programs.",
)
@KEEP
@JSON
def add(
    name: str,
    display: str,
    role: str | None,
    division: str,
    password_stdin: bool,
    no_password: bool,
    keep: bool,
    as_json: bool,
) -> None:
    """新建账号 / Make an account; a random password is printed once."""
    from data.accounts.console import require_division, role_named
    from data.accounts.people import add_account, give_role

    if division and role is None:
        raise click.UsageError("--division 要和 --role 一起用 / goes with --role")
    wanted = None if role is None else role_named(role)
    if no_password and password_stdin:
        message = "--no-password 和 --password-stdin 不能同用 / exclude each other"
        raise click.UsageError(message)
    password, told = (None, "") if no_password else password_from(password_stdin)
    with desk() as door:
        place = require_division(door, division) if division else ""
        account = add_account(
            door,
            name,
            display=display,
            password=password,
            must_change=not keep and not no_password,
        )
        if wanted is not None:
            give_role(door, account, wanted, division, by=who())
    known = name.strip().lower()
    if as_json:
        grants = [{"role": wanted, "division": division}] if wanted else []
        print_json(
            {"id": account, "name": known, "grants": grants}
            | ({"password": told} if told else {})
        )
        return
    say(f"已新建账号 {known}", f"made the account {known}")
    if wanted is None:
        say(
            f"它还没有角色, 登录后什么也看不到: wangge user role {known} add ROLE",
            f"it has no role yet and sees nothing: wangge user role {known} add ROLE",
        )
    else:
        zh, en = role_words(wanted)
        say(
            f"角色: {zh} · {place or '全部区域'}",
            f"role: {en} · {place or 'everywhere'}",
        )
    tell_password(told, keep=keep)


@user.command(name="list")
@JSON
def list_them(as_json: bool) -> None:
    """列出账号 / List the accounts, their roles and when they last came in."""
    from data.accounts.people import list_accounts

    with desk() as door:
        rows = list_accounts(door)
    if as_json:
        print_json({"accounts": [told_account(row._asdict()) for row in rows]})
        return
    if not rows:
        say(
            "还没有账号: wangge user add NAME --role administrator",
            "no accounts yet: wangge user add NAME --role administrator",
        )
    for row in rows:
        seen = f"{row.seen:%Y-%m-%d %H:%M}" if row.seen else "-"
        click.echo(f"{row.name}  {row.display}  {state_of(row)}  {seen}")
        for grant in row.grants:
            zh, en = role_words(grant["role"])
            place = grant["division_name"] or grant["division"]
            code = f" {grant['division']}" if grant["division"] else ""
            say(
                f"  {zh} ({grant['role']}) · {place or '全部区域'}{code}",
                f"  {en} ({grant['role']}) · {place or 'everywhere'}{code}",
            )


@user.command()
@click.argument("name")
@click.argument("deed", type=click.Choice(["add", "remove"]))
@click.argument("role")
@DIVISION
def role(name: str, deed: str, role: str, division: str) -> None:
    """给予或收回角色 / Give an account a role, or take one away."""
    from data.accounts.console import grant_of, require_division, role_named
    from data.accounts.managing import require_another_administrator
    from data.accounts.people import account_named, give_role, take_role

    wanted = role_named(role)
    with desk() as door:
        account = account_named(door, name)
        place = require_division(door, division) if division else ""
        if deed == "add":
            give_role(door, account, wanted, division, by=who())
        else:
            grant = grant_of(door, account, wanted, division)
            require_another_administrator(door, account, grant=grant)
            take_role(door, account, grant)
    zh, en = role_words(wanted)
    done = ("已授予", "gave") if deed == "add" else ("已收回", "took away")
    say(
        f"{done[0]} {name}: {zh} · {place or '全部区域'}",
        f"{done[1]} {name}: {en} · {place or 'everywhere'}",
    )


@user.command()
@click.argument("name")
def lock(name: str) -> None:
    """停用账号, 立即退出 / Lock an account; its sessions and tokens end at once."""
    from data.accounts.managing import require_another_administrator
    from data.accounts.people import account_named, set_locked

    with desk() as door:
        account = account_named(door, name)
        require_another_administrator(door, account)
        set_locked(door, account, locked=True)
    say(f"已停用 {name}", f"locked {name}")


@user.command()
@click.argument("name")
def unlock(name: str) -> None:
    """启用账号 / Let an account in again, also after too many wrong passwords."""
    from data.accounts.patience import forgive
    from data.accounts.people import account_named, set_locked

    with desk() as door:
        set_locked(door, account_named(door, name), locked=False)
        forgive(door, [name.strip().lower()])
    say(f"已启用 {name}", f"unlocked {name}")


@user.command()
@click.argument("name")
@STDIN
@KEEP
@JSON
def password(name: str, password_stdin: bool, keep: bool, as_json: bool) -> None:
    """重设密码 / Set a new password; every session of the account ends."""
    from data.accounts.people import account_named, set_password

    new, told = password_from(password_stdin)
    with desk() as door:
        set_password(door, account_named(door, name), new, must_change=not keep)
    if as_json:
        print_json({"name": name} | ({"password": told} if told else {}))
        return
    say(f"已重设 {name} 的密码", f"set a new password for {name}")
    tell_password(told, keep=keep)


for command in (token, sessions):
    user.add_command(command)
