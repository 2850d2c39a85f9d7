"""A tile of the record as an answer: from memory while nothing changed, else anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import Connection

from api.tile_cache import PackedTile, TileCache
from data.engine import reach_of
from data.queries.changes import plan_stamp, table_versions
from data.queries.shown import plans_shown
from data.queries.tile_layers import IN_FORCE, PLAN_ROWS, Layer, layers_at
from data.queries.tiles import Plans, TileAddress, read_tile

__all__ = ["MEDIA_TYPE", "Wanted", "find_tile", "tile_answer"]

MEDIA_TYPE = "application/vnd.mapbox-vector-tile"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which layers of which tile, and of which plans: one, or those of a day."""

    name: str
    address: TileAddress
    plan: int | None = None
    on: date | None = None
    drafts: bool = False


def find_tile(
    connection: Connection, cache: TileCache, layers: Sequence[Layer], wanted: Wanted
) -> PackedTile:
    """Return a tile of `layers`, which `wanted.name` names.

    It shows what the connection reaches, and is kept for those who reach as far.

    The version is read in the snapshot that a new tile would be made from, so a tile
    that is given from memory is the very one the record would give.
    """
    shown = layers_at(layers, wanted.address.zoom)
    tables = {table for layer in shown for table in layer.tables}
    if not tables:
        return PackedTile(b"", "")
    version = _version(connection, tables, wanted)
    key = wanted, reach_of(connection)
    tile = cache.get(key, version)
    if tile is None:
        plans = _plans(connection, wanted)
        made = read_tile(connection, layers, wanted.address, plans=plans)
        tile = PackedTile.of(made)
        cache.put(key, version, tile)
    return tile


def _version(
    connection: Connection, tables: set[str], wanted: Wanted
) -> tuple[int, int]:
    """Return what a tile is good for; edits of a draft leave those in force alone."""
    if wanted.plan is not None and tables == {PLAN_ROWS}:
        return plan_stamp(connection, wanted.plan)
    if not wanted.drafts:
        tables = {IN_FORCE if table == PLAN_ROWS else table for table in tables}
    return table_versions(connection, tables)


def _plans(connection: Connection, wanted: Wanted) -> Plans:
    """Return the plans a tile shows, or what finds them when the tile asks."""
    if wanted.plan is not None:
        return (wanted.plan,)
    if wanted.on is None:
        return ()
    return partial(plans_shown, connection, on=wanted.on, drafts=wanted.drafts)


def tile_answer(request: Request, tile: PackedTile) -> Response:
    """Return 200, 204 where the tile is empty, or 304 where the caller has it."""
    headers = {"Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if not tile.packed:
        return Response(status_code=204, headers=headers)
    takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
    # Two ways of writing the same tile are two things to a strong ETag.
    headers["ETag"] = f'"{tile.digest}{"-gz" if takes_gzip else ""}"'
    known = request.headers.get("if-none-match", "")
    if headers["ETag"] in [tag.strip() for tag in known.split(",")]:
        return Response(status_code=304, headers=headers)
    if takes_gzip:
        headers["Content-Encoding"] = "gzip"
    body = tile.packed if takes_gzip else tile.plain()
    return Response(body, media_type=MEDIA_TYPE, headers=headers)
