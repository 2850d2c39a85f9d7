"""One thing of every kind in the community of `records`."""

from __future__ import annotations

from sqlalchemy import Connection, text

from tests.data.records import COMMUNITY

BUILDING = "st_makeenvelope(117.0004, 36.0004, 117.0006, 36.0005, 4326)"
ESTATE = "st_makeenvelope(117, 36, 117.001, 36.001, 4326)"
OUTLINE = "st_makeenvelope(117, 36, 117.004, 36.001, 4326)"
ROAD = "st_geomfromtext('LINESTRING(116 36.0005, 118 36.0005)', 4326)"
WALL = "st_geomfromtext('LINESTRING(117 36, 117.001 36.001)', 4326)"
RIVER = "st_makeenvelope(116.9, 36.0002, 117.1, 36.0003, 4326)"

ROWS = {
    "device": (
        "code, kind, name",
        "'d1', '摄像机', '东门'",
        "st_point(117.0005, 36.0005, 4326)",
    ),
    "activity_space": (
        "kind, name, area_m2",
        "'党群', '城东活动室', 120",
        "st_point(117.0006, 36.0005, 4326)",
    ),
    "building": (
        "code, households, floors, use, address",
        "'b1', 24, 6, '住宅', '经十路1号'",
        BUILDING,
    ),
    "compound": ("name, kind", "'城东花园', 'old'", ESTATE),
    "site": ("kind, name", "'school', '城东小学'", ESTATE),
}
"""Table → columns beside community and geom, their values, the shape."""


def fill_places(connection: Connection) -> None:
    """Put in one thing of every kind, and the outline of every division."""
    for table, (columns, values, shape) in ROWS.items():
        connection.execute(
            text(
                f"insert into {table} (community, {columns}, geom) "
                f"values ('{COMMUNITY}', {values}, {shape})"
            )
        )
    for statement in (
        f"update division set geom = {OUTLINE}",
        f"insert into barrier (kind, geom) values ('river', {RIVER}), ('wall', {WALL})",
        "insert into street (division, road_class, name, geom) "
        f"values ('{COMMUNITY[:9]}', 'primary', '经十路', {ROAD})",
        "insert into gate (compound, name, geom) "
        "select id, '东门', st_point(117.001, 36.0005, 4326) from compound",
    ):
        connection.execute(text(statement))
