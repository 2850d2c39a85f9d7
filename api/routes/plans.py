"""Plans: in force on a day, or all of them, and what each is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from api.answers import (
    GeoJSONResponse,
    answer,
    collection,
    json_page,
    not_modified,
    plan_tag,
)
from api.deps import KNOWN_ONLY, Db, OnDateIfGiven, Page, Under
from api.paging import Paging
from api.problems import READ_PROBLEMS, problem_responses
from api.schemas.base import FeatureCollection, ListOf
from api.schemas.plans import (
    CellProperties,
    CountedBuilding,
    GridProperties,
    Plan,
    PlanCard,
    SeamProperties,
    Status,
)
from data.queries.common import Slice
from data.queries.plan_views import (
    list_plans,
    plan_buildings,
    plan_cells,
    plan_grids,
    plan_row,
    plan_seams,
    plan_version,
)

__all__ = ["PlanId", "router"]

router = APIRouter(
    prefix="/api/v1/plans",
    tags=["plans"],
    dependencies=[KNOWN_ONLY],
    responses=READ_PROBLEMS,
)
PlanId = Annotated[int, Path(ge=1, le=2**63 - 1, description="number of the plan")]
FOUND = problem_responses("not_found")
HOW_DRAWN = ("seed", "effort", "inputs_digest", "metric_crs", "findings")


@router.get("", response_model=ListOf[PlanCard])
def plans(
    request: Request,
    db: Db,
    on: OnDateIfGiven,
    page: Page,
    under: Under = "",
    status: Annotated[Status | None, Query(description="only this status")] = None,
) -> Response:
    """List plans by community and version; with `on` those in force that day."""
    found = list_plans(
        db,
        under=under,
        on=on,
        status=status,
        limit=page.limit,
        after=page.key(str, int),
    )
    items = [dict(row._mapping) for row in found.rows]
    return json_page(request, ListOf[PlanCard], found, items)


@router.get("/{plan}", response_model=Plan, responses=FOUND)
def plan(request: Request, db: Db, plan: PlanId) -> Response:
    """Give a plan with its figures and how it was drawn."""
    row = dict(plan_row(db, plan)._mapping)
    document = row.pop("document")
    how = {"seed": None, "effort": None, "inputs_digest": "", "metric_crs": ""}
    how |= {"findings": []} | {k: document[k] for k in HOW_DRAWN if k in document}
    made = Plan.model_validate({**row, **how})
    tag = plan_tag(plan, made.row_version)
    return answer(request, made.model_dump_json().encode(), tag=tag)


@router.get(
    "/{plan}/grids",
    response_model=FeatureCollection[GridProperties],
    response_class=GeoJSONResponse,
    responses=FOUND,
)
def grids(request: Request, db: Db, plan: PlanId, page: Page) -> Response:
    """List the grids of a plan by code."""
    plan_version(db, plan)
    # Counts of devices change without the plan, so its version is no tag here.
    found = plan_grids(db, plan, limit=page.limit, after=page.key(str))
    return collection(request, found)


@router.get(
    "/{plan}/cells",
    response_model=FeatureCollection[CellProperties],
    response_class=GeoJSONResponse,
    responses=FOUND,
)
def cells(request: Request, db: Db, plan: PlanId, page: Page) -> Response:
    """List the cells of a plan by number, each with its grid."""
    return _part(request, db, plan, page, plan_cells, int)


@router.get(
    "/{plan}/seams",
    response_model=FeatureCollection[SeamProperties],
    response_class=GeoJSONResponse,
    responses=FOUND,
)
def seams(request: Request, db: Db, plan: PlanId, page: Page) -> Response:
    """List the lines between the grids of a plan, and what lies along each."""
    return _part(request, db, plan, page, plan_seams, int)


@router.get(
    "/{plan}/buildings",
    response_model=FeatureCollection[CountedBuilding],
    response_class=GeoJSONResponse,
    responses=FOUND,
)
def buildings(request: Request, db: Db, plan: PlanId, page: Page) -> Response:
    """List the buildings of a plan as they were counted, at a point inside each."""
    plan_version(db, plan)
    # The address is the register's, which changes without the plan.
    found = plan_buildings(db, plan, limit=page.limit, after=page.key(str))
    return collection(request, found)


def _part(
    request: Request,
    db: Connection,
    plan: int,
    page: Paging,
    ask: Callable[..., Slice],
    key: type[str] | type[int],
) -> Response:
    """Return a page of what only a change of the plan can change."""
    tag = plan_tag(plan, plan_version(db, plan))
    after = page.key(key)
    return not_modified(request, tag) or collection(
        request, ask(db, plan, limit=page.limit, after=after), tag=tag
    )
