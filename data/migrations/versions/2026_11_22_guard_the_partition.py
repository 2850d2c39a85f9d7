"""Guards that keys cannot be: nothing left out, nothing changed once published.

Errors carry a state of their own, so that callers need not read sentences: WG001 a plan
is not whole, WG002 a published plan would change, WG003 a sealed cell set would change,
WG004 a log would be rewritten, WG005 a division would be below itself.
"""

from __future__ import annotations

from alembic import op

revision = "guard_the_partition"
down_revision = "first_tables"
branch_labels = None
depends_on = None

REFUSE = """
create function refuse() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    raise exception '% of % is refused: %', lower(tg_op), tg_table_name, tg_argv[1]
        using errcode = tg_argv[0];
end $$
"""

DIVISION = """
create function division_path() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    new.path := coalesce((select path from division where code = new.parent), '/')
                || new.code || '/';
    if tg_op = 'UPDATE' and new.path like '%/' || old.code || '/%/' then
        raise exception 'division % would be below itself', new.code
            using errcode = 'WG005';
    end if;
    return new;
end $$;

create function division_path_below() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    update division set path = '' where parent = new.code;
    return null;
end $$;

create trigger division_path before insert or update on division
    for each row execute function division_path();
create trigger division_path_below after update on division
    for each row when (old.path <> new.path) execute function division_path_below();
"""

SEALED = """
create function guard_sealed() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    shut bigint;
begin
    -- The lock makes a sealing wait for rows on their way, and rows for a sealing.
    perform 1 from cell_set where id in (select distinct cell_set from changed)
        for share;
    select s.id into shut from cell_set s
    where s.id in (select distinct cell_set from changed) and s.sealed limit 1;
    if found then
        raise exception 'cell set % is sealed; cut a new one from it', shut
            using errcode = 'WG003';
    end if;
    return null;
end $$;

create trigger cell_set_sealed before update on cell_set
    for each row when (old.sealed)
    execute function refuse('WG003', 'the set is sealed; cut a new one from it');
"""

SEALED_TABLE = """
create trigger {table}_sealed_insert after insert on {table}
    referencing new table as changed
    for each statement execute function guard_sealed();
create trigger {table}_sealed_delete after delete on {table}
    referencing old table as changed
    for each statement execute function guard_sealed();
create trigger {table}_never_changes before update on {table}
    for each statement
    execute function refuse('WG003', 'cells never change; cut a new set');
"""

PLAN = """
create function guard_plan() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    moving constant text[] := '{status,effective_to,row_version}';
begin
    if tg_op = 'DELETE' then
        if old.status in ('published', 'archived') then
            raise exception 'plan % is % and stays; publish another after it',
                old.id, old.status using errcode = 'WG002';
        end if;
        return old;
    end if;
    if old.status in ('published', 'archived') then
        -- All that may happen to it: it gets its last day, and goes to the archive.
        if old.status = 'archived'
            or new.status not in ('published', 'archived')
            or new.effective_to is null
            or new.effective_to is distinct from
               coalesce(old.effective_to, new.effective_to)
            or (new.status, new.effective_to) is not distinct from
               (old.status, old.effective_to)
            or to_jsonb(new) - moving is distinct from to_jsonb(old) - moving
        then
            raise exception 'plan % is % and cannot change; publish another after it',
                old.id, old.status using errcode = 'WG002';
        end if;
    elsif new.status = 'archived' then
        raise exception 'plan % was never published', old.id using errcode = 'WG002';
    end if;
    new.row_version := old.row_version + 1;
    return new;
end $$;

create trigger guard_plan before update or delete on plan
    for each row execute function guard_plan();

create function require_whole_plan() returns trigger language plpgsql
set search_path = public, pg_temp as $$
declare
    missing bigint;
    example text;
begin
    perform 1 from cell_set where id = new.cell_set and sealed for share;
    if not found then
        raise exception 'plan % stands on cell set %, which is not sealed',
            new.id, new.cell_set using errcode = 'WG001';
    end if;
    select count(*), min(c.number)::text into missing, example
    from cell c
    left join plan_cell p on p.plan = new.id and p.cell = c.number
    where c.cell_set = new.cell_set and p.cell is null;
    if missing > 0 then
        raise exception 'plan % leaves % cells without a grid; the first is cell %',
            new.id, missing, example using errcode = 'WG001';
    end if;
    select g.code into example
    from grid g
    left join plan_cell p on p.plan = g.plan and p.grid = g.code
    left join cell c on c.cell_set = p.cell_set and c.number = p.cell
    where g.plan = new.id
    group by g.code, g.households
    having count(c.number) = 0 or sum(c.households) <> g.households
    order by 1 limit 1;
    if found then
        raise exception 'households of grid % are not those of its cells', example
            using errcode = 'WG001';
    end if;
    if not exists (select from grid where plan = new.id) then
        raise exception 'plan % has no grid', new.id using errcode = 'WG001';
    end if;
    return null;
end $$;

create constraint trigger plan_is_whole after insert or update on plan
    deferrable initially deferred for each row
    when (new.status in ('published', 'archived'))
    execute function require_whole_plan();

-- Whatever belongs to a plan touches its row: a published one refuses, any other gets
-- a new version, and two who change the same plan take turns.
create function touch_plan() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    update plan set row_version = row_version
    where id in (select distinct plan from changed);
    return null;
end $$;
"""

TOUCH = """
create trigger {table}_touch_insert after insert on {table}
    referencing new table as changed
    for each statement execute function touch_plan();
create trigger {table}_touch_delete after delete on {table}
    referencing old table as changed
    for each statement execute function touch_plan();
"""

TOUCH_UPDATE = """
create trigger {table}_touch_from after update on {table}
    referencing old table as changed
    for each statement execute function touch_plan();
create trigger {table}_touch_to after update on {table}
    referencing new table as changed
    for each statement execute function touch_plan();
"""

LOG = """
create function guard_log() returns trigger language plpgsql
set search_path = public, pg_temp as $$
begin
    -- A draft that is thrown away takes its log along.
    if exists (select from plan where id in (select distinct plan from changed)) then
        raise exception 'plan_edit is only ever added to' using errcode = 'WG004';
    end if;
    return null;
end $$;

create trigger plan_edit_stays after delete on plan_edit
    referencing old table as changed
    for each statement execute function guard_log();
create trigger plan_edit_never_changes before update on plan_edit
    for each statement execute function refuse('WG004', 'the log is only added to');
create trigger plan_edit_touch_insert after insert on plan_edit
    referencing new table as changed
    for each statement execute function touch_plan();
"""

TRUNCATE = """
create trigger {table}_no_truncate before truncate on {table}
    for each statement execute function refuse('WG002', 'delete what may be deleted')
"""

GRANTS = """
do $$
begin
    if exists (select from pg_roles where rolname = 'wangge_web') then
        grant usage on schema public to wangge_web;
        grant select, insert, update, delete on
            division, compound, building, stairwell, street, barrier, gate, site,
            activity_space, device, cell_set, cell, cell_building,
            plan, grid, plan_cell, seam, job to wangge_web;
        grant select, insert on plan_edit to wangge_web;
        grant select on alembic_version to wangge_web;
    end if;
end $$
"""


def upgrade() -> None:
    """Make the guards, and give the web role what its work needs."""
    for statement in (REFUSE, DIVISION, SEALED):
        op.execute(statement)
    op.execute("update division set path = ''")
    for table in ("cell", "cell_building"):
        op.execute(SEALED_TABLE.format(table=table))
    op.execute(PLAN)
    for table in ("grid", "plan_cell", "seam"):
        op.execute(TOUCH.format(table=table))
        op.execute(TOUCH_UPDATE.format(table=table))
    op.execute(LOG)
    for table in (
        *("cell_set", "cell", "cell_building"),
        *("plan", "grid", "plan_cell", "seam", "plan_edit"),
    ):
        op.execute(TRUNCATE.format(table=table))
    op.execute(GRANTS)
