"""Count changes of plans in force by themselves: edits of drafts are not on their maps.

Grids, seams and cells of a plan in force never change, and those of a draft touch the
row of their plan. So the row tells of everything: any plan changed, or one in force.
"""

from __future__ import annotations

from alembic import op

revision = "count_plans_in_force"
down_revision = "let_people_in"
branch_labels = None
depends_on = None

NOTE = """
create function note(noted_relation text) returns void language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    noted bigint;
begin
    insert into table_change (relation) values (noted_relation) returning id into noted;
    -- Who finds the row locked leaves the folding to the next. A snapshot that is
    -- older than the last folding could only fail at it.
    if noted % 64 = 0 and current_setting('transaction_isolation') = 'read committed'
    then
        perform from table_version where relation = noted_relation
            for update skip locked;
        if found then
            with gone as (
                delete from table_change where relation = noted_relation returning 1
            )
            update table_version set folded = folded + (select count(*) from gone)
            where relation = noted_relation;
        end if;
    end if;
end $$;

revoke execute on function note(text) from public;

create or replace function note_change() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
begin
    perform note(tg_table_name);
    return null;
end $$;

create function note_plan() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
declare
    seen boolean;
begin
    select bool_or(status in ('published', 'archived')) into seen from changed;
    if seen is not null then
        perform note('plan');
    end if;
    if seen then
        perform note('plan_in_force');
    end if;
    return null;
end $$;

create trigger plan_note_insert after insert on plan
    referencing new table as changed
    for each statement execute function note_plan();
-- A plan in force stays in force or goes to the archive, so the new rows tell enough.
create trigger plan_note_update after update on plan
    referencing new table as changed
    for each statement execute function note_plan();
create trigger plan_note_delete after delete on plan
    referencing old table as changed
    for each statement execute function note_plan();
"""


def upgrade() -> None:
    """Make the change."""
    for table in ("plan", "plan_cell", "grid", "seam", "cell_set"):
        op.execute(f"drop trigger {table}_note_change on {table}")
    # The count goes on where that of the grids was: it may only grow.
    for log in ("table_version", "table_change"):
        op.execute(
            f"update {log} set relation = 'plan_in_force' where relation = 'grid'"
        )
    op.execute(NOTE)
