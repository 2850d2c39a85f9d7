"""Let an edit cost the database less: what guards ask is asked once, plans are kept."""

from __future__ import annotations

from alembic import op

revision = "write_edits_lightly"
down_revision = "ask_who_comes"
branch_labels = None
depends_on = None

# Both sides of an update in one look. A plan is touched once in a transaction.
TOUCH = """
create function touch_plans() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    update plan set row_version = row_version
    where id in (select plan from was union select plan from changed)
      and not (status = 'draft' and xmin = pg_current_xact_id()::xid);
    return null;
end $$
"""
TOUCH_UPDATE = """
drop trigger {table}_touch_from on {table};
drop trigger {table}_touch_to on {table};
create trigger {table}_touch_update after update on {table}
    referencing old table as was new table as changed
    for each statement execute function touch_plans()
"""

# A function in SQL is planned at each call, one in PL/pgSQL once a connection.
AUDIT = """
create or replace function note_audit(
    kind text, action text, relation text default '', "row" text default '',
    community text default null, before jsonb default null, after jsonb default null
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into audit (kind, action, account, actor, request, address, relation, "row",
                       community, before, after)
    values (kind, action, nullif(current_setting('app.account', true), '')::bigint,
            coalesce(nullif(current_setting('app.actor', true), ''), session_user),
            coalesce(current_setting('app.request', true), ''),
            coalesce(current_setting('app.address', true), ''),
            relation, coalesce("row", ''), community, before, after);
end $$
"""

# The log is written at each edit and read at undo; a server may lack this method.
COMPRESS = """
do $$
begin
    alter table plan_edit alter column forward set compression lz4,
        alter column inverse set compression lz4;
exception when feature_not_supported then
    null;
end $$
"""

# Whoever may edit takes them ahead, so that an edit need not wait for its own.
NUMBERS = """
create function next_seams(many integer) returns setof bigint
language sql volatile security definer set search_path = public, pg_temp as $$
    select nextval('seam_id_seq') from generate_series(1, many)
$$
"""


def upgrade() -> None:
    """Make the change."""
    op.execute(TOUCH)
    for table in ("grid", "plan_cell", "seam"):
        op.execute(TOUCH_UPDATE.format(table=table))
    for statement in (AUDIT, COMPRESS, NUMBERS):
        op.execute(statement)
    # Nobody asks where counted buildings lie; sets are copied with each cut.
    op.drop_index("idx_cell_building_geom", "cell_building")
