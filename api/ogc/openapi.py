"""The OpenAPI 3.0 document: every collection with its own paths and parameters.

FastAPI writes 3.1; Part 1 names 3.0, and clients read from here by which properties a
collection can be asked.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from api.ogc.links import GEOJSON, JSON, OPENAPI, SCHEMA
from api.ogc.query import CRS84, DEFAULT_LIMIT, MAX_LIMIT
from api.ogc.tiles import TILE_MATRIX_SET
from api.schemas.problem import Problem
from api.tiles import MEDIA_TYPE
from data.queries.collections import COLLECTIONS, Collection
from data.queries.tile_layers import DEEPEST

__all__ = ["openapi_document"]

Document = dict[str, Any]

_PROBLEM = {
    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
}


@lru_cache(maxsize=8)
def openapi_document(title: str, about: str, root: str) -> Document:
    """Return the document for a service that stands at `root`."""
    paths = dict(_fixed_paths())
    for collection in COLLECTIONS.values():
        paths.update(_collection_paths(collection))
    return {
        "openapi": "3.0.3",
        "info": {
            "title": title,
            "description": about,
            "version": "1",
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
        },
        "servers": [{"url": root}],
        "tags": [
            {"name": "core", "description": "说明 What there is"},
            {"name": "features", "description": "要素 Features"},
            {"name": "tiles", "description": "矢量瓦片 Vector tiles"},
        ],
        "paths": paths,
        "components": {
            "parameters": _parameters(),
            "responses": _responses(),
            "schemas": _schemas(),
        },
    }


def _fixed_paths() -> list[tuple[str, Document]]:
    whole = f"/tiles/{TILE_MATRIX_SET}"
    return [
        ("/", _get("landing", "core", "入口 Landing page", JSON)),
        ("/api", _get("api", "core", "本文档 This document", OPENAPI)),
        ("/conformance", _get("conformance", "core", "符合的标准 Conformance", JSON)),
        ("/collections", _get("collections", "core", "集合 Collections", JSON)),
        ("/tileMatrixSets", _get("schemes", "tiles", "瓦片矩阵集 Schemes", JSON)),
        (
            f"/tileMatrixSets/{TILE_MATRIX_SET}",
            _get("scheme", "tiles", "WebMercatorQuad", JSON),
        ),
        ("/tiles", _get("tilesets", "tiles", "瓦片集 Tilesets", JSON)),
        (whole, _get("tileset", "tiles", "瓦片集说明 About the tileset", JSON)),
        (f"{whole}/{_PLACE}", _tile("tile", "全部图层 All layers")),
    ]


def _collection_paths(collection: Collection) -> dict[str, Document]:
    name, title = collection.name, collection.title
    path = f"/collections/{name}"
    asked = [_ref("parameters", known) for known in _STANDARD]
    asked += [_property(known, collection) for known in collection.properties]
    identity = _in_path("featureId", {"type": "string"}, "要素编号 id of a feature")
    paths = {
        path: _get(f"{name}.about", "core", title, JSON),
        f"{path}/queryables": _get(f"{name}.queryables", "core", title, SCHEMA),
        f"{path}/items": _get(
            f"{name}.items",
            "features",
            collection.about,
            GEOJSON,
            schema="FeatureCollection",
            parameters=asked,
        ),
        f"{path}/items/{{featureId}}": _get(
            f"{name}.item",
            "features",
            title,
            GEOJSON,
            schema="Feature",
            parameters=[identity],
        ),
    }
    if collection.tile:
        tiles = f"{path}/tiles/{TILE_MATRIX_SET}"
        paths |= {
            f"{path}/tiles": _get(f"{name}.tilesets", "tiles", title, JSON),
            tiles: _get(f"{name}.tileset", "tiles", title, JSON),
            f"{tiles}/{_PLACE}": _tile(f"{name}.tile", title),
        }
    return paths


_PLACE = "{tileMatrix}/{tileRow}/{tileCol}"
_TIME = "T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](Z|[+-](0[0-9]|1[0-4]):00)"
_MOMENT = f"[12][0-9]{{3}}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])({_TIME})?"
_INTERVAL = rf"{_MOMENT}/(\.\.)?|(\.\.)?/{_MOMENT}"
"""What any server accepts; ours takes more, as both ends and the end of a month."""
_STANDARD = ("limit", "bbox", "bbox-crs", "crs", "datetime", "after")


def _get(
    operation: str,
    tag: str,
    summary: str,
    media_type: str,
    *,
    schema: str = "Document",
    parameters: list[Document] | None = None,
) -> Document:
    content = {media_type: {"schema": _ref("schemas", schema)}}
    answers: Document = {"200": {"description": summary, "content": content}}
    answers |= {status: _ref("responses", name) for status, name in _REFUSALS.items()}
    return {
        "get": {
            "operationId": operation,
            "tags": [tag],
            "summary": summary,
            "parameters": parameters or [],
            "responses": answers,
        }
    }


_REFUSALS = {"400": "Wrong", "404": "NotFound", "503": "Unavailable"}


def _tile(operation: str, summary: str) -> Document:
    limits = {"tileMatrix": DEEPEST, "tileRow": 2**DEEPEST, "tileCol": 2**DEEPEST}
    described = _get(
        operation,
        "tiles",
        summary,
        MEDIA_TYPE,
        schema="Tile",
        parameters=[
            *(
                _in_path(
                    name,
                    {"type": "integer", "minimum": 0, "maximum": most},
                    "级、行、列 zoom, row, column",
                )
                for name, most in limits.items()
            ),
            _ref("parameters", "moment"),
        ],
    )
    described["get"]["responses"]["204"] = {"description": "空瓦片 nothing is there"}
    return described


def _ref(kind: str, name: str) -> Document:
    return {"$ref": f"#/components/{kind}/{name}"}


def _in_path(name: str, schema: Document, about: str) -> Document:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": about,
        "schema": schema,
    }


def _in_query(name: str, schema: Document, about: str) -> Document:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": about,
        "schema": schema,
        "style": "form",
        "explode": False,
    }


def _property(name: str, collection: Collection) -> Document:
    known = collection.properties[name]
    schema: Document = {"type": known.type}
    if known.type == "string":
        schema["pattern"] = r"^[^\u0000]*$"  # no text of the record holds a null
    return _in_query(name, schema, f"{known.title}: 等于 equal to")


def _parameters() -> Document:
    crs = {"type": "string", "format": "uri", "enum": [CRS84], "default": CRS84}
    numbers = {"type": "number"}
    bbox = {
        "type": "array",
        "minItems": 4,
        "maxItems": 6,
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        "items": numbers,
    }
    limit = {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_LIMIT,
        "default": DEFAULT_LIMIT,
    }
    made = (
        _in_query("limit", limit, "每页最多 features of a page at most"),
        _in_query("bbox", bbox, "西,南,东,北 west,south,east,north in degrees"),
        _in_query("bbox-crs", crs, "bbox 的坐标系 system of the bbox"),
        _in_query("crs", crs, "结果的坐标系 system of the answer"),
        _in_query(
            "datetime",
            {"type": "string", "pattern": f"^({_MOMENT}|{_INTERVAL})$"},
            "日期、时刻或起/止 date, time or start/end; 默认今天 today by default",
        ),
        _in_query(
            "after",
            {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
            "下一页的游标 cursor of the link `next`",
        ),
    )
    moment = _in_query(
        "datetime",
        {"type": "string", "pattern": f"^{_MOMENT}$"},
        "日期或时刻 date or time; 默认今天 today by default",
    )
    return {**{parameter["name"]: parameter for parameter in made}, "moment": moment}


def _responses() -> Document:
    words = {
        "Wrong": "参数有误 a parameter is unknown or wrong",
        "NotFound": "没有 there is no such thing",
        "Unavailable": "数据库忙或查询太慢 the database is away, or too slow",
    }
    return {
        name: {"description": about, "content": _PROBLEM}
        for name, about in words.items()
    }


def _schemas() -> Document:
    feature: Document = {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
            "geometry": {"type": "object", "nullable": True},
            "properties": {"type": "object"},
            "links": {"type": "array", "items": {"type": "object"}},
        },
    }
    features: Document = {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": _ref("schemas", "Feature")},
            "links": {"type": "array", "items": {"type": "object"}},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberReturned": {"type": "integer", "minimum": 0},
        },
    }
    return {
        "Document": {"type": "object"},
        "Feature": feature,
        "FeatureCollection": features,
        "Tile": {"type": "string", "format": "binary"},
        "Problem": Problem.model_json_schema(),
    }
