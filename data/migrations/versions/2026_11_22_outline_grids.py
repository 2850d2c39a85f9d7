"""Keep a plain outline of every grid: thirteen points in place of seventy from afar.

The database works it out itself, so that no way of writing a grid can leave it behind.
"""

from __future__ import annotations

from alembic import op

revision = "outline_grids"
down_revision = "search_codes_by_tier"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change; 5e-06 degrees are half a metre."""
    op.execute(
        "alter table grid add column outline geometry(Polygon, 4326) not null "
        "generated always as (st_simplify(geom, '5e-06'::double precision, true)) "
        "stored"
    )
    op.execute(
        "comment on column grid.outline is "
        "'geom without the points that are off by less than half a metre'"
    )
