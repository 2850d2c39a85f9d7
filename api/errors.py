"""Every error as problem+json: which problem answers which error."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from psycopg import Error as DriverError
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.auth.refusals import note_refusal, sign_in_address
from api.faults import fault_messages
from api.problems import broken, problem
from data.accounts.errors import (
    AccountLockedError,
    CodeNeededError,
    CrossSiteError,
    MustChangePasswordError,
    WeakPasswordError,
    WrongCodeError,
    WrongLoginError,
    WrongPasswordError,
)
from data.editing.errors import (
    KeyReusedError,
    NotDraftError,
    NothingToDoError,
    StaleError,
)
from data.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    NotSignedInError,
    ParameterError,
    StoreError,
    TooManyAttemptsError,
)
from data.exports.errors import ExportBusyError, ExportTooLargeError
from data.uploads.errors import TooLargeError
from data.versions.errors import NotReadyError
from gis.edits.refusals import LockedError
from gis.errors import CommunityGridError
from maps.errors import FontError

__all__ = [
    "CODES",
    "PreconditionError",
    "UnknownParameterError",
    "add_error_handlers",
]

log = logging.getLogger("wangge.errors")


class UnknownParameterError(ParameterError):
    """A query parameter the route does not know."""

    def __init__(self, unknown: Sequence[str], known: Sequence[str]) -> None:
        names, words = ", ".join(unknown)[:200], ", ".join(known)
        super().__init__(
            f"没有参数 {names}；可用的：{words or '无'}",
            f"there is no parameter {names}; there are: {words or 'none'}",
        )


class PreconditionError(ParameterError):
    """A change that does not say which version of a thing it was made for."""


CODES: dict[type[CommunityGridError], str] = {
    WrongLoginError: "wrong_login",
    CodeNeededError: "code_needed",
    WrongCodeError: "wrong_code",
    NotSignedInError: "not_signed_in",
    AccountLockedError: "account_locked",
    MustChangePasswordError: "must_change_password",
    CrossSiteError: "cross_site",
    WrongPasswordError: "wrong_password",
    ForbiddenError: "forbidden",
    TooManyAttemptsError: "too_many_tries",
    WeakPasswordError: "weak_password",
    PreconditionError: "precondition_required",
    NotReadyError: "not_ready",
    ExportTooLargeError: "export_too_large",
    ExportBusyError: "export_busy",
    FontError: "no_font",
    TooLargeError: "too_large",
    NotFoundError: "not_found",
    UnknownParameterError: "unknown_parameter",
    ParameterError: "invalid_parameter",
    NotDraftError: "not_draft",
    NothingToDoError: "nothing_to_do",
    StaleError: "stale",
    KeyReusedError: "key_reused",
    ConflictError: "conflict",
    StoreError: "store_unavailable",
    LockedError: "locked",
    CommunityGridError: "refused",
}
"""Error class → code; the first class that fits counts."""


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error of the application as problem+json."""
    app.add_exception_handler(CommunityGridError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    # What goes into a pipeline goes past SQLAlchemy, and so does what comes of it.
    app.add_exception_handler(DriverError, _database)
    app.add_exception_handler(PoolTimeout, _busy)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, CommunityGridError)
    code = next(word for kind, word in CODES.items() if isinstance(error, kind))
    if isinstance(error, StoreError):  # its message may name folders of this machine
        log.warning("store: %s", error.message_en)
        return problem(request.scope, code)
    if isinstance(error, ForbiddenError):
        note_refusal(request, code)
    if isinstance(error, NotSignedInError | ForbiddenError | TooManyAttemptsError):
        return _turned_away(request, error, code)
    detail = (error.message_zh, error.message_en)
    return problem(request.scope, code, detail=detail)


def _turned_away(request: Request, error: CommunityGridError, code: str) -> Response:
    """Lead who opens a page to the log-in; tell a program what to come with."""
    if isinstance(error, NotSignedInError | MustChangePasswordError):
        address = sign_in_address(request)
        if address is not None:
            return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
    headers = {}
    if isinstance(error, NotSignedInError):
        basic = request.scope.get("root_path", "").startswith("/ogc")
        way = "Basic" if basic else "Bearer"
        headers["WWW-Authenticate"] = f'{way} realm="wangge"'
    if isinstance(error, TooManyAttemptsError):
        headers["Retry-After"] = str(error.wait_s)
    detail = (error.message_zh, error.message_en)
    return problem(request.scope, code, detail=detail, headers=headers)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    in_body = any(fault["loc"][0] == "body" for fault in faults)
    code = "invalid" if in_body else "invalid_parameter"
    return problem(request.scope, code, detail=fault_messages(faults))


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods_there(request))
    return problem(request.scope, status.name.lower(), status=status, headers=headers)


def _methods_there(request: Request) -> list[str]:
    """Return the methods an address takes; the router knows those of one route only."""
    return [
        method
        for method in ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.router.routes
        )
    ]


def _database(request: Request, error: Exception) -> JSONResponse:
    """Tell a slow question and a database that is away from a fault of ours."""
    assert isinstance(error, DBAPIError | DriverError)
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, pg.QueryCanceled):
        return problem(request.scope, "timeout")
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or isinstance(cause, pg.OperationalError):
        log.warning("database: %s", cause)
        return problem(request.scope, "store_unavailable")
    log.error("database", exc_info=error)
    return broken(request.scope)


def _busy(request: Request, _error: Exception) -> JSONResponse:
    return problem(request.scope, "store_busy")
