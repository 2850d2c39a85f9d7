"""Uploads: files sent, looked into, placed on the map, checked, taken in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response, status
from sqlalchemy import Connection, Row
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api.deps import (
    KNOWN_ONLY,
    Actor,
    Db,
    Page,
    Snapshot,
    Under,
    Work,
    Working,
    require,
)
from api.paging import encode_cursor
from api.problems import READ_PROBLEMS, WRITE_PROBLEMS, problem_responses
from api.routes.jobs import accepted, card_of, draw_arguments
from api.schemas.base import ListOf
from api.schemas.jobs import JobDetail
from api.schemas.uploads import (
    Check,
    Import,
    Inspect,
    Placed,
    Received,
    Remark,
    Upload,
    Uploads,
)
from api.sheets_csv import remarks_csv
from data.accounts.principal import Principal
from data.accounts.roles import Permission
from data.errors import ConflictError, NotFoundError
from data.jobs.queue import add_job, job_items, last_job_on
from data.queries.divisions import require_division
from data.uploads.errors import TooLargeError
from data.uploads.keeping import (
    MOST_BYTES,
    PART,
    add_part,
    begin_upload,
    drop_upload,
    end_upload,
    keep_choices,
    list_uploads,
    upload_row,
)
from data.uploads.remarks import all_rows, list_rows, upload_outline

__all__ = ["router"]

T = TypeVar("T")
_MIB = 1 << 20

router = APIRouter(
    prefix="/api/v1/uploads",
    tags=["uploads"],
    dependencies=[KNOWN_ONLY],
    responses=READ_PROBLEMS,
)
UploadId = Annotated[int, Path(ge=1, le=2**63 - 1, description="number of the upload")]
FOUND = problem_responses("not_found")
CHANGED = WRITE_PROBLEMS | problem_responses("not_found", "conflict")
BODY = {
    "requestBody": {
        "required": True,
        "description": "the file as it is",
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"}
            }
        },
    }
}


@router.post(
    "",
    response_model=Received,
    status_code=status.HTTP_201_CREATED,
    responses=CHANGED | problem_responses("too_large", "refused"),
    openapi_extra=BODY,
)
async def send(
    request: Request,
    response: Response,
    actor: Actor,
    working: Working,
    name: Annotated[
        str, Query(min_length=1, max_length=300, description="name of the file")
    ],
    division: Under = "",
) -> dict[str, Any]:
    """Send a file; it is kept, and a job begins to look into it."""

    def begin(db: Connection) -> int:
        if division:
            require_division(db, division)
        require(actor, Permission.IMPORT, division)
        return begin_upload(db, name=name, division=division, account=actor.account)

    _require_size(int(request.headers.get("content-length") or 0))
    number = await _in(working, begin)
    try:
        digest = await _receive(request, working, number)
    except BaseException:
        await _in(working, lambda db: drop_upload(db, number))
        raise

    def end(db: Connection) -> dict[str, Any]:
        end_upload(db, number, digest)
        row = upload_row(db, number)
        job = _add(db, actor, row, "inspect", {"upload": number, "encoding": None})
        return {"upload": _card(row), "job": accepted(db, job, actor, response)}

    try:
        return await _in(working, end)
    except Exception:
        await _in(working, lambda db: drop_upload(db, number))
        raise


async def _in(working: Callable[[], Any], work: Callable[[Connection], T]) -> T:
    """Do something in one transaction, on a thread: the database makes one wait."""

    def do() -> T:
        with working() as db:
            return work(db)

    return await run_in_threadpool(do)


async def _receive(request: Request, working: Callable[[], Any], upload: int) -> str:
    """Keep a body part by part; no connection is held while it is on its way."""
    whole, size, number = hashlib.sha256(), 0, 0
    held = bytearray()

    async def keep(part: bytes, place: int) -> None:
        await _in(working, lambda db: add_part(db, upload, place, part))

    try:
        async for chunk in request.stream():
            size += len(chunk)
            _require_size(size)
            whole.update(chunk)
            held += chunk
            while len(held) >= PART:
                part, held = bytes(held[:PART]), held[PART:]
                await keep(part, number)
                number += 1
    except ClientDisconnect:
        raise ConflictError(
            "文件没有传完整；请重新上传",
            "the file has not arrived whole; upload it again",
        ) from None
    if held:
        await keep(bytes(held), number)
    return whole.hexdigest()


def _require_size(size: int) -> None:
    if size > MOST_BYTES:
        raise TooLargeError(
            f"文件超过 {MOST_BYTES // _MIB} MB；请按街道拆分，或存为 GeoPackage",
            f"the file has more than {MOST_BYTES // _MIB} MB; split it by street, or "
            "save it as a GeoPackage",
        )


@router.get("", response_model=Uploads)
def uploads(db: Db, actor: Actor) -> dict[str, Any]:
    """List one's own uploads that have not expired, newest first."""
    return {"items": [_card(row) for row in list_uploads(db, actor.account)]}


@router.get("/{upload}", response_model=Upload, responses=FOUND)
def upload(db: Db, actor: Actor, upload: UploadId) -> dict[str, Any]:
    """Give an upload with what was found in it and its last job."""
    row = _own(db, actor, upload)
    last = last_job_on(db, upload)
    job = None
    if last is not None:
        items = [dict(item._mapping) for item in job_items(db, last.id)]
        job = {**card_of(last, actor), "arguments": last.arguments, "items": items}
    names = ("inspection", "choices", "report")
    return {**_card(row), **{name: getattr(row, name) for name in names}, "job": job}


@router.delete("/{upload}", status_code=status.HTTP_204_NO_CONTENT, responses=CHANGED)
def delete(db: Work, actor: Actor, upload: UploadId) -> Response:
    """Delete an upload; what was taken in from it stays."""
    _own(db, actor, upload)
    drop_upload(db, upload)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.post(
    "/{upload}/inspection",
    response_model=JobDetail,
    status_code=status.HTTP_202_ACCEPTED,
    responses=CHANGED,
)
def inspect(
    db: Work, actor: Actor, upload: UploadId, asked: Inspect, response: Response
) -> dict[str, Any]:
    """Look into an upload again, by another encoding or other columns of places."""
    row = _own(db, actor, upload)
    told = {"upload": upload, **asked.model_dump()}
    return accepted(db, _add(db, actor, row, "inspect", told), actor, response)


@router.get(
    "/{upload}/place",
    response_model=Placed,
    responses=FOUND | problem_responses("refused", "conflict"),
)
def place(
    snapshot: Snapshot,
    actor: Actor,
    upload: UploadId,
    crs: Annotated[
        str | None,
        Query(
            pattern=r"^EPSG:[0-9]{4,6}$",
            description="CRS of layers that declare none",
            examples=["EPSG:4547"],
        ),
    ] = None,
    datum: Annotated[
        str | None,
        Query(pattern="^(wgs84|cgcs2000|gcj02|bd09)$", description="datum of all"),
    ] = None,
    swap: Annotated[bool, Query(description="true: exchange x and y")] = False,
    force: Annotated[
        bool, Query(description="true: `crs` also for layers that declare one")
    ] = False,
) -> dict[str, Any]:
    """Place the sketch of an upload on the map as these words would read it."""
    from data.uploads.placing import place_layers

    with snapshot() as db:
        row = _own(db, actor, upload)
        outline = upload_outline(db, row.division) if row.division else None
    found = _inspected(row)
    told: dict[str, Any] = {"crs": crs, "datum": datum, "swap": swap, "force": force}
    return place_layers(found["layers"], outline, **told)


@router.post(
    "/{upload}/check",
    response_model=JobDetail,
    status_code=status.HTTP_202_ACCEPTED,
    responses=CHANGED,
)
def check(
    db: Work, actor: Actor, upload: UploadId, asked: Check, response: Response
) -> dict[str, Any]:
    """Check every row of an upload as chosen; nothing is taken in."""
    row = _own(db, actor, upload)
    _inspected(row)
    choices = asked.choices.model_dump()
    keep_choices(db, upload, choices)
    told = {"upload": upload, "choices": choices}
    return accepted(db, _add(db, actor, row, "check", told), actor, response)


@router.post(
    "/{upload}/import",
    response_model=JobDetail,
    status_code=status.HTTP_202_ACCEPTED,
    responses=CHANGED,
)
def take_in(
    db: Work, actor: Actor, upload: UploadId, asked: Import, response: Response
) -> dict[str, Any]:
    """Take an upload into the register and, if asked, draw its communities."""
    row = _own(db, actor, upload)
    _inspected(row)
    require(actor, Permission.IMPORT, row.division)
    if asked.draw is not None:
        require(actor, Permission.EDIT_PLAN, row.division)
    told = {
        "upload": upload,
        "choices": asked.choices.model_dump(),
        "draw": None if asked.draw is None else draw_arguments(asked.draw),
    }
    return accepted(db, _add(db, actor, row, "import", told), actor, response)


@router.get("/{upload}/remarks", response_model=ListOf[Remark], responses=FOUND)
def remarks(
    db: Db,
    actor: Actor,
    upload: UploadId,
    page: Page,
    code: Annotated[
        str | None, Query(pattern="^[a-z_]{1,60}$", description="only this code")
    ] = None,
) -> dict[str, Any]:
    """List what the last check had to say, row by row."""
    _own(db, actor, upload)
    found = list_rows(db, upload, code=code, limit=page.limit, after=page.key(int))
    return {
        "items": [dict(row._mapping) for row in found.rows],
        "next": None if found.next is None else encode_cursor(found.next),
    }


@router.get(
    "/{upload}/remarks.csv",
    response_class=Response,
    responses={
        **FOUND,
        200: {
            "description": "UTF-8 with a byte order mark, as Excel wants it",
            "content": {"text/csv": {}},
        },
    },
)
def remarks_file(
    db: Db,
    actor: Actor,
    upload: UploadId,
    lang: Annotated[
        str, Query(pattern="^(zh|en)$", description="language of the headings")
    ] = "zh",
) -> Response:
    """Download what the last check had to say, to be mended in a spreadsheet."""
    row = _own(db, actor, upload)
    body = remarks_csv(all_rows(db, upload), lang=lang)
    name = f"upload-{row.id}-remarks.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


def _own(db: Connection, actor: Principal, upload: int) -> Row[Any]:
    """Return an upload of the one who asks; others' are not there."""
    row = upload_row(db, upload)
    if row.account != actor.account:
        raise NotFoundError(
            f"没有上传文件 {upload}，可能已过期；请重新上传",
            f"there is no upload {upload}, perhaps it has expired; upload it again",
        )
    require(actor, Permission.IMPORT, row.division)
    return row


def _inspected(row: Row[Any]) -> dict[str, Any]:
    if row.inspection is None:
        raise ConflictError(
            "文件还没有读完；请稍候",
            "the file has not been looked into yet; wait a moment",
        )
    found: dict[str, Any] = row.inspection
    return found


def _add(
    db: Connection,
    actor: Principal,
    row: Row[Any],
    kind: str,
    arguments: Mapping[str, Any],
) -> Row[Any]:
    """Put in a job on an upload; it is taken in once at a time.

    Checks and looks may be asked for while others run: the last one counts.
    """
    return add_job(
        db,
        kind,
        arguments,
        division=row.division,
        account=actor.account,
        key=f"import:{row.id}" if kind == "import" else None,
    )


def _card(row: Row[Any]) -> dict[str, Any]:
    names = ("id", "name", "division", "division_name", "state", "size")
    return {name: getattr(row, name) for name in (*names, "made", "expires")}
