"""Vector tiles of a collection, and of everything, in WebMercatorQuad."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.deps import KNOWN_ONLY, Db
from api.ogc.links import GEOJSON, Links
from api.ogc.query import CRS84, find_collection, read_days, require_known
from api.tiles import MEDIA_TYPE, Wanted, find_tile, tile_answer
from data.errors import NotFoundError, ParameterError
from data.queries.collections import COLLECTIONS, Collection
from data.queries.extents import record_extent
from data.queries.tile_layers import BASE, DEEPEST, PLACES, PLANS, TILESETS, Layer
from data.queries.tiles import TileAddress

__all__ = ["TILESETS_REL", "TILE_MATRIX_SET", "router"]

TILE_MATRIX_SET = "WebMercatorQuad"
TILESETS_REL = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
_DEFINITION = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
_CRS = "http://www.opengis.net/def/crs/EPSG/0/3857"
_SCALES = "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"
_HALF = math.pi * 6378137.0
_GEODATA = "http://www.opengis.net/def/rel/ogc/1.0/geodata"
_PIXEL_M = 0.00028
"""Size of a pixel by which the standard tells scales."""

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Tileset:
    """Layers, the path they are served below, and what they are called."""

    path: str
    title: str
    layers: Sequence[Layer]
    collections: Sequence[Collection]


_EVERYTHING = _Tileset(
    "", "全部图层 All layers", (*BASE, *PLANS, *PLACES), tuple(COLLECTIONS.values())
)


def _tileset_of(name: str) -> _Tileset:
    """Return the tiles of a collection, or refuse one that has none."""
    collection = find_collection(name)
    if collection.tile is None:
        raise NotFoundError(f"集合 {name} 没有瓦片", f"collection {name} has no tiles")
    tileset, shown = collection.tile
    layers = [layer for layer in TILESETS[tileset] if layer.name == shown]
    path = f"/collections/{name}"
    return _Tileset(path, collection.title, layers, [collection])


@router.get("/tileMatrixSets", dependencies=[KNOWN_ONLY])
def tile_matrix_sets(request: Request) -> dict[str, Any]:
    """List the tile matrix sets: there is one."""
    link = Links.of(request).to(f"/tileMatrixSets/{TILE_MATRIX_SET}", "self")
    entry = {"id": TILE_MATRIX_SET, "uri": _DEFINITION, "crs": _CRS, "links": [link]}
    return {"tileMatrixSets": [entry]}


@router.get("/tileMatrixSets/{scheme}", dependencies=[KNOWN_ONLY])
def tile_matrix_set(scheme: str) -> dict[str, Any]:
    """Define WebMercatorQuad, as OGC does."""
    _require_scheme(scheme)
    return {
        "id": TILE_MATRIX_SET,
        "title": "Google Maps Compatible for the World",
        "uri": _DEFINITION,
        "crs": _CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": _SCALES,
        "tileMatrices": [_matrix(zoom) for zoom in range(DEEPEST + 1)],
    }


@router.get("/tiles", dependencies=[KNOWN_ONLY])
def tilesets(request: Request) -> dict[str, Any]:
    """List the tilesets of everything."""
    return _list(Links.of(request), _EVERYTHING)


@router.get("/tiles/{scheme}", dependencies=[KNOWN_ONLY])
def tileset(request: Request, connection: Db, scheme: str) -> dict[str, Any]:
    """Describe the tiles of everything."""
    _require_scheme(scheme)
    return _describe(Links.of(request), _EVERYTHING, list(record_extent(connection)))


@router.get("/collections/{name}/tiles", dependencies=[KNOWN_ONLY])
def collection_tilesets(request: Request, name: str) -> dict[str, Any]:
    """List the tilesets of a collection."""
    return _list(Links.of(request), _tileset_of(name))


@router.get("/collections/{name}/tiles/{scheme}", dependencies=[KNOWN_ONLY])
def collection_tileset(
    request: Request, connection: Db, name: str, scheme: str
) -> dict[str, Any]:
    """Describe the tiles of a collection."""
    _require_scheme(scheme)
    return _describe(
        Links.of(request), _tileset_of(name), list(record_extent(connection))
    )


Zoom = Annotated[int, Path(ge=0, le=DEEPEST)]
Place = Annotated[int, Path(ge=0)]


@router.get("/tiles/{scheme}/{zoom}/{row}/{column}")
def tile(
    request: Request,
    connection: Db,
    scheme: str,
    zoom: Zoom,
    row: Place,
    column: Place,
) -> Response:
    """Give a tile of everything."""
    _require_scheme(scheme)
    return _answer(request, connection, _EVERYTHING, TileAddress(zoom, column, row))


@router.get("/collections/{name}/tiles/{scheme}/{zoom}/{row}/{column}")
def collection_tile(
    request: Request,
    connection: Db,
    name: str,
    scheme: str,
    zoom: Zoom,
    row: Place,
    column: Place,
) -> Response:
    """Give a tile of a collection."""
    _require_scheme(scheme)
    address = TileAddress(zoom, column, row)
    return _answer(request, connection, _tileset_of(name), address)


def _answer(
    request: Request, connection: Db, wanted: _Tileset, address: TileAddress
) -> Response:
    given = require_known(request.query_params, ("datetime",))
    since, until = read_days(given.get("datetime"))
    if since is None or since != until:
        raise ParameterError(
            "datetime：瓦片只能给一个时刻", "datetime: a tile shows one moment"
        )
    asked = Wanted(f"ogc{wanted.path}", address, on=since)
    found = find_tile(connection, request.app.state.tiles, wanted.layers, asked)
    return tile_answer(request, found)


def _require_scheme(scheme: str) -> None:
    if scheme != TILE_MATRIX_SET:
        raise NotFoundError(
            f"没有这个瓦片矩阵集；可用的：{TILE_MATRIX_SET}",
            f"there is no such tile matrix set; there is {TILE_MATRIX_SET}",
        )


def _matrix(zoom: int) -> dict[str, Any]:
    side = 2**zoom
    cell = 2 * _HALF / 256 / side
    return {
        "id": str(zoom),
        "scaleDenominator": cell / _PIXEL_M,
        "cellSize": cell,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-_HALF, _HALF],
        "tileWidth": 256,
        "tileHeight": 256,
        "matrixWidth": side,
        "matrixHeight": side,
    }


def _summary(to: Links, shown: _Tileset) -> dict[str, Any]:
    scheme = f"/tileMatrixSets/{TILE_MATRIX_SET}"
    scheme_rel = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
    return {
        "title": shown.title,
        "dataType": "vector",
        "crs": _CRS,
        "tileMatrixSetURI": _DEFINITION,
        "links": [
            to.to(f"{shown.path}/tiles/{TILE_MATRIX_SET}", "self"),
            to.to(scheme, scheme_rel),
        ],
    }


def _list(to: Links, shown: _Tileset) -> dict[str, Any]:
    return {
        "links": [to.to(f"{shown.path}/tiles", "self")],
        "tilesets": [_summary(to, shown)],
    }


def _describe(to: Links, shown: _Tileset, bounds: list[float]) -> dict[str, Any]:
    about = _summary(to, shown)
    path = f"{shown.path}/tiles/{TILE_MATRIX_SET}"
    places = "{tileMatrix}/{tileRow}/{tileCol}"
    about["links"] += [
        to.template(f"{path}/{places}", "item", MEDIA_TYPE),
        *(
            to.to(f"/collections/{entry.name}/items", _GEODATA, GEOJSON)
            for entry in shown.collections
        ),
    ]
    lowest: dict[str, int] = {}
    for layer in shown.layers:
        lowest[layer.name] = min(layer.lowest, lowest.get(layer.name, DEEPEST))
    about["layers"] = [
        {"id": name, "dataType": "vector", "minTileMatrix": str(zoom)}
        for name, zoom in lowest.items()
    ]
    about["boundingBox"] = {
        "lowerLeft": bounds[:2],
        "upperRight": bounds[2:],
        "crs": CRS84,
    }
    about["mediaTypes"] = [MEDIA_TYPE]
    return about
