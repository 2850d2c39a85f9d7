"""Whose data the record holds, and whether it is made up."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

__all__ = ["Origin", "read_origin"]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a page has to say of its data."""

    made_up: bool
    attribution: str


_ORIGIN = text("""
    with told as (
        select made_up, attribution from import_run
        union all
        select lower(document ->> 'made_up') = 'true', document ->> 'attribution'
        from plan
    )
    select coalesce(bool_or(made_up), false) as made_up,
           coalesce(string_agg(distinct nullif(attribution, ''), '; '), '')
               as attribution
    from told
""")


def read_origin(connection: Connection) -> Origin:
    """Return what the sources of the register and of the plans said of themselves."""
    return Origin(**connection.execute(_ORIGIN).one()._mapping)
