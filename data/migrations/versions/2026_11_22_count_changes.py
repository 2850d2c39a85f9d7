"""Count the changes of the tables that maps are made from.

A version counts changes that are committed, so it can only grow, and grows with every
commit: what was made from a table is good as long as the version stands.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "count_changes"
down_revision = "keep_what_was_read"
branch_labels = None
depends_on = None

TABLES = (
    *("division", "compound", "building", "street", "barrier", "gate", "site"),
    *("activity_space", "device", "cell_set", "plan", "plan_cell", "grid", "seam"),
)

NOTE_CHANGE = """
create function note_change() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    noted bigint;
begin
    insert into table_change (relation) values (tg_table_name) returning id into noted;
    -- Who finds the row locked leaves the folding to the next. A snapshot that is
    -- older than the last folding could only fail at it.
    if noted % 64 = 0 and current_setting('transaction_isolation') = 'read committed'
    then
        perform from table_version where relation = tg_table_name
            for update skip locked;
        if found then
            with gone as (
                delete from table_change where relation = tg_table_name returning 1
            )
            update table_version set folded = folded + (select count(*) from gone)
            where relation = tg_table_name;
        end if;
    end if;
    return null;
end $$
"""

TRIGGER = """
create trigger {table}_note_change
    after insert or update or delete or truncate on {table}
    for each statement execute function note_change()
"""

GRANT = """
do $$
begin
    if exists (select from pg_roles where rolname = 'wangge_web') then
        grant select on table_change, table_version to wangge_web;
    end if;
end $$
"""


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "table_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False, comment="name of the table"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_change")),
    )
    versions = op.create_table(
        "table_version",
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("folded", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("relation", name=op.f("pk_table_version")),
    )
    op.bulk_insert(versions, [{"relation": table} for table in TABLES])
    op.execute(NOTE_CHANGE)
    for table in TABLES:
        op.execute(TRIGGER.format(table=table))
    op.execute(GRANT)
