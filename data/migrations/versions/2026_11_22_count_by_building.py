"""Keep what grids may be balanced by beside households: cases and party members."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "count_by_building"
down_revision = "index_main_roads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the counts; null is not known."""
    for name in ("cases", "party_members"):
        op.add_column("building", sa.Column(name, sa.BigInteger(), nullable=True))
        op.create_check_constraint(
            op.f(f"ck_building_{name}"), "building", f"{name} >= 0"
        )
