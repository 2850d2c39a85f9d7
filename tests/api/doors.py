"""Every door of the service: what it takes to come in, and how to knock.

The table is written by hand from what the service promises, not from its code. A route
that is not in it fails `test_matrix`; so does an entry without a route.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

__all__ = ["DOORS", "RIGHTS", "Door", "Needs", "routes_of"]


class Needs(Enum):
    """What a door asks for that is no permission."""

    NOTHING = auto()
    """Open to everybody."""
    ACCOUNT = auto()
    """Anybody who is signed in, about themselves."""
    PAGE = auto()
    """A page: who is not signed in is led to the log-in page."""
    OFFICE = auto()
    """A page for administrators and auditors."""


RIGHTS: Mapping[str, frozenset[str]] = {
    role: frozenset(rights.split())
    for role, rights in {
        "administrator": "read read_drafts edit_plan review_plan publish_plan import "
        "export manage_accounts read_audit",
        "planner": "read read_drafts edit_plan publish_plan import export",
        "reviewer": "read read_drafts review_plan publish_plan export",
        "auditor": "read read_drafts read_audit export",
        "commander": "read export",
        "handler": "read",
        "grid_head": "read",
        "grid_member": "read",
        "stairwell_head": "read",
        "guest": "read",
    }.items()
}
"""Role → what it may do where it is given, as the contract has it."""


@dataclass(frozen=True)
class Door:
    """How to knock at one route.

    `where` fills the address, `{plan}` and the like by those of a street; `query` comes
    after it. A `list` answers with what may be seen; anything else is 404 outside the
    subtree. What is of a `draft` is 404 for who may read plans in force only. A `shut`
    door is 403 for who may not do it anywhere, whatever lies behind; an `unseen` one is
    404; one `everywhere` opens to who may do it in the whole record. What is done
    `stays` where it takes more than one transaction. `ok` are the answers of one who
    may: some doors have more to ask once somebody is in.
    """

    needs: str | Needs
    where: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    body: Any = None
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    list: bool = False
    draft: bool = False
    shut: bool = False
    unseen: bool = False
    everywhere: bool = False
    stays: bool = False
    ok: tuple[int, ...] = (200,)


def routes_of(app: FastAPI, prefix: str = "") -> Iterator[str]:
    """Yield every route of an application as `GET /path`, mounted ones too."""
    for context in iter_route_contexts(app.routes):
        path = prefix + (context.path or "")
        if isinstance(context.original_route, Mount):
            mounted = context.original_route.app
            assert isinstance(mounted, FastAPI)
            yield from routes_of(mounted, path)
            continue
        for method in sorted(set(context.methods or ()) - {"HEAD"}):
            yield f"{method} {path}"


def reads(needs: str = "read", **rest: Any) -> Door:
    """A list of what may be seen."""
    return Door(needs, list=True, **rest)


def manages(where: Mapping[str, str] | None = None, **rest: Any) -> Door:
    """Something about an account whose roles lie in a street."""
    return Door("manage_accounts", where or {}, shut=True, **rest)


def edits(body: Any = None) -> Door:
    """An edit of a version long gone: it is refused only once somebody is in."""
    stale = {"If-Match": '"{draft}-0"'}
    where = {"plan": "{draft}"}
    return Door("edit_plan", where, body=body, headers=stale, draft=True, ok=(412,))


PLAN = {"plan": "{plan}"}
ACCOUNT = {"account": "{account}"}
COMMUNITY = {"code": "{community}"}
JOB = {"job": "{job}"}
UPLOAD = {"upload": "{upload}"}
SQUARE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "旧1"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [117, 36],
                        [117.002, 36],
                        [117.002, 36.001],
                        [117, 36.001],
                        [117, 36],
                    ]
                ],
            },
        }
    ],
}
DRAFT = {"plan": "{draft}"}
TILE = {"z": "14", "x": "13516", "y": "6425"}
OGC_TILE = {"scheme": "WebMercatorQuad", "zoom": "14", "row": "6425", "column": "13516"}
GRIDS = {"name": "grids"}
SOME = (200, 204)
"""A tile in which nothing lies has no content."""

DOORS: dict[str, Door] = {
    # the service itself
    "GET /healthz": Door(Needs.NOTHING),
    "GET /readyz": Door(Needs.NOTHING),
    "GET /openapi.json": Door(Needs.NOTHING),
    "GET /api/v1/problems": Door(Needs.NOTHING),
    "GET /static/{digest}/{name:path}": Door(
        Needs.NOTHING, {"digest": "{digest}", "name": "css/theme.css"}
    ),
    "GET /metrics": Door("read_audit", everywhere=True),
    # pages
    "GET /": Door(Needs.NOTHING, ok=(307, 303)),
    "GET /login": Door(Needs.NOTHING, ok=(200, 303)),
    "GET /plan": Door(Needs.PAGE),
    "GET /account": Door(Needs.PAGE),
    "GET /admin": Door(Needs.OFFICE),
    "GET /import": Door(Needs.PAGE),
    "GET /sheets/": Door(Needs.PAGE),
    "GET /sheets/{name}": Door(Needs.PAGE, {"name": "sheet.html"}),
    "GET /api/v1/sheets": Door(Needs.ACCOUNT),
    # plans in force and the register
    "GET /api/v1/origin": reads(),
    "GET /api/v1/divisions": reads(),
    "GET /api/v1/divisions/{code}": Door("read", COMMUNITY),
    "GET /api/v1/divisions/{code}/dates": Door("read", COMMUNITY),
    "GET /api/v1/plans": reads(),
    "GET /api/v1/plans/{plan}": Door("read", PLAN),
    "GET /api/v1/plans/{plan}/grids": Door("read", PLAN),
    "GET /api/v1/plans/{plan}/cells": Door("read", PLAN),
    "GET /api/v1/plans/{plan}/seams": Door("read", PLAN),
    "GET /api/v1/plans/{plan}/buildings": Door("read", PLAN),
    "GET /api/v1/plans/{plan}/certificate": Door("read", PLAN),
    "GET /api/v1/grids": reads(),
    "GET /api/v1/grids/{code}": Door("read", {"code": "{grid}"}),
    **{
        f"GET /api/v1/{noun}": reads()
        for noun in (
            *("spaces", "devices", "buildings", "compounds", "sites", "streets"),
            *("barriers", "gates"),
        )
    },
    "GET /api/v1/search": reads(query="q=社区"),
    # tiles
    "GET /api/v1/tiles/base/{z}/{x}/{y}.mvt": reads(where=TILE, ok=SOME),
    "GET /api/v1/tiles/plans/{z}/{x}/{y}.mvt": reads(where=TILE, ok=SOME),
    "GET /api/v1/tiles/places/{z}/{x}/{y}.mvt": reads(where=TILE, ok=SOME),
    "GET /api/v1/tiles/plan/{plan}/{z}/{x}/{y}.mvt": Door(
        "read", {**PLAN, **TILE}, ok=SOME
    ),
    "GET /api/v1/tiles/plan/{plan}.json": Door("read", PLAN),
    "GET /api/v1/tiles/{name}.json": reads(where={"name": "base"}),
    # the standard door
    "GET /ogc": reads(ok=(307,)),
    "GET /ogc/": reads(),
    "GET /ogc/conformance": reads(),
    "GET /ogc/api": reads(),
    "GET /ogc/collections": reads(),
    "GET /ogc/collections/{name}": reads(where=GRIDS),
    "GET /ogc/collections/{name}/queryables": reads(where=GRIDS),
    "GET /ogc/collections/{name}/items": reads(where=GRIDS),
    "GET /ogc/collections/{name}/items/{feature}": Door(
        "read", {**GRIDS, "feature": "{plan}.{grid}"}
    ),
    "GET /ogc/tileMatrixSets": reads(),
    "GET /ogc/tileMatrixSets/{scheme}": reads(where=OGC_TILE),
    "GET /ogc/tiles": reads(),
    "GET /ogc/tiles/{scheme}": reads(where=OGC_TILE),
    "GET /ogc/tiles/{scheme}/{zoom}/{row}/{column}": reads(where=OGC_TILE, ok=SOME),
    "GET /ogc/collections/{name}/tiles": reads(where=GRIDS),
    "GET /ogc/collections/{name}/tiles/{scheme}": reads(where={**GRIDS, **OGC_TILE}),
    "GET /ogc/collections/{name}/tiles/{scheme}/{zoom}/{row}/{column}": reads(
        where={**GRIDS, **OGC_TILE}, ok=SOME
    ),
    # one's own account
    "GET /api/v1/session": Door(Needs.ACCOUNT),
    "POST /api/v1/session": Door(
        Needs.NOTHING, body={"name": "nobody", "password": "-" * 12}, ok=(401,)
    ),
    "DELETE /api/v1/session": Door(Needs.ACCOUNT, ok=(204, 409)),
    "POST /api/v1/session/password": Door(
        Needs.ACCOUNT, body={"old": "-" * 12, "new": "seven swans"}, ok=(403, 409, 422)
    ),
    "POST /api/v1/session/totp": Door(
        Needs.ACCOUNT, body={"password": "-" * 12}, ok=(403,)
    ),
    "PUT /api/v1/session/totp": Door(
        Needs.ACCOUNT, body={"code": "000000"}, ok=(403, 409, 401)
    ),
    "DELETE /api/v1/session/totp": Door(
        Needs.ACCOUNT, body={"password": "-" * 12}, ok=(403,)
    ),
    "POST /api/v1/session/totp/recovery": Door(
        Needs.ACCOUNT, body={"password": "-" * 12}, ok=(403,)
    ),
    "GET /api/v1/sessions": Door(Needs.ACCOUNT),
    "DELETE /api/v1/sessions": Door(Needs.ACCOUNT, ok=(204,)),
    "DELETE /api/v1/sessions/{session}": Door(
        Needs.ACCOUNT, {"session": "{session}"}, ok=(404,)
    ),
    "GET /api/v1/tokens": Door(Needs.ACCOUNT),
    "POST /api/v1/tokens": Door(
        Needs.ACCOUNT, body={"name": "QGIS", "scopes": ["read"], "days": 30}, ok=(201,)
    ),
    # the administration
    "GET /api/v1/accounts": reads("manage_accounts"),
    "POST /api/v1/accounts": manages(
        body={
            "name": "new-hand",
            "display": "新岗",
            "grants": [{"role": "guest", "division": "{community}"}],
        },
        ok=(201,),
    ),
    "GET /api/v1/accounts/{account}": manages(ACCOUNT),
    "PATCH /api/v1/accounts/{account}": manages(ACCOUNT, body={"display": "别名"}),
    "POST /api/v1/accounts/{account}/password": manages(ACCOUNT),
    "DELETE /api/v1/accounts/{account}/totp": manages(ACCOUNT, ok=(204,)),
    "DELETE /api/v1/accounts/{account}/sessions": manages(ACCOUNT, ok=(204,)),
    "POST /api/v1/accounts/{account}/grants": manages(
        ACCOUNT, body={"role": "guest", "division": "{community}"}, ok=(201,)
    ),
    "DELETE /api/v1/accounts/{account}/grants/{grant}": manages(
        {**ACCOUNT, "grant": "{grant}"}, ok=(204,)
    ),
    "DELETE /api/v1/tokens/{token}": Door(
        "manage_accounts", {"token": "{token}"}, unseen=True, ok=(204,)
    ),
    "GET /api/v1/audit": reads("read_audit"),
    # drafts, versions, review
    "GET /api/v1/divisions/{code}/versions": Door("read", COMMUNITY),
    "GET /api/v1/plans/{plan}/version": Door("read", PLAN),
    "POST /api/v1/plans/{plan}/drafts": Door(
        "edit_plan", PLAN, body={"name": "春季调整"}, ok=(201,)
    ),
    "PATCH /api/v1/plans/{plan}": Door(
        "edit_plan", DRAFT, body={"name": "秋季调整"}, draft=True
    ),
    "DELETE /api/v1/plans/{plan}": Door("edit_plan", DRAFT, draft=True, ok=(204,)),
    "GET /api/v1/plans/{plan}/compare/{other}": Door(
        "read", {**PLAN, "other": "{plan}"}
    ),
    "GET /api/v1/plans/{plan}/compare/{other}/crosswalk": Door(
        "read", {**PLAN, "other": "{plan}"}
    ),
    "GET /api/v1/divisions/{code}/legacy": Door("read", COMMUNITY),
    "POST /api/v1/divisions/{code}/legacy": Door(
        "import", COMMUNITY, query="name=旧网格", body=SQUARE, ok=(201,)
    ),
    "GET /api/v1/legacy/{layer}": Door("read", {"layer": "{layer}"}),
    "DELETE /api/v1/legacy/{layer}": Door("import", {"layer": "{layer}"}, ok=(204,)),
    "GET /api/v1/plans/{plan}/legacy/{layer}": Door(
        "read", {**PLAN, "layer": "{layer}"}
    ),
    "POST /api/v1/plans/{plan}/review": Door(
        "edit_plan", DRAFT, body={}, draft=True, ok=(200, 409, 422)
    ),
    "POST /api/v1/plans/{plan}/withdraw": Door(
        "edit_plan", DRAFT, draft=True, ok=(409,)
    ),
    "POST /api/v1/plans/{plan}/decision": Door(
        "review_plan", DRAFT, body={"decision": "approve"}, draft=True, ok=(409,)
    ),
    "POST /api/v1/plans/{plan}/publication": Door(
        "publish_plan", DRAFT, body={"since": "2999-01-01"}, draft=True, ok=(409,)
    ),
    "GET /api/v1/plans/{plan}/comments": Door("read_drafts", PLAN),
    "POST /api/v1/plans/{plan}/comments": Door(
        "read_drafts", PLAN, body={"body": "这里再看看"}, ok=(201,)
    ),
    "PATCH /api/v1/plans/{plan}/comments/{comment}": Door(
        "read_drafts", {**PLAN, "comment": "{comment}"}, body={"resolved": True}
    ),
    "GET /api/v1/plans/{plan}/events": Door("read_drafts", PLAN),
    # edits
    "POST /api/v1/plans/{plan}/edits": edits({"operation": "lock"}),
    "POST /api/v1/plans/{plan}/undo": edits(),
    "POST /api/v1/plans/{plan}/redo": edits(),
    "GET /api/v1/plans/{plan}/edits": Door("read", PLAN),
    "GET /api/v1/plans/{plan}/advice": Door("read", PLAN),
    # files to take along
    "GET /api/v1/plans/{plan}/export": Door("export", PLAN, query="format=geojson"),
    "GET /api/v1/divisions/{code}/export": Door(
        "export", COMMUNITY, query="format=geojson"
    ),
    "POST /api/v1/exports": Door(
        "export", body={"plan": "{plan}", "format": "geojson"}, ok=(202,)
    ),
    # long work
    "GET /api/v1/jobs": Door(Needs.ACCOUNT),
    "POST /api/v1/jobs": Door(
        "edit_plan",
        body={"kind": "draw", "division": "{community}"},
        ok=(202,),
    ),
    "GET /api/v1/jobs/{job}": Door("read_drafts", JOB, draft=True),
    "POST /api/v1/jobs/{job}/cancel": Door("edit_plan", JOB, draft=True),
    "GET /api/v1/jobs/{job}/file": Door("read_drafts", JOB, draft=True, ok=(404,)),
    # uploads, which nobody sees but who sent them
    "GET /api/v1/uploads": Door(Needs.ACCOUNT),
    "POST /api/v1/uploads": Door(
        "import",
        query="name=a.geojson&division={community}",
        raw=b"{}",
        stays=True,
        ok=(201,),
    ),
    "GET /api/v1/uploads/{upload}": Door("import", UPLOAD),
    "DELETE /api/v1/uploads/{upload}": Door("import", UPLOAD, ok=(204,)),
    "POST /api/v1/uploads/{upload}/inspection": Door(
        "import", UPLOAD, body={"encoding": None}, ok=(202,)
    ),
    "GET /api/v1/uploads/{upload}/place": Door("import", UPLOAD, ok=(409,)),
    "POST /api/v1/uploads/{upload}/check": Door(
        "import", UPLOAD, body={"choices": {"layers": []}}, ok=(409,)
    ),
    "POST /api/v1/uploads/{upload}/import": Door(
        "import", UPLOAD, body={"choices": {"layers": []}}, ok=(409,)
    ),
    "GET /api/v1/uploads/{upload}/remarks": Door("import", UPLOAD),
    "GET /api/v1/uploads/{upload}/remarks.csv": Door("import", UPLOAD),
}
"""Route → door."""
