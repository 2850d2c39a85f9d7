"""Names of the register and of plans, as people search them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "search_names"
down_revision = "count_changes"
branch_labels = None
depends_on = None

KINDS = (
    *("division", "grid", "compound", "street", "site", "space"),
    *("building", "device"),
)
PREFIXES = (("tier", "key"), ("tier", "initials"), ("tier", "pinyin"), ("code",))

GRANT = """
do $$
begin
    if exists (select from pg_roles where rolname = 'wangge_web') then
        grant select, insert, update, delete on search_entry to wangge_web;
    end if;
end $$
"""


def upgrade() -> None:
    """Make the change."""
    kinds = [
        "division",
        "grid",
        "compound",
        "street",
        "site",
        "space",
        "building",
        "device",
    ]
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    point = Geometry(
        "POINT", srid=4326, dimension=2, spatial_index=False, nullable=True
    )
    op.create_geospatial_table(
        "search_entry",
        sa.Column(
            "community",
            sa.Text(),
            nullable=False,
            comment="division it lies in; of a division itself, its own code",
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False, comment="code or id of the row"),
        sa.Column(
            "tier",
            sa.SmallInteger(),
            nullable=False,
            comment="0 places that are few, 1 buildings and devices",
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "detail", sa.Text(), nullable=False, comment="where it lies, to tell it by"
        ),
        sa.Column("key", sa.Text(), nullable=False, comment="name, folded"),
        sa.Column(
            "code",
            sa.Text(),
            nullable=False,
            comment="folded; empty where there is none",
        ),
        sa.Column(
            "words", sa.Text(), nullable=False, comment="what else it goes by, folded"
        ),
        sa.Column(
            "initials",
            sa.Text(),
            nullable=False,
            comment="readings, the likeliest first",
        ),
        sa.Column(
            "pinyin", sa.Text(), nullable=False, comment="readings, the likeliest first"
        ),
        sa.Column("tokens", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("bbox", sa.ARRAY(sa.Double()), nullable=True),
        sa.Column("geom", point, nullable=True),
        sa.CheckConstraint(f"kind in ({listed})", name=op.f("ck_search_entry_kind")),
        sa.ForeignKeyConstraint(
            ["community"],
            ["division.code"],
            name=op.f("fk_search_entry_community"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "community", "kind", "ref", name=op.f("pk_search_entry")
        ),
    )
    for columns in (
        ["tier", "key"],
        ["tier", "initials"],
        ["tier", "pinyin"],
        ["code"],
    ):
        op.create_index(
            f"ix_search_entry_{columns[-1]}",
            "search_entry",
            list(columns),
            postgresql_ops={columns[-1]: "text_pattern_ops"},
        )
    op.create_index(
        "ix_search_entry_tokens", "search_entry", ["tokens"], postgresql_using="gin"
    )
    op.execute(GRANT)
