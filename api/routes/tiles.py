"""Vector tiles for the pages and for QGIS, and the TileJSON that describes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response
from pydantic import Field

from api.deps import KNOWN_ONLY, Db, OnDate, Snapshot
from api.problems import problem_responses
from api.schemas.base import Answer
from api.tiles import MEDIA_TYPE, Wanted, find_tile, tile_answer
from data.queries.extents import plan_extent, record_extent
from data.queries.tile_layers import DEEPEST, TILESETS
from data.queries.tiles import TileAddress

__all__ = ["router"]

SHARPEST = 16
"""Zoom whose tiles are exact to decimetres; viewers enlarge them further in."""

router = APIRouter(
    prefix="/api/v1/tiles",
    tags=["tiles"],
    dependencies=[KNOWN_ONLY],
    responses=problem_responses("unknown_parameter", "invalid_parameter", "not_found"),
)


class VectorLayer(Answer):
    """A layer of a tileset."""

    id: str = Field(description="name of the layer in the tile")
    description: str = Field(description="what it shows, in Chinese and English")
    minzoom: int = Field(description="first zoom that has it")
    maxzoom: int = Field(description="last zoom that has it")
    fields: dict[str, Literal["String", "Number", "Boolean"]] = Field(
        description="attributes and their types"
    )


class TileJson(Answer):
    """TileJSON 3.0.0."""

    tilejson: Literal["3.0.0"] = Field(default="3.0.0", description="version")
    name: str = Field(description="name of the tileset")
    tiles: list[str] = Field(description="address of a tile with {z}, {x} and {y}")
    bounds: tuple[float, float, float, float] = Field(
        description="west, south, east, north of all there is, in degrees"
    )
    minzoom: int = Field(description="first zoom that shows anything")
    maxzoom: int = Field(description="zoom whose tiles serve all deeper ones")
    vector_layers: list[VectorLayer] = Field(description="layers of the tileset")


async def tile_address(
    z: Annotated[int, Path(ge=0, le=DEEPEST, description="zoom")],
    x: Annotated[int, Path(ge=0, description="column, from the west")],
    y: Annotated[int, Path(ge=0, description="row, from the north")],
) -> TileAddress:
    """Return which tile is wanted."""
    return TileAddress(z, x, y)


Address = Annotated[TileAddress, Depends(tile_address)]
Drafts = Annotated[
    bool,
    Query(description="show the newest draft where no plan is in force that day"),
]
PlanId = Annotated[int, Path(ge=1, lt=2**63, description="number of a plan")]

ANSWERS: Mapping[int | str, dict[str, Any]] = {
    200: {
        "description": "the tile, Mapbox Vector Tile 2.1, with a strong ETag",
        "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    },
    204: {"description": "nothing is there"},
    304: {"description": "the caller has this very tile"},
}
TILE: Mapping[str, Any] = {"response_class": Response, "responses": dict(ANSWERS)}


@router.get("/base/{z}/{x}/{y}.mvt", **TILE)
def base(request: Request, snapshot: Snapshot, address: Address) -> Response:
    """Give streets, barriers, compounds, sites and, from zoom 13, buildings."""
    return _answer(request, snapshot, Wanted("base", address))


@router.get("/plans/{z}/{x}/{y}.mvt", **TILE)
def plans(
    request: Request,
    snapshot: Snapshot,
    address: Address,
    on: OnDate,
    drafts: Drafts = False,
) -> Response:
    """Give divisions and, from zoom 11, the grids in force on a day."""
    wanted = Wanted("plans", address, on=on, drafts=drafts)
    return _answer(request, snapshot, wanted)


@router.get("/plan/{plan}/{z}/{x}/{y}.mvt", **TILE)
def plan(
    request: Request, snapshot: Snapshot, plan: PlanId, address: Address
) -> Response:
    """Give grids, seams and cells of one plan, whatever its status."""
    answer = _answer(request, snapshot, Wanted("plan", address, plan=plan))
    if answer.status_code == 204:
        with snapshot() as connection:
            plan_extent(connection, plan)  # refuses a plan that is not there
    return answer


@router.get("/places/{z}/{x}/{y}.mvt", **TILE)
def places(request: Request, snapshot: Snapshot, address: Address) -> Response:
    """Give activity spaces and, from zoom 13, devices."""
    return _answer(request, snapshot, Wanted("places", address))


def _answer(request: Request, snapshot: Snapshot, wanted: Wanted) -> Response:
    """Return a tile; opened here, the snapshot costs no second thread."""
    with snapshot() as connection:
        cache = request.app.state.tiles
        tile = find_tile(connection, cache, TILESETS[wanted.name], wanted)
    return tile_answer(request, tile)


@router.get("/plan/{plan}.json")
def plan_tilejson(request: Request, connection: Db, plan: PlanId) -> TileJson:
    """Describe the tiles of one plan."""
    return _tilejson(request, "plan", f"plan/{plan}", plan_extent(connection, plan))


@router.get("/{name}.json")
def tilejson(
    request: Request,
    connection: Db,
    name: Annotated[
        Literal["base", "plans", "places"], Path(description="name of a tileset")
    ],
) -> TileJson:
    """Describe a tileset, for QGIS and other viewers."""
    return _tilejson(request, name, name, record_extent(connection))


def _tilejson(
    request: Request, name: str, path: str, bounds: tuple[float, float, float, float]
) -> TileJson:
    described: dict[str, VectorLayer] = {}
    for layer in TILESETS[name]:
        known = described.setdefault(
            layer.name,
            VectorLayer(
                id=layer.name,
                description=layer.about,
                minzoom=layer.lowest,
                maxzoom=SHARPEST,
                fields={field: kind for field, (_, kind) in layer.fields.items()},
            ),
        )
        known.minzoom = min(known.minzoom, layer.lowest)
    return TileJson(
        name=path,
        tiles=[f"{request.base_url}api/v1/tiles/{path}/{{z}}/{{x}}/{{y}}.mvt"],
        bounds=bounds,
        minzoom=min(layer.minzoom for layer in described.values()),
        maxzoom=SHARPEST,
        vector_layers=list(described.values()),
    )
