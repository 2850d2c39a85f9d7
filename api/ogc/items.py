"""Features: a page of a collection, and one by its id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.deps import KNOWN_ONLY, Db
from api.ogc.links import GEOJSON, SCHEMA, Links, link_header
from api.ogc.query import CRS84, find_collection, read_key, read_wish
from api.paging import encode_cursor
from data.errors import NotFoundError
from data.queries.collections import Collection
from data.queries.features import find_feature, find_features

__all__ = ["QUERYABLES", "router"]

QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"

router = APIRouter()


@router.get("/collections/{name}/items")
def items(request: Request, connection: Db, name: str) -> Response:
    """Give a page of features and the way to the next one."""
    collection = find_collection(name)
    query = request.query_params
    found = find_features(connection, collection, read_wish(collection, query))
    path = f"/collections/{name}/items"
    to = Links.of(request)
    links = [
        to.to(path, "self", GEOJSON, query=query),
        to.to(f"/collections/{name}", "collection"),
    ]
    if found.more_after is not None:
        after = {**query, "after": encode_cursor(found.more_after)}
        links.append(to.to(path, "next", GEOJSON, query=after))
    about = {
        "links": links,
        "timeStamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "numberReturned": len(found.features),
    }
    features = ",".join(found.features)
    body = f'{{"type":"FeatureCollection","features":[{features}],{_members(about)}}}'
    queryables = to.to(f"/collections/{name}/queryables", QUERYABLES, SCHEMA)
    return _geojson(body, {"Link": link_header([*links, queryables])})


@router.get("/collections/{name}/items/{feature}", dependencies=[KNOWN_ONLY])
def item(request: Request, connection: Db, name: str, feature: str) -> Response:
    """Give one feature."""
    collection = find_collection(name)
    found = _find(connection, collection, feature)
    to = Links.of(request)
    links = [
        to.to(f"/collections/{name}/items/{feature}", "self", GEOJSON),
        to.to(f"/collections/{name}", "collection"),
    ]
    return _geojson(f"{found[:-1]},{_members({'links': links})}}}", {})


def _find(connection: Db, collection: Collection, feature: str) -> str:
    key = read_key(collection, feature)
    found = None if key is None else find_feature(connection, collection, key)
    if found is None:
        raise NotFoundError(
            f"{collection.name} 里没有 {feature[:60]!r}",
            f"{collection.name} has no {feature[:60]!r}",
        )
    return found


def _members(about: Mapping[str, object]) -> str:
    """Return members of an object as JSON, without the braces."""
    return json.dumps(about, ensure_ascii=False, separators=(",", ":"))[1:-1]


def _geojson(body: str, headers: Mapping[str, str]) -> Response:
    return Response(
        body, media_type=GEOJSON, headers={"Content-Crs": f"<{CRS84}>", **headers}
    )
