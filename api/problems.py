"""Problems as problem+json (RFC 9457): each code, its status and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from starlette.types import Scope

from api.schemas.problem import Problem

__all__ = [
    "GUARD_PROBLEMS",
    "PROBLEMS",
    "READ_PROBLEMS",
    "WRITE_PROBLEMS",
    "broken",
    "problem",
    "problem_responses",
]

PROBLEMS: dict[str, tuple[HTTPStatus, str, str]] = {
    "unknown_parameter": (
        HTTPStatus.BAD_REQUEST,
        "没有这个参数；请查看接口说明 /openapi.json",
        "there is no such parameter; see /openapi.json",
    ),
    "invalid_parameter": (
        HTTPStatus.BAD_REQUEST,
        "参数的值不对；请按接口说明修改",
        "a parameter has a wrong value; see /openapi.json",
    ),
    "bad_request": (
        HTTPStatus.BAD_REQUEST,
        "请求有误；请按接口说明修改",
        "the request is not right; see /openapi.json",
    ),
    "wrong_host": (
        HTTPStatus.MISDIRECTED_REQUEST,
        "这个服务不用这个名字；请用启动时给出的地址",
        "this service does not go by that name; use the address it printed",
    ),
    "not_signed_in": (
        HTTPStatus.UNAUTHORIZED,
        "请先登录；会话或令牌不存在或已过期",
        "sign in first; there is no session or token, or it has ended",
    ),
    "wrong_login": (
        HTTPStatus.UNAUTHORIZED,
        "账号或密码不对",
        "the account or the password is wrong",
    ),
    "code_needed": (
        HTTPStatus.UNAUTHORIZED,
        "请再输入验证器上的六位数字，或一个恢复码",
        "now give the six digits of your authenticator, or a recovery code",
    ),
    "wrong_code": (
        HTTPStatus.UNAUTHORIZED,
        "验证码不对，或已用过；请等下一个",
        "the code is wrong or was used before; wait for the next one",
    ),
    "wrong_password": (
        HTTPStatus.FORBIDDEN,
        "现在的密码不对",
        "the present password is wrong",
    ),
    "forbidden": (
        HTTPStatus.FORBIDDEN,
        "您的角色不能这样做；需要的话请找管理员授权",
        "your role may not do this; ask an administrator if you need to",
    ),
    "account_locked": (
        HTTPStatus.FORBIDDEN,
        "这个账号已停用；请找管理员",
        "this account is locked; ask an administrator",
    ),
    "must_change_password": (
        HTTPStatus.FORBIDDEN,
        "请先修改密码：现在的密码是管理员设的",
        "change your password first: an administrator set the present one",
    ),
    "cross_site": (
        HTTPStatus.FORBIDDEN,
        "请求不是从本站页面发出的，或页面太旧；请刷新后重试",
        "the request did not begin on a page of this service, or the page is old; "
        "reload it and try again",
    ),
    "too_many_tries": (
        HTTPStatus.TOO_MANY_REQUESTS,
        "试得太多了；请按 Retry-After 等一会儿",
        "there were too many tries; wait as Retry-After tells",
    ),
    "weak_password": (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "密码太短或太容易猜到；至少 12 个字符",
        "the password is too short or too easily guessed; it needs 12 characters",
    ),
    "not_found": (
        HTTPStatus.NOT_FOUND,
        "这里没有要找的内容；请核对地址",
        "there is nothing here; check the address",
    ),
    "method_not_allowed": (
        HTTPStatus.METHOD_NOT_ALLOWED,
        "这个地址不接受这种方法；Allow 列出可用的",
        "this address does not take this method; Allow lists those it takes",
    ),
    "conflict": (
        HTTPStatus.CONFLICT,
        "内容已被改动或已存在；请刷新后重试",
        "it changed meanwhile or exists already; reload and try again",
    ),
    "not_draft": (
        HTTPStatus.CONFLICT,
        "这个方案不是草稿，不能修改；请复制为草稿",
        "this plan is no draft and cannot change; copy it to a draft",
    ),
    "nothing_to_do": (
        HTTPStatus.CONFLICT,
        "没有可以撤销或重做的步骤",
        "there is nothing to undo or redo",
    ),
    "stale": (
        HTTPStatus.PRECONDITION_FAILED,
        "方案刚被修改；请刷新后再试",
        "the plan was just changed; reload and try again",
    ),
    "precondition_required": (
        HTTPStatus.PRECONDITION_REQUIRED,
        "缺少 If-Match；请带上读到方案时的 ETag",
        "there is no If-Match; send the ETag the plan was read with",
    ),
    "locked": (
        HTTPStatus.LOCKED,
        "网格已锁定；请先解锁",
        "a grid is locked; unlock it first",
    ),
    "key_reused": (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Idempotency-Key 已用于另一个请求；请换一个",
        "the Idempotency-Key was used for another request; take a new one",
    ),
    "invalid": (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "提交的内容不对；请按接口说明修改",
        "what was sent is not right; see /openapi.json",
    ),
    "too_large": (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "文件太大；请拆分后上传",
        "the file is too large; send it in parts",
    ),
    "not_ready": (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "方案检验不合格，还不能送审",
        "the certificate of the plan is not valid, so it cannot be sent for review",
    ),
    "refused": (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "不能这样做",
        "this cannot be done",
    ),
    "internal": (
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "服务出错了，已记录；请把请求编号告诉管理员",
        "the service failed and took note; tell the administrator the request id",
    ),
    "export_too_large": (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "太多了，不能直接下载；请用后台任务导出，或缩小范围",
        "too much to make at once; let a job do it or ask for less",
    ),
    "export_busy": (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "正在导出的人较多；请稍后重试",
        "other exports are being made just now; try again in a moment",
    ),
    "no_font": (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "服务器没有中文字体，不能生成 PDF 和图片；请管理员安装 fonts-noto-cjk",
        "the server has no Chinese font for PDF and pictures; let the administrator "
        "install fonts-noto-cjk",
    ),
    "timeout": (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "等得太久，已停止，没有改动；请稍后重试，或缩小范围",
        "this took too long and was stopped, nothing changed; try again in a moment or "
        "ask about less",
    ),
    "store_busy": (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "数据库忙；请稍后重试",
        "the database is busy; try again in a moment",
    ),
    "store_unavailable": (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "连不上数据库；稍后会自动恢复，请重试",
        "the database cannot be reached; it comes back by itself, try again",
    ),
}
"""Stable code → status and what to do, in Chinese and English."""

_LATER = {"store_busy", "store_unavailable", "export_busy"}


def problem(
    scope: Scope,
    code: str,
    *,
    detail: tuple[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    status: HTTPStatus | None = None,
    more: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """Return a problem document; `detail` is Chinese and English, `more` extends it."""
    usual, zh, en = PROBLEMS.get(code, (status or HTTPStatus.BAD_REQUEST, "", ""))
    status = status or usual
    zh, en = detail or (zh or status.phrase, en or status.phrase)
    body = Problem(
        type=f"/api/v1/problems#{code}",
        title=status.phrase,
        status=status,
        code=code,
        detail=en if _prefers_english(scope) else zh,
        detail_zh=zh,
        detail_en=en,
        instance=scope.get("state", {}).get("request_id", ""),
    )
    return JSONResponse(
        {**body.model_dump(), **(more or {})},
        status_code=status,
        headers={**(headers or {}), **({"Retry-After": "2"} if code in _LATER else {})},
        media_type="application/problem+json",
    )


def broken(scope: Scope) -> JSONResponse:
    """Return problem 500, which says nothing of our insides; the log has the rest."""
    return problem(scope, "internal")


def _prefers_english(scope: Scope) -> bool:
    """Tell whether the first language of Accept-Language is English."""
    for name, value in scope.get("headers", ()):
        if name == b"accept-language":
            return bytes(value).strip().lower().startswith(b"en")
    return False


def problem_responses(
    *codes: str, form: str = "Problem"
) -> dict[int | str, dict[str, Any]]:
    """Return what OpenAPI says of the problems a route may answer."""
    schema = {"$ref": PROBLEM_REF.replace("Problem", form)}
    media = {"application/problem+json": {"schema": schema}}
    by_status: dict[int | str, list[str]] = {}
    for code in codes:
        by_status.setdefault(int(PROBLEMS[code][0]), []).append(code)
    return {
        status: {"description": "problem: " + ", ".join(found), "content": media}
        for status, found in by_status.items()
    }


PROBLEM_REF = "#/components/schemas/Problem"


_GUARD = ("not_signed_in", "forbidden", "must_change_password")
_RECORD = ("internal", "timeout", "store_busy", "store_unavailable")

GUARD_PROBLEMS = problem_responses(*_GUARD)
"""What every route answers that is not public."""
READ_PROBLEMS = problem_responses(
    *("unknown_parameter", "invalid_parameter"), *_GUARD, *_RECORD
)
"""What any question to the record may answer."""
WRITE_PROBLEMS = problem_responses(
    *("unknown_parameter", "invalid_parameter", "bad_request"),
    *_GUARD,
    *("cross_site", "not_found", "conflict", "invalid", "refused"),
    *_RECORD,
)
"""What anything that changes the record may answer."""
