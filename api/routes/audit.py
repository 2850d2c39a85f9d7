"""What was done, by whom, when: to read and to take along."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BeforeValidator
from sqlalchemy import Connection

from api.answers import json_page
from api.deps import KNOWN_ONLY, Actor, Db, Page, Under, require
from api.problems import READ_PROBLEMS, problem_responses
from api.schemas.audit import Kind, LogLine
from api.schemas.base import ListOf
from data.accounts.log import LogQuestion, log_items, read_log
from data.accounts.roles import Permission
from data.errors import ParameterError

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1/audit",
    tags=["accounts"],
    dependencies=[KNOWN_ONLY],
    responses={**READ_PROBLEMS, **problem_responses("forbidden")},
)
CHINA = ZoneInfo("Asia/Shanghai")
MOST_ROWS = 100_000
AT_ONCE = 1000
HEADINGS = {
    "zh": ("时间", "人员", "操作", "结果", "来源地址", "区划代码"),
    "en": ("time", "who", "what", "result", "from", "division"),
}
OUTCOMES = {"done": "完成", "refused": "拒绝", "failed": "失败"}


def _written_out(told: str) -> str:
    """Refuse a number, which would be taken for seconds since 1970."""
    if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]", told):
        raise ValueError("write it like 2026-11-22T00:00:00+08:00")
    return told


Moment = Annotated[datetime, BeforeValidator(_written_out)]


async def question(
    account: Annotated[
        int | None, Query(ge=1, le=2**63 - 1, description="only what this one did")
    ] = None,
    kind: Annotated[Kind | None, Query(description="only this sort")] = None,
    since: Annotated[
        Moment | None, Query(description="from this moment on, with its zone")
    ] = None,
    until: Annotated[
        Moment | None, Query(description="up to this moment, with its zone")
    ] = None,
    under: Under = "",
) -> LogQuestion:
    """Return which lines are wanted."""
    for name, moment in (("since", since), ("until", until)):
        if moment is not None and moment.tzinfo is None:
            raise ParameterError(
                f"{name} 没有时区；请写成 2026-11-22T00:00:00+08:00",
                f"{name} has no zone; write it like 2026-11-22T00:00:00+08:00",
            )
    return LogQuestion(account, kind, since, until, under)


@router.get(
    "",
    response_model=ListOf[LogLine],
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def audit(
    request: Request,
    actor: Actor,
    db: Db,
    page: Page,
    asked: Annotated[LogQuestion, Depends(question)],
    format: Annotated[
        Literal["json", "csv"], Query(description="csv: all of them, as a file")
    ] = "json",
    lang: Annotated[
        Literal["zh", "en"], Query(description="language of the file")
    ] = "zh",
) -> Response:
    """List what was done in one's divisions, newest first."""
    if not actor.may_anywhere(Permission.READ_AUDIT):
        require(actor, Permission.READ_AUDIT, "")
    if format == "csv":
        headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
        body = _csv(db, asked, lang).encode("utf-8-sig")
        return Response(body, media_type="text/csv; charset=utf-8", headers=headers)
    found = read_log(db, asked, limit=page.limit, after=page.key(int))
    return json_page(request, ListOf[LogLine], found, log_items(db, found))


def _csv(db: Connection, asked: LogQuestion, lang: str) -> str:
    """Return the lines as a table, with a limit that a spreadsheet can bear."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS[lang])
    for row in _rows(db, asked, lang):
        writer.writerow([_harmless(cell) for cell in row])
    return text.getvalue()


def _rows(
    db: Connection, asked: LogQuestion, lang: str
) -> Iterator[tuple[str, str, str, str, str, str]]:
    after = None
    for _ in range(MOST_ROWS // AT_ONCE):
        found = read_log(db, asked, limit=AT_ONCE, after=after)
        for item in log_items(db, found):
            yield (
                f"{item['at'].astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
                item["display"],
                item[f"sentence_{lang}"],
                OUTCOMES[item["outcome"]] if lang == "zh" else item["outcome"],
                item["address"],
                item["division"] or "",
            )
        after = found.next
        if after is None:
            return


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
