"""Row security: everybody sees the part of the tree they were given, and writes there.

`docs/decisions/row-security.md` tells how it was measured and what it costs.
"""

from __future__ import annotations

from alembic import op

from data.migrations.policies import (
    by_community,
    by_draft,
    by_parent,
    protect,
)

revision = "rows_by_reach"
down_revision = "count_plans_in_force"
branch_labels = None
depends_on = None

PLACES = ("compound", "building", "site", "activity_space", "device", "legacy_layer")
PARTS = {
    "stairwell": ("building", "building", "id"),
    "gate": ("compound", "compound", "id"),
    "cell": ("cell_set", "cell_set", "id"),
    "cell_building": ("cell_set", "cell_set", "id"),
    "cell_seam": ("cell_set", "cell_set", "id"),
    "grid": ("plan", "plan", "id"),
    "plan_cell": ("plan", "plan", "id"),
    "seam": ("plan", "plan", "id"),
    "legacy_grid": ("layer", "legacy_layer", "id"),
    "job_item": ("job", "job", "id"),
    "job_file": ("job", "job", "id"),
    "job_file_part": ("job", "job_file", "job"),
    "upload_part": ("upload", "upload", "id"),
    "upload_row": ("upload", "upload", "id"),
}
"""Table → its column, the table it belongs to, and the key of that."""

LOGS = ("plan_edit", "plan_step", "plan_comment", "plan_event", "plan_presence")

PLAN = f"""
    ({by_community()}) and (
        status in ('published', 'archived')
        or (select reaches_all('app.drafts'))
        or community in (select unnest(reached('app.drafts'))))
"""
OURS = """
    account = (select nullif(current_setting('app.account', true), '')::bigint)
    or (select reaches_all('app.drafts'))
    or division in (select unnest(reached('app.drafts')))
"""
"""Work is seen by who began it and by those who draft there; "" is the whole record."""
ENTRY = f"""
    ({by_community(led_to=True)}) and (
        kind <> 'grid'
        or (select reaches_all('app.drafts'))
        or community in (select unnest(reached('app.drafts')))
        or exists (select from plan up where up.community = search_entry.community))
"""
"""Where no plan is in force, the grids of a draft are searched."""

# A run may have read a whole city: it is known where one of its communities is. Who
# begins one sees the whole record, as jobs do, which work for the owner.
RUN = """
    (select reaches_all('app.scope'))
    or exists (select from import_community up where up.run = {column})
"""

FUNCTIONS = """
-- The path of a division is made of all above it, whoever writes.
alter function division_path() security definer;
alter function division_path_below() security definer;

create function granted_names(of_account bigint) returns jsonb
language sql stable security definer set search_path = public, pg_temp as $$
    select jsonb_object_agg(d.code, d.name)
    from role_grant g join division d on d.code = g.division
    where g.account = of_account
$$;
"""


def upgrade() -> None:
    """Protect every table that tells of a place."""
    op.execute(FUNCTIONS)
    protect("division", by_community("code", led_to=True))
    for table in ("street", "barrier"):
        protect(table, by_community("division", led_to=True))
    for table in PLACES:
        protect(table, by_community())
    protect("cell_set", by_community())
    protect("plan", PLAN)
    for table, (column, parent, key) in PARTS.items():
        protect(table, by_parent(f"{table}.{column}", parent, key))
    for table in LOGS:
        protect(table, by_draft(f"{table}.plan"))
    protect("search_entry", ENTRY)
    for table in ("job", "upload"):
        protect(table, OURS)
    protect("import_community", by_community())
    protect("import_run", RUN.format(column="import_run.id"))
    for table in ("import_layer", "import_row"):
        protect(table, RUN.format(column=f"{table}.run"))
