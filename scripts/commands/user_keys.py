"""`wangge user token` and `sessions`: what an account comes in with."""

from __future__ import annotations

from datetime import timedelta

import click

from scripts.accounts import JSON, desk, plain
from scripts.console import print_json, say

__all__ = ["sessions", "token"]


@click.command()
@click.argument("name")
@click.option("--name", "label", help="令牌的名字 / what the token is called.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="PERMISSION",
    help="权限, 可以多次给出 / what it may do; give it several times.",
    show_default="read",
)
@click.option(
    "--days",
    default=90,
    type=click.IntRange(1, 366),
    help="有效天数 / days it is good for.",
)
@click.option("--revoke", type=int, metavar="ID", help="吊销一个令牌 / end one.")
@click.option("--list", "listed", is_flag=True, help="列出有效的令牌 / list them.")
@JSON
def token(
    name: str,
    label: str | None,
    scopes: tuple[str, ...],
    days: int,
    revoke: int | None,
    listed: bool,
    as_json: bool,
) -> None:
    """给程序的令牌, 只显示一次 / Make a token for a program; it is printed once."""
    from data.accounts.console import password_is_due, permission_named
    from data.accounts.people import account_named
    from data.accounts.tokens import list_tokens, make_token, revoke_token

    wanted = [permission_named(word) for word in scopes or ("read",)]
    with desk() as door:
        account = account_named(door, name)
        if listed:
            found = [dict(row._mapping) for row in list_tokens(door, account)]
        elif revoke is not None:
            revoke_token(door, account, revoke)
        else:
            made = make_token(
                door,
                account,
                name=label or "console",
                scopes=wanted,
                valid=timedelta(days=days),
            )
            due = password_is_due(door, account)
    if listed:
        told = [{key: plain(value) for key, value in row.items()} for row in found]
        if as_json:
            print_json({"tokens": told})
            return
        for row in told:
            click.echo(
                f"{row['id']}  {row['name']}  …{row['tail']}  "
                f"{' '.join(row['scopes'])}  → {row['expires']}"
            )
    elif revoke is not None:
        say(f"已吊销令牌 {revoke}", f"revoked token {revoke}")
    elif as_json:
        print_json(
            {
                **{"id": made.id, "token": made.token, "scopes": wanted},
                "expires": plain(made.expires),
            }
        )
    else:
        say(
            f"令牌只显示这一次, {made.expires:%Y-%m-%d} 前有效:",
            f"the token is shown this once, and good until {made.expires:%Y-%m-%d}:",
            err=True,
        )
        click.echo(made.token)
        if due:
            say(
                f"{name} 登录并改密码之后, 令牌才能用",
                f"it will do once {name} has signed in and changed the password",
                err=True,
            )


@click.command()
@click.argument("name")
@click.option("--end", is_flag=True, help="让它们全部退出 / end them all.")
@JSON
def sessions(name: str, end: bool, as_json: bool) -> None:
    """登录中的设备 / Where somebody is signed in."""
    from data.accounts.people import account_named, end_sessions
    from data.accounts.sessions import list_sessions
    from data.accounts.trail import note

    with desk() as door:
        account = account_named(door, name)
        found = [dict(row._mapping) for row in list_sessions(door, account)]
        if end:
            ended = end_sessions(door, account)
            note(door, "account", "others_signed_out", row=name.strip().lower())
    if end:
        say(f"已退出 {ended} 个登录", f"ended {ended} sessions")
        return
    told = [{key: plain(value) for key, value in row.items()} for row in found]
    if as_json:
        print_json({"sessions": told})
        return
    for row in told:
        click.echo(f"{row['id']}  {row['seen']}  {row['address']}  {row['agent']}")
    say(f"{len(told)} 个登录", f"{len(told)} sessions")
