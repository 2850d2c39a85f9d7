"""How answers leave: GeoJSON, pages with a link to the next, tags to ask again by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from api.paging import encode_cursor
from data.queries.common import Key, Slice

__all__ = [
    "GeoJSONResponse",
    "answer",
    "collection",
    "json_page",
    "not_modified",
    "plan_tag",
]

GEOJSON = "application/geo+json"


class GeoJSONResponse(JSONResponse):
    """Tells OpenAPI that an answer is GeoJSON; bodies are made by PostGIS."""

    media_type = GEOJSON


def plan_tag(plan: int, row_version: int) -> str:
    """Return the ETag of a plan and of what nothing else can change."""
    return f'"{plan}-{row_version}"'


def not_modified(request: Request, tag: str) -> Response | None:
    """Return 304 if the caller has this version already, else None."""
    given = request.headers.get("if-none-match", "")
    known = {word.strip().removeprefix("W/") for word in given.split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers={"ETag": tag})
    return None


def answer(
    request: Request,
    body: bytes,
    *,
    media_type: str = "application/json",
    tag: str | None = None,
    next_: str | None = None,
) -> Response:
    """Return a body with its ETag, a hash of it if no other is given; or 304."""
    tag = tag or f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    unchanged = not_modified(request, tag)
    if unchanged is not None:
        return unchanged
    headers = {"ETag": tag}
    if next_ is not None:
        headers["Link"] = f'<{_with_after(request, next_)}>; rel="next"'
    return Response(body, media_type=media_type, headers=headers)


def json_page(
    request: Request, model: type[BaseModel], page: Slice, items: Iterable[object]
) -> Response:
    """Return one page of a list as the model has it."""
    cursor = _cursor(page.next)
    made = model.model_validate({"items": list(items), "next": cursor})
    body = made.model_dump_json(by_alias=True).encode()
    return answer(request, body, next_=cursor)


def collection(request: Request, page: Slice, *, tag: str | None = None) -> Response:
    """Return rows whose `feature` is GeoJSON text as one page of a collection."""
    cursor = _cursor(page.next)
    features = ",".join(row.feature for row in page.rows)
    after = "null" if cursor is None else f'"{cursor}"'
    body = f'{{"type":"FeatureCollection","features":[{features}],"next":{after}}}'
    return answer(request, body.encode(), media_type=GEOJSON, tag=tag, next_=cursor)


def _cursor(key: Key | None) -> str | None:
    return None if key is None else encode_cursor(key)


def _with_after(request: Request, cursor: str) -> str:
    """Return the address of the next page, relative to this service."""
    parameters = [p for p in request.query_params.multi_items() if p[0] != "after"]
    return f"{request.url.path}?{urlencode([*parameters, ('after', cursor)])}"
