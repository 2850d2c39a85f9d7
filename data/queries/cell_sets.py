"""Cell sets that nobody needs any more."""

from __future__ import annotations

from sqlalchemy import Connection, text

__all__ = ["drop_unused_sets"]


def drop_unused_sets(connection: Connection, community: str) -> int:
    """Drop the sets that edits cut and no plan, no undo needs; return how many.

    A plan that is published is never undone, and a draft that is thrown away takes its
    log along: then what lies between its first set and its last can go. Sets that came
    with a plan file stay.
    """
    found = connection.execute(text(_UNUSED), {"community": community})
    numbers = list(found.scalars())
    if numbers:
        connection.execute(
            text("delete from cell_set where id = any(:numbers)"), {"numbers": numbers}
        )
    return len(numbers)


_UNUSED = """
    select s.id from cell_set s
    where s.community = :community and s.parent is not null
      and not exists (select from plan p where p.cell_set = s.id)
      and not exists (
          select from plan_edit e join plan p on p.id = e.plan
          where p.community = :community and p.status in ('draft', 'review')
            and s.id in (e.set_before, e.set_after))
      and not exists (select from cell_set c where c.parent = s.id)
    for update of s
"""
