"""Stairwells 单元 of the buildings of a community, by the units they have."""

from __future__ import annotations

from sqlalchemy import Connection, text

__all__ = ["renew_stairwells"]

_ADD = text("""
    insert into stairwell (building, number, name)
    select b.id, n, n || '单元'
    from building b, generate_series(1, b.units) n
    where b.community = :community and b.households > 0
    on conflict (building, number) do nothing
""")
_DROP = text("""
    delete from stairwell s using building b
    where b.id = s.building and b.community = :community
      and (s.number > coalesce(b.units, 0) or b.households = 0)
""")


def renew_stairwells(connection: Connection, community: str) -> None:
    """Make the stairwells of buildings people live in; take out those that are gone.

    Households stay unknown: the register counts them by building.
    """
    connection.execute(_DROP, {"community": community})
    connection.execute(_ADD, {"community": community})
