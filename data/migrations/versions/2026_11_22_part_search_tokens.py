"""Index the tokens of few and of many kinds apart.

What every building has, like 号楼, was looked up a million times to find that no
compound has it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "part_search_tokens"
down_revision = "count_by_building"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.drop_index("ix_search_entry_tokens", "search_entry")
    for tier in (0, 1):
        op.create_index(
            f"ix_search_entry_tokens_{tier}",
            "search_entry",
            ["tokens"],
            postgresql_using="gin",
            postgresql_where=sa.text(f"tier = {tier}"),
        )
