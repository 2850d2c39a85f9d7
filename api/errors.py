"""Every error as problem+json (RFC 9457); the only place that knows status codes."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from data.errors import NotFoundError
from gis.errors import CommunityGridError

__all__ = ["add_error_handlers", "problem"]

STATUS: dict[type[CommunityGridError], tuple[HTTPStatus, str]] = {
    NotFoundError: (HTTPStatus.NOT_FOUND, "not_found"),
    CommunityGridError: (HTTPStatus.UNPROCESSABLE_ENTITY, "refused"),
}
"""Error class → status and stable code; the first class that fits counts."""


def problem(
    status: HTTPStatus,
    code: str,
    *,
    detail: str | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Return a problem document with a stable code and a human detail."""
    body = {"title": status.phrase, "status": int(status), "code": code}
    if detail:
        body["detail"] = detail
    return JSONResponse(
        body,
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error of the application as problem+json."""

    @app.exception_handler(CommunityGridError)
    async def refused(_request: Request, error: CommunityGridError) -> JSONResponse:
        status, code = next(
            answer for kind, answer in STATUS.items() if isinstance(error, kind)
        )
        return problem(status, code, detail=str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        where = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors()
        )
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", detail=where)

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        headers = dict(error.headers) if error.headers else None
        code = status.name.lower()
        return problem(status, code, headers=headers)

    @app.exception_handler(Exception)
    async def broken(_request: Request, _error: Exception) -> JSONResponse:
        # The log has the traceback; the answer says nothing of our insides.
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal")
