"""The way in: landing page, conformance, API document, collections, queryables."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.deps import KNOWN_ONLY, Db
from api.ogc.items import QUERYABLES
from api.ogc.links import GEOJSON, JSON, OPENAPI, SCHEMA, Links
from api.ogc.openapi import openapi_document
from api.ogc.query import CRS84, find_collection
from api.ogc.tiles import TILESETS_REL
from data.queries.collections import COLLECTIONS, Collection
from data.queries.extents import first_day, record_extent

__all__ = ["CONFORMANCE", "router"]

router = APIRouter(dependencies=[KNOWN_ONLY])

TITLE = "社区网格 Community grids"
ABOUT = (
    "网格、社区、楼栋、道路等要素和矢量瓦片，只读。Grids, communities, buildings, "
    "streets and more, as features and vector tiles, to read."
)
_SPEC = "http://www.opengis.net/spec"
CONFORMANCE = (
    *(f"{_SPEC}/ogcapi-features-1/1.0/conf/{c}" for c in ("core", "oas30", "geojson")),
    f"{_SPEC}/ogcapi-features-2/1.0/conf/crs",
    f"{_SPEC}/ogcapi-features-3/1.0/conf/queryables",
    f"{_SPEC}/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    *(
        f"{_SPEC}/ogcapi-tiles-1/1.0/conf/{c}"
        for c in (
            *("core", "tileset", "tilesets-list", "dataset-tilesets"),
            *("geodata-tilesets", "mvt", "oas30"),
        )
    ),
)


@router.get("/")
def landing(request: Request) -> dict[str, Any]:
    """Show what there is."""
    to = Links.of(request)
    return {
        "title": TITLE,
        "description": ABOUT,
        "links": [
            to.to("/", "self", title=TITLE),
            to.to("/api", "service-desc", OPENAPI, title="OpenAPI 3.0"),
            to.to("/conformance", "conformance", title="符合的标准 Conformance"),
            to.to("/collections", "data", title="集合 Collections"),
            to.to("/tiles", TILESETS_REL, title="矢量瓦片 Vector tiles"),
            to.to(
                "/tileMatrixSets",
                "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes",
                title="瓦片矩阵集 Tile matrix sets",
            ),
        ],
    }


@router.get("/conformance")
def conformance() -> dict[str, Any]:
    """List the standards this service keeps to."""
    return {"conformsTo": list(CONFORMANCE)}


@router.get("/api")
def api(request: Request) -> Response:
    """Describe this service as OpenAPI 3.0."""
    document = openapi_document(TITLE, ABOUT, Links.of(request).root)
    return Response(json.dumps(document, ensure_ascii=False), media_type=OPENAPI)


@router.get("/collections")
def collections(request: Request, connection: Db) -> dict[str, Any]:
    """List the collections."""
    to = Links.of(request)
    bounds, since = record_extent(connection), first_day(connection)
    return {
        "links": [to.to("/collections", "self")],
        "collections": [
            _describe(to, entry, list(bounds), since) for entry in COLLECTIONS.values()
        ],
    }


@router.get("/collections/{name}")
def collection(request: Request, connection: Db, name: str) -> dict[str, Any]:
    """Describe a collection."""
    return _describe(
        Links.of(request),
        find_collection(name),
        list(record_extent(connection)),
        first_day(connection),
    )


@router.get("/collections/{name}/queryables")
def queryables(request: Request, name: str) -> JSONResponse:
    """Tell which properties a query may name, and their types, as a JSON Schema."""
    entry = find_collection(name)
    properties: dict[str, Any] = {
        known: {"title": about.title, "type": about.type}
        for known, about in entry.properties.items()
    }
    properties["geometry"] = {"title": "位置 where", "format": _format(entry)}
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{Links.of(request).root}/collections/{name}/queryables",
        "type": "object",
        "title": entry.title,
        "properties": properties,
        "additionalProperties": False,
    }
    return JSONResponse(schema, media_type=SCHEMA)


def _format(entry: Collection) -> str:
    return f"geometry-{'any' if entry.geometry == 'geometry' else entry.geometry}"


def _describe(
    to: Links, entry: Collection, bounds: list[float], since: date | None
) -> dict[str, Any]:
    path = f"/collections/{entry.name}"
    extent: dict[str, Any] = {"spatial": {"bbox": [bounds], "crs": CRS84}}
    if entry.dated:
        start = f"{since}T00:00:00+08:00" if since else None
        extent["temporal"] = {"interval": [[start, None]]}
    links = [
        to.to(path, "self"),
        to.to(f"{path}/items", "items", GEOJSON, title=entry.title),
        to.to(f"{path}/queryables", QUERYABLES, SCHEMA),
    ]
    if entry.tile:
        links.append(to.to(f"{path}/tiles", TILESETS_REL, JSON))
    return {
        "id": entry.name,
        "title": entry.title,
        "description": entry.about,
        "itemType": "feature",
        "extent": extent,
        "crs": [CRS84],
        "storageCrs": CRS84,
        "links": links,
    }
