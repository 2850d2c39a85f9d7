"""Find codes of few kinds before those of many.

Buildings have longer codes than grids, which stand between them: a hundred codes that
begin with a community's were all of buildings.
"""

from __future__ import annotations

from alembic import op

revision = "search_codes_by_tier"
down_revision = "part_search_tokens"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.drop_index("ix_search_entry_code", "search_entry")
    op.create_index(
        "ix_search_entry_code",
        "search_entry",
        ["tier", "code"],
        postgresql_ops={"code": "text_pattern_ops"},
    )
