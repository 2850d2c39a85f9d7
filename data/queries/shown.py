"""Which plans a map of a day shows."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, text

from data.queries.common import Box

__all__ = ["plans_shown"]

# Plain comparisons, not a range: the planner knows how many rows they leave.
_STARTED = """
    p.effective_from <= :on and (p.effective_to is null or p.effective_to > :on)
"""
_NEAR = """
    cell_set s join plan p on p.cell_set = s.id
    where s.geom && st_makeenvelope(:west, :south, :east, :north, 4326)
"""
_IN_FORCE = text(
    f"""
    select p.id from {_NEAR}
    and p.status in ('published', 'archived') and {_STARTED}
    """
)
_OR_NEWEST_DRAFT = text(
    f"""
    select distinct on (p.community) p.id from {_NEAR}
    and (p.status in ('draft', 'review') or {_STARTED})
    order by p.community, p.status in ('draft', 'review'), p.version desc
    """
)


def plans_shown(
    connection: Connection, box: Box, *, on: date, drafts: bool = False
) -> list[int]:
    """Return the plans in force on a day whose community touches a box.

    With `drafts` a community without one gives its newest draft.
    """
    query = _OR_NEWEST_DRAFT if drafts else _IN_FORCE
    return list(connection.scalars(query, {**box._asdict(), "on": on}))
