"""Rows as the first revision took them, written out: models change, this does not."""

from __future__ import annotations

__all__ = ["FIRST_ROWS"]

FIRST_ROWS = """
insert into division (code, parent, level, name) values
    ('370115', null, 'district', '济阳区'),
    ('370115001', '370115', 'street', '济阳街道'),
    ('370115001002', '370115001', 'community', '城东社区');
insert into compound (community, name, kind, geom)
select '370115001002', name, 'old',
       st_geomfromtext('POLYGON((117 36,117.001 36,117.001 36.001,117 36))', 4326)
from (values ('棉纺厂宿舍'), ('棉纺厂宿舍')) twice (name);
insert into building (community, code, compound, households, geom)
select '370115001002', 'b0', min(id), 24, st_geomfromtext('POINT(117 36)', 4326)
from compound;
insert into stairwell (building, number)
select id, n from building, generate_series(1, 2) n;
insert into street (division, road_class, geom) values
    ('370115001002', 'residential', st_geomfromtext('LINESTRING(117 36,118 36)', 4326)),
    (null, 'primary', st_geomfromtext('LINESTRING(117 36,118 36)', 4326));
insert into barrier (division, kind, geom) values
    ('370115001', 'river', st_geomfromtext('LINESTRING(117 36,118 36)', 4326));
insert into gate (compound, geom)
select id, st_geomfromtext('POINT(117 36)', 4326) from compound;
insert into site (community, kind, geom) values ('370115001002', 'school',
    st_geomfromtext('POLYGON((117 36,117.001 36,117.001 36.001,117 36))', 4326));
insert into activity_space (community, kind, area_m2, geom) values
    ('370115001002', '居民活动室', 30, st_geomfromtext('POINT(117 36)', 4326));
insert into device (community, code, kind, geom) values ('370115001002',
    '37011501011327000001', 'camera', st_geomfromtext('POINT(117 36)', 4326));
insert into cell_set (community, name, digest, metric_crs, geom) values ('370115001002',
    '城东社区', repeat('0', 64), 'EPSG:4548',
    st_makeenvelope(117, 36, 117.004, 36.001, 4326));
insert into cell (cell_set, number, households, buildings, block, compound, kind, geom)
select id, n, 100, 1, 0, -1, 'resident',
       st_makeenvelope(117 + n * 0.001, 36, 117 + (n + 1) * 0.001, 36.001, 4326)
from cell_set, generate_series(0, 3) n;
insert into cell_building
    (cell_set, code, cell, households, estimated, use, straddles, geom)
select cell_set, 'b' || number, number, 100, false, '', false, st_centroid(geom)
from cell;
update cell_set set sealed = true;
insert into plan (community, cell_set, version, low, high)
select community, id, 1, 150, 500 from cell_set;
insert into grid (plan, code, name, type, households, buildings, estimated, area_m2,
                  compactness, color, geom)
select p.id, '37011500100200' || half, '网格', 'resident', 200, 2, 0, 19980, 0.7, half,
       st_makeenvelope(116.998 + half * 0.002, 36, 117 + half * 0.002, 36.001, 4326)
from plan p, generate_series(1, 2) half;
insert into plan_cell (plan, cell, cell_set, grid)
select p.id, c.number, c.cell_set, '37011500100200' || c.number / 2 + 1
from plan p, cell c;
insert into seam (plan, left_grid, right_grid, kind, length_m, geom)
select id, '370115001002001', '370115001002002', 'street', 111,
       st_geomfromtext('LINESTRING(117.002 36,117.002 36.001)', 4326)
from plan;
insert into plan_edit (plan, number, operation, actor, parameters, inverse)
select id, 1, 'draw', 'planner', '{}', '{}' from plan;
insert into job (kind, arguments) values ('draw', '{}');
"""
