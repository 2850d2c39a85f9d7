"""Plans side by side: who moves, seams that go and come, shares, old grids."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status

from api.answers import GeoJSONResponse
from api.deps import KNOWN_ONLY, Actor, Db, Work, require
from api.problems import READ_PROBLEMS, WRITE_PROBLEMS, problem_responses
from api.routes.drafts import Code
from api.routes.plans import PlanId
from api.schemas.versions import (
    CompareDocument,
    Crosswalk,
    LegacyGrids,
    LegacyLayer,
    LegacyLayers,
    LegacyShares,
    Matching,
)
from data.accounts.roles import Permission
from data.errors import ImportFormatError
from data.uploads.errors import TooLargeError
from data.versions.drafts import require_community, require_plan

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame

__all__ = ["router"]

router = APIRouter(
    prefix="/api/v1",
    tags=["versions"],
    dependencies=[KNOWN_ONLY],
    responses={**READ_PROBLEMS, **problem_responses("not_found")},
)
# What compares takes a second to load, which the first page need not wait for: it is
# imported by the routes.

Other = Annotated[int, Path(ge=1, le=2**63 - 1, description="number of the later plan")]
Layer = Annotated[int, Path(ge=1, le=2**63 - 1, description="number of the layer")]
How = Annotated[
    Matching | None,
    Query(
        description="code: a grid goes on in the one with its code; share: in the one "
        "it shares most households with; by default code for plans that were made from "
        "one another, else share"
    ),
]
Form = Annotated[
    Literal["json", "csv", "xlsx"],
    Query(alias="format", description="JSON, or a table for Excel"),
]
TABLES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                "schema": {"type": "string", "format": "binary"}
            },
        }
    }
}
MOST_BYTES = 20 * 2**20
"""Of old grids; a street of them has some hundred kilobytes."""
GEOJSON_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "GeoJSON FeatureCollection of polygons in degrees (RFC 7946), "
        "at most 20 MiB",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


async def geojson(request: Request) -> dict[str, Any]:
    """Return the body as a document, read no further than it may be long."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise TooLargeError(
                "原网格文件超过 20 MiB；请只留下本社区的网格",
                "the old grids are above 20 MiB; keep those of this community only",
            )
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise ImportFormatError(
            "读不了这份原网格：不是 GeoJSON", "cannot read old grids: it is no GeoJSON"
        )
    return document


@router.get(
    "/plans/{plan}/compare/{other}",
    response_model=CompareDocument,
    responses={**TABLES, **problem_responses("refused", form="EditProblem")},
)
def compare_two(
    db: Db,
    actor: Actor,
    plan: PlanId,
    other: Other,
    matching: How = None,
    form: Form = "json",
) -> Any:
    """Compare two plans of a community; as a table, who moves from where to where."""
    from data.versions.compare import compare, to_features
    from data.versions.tables import moves_table

    require_plan(db, plan)
    require_plan(db, other)
    found = compare(db, plan, other, matching=matching)
    if form != "json":
        name = f"谁换网格-{plan}-{other}"
        return _table(moves_table(found.moves), form, name, "谁换网格")
    return {
        "before": plan,
        "after": other,
        "matching": found.matching,
        "households": found.households,
        "households_moved": found.households_moved,
        "grids_before": found.grids_before,
        "grids_after": found.grids_after,
        "added": found.added,
        "gone": found.gone,
        "moves": found.moves.to_dict("records"),
        "seams": to_features(found.seams),
        "moved": to_features(found.moved),
    }


@router.get(
    "/plans/{plan}/compare/{other}/crosswalk",
    response_model=Crosswalk,
    responses={**TABLES, **problem_responses("refused", form="EditProblem")},
)
def crosswalk_of_two(
    db: Db, actor: Actor, plan: PlanId, other: Other, form: Form = "json"
) -> Any:
    """Give the shares of each grid of one plan over the grids of another."""
    from data.versions.compare import crosswalk_of_plans
    from data.versions.tables import crosswalk_table

    require_plan(db, plan)
    require_plan(db, other)
    table = crosswalk_of_plans(db, plan, other)
    if form != "json":
        name = f"新旧网格对照-{plan}-{other}"
        return _table(crosswalk_table(table), form, name, "新旧网格对照")
    return {"items": _records(table)}


@router.get("/divisions/{code}/legacy", response_model=LegacyLayers)
def legacy_layers(db: Db, actor: Actor, code: Code) -> dict[str, Any]:
    """List the layers of old grids of a community."""
    from data.versions.legacy import list_legacy

    require_community(db, code)
    return {"items": [dict(row._mapping) for row in list_legacy(db, code)]}


@router.post(
    "/divisions/{code}/legacy",
    response_model=LegacyLayer,
    status_code=status.HTTP_201_CREATED,
    responses=WRITE_PROBLEMS | problem_responses("too_large"),
    openapi_extra=GEOJSON_BODY,
)
def add_legacy(
    db: Work,
    actor: Actor,
    code: Code,
    document: Annotated[dict[str, Any], Depends(geojson)],
    name: Annotated[
        str, Query(min_length=1, max_length=60, description="what people call it")
    ],
    source: Annotated[str, Query(max_length=200, description="name of the file")] = "",
) -> dict[str, Any]:
    """Keep old grids of a community, such as those of 党建, 综治 or 环保."""
    from data.versions.legacy import legacy_of_geojson, list_legacy, store_legacy

    require_community(db, code)
    require(actor, Permission.IMPORT, code)
    frame = legacy_of_geojson(document)
    about = {"community": code, "name": name, "source": source, "actor": actor.display}
    made = store_legacy(db, frame, **about)
    (row,) = (row for row in list_legacy(db, code) if row.id == made)
    return dict(row._mapping)


@router.get(
    "/legacy/{layer}", response_model=LegacyGrids, response_class=GeoJSONResponse
)
def legacy(db: Db, actor: Actor, layer: Layer) -> dict[str, Any]:
    """Give old grids as they were drawn."""
    from data.versions.compare import to_features
    from data.versions.legacy import legacy_grids

    features = to_features(legacy_grids(db, layer).drop(columns="number"))
    return {"type": "FeatureCollection", "features": features}


@router.delete(
    "/legacy/{layer}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=WRITE_PROBLEMS,
)
def remove_legacy(db: Work, actor: Actor, layer: Layer) -> Response:
    """Take a layer of old grids away."""
    from data.versions.legacy import delete_legacy, legacy_layer

    require(actor, Permission.IMPORT, legacy_layer(db, layer).community)
    delete_legacy(db, layer)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.get(
    "/plans/{plan}/legacy/{layer}",
    response_model=LegacyShares,
    responses={**TABLES, **problem_responses("conflict")},
)
def legacy_shares(
    db: Db, actor: Actor, plan: PlanId, layer: Layer, form: Form = "json"
) -> Any:
    """Give the shares of old grids over the grids of a plan, and who is displaced."""
    from data.versions.compare import shares
    from data.versions.legacy import legacy_grids, require_same_community
    from data.versions.tables import crosswalk_table

    require_same_community(db, plan=plan, layer=layer)
    found = shares(db, plan, legacy_grids(db, layer))
    if form != "json":
        return _table(
            crosswalk_table(found.table),
            form,
            f"原网格对照-{layer}-{plan}",
            "原网格对照",
        )
    percent = found.displaced * 100 / found.covered if found.covered else None
    return {
        "layer": layer,
        "plan": plan,
        "households": found.covered,
        "displaced": found.displaced,
        "displaced_percent": percent if percent is None else round(percent, 1),
        "grids": found.grids.to_dict("records"),
        "rows": _records(found.table),
    }


def _records(table: pd.DataFrame | GeoDataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON has them: a share of nothing is null."""
    plain = table.astype(object).where(table.notna(), None)
    names = [str(name) for name in plain.columns]
    return [dict(zip(names, row, strict=True)) for row in plain.to_numpy().tolist()]


def _table(rows: list[list[Any]], form: str, name: str, title: str) -> Response:
    """Return a table as a file to keep."""
    from data.versions.tables import CSV, XLSX, to_csv, to_xlsx

    body = to_csv(rows) if form == "csv" else to_xlsx(rows, title=title)
    # Old browsers read the plain name, all others the one in UTF-8.
    kept = f"attachment; filename=table.{form}; filename*=UTF-8''{quote(name)}.{form}"
    return Response(
        body,
        media_type=CSV if form == "csv" else XLSX,
        headers={"Content-Disposition": kept},
    )
