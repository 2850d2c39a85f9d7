"""Old grids of other systems over a community, as they were drawn (RULES 003-04)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from geopandas import GeoDataFrame
from sqlalchemy import Connection, Row, text

from data.errors import ConflictError, ImportFormatError, NotFoundError
from data.frames import copy_frame, read_frame
from data.versions.drafts import plain_name, require_plan

__all__ = [
    "MOST_GRIDS",
    "delete_legacy",
    "legacy_grids",
    "legacy_layer",
    "legacy_of_geojson",
    "list_legacy",
    "require_same_community",
    "store_legacy",
]

MOST_GRIDS = 2000
_MOST_VERTICES = 200_000
_CODES = (
    "code",
    "编号",
    "编码",
    "代码",
    "网格编码",
    "网格编号",
    "网格代码",
    "wgbm",
    "id",
)
_NAMES = ("name", "名称", "网格名称", "wgmc")
_COLUMNS = {"layer": "layer", "number": "number", "code": "code", "name": "name"}


def store_legacy(
    connection: Connection,
    grids: GeoDataFrame,
    *,
    community: str,
    name: str,
    source: str = "",
    actor: str = "",
) -> int:
    """Keep old grids of a community; return the number of the layer.

    `grids` has `code` and perhaps `name`, and is in EPSG:4326. Grids that do not touch
    the community are left out.
    """
    shapes = shapely.make_valid(grids.geometry.to_numpy())
    outline = _outline(connection, community)
    near = shapely.intersects(shapes, outline)
    if not near.any():
        raise ImportFormatError(
            f"这些网格与本社区（{community}）不相交；请检查坐标系，或换一个社区",
            f"none of these grids touches the community {community}; check the CRS, or "
            "choose another community",
        )
    kept = grids[near].assign(geometry=shapes[near])
    if "name" not in kept:
        kept = kept.assign(name="")
    kept = kept.assign(code=_told_apart(kept["code"].astype(str)))
    layer = connection.execute(
        _ADD,
        {
            "community": community,
            "name": plain_name(name),
            "source": source[:200],
            "actor": actor,
        },
    ).scalar_one()
    rows = kept.assign(layer=int(layer), number=range(1, len(kept) + 1))
    copy_frame(connection, "legacy_grid", rows, {**_COLUMNS, "geometry": "geom"})
    return int(layer)


def list_legacy(connection: Connection, community: str) -> list[Row[Any]]:
    """Return the layers of old grids of a community, the newest first."""
    return list(connection.execute(_LIST, {"community": community}))


def legacy_layer(connection: Connection, layer: int) -> Row[Any]:
    """Return the number, community and name of a layer."""
    query = "select id, community, name from legacy_layer where id = :layer"
    row = connection.execute(text(query), {"layer": layer}).one_or_none()
    if row is None:
        raise _unknown(layer)
    return row


def require_same_community(connection: Connection, *, plan: int, layer: int) -> None:
    """Refuse old grids of another community than the plan's."""
    row, held = require_plan(connection, plan), legacy_layer(connection, layer)
    if row.community != held.community:
        raise ConflictError(
            f"原网格“{held.name}”属于社区 {held.community}，不能与这个方案对照",
            f"the old grids are of community {held.community}, the plan is not",
        )


def legacy_grids(connection: Connection, layer: int) -> GeoDataFrame:
    """Return the grids of a layer: `number`, `code`, `name`, in EPSG:4326."""
    legacy_layer(connection, layer)
    return read_frame(
        connection,
        "select number, code, name, st_asbinary(geom) as geometry from legacy_grid "
        "where layer = :layer order by number",
        layer=layer,
    )


def delete_legacy(connection: Connection, layer: int) -> None:
    """Take a layer of old grids away."""
    gone = "delete from legacy_layer where id = :layer returning id"
    if connection.scalar(text(gone), {"layer": layer}) is None:
        raise _unknown(layer)


def legacy_of_geojson(document: Mapping[str, Any]) -> GeoDataFrame:
    """Return old grids from a FeatureCollection in longitude and latitude (RFC 7946).

    Codes and names are found under the usual words; a grid without a code gets the
    number of its row. Points and lines are left out.
    """
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise _wrong("不是 GeoJSON 要素集", "it is no GeoJSON FeatureCollection")
    if len(features) > MOST_GRIDS:
        raise _wrong(
            f"超过 {MOST_GRIDS} 个网格", f"it has more than {MOST_GRIDS} grids"
        )
    rows, shapes = [], []
    for number, feature in enumerate(features, 1):
        shape = _shape(feature)
        if shape is None:
            continue
        about = feature.get("properties") or {}
        plain = {str(k).strip().lower(): v for k, v in about.items()}
        code = _first(plain, _CODES) or f"{number:03d}"
        rows.append({"code": code, "name": _first(plain, _NAMES)})
        shapes.append(shape)
    if not shapes:
        raise _wrong("里面没有面", "there is no polygon in it")
    if shapely.get_num_coordinates(shapes).sum() > _MOST_VERTICES:
        raise _wrong(
            f"顶点超过 {_MOST_VERTICES} 个",
            f"it has more than {_MOST_VERTICES} vertices",
        )
    frame = GeoDataFrame(rows, geometry=shapes, crs=4326)
    west, south, east, north = frame.total_bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _wrong(
            "坐标不是经纬度；请先转换为 WGS 84 或 CGCS2000 经纬度",
            "its coordinates are not degrees; convert it to longitude and latitude",
        )
    return frame


def _shape(feature: Any) -> Any:
    """Return the polygon of a feature, None where it has none."""
    geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
    if not isinstance(geometry, Mapping):
        return None
    if geometry.get("type") not in ("Polygon", "MultiPolygon"):
        return None
    try:
        shape = shapely.force_2d(shapely.geometry.shape(geometry))
    except (ValueError, TypeError, AttributeError, shapely.errors.ShapelyError):
        return None
    valid = shapely.make_valid(shape)
    return None if valid.is_empty or not valid.area else shape


def _told_apart(codes: Iterable[str]) -> list[str]:
    """Return codes with a number behind those that came before."""
    seen: Counter[str] = Counter()
    told = []
    for code in codes:
        seen[code] += 1
        told.append(code if seen[code] == 1 else f"{code}-{seen[code]}")
    return told


def _first(about: Mapping[str, Any], words: tuple[str, ...]) -> str:
    found = (about[word] for word in words if about.get(word) not in (None, ""))
    return str(next(found, "")).strip()[:60]


def _outline(connection: Connection, community: str) -> Any:
    found = connection.execute(_OUTLINE, {"community": community}).scalar_one_or_none()
    if found is None:
        raise NotFoundError(
            f"没有社区 {community}，或它还没有边界",
            f"there is no community {community}, or it has no outline yet",
        )
    return shapely.from_wkb(bytes(found))


def _unknown(layer: int) -> NotFoundError:
    return NotFoundError(
        f"没有原网格图层 {layer}；请刷新后再试",
        f"there is no layer {layer} of old grids; reload and try again",
    )


def _wrong(zh: str, en: str) -> ImportFormatError:
    return ImportFormatError(f"读不了这份原网格：{zh}", f"cannot read old grids: {en}")


_ADD = text(
    """
    insert into legacy_layer (community, name, source, actor)
    values (:community, :name, :source, :actor) returning id
    """
)
_LIST = text(
    """
    select l.id, l.name, l.source, l.actor, l.made,
           (select count(*) from legacy_grid g where g.layer = l.id) as grids
    from legacy_layer l where l.community = :community order by l.id desc
    """
)
# A community that only plans were read of has the outline of its cells.
_OUTLINE = text(
    """
    select st_asbinary(coalesce(d.geom, (
        select s.geom from cell_set s where s.community = d.code
        order by s.id desc limit 1
    )))
    from division d where d.code = :community and d.level = 'community'
    """
)
