"""Write into the audit what changes: plans and work row by row, the register by tables.

An edit of a plan is one line: its log says exactly what changed, and leads back. The
rows of its cells and seams would only say it again, hundreds of times.
"""

from __future__ import annotations

from data.migrations.policies import audit_rows, audit_statements

revision = "audit_writes"
down_revision = "rows_by_reach"
branch_labels = None
depends_on = None

OF_PLAN = "(select p.community from plan p where p.id = r.plan)"
ROWS = {
    "plan": (
        "r.id::text",
        "r.community",
        "id community version name status effective_from effective_to cell_set parent",
    ),
    "plan_edit": ("r.plan::text", OF_PLAN, "plan number operation actor"),
    "plan_step": ("r.plan::text", OF_PLAN, "plan step actor comment"),
    "plan_comment": ("r.plan::text", OF_PLAN, "plan actor grid resolved_by"),
    "legacy_layer": ("r.id::text", "r.community", "id community name source"),
    "job": ("r.id::text", "nullif(r.division, '')", "id kind division state account"),
    "upload": (
        "r.id::text",
        "nullif(r.division, '')",
        "id name division state account",
    ),
    "import_run": ("r.id::text", "null", "id digest communities made_up finished"),
}
"""Table → key and division of a row, and the columns that are kept of it."""

STATEMENTS = {
    "division": "code",
    "compound": "community",
    "building": "community",
    "site": "community",
    "activity_space": "community",
    "device": "community",
    "cell_set": "community",
    "street": "division",
    "barrier": "division",
    "stairwell": "(select b.community from building b where b.id = changed.building)",
    "gate": "(select c.community from compound c where c.id = changed.compound)",
}
"""Table → the division its rows are counted by."""


def upgrade() -> None:
    """Make the triggers."""
    for table, (key, community, columns) in ROWS.items():
        audit_rows(table, key, community, columns)
    for table, key in STATEMENTS.items():
        audit_statements(table, key)
