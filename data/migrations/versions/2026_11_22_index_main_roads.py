"""Find main roads without reading the lanes between them: maps from afar show no other.

The list is that of `gis.streets` on this day; a map asks for exactly these classes.
"""

from __future__ import annotations

from alembic import op

revision = "index_main_roads"
down_revision = "search_names"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.execute(
        "create index ix_street_main_geom on street using gist (geom) where "
        "road_class in ('motorway', 'motorway_link', 'trunk', 'trunk_link', 'primary', "
        "'primary_link', 'secondary', 'secondary_link', '快速路', '主干路', '次干路')"
    )
