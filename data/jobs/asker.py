"""Who asked for a job: whether they still may, and their name on what it writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, event

from data.accounts.coming import principal_of
from data.accounts.principal import Principal
from data.accounts.roles import Permission
from data.engine import door
from data.errors import ForbiddenError
from data.jobs.registry import KINDS

__all__ = ["require_still_may", "sign"]


def require_still_may(engine: Engine, asked: Mapping[str, Any]) -> Principal | None:
    """Return who asked for a job, refused if by now they may not; None for nobody.

    A job waits, and goes on after a break: an account may be locked meanwhile, or lose
    the role it had.
    """
    if asked["account"] is None:
        return None
    with door(engine) as opened:
        principal = principal_of(opened, asked["account"])
    needed = Permission[KINDS[asked["kind"]].may]
    if principal is None or not principal.may(needed, asked["division"]):
        raise ForbiddenError(
            "申请这个任务的账号已停用，或不再有这里的权限；请由有权限的人重新申请",
            "the account that asked for this job is locked or no longer has the right; "
            "let somebody who has it ask again",
        )
    return principal


def sign(engine: Engine, principal: Principal | None, *, job: int) -> None:
    """Let the audit name who asked on everything an engine writes from here on."""
    actor = "" if principal is None else principal.name
    account = "" if principal is None else str(principal.account)
    told = (actor, account, f"job {job}")

    @event.listens_for(engine, "begin")
    def name(connection: Connection) -> None:
        connection.exec_driver_sql(
            "select set_config('app.actor', %s, true), "
            "set_config('app.account', %s, true), set_config('app.request', %s, true)",
            told,
        )
