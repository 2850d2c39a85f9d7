"""Keep what an edit needs: seams inside grids, locks, what was undone, sentences.

The log says of each step what it changed and what leads back. A plan knows which step
undo takes back next, and which one redo makes again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "edit_plans"
down_revision = "outline_grids"
branch_labels = None
depends_on = None

KINDS = (
    *("main_road", "street", "alley", "river", "railway", "wall"),
    *("compound_edge", "none"),
)

# Land of one type that a plan has in one grid is one site, as the engine would have it.
SITES = """
update cell c set site = k.site
from (
    select k.cell_set, k.cell, dense_rank() over (
               partition by k.cell_set order by k.grid)::bigint - 1 as site
    from plan_cell k
    where k.plan = (select min(p.id) from plan p where p.cell_set = k.cell_set)
) k
where c.cell_set = k.cell_set and c.number = k.cell and c.kind <> 'resident'
"""

SEALED = """
create trigger cell_seam_sealed_insert after insert on cell_seam
    referencing new table as changed
    for each statement execute function guard_sealed();
create trigger cell_seam_sealed_delete after delete on cell_seam
    referencing old table as changed
    for each statement execute function guard_sealed();
create trigger cell_seam_never_changes before update on cell_seam
    for each statement
    execute function refuse('WG003', 'cells never change; cut a new set');
create trigger cell_seam_no_truncate before truncate on cell_seam
    for each statement execute function refuse('WG002', 'delete what may be deleted')
"""

# An edit changes many tables: all of it is one new version of the plan.
TOUCH = """
create or replace function touch_plan() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    update plan set row_version = row_version
    where id in (select distinct plan from changed)
      and not (status in ('draft', 'review') and xmin = pg_current_xact_id()::xid);
    return null;
end $$
"""

GRANT = """
do $$
begin
    if exists (select from pg_roles where rolname = 'wangge_web') then
        grant select, insert, update, delete on cell_seam to wangge_web;
    end if;
end $$
"""


def upgrade() -> None:
    """Make the change."""
    _keep_seams_inside()
    op.add_column(
        "grid",
        sa.Column(
            "locked",
            sa.Boolean(),
            server_default="false",
            nullable=False,
            comment="keeps its cells and its type",
        ),
    )
    for name, about in (
        ("done", "number of the edit that undo takes back; 0: none"),
        ("undone", "number of the edit that redo makes again; 0: none"),
    ):
        column = sa.Column(
            name, sa.BigInteger(), server_default="0", nullable=False, comment=about
        )
        op.add_column("plan", column)
    _log_more()
    name = op.f("fk_plan_cell_plan_cell_set")
    op.drop_constraint(name, "plan_cell", type_="foreignkey")
    op.create_foreign_key(
        name,
        "plan_cell",
        "plan",
        ["plan", "cell_set"],
        ["id", "cell_set"],
        ondelete="CASCADE",
        deferrable=True,
        initially="IMMEDIATE",
    )
    op.execute(TOUCH)
    op.execute(GRANT)


def _keep_seams_inside() -> None:
    site = sa.Column(
        "site",
        sa.BigInteger(),
        server_default="-1",
        nullable=False,
        comment="exclusive or reserved land it is part of; -1 where none",
    )
    op.add_column("cell", site)
    op.execute("alter table cell disable trigger user")
    op.execute(SITES)
    op.execute("alter table cell enable trigger user")
    lines = Geometry("MULTILINESTRING", srid=4326, spatial_index=False, nullable=False)
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.create_geospatial_table(
        "cell_seam",
        sa.Column("cell_set", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("geom", lines, nullable=False),
        sa.CheckConstraint(f"kind in ({listed})", name=op.f("ck_cell_seam_kind")),
        sa.ForeignKeyConstraint(
            ["cell_set"],
            ["cell_set.id"],
            name=op.f("fk_cell_seam_cell_set"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cell_set", "kind", name=op.f("pk_cell_seam")),
    )
    op.execute(SEALED)


def _log_more() -> None:
    """Add to the log what it says to people, and what undo needs."""
    empty = sa.text("'{}'::jsonb")
    for column in (
        sa.Column("account", sa.BigInteger(), comment="who did it; null: no account"),
        sa.Column("sentence_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("sentence_en", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "forward",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=empty,
            nullable=False,
            comment="what it made of the plan",
        ),
        sa.Column("target", sa.BigInteger(), comment="of undo and redo: which edit"),
        sa.Column(
            "done_before",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="plan.done until then",
        ),
        sa.Column(
            "undone_before",
            sa.BigInteger(),
            server_default="0",
            nullable=False,
            comment="plan.undone until then",
        ),
        sa.Column("set_before", sa.BigInteger(), comment="where cells were cut"),
        sa.Column("set_after", sa.BigInteger(), comment="where cells were cut"),
        sa.Column("row_version", sa.BigInteger(), comment="of the plan, afterwards"),
        sa.Column("key", sa.Text(), comment="Idempotency-Key of the request"),
    ):
        op.add_column("plan_edit", column)
    name = op.f("uq_plan_edit_plan_key")
    op.create_unique_constraint(name, "plan_edit", ["plan", "key"])
    op.create_index(op.f("ix_plan_edit_plan_target"), "plan_edit", ["plan", "target"])
