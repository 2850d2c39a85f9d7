"""Keep what was read from where, and what tells a row of the register apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "keep_what_was_read"
down_revision = "guard_the_partition"
branch_labels = None
depends_on = None

KEYED = {
    "compound": "community",
    "street": "division",
    "barrier": "division",
    "gate": "compound",
    "site": "community",
    "activity_space": "community",
}
"""Tables whose rows carry no number of their own, and whom they belong to."""

SOURCED = ("division", "building", "device", *KEYED)

GRANTS = """
do $$
begin
    if exists (select from pg_roles where rolname = 'wangge_web') then
        grant select, insert, update on import_run to wangge_web;
        grant select, insert on import_layer, import_row, import_community
            to wangge_web;
    end if;
end $$
"""


def upgrade() -> None:
    """Make the tables of imports, then tie the register to them."""
    _make_run()
    _make_layer()
    _make_row()
    _make_community()
    for table, owner in KEYED.items():
        # Rows there are get a key nothing else has.
        default = sa.text("(gen_random_uuid())::text")
        column = sa.Column("key", sa.Text(), server_default=default, nullable=False)
        op.add_column(table, column)
        name = op.f(f"uq_{table}_{owner}_key")
        op.create_unique_constraint(name, table, [owner, "key"])
    for table in SOURCED:
        _tie(table)
    op.add_column(
        "building",
        sa.Column(
            "compound_name",
            sa.Text(),
            server_default="",
            nullable=False,
            comment="as given, also where no such compound is known",
        ),
    )
    op.execute(GRANTS)


def _make_run() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "digest", sa.Text(), nullable=False, comment="SHA-256 of the sources"
        ),
        sa.Column(
            "options",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="how they were to be read",
        ),
        sa.Column(
            "communities",
            sa.BigInteger(),
            nullable=False,
            comment="how many it has to take in",
        ),
        sa.Column("made_up", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("attribution", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "started",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index(op.f("ix_import_run_digest"), "import_run", ["digest"])


def _make_layer() -> None:
    op.create_table(
        "import_layer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("crs", sa.Text(), nullable=False, comment="as declared"),
        sa.Column(
            "datum",
            sa.Text(),
            nullable=False,
            comment="as declared, wgs84 where it was not",
        ),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run"], ["import_run.id"], name=op.f("fk_import_layer_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_layer")),
    )
    op.create_index(op.f("ix_import_layer_run"), "import_layer", ["run"])


def _make_row() -> None:
    op.create_table(
        "import_row",
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column(
            "row", sa.BigInteger(), nullable=True, comment="null: the layer as a whole"
        ),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column(
            "code",
            sa.Text(),
            nullable=False,
            comment="refused_…, repaired_…, blanked_…, note_…",
        ),
        sa.Column("message_zh", sa.Text(), nullable=False),
        sa.Column("message_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run"], ["import_run.id"], name=op.f("fk_import_row_run")
        ),
        sa.PrimaryKeyConstraint("run", "number", name=op.f("pk_import_row")),
    )


def _make_community() -> None:
    op.create_table(
        "import_community",
        sa.Column("run", sa.BigInteger(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column(
            "changes",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="role → rows new, changed, same, missing, removed",
        ),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["community"],
            ["division.code"],
            name=op.f("fk_import_community_community"),
        ),
        sa.ForeignKeyConstraint(
            ["run"], ["import_run.id"], name=op.f("fk_import_community_run")
        ),
        sa.PrimaryKeyConstraint("run", "community", name=op.f("pk_import_community")),
    )


def _tie(table: str) -> None:
    """Add where a row was read, and its coordinates as they stood there."""
    op.add_column(
        table,
        sa.Column(
            "source",
            sa.BigInteger(),
            nullable=True,
            comment="layer it was last read from",
        ),
    )
    op.add_column(
        table,
        sa.Column(
            "raw",
            sa.LargeBinary(),
            nullable=True,
            comment="WKB as the source gave it, where that is not what geom holds; in "
            "the CRS and datum of the source",
        ),
    )
    op.create_foreign_key(
        op.f(f"fk_{table}_source"), table, "import_layer", ["source"], ["id"]
    )
