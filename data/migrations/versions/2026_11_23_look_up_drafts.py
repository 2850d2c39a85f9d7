"""Let a step of a plan cost the same however many plans there are."""

from __future__ import annotations

from alembic import op

from data.migrations.policies import by_draft

revision = "look_up_drafts"
down_revision = "cut_lightly"
branch_labels = None
depends_on = None

LOGS = ("plan_edit", "plan_step", "plan_comment", "plan_event", "plan_presence")

# A row may hold half a plan, which is not read again to find two numbers in it. An
# expression is planned when it is reached, so that a table need not have both columns.
EVENTS = """
create or replace function log_plan_event() returns trigger language plpgsql
security definer set search_path = public, pg_temp as $$
declare
    which constant bigint := new.plan;
    told bigint;
begin
    if tg_argv[1] = 'number' then
        told := new.number;
    else
        told := new.id;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('plan_event ' || which, 0));
    insert into plan_event (plan, kind, ref) values (which, tg_argv[0], told);
    perform pg_notify('wangge_plan', json_build_object('plan', which)::text);
    return null;
end $$
"""

# Half as long to write as the default takes, and as short.
COMPRESS = """
alter table plan_edit
    alter column forward set compression lz4,
    alter column inverse set compression lz4,
    alter column parameters set compression lz4
"""
HAS_LZ4 = """
do $$
begin
    {}
exception when feature_not_supported then
    raise notice 'built without lz4: steps are compressed by default';
end $$
"""


def upgrade() -> None:
    """Make the change."""
    for table in LOGS:
        condition = by_draft(f"{table}.plan")
        op.execute(
            f"alter policy {table}_reach on {table} "
            f"using ({condition}) with check ({condition})"
        )
    op.execute(EVENTS)
    op.execute(HAS_LZ4.format(COMPRESS.strip() + ";"))
