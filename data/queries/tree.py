"""The administrative tree: districts and streets above the communities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, text

__all__ = ["STREET_DIGITS", "outline_parents", "plant_parents"]

DISTRICT_DIGITS, STREET_DIGITS = 6, 9

_PLANT = text("""
    insert into division (code, parent, level, name)
    values (:code, :parent, :level, :name)
    on conflict (code) do update
    set name = case when excluded.name = excluded.code then division.name
                    else excluded.name end,
        parent = coalesce(division.parent, excluded.parent)
    where division.parent is null and excluded.parent is not null
       or excluded.name not in (division.name, excluded.code)
""")

_OUTLINE = text("""
    update division d set geom = made.geom
    from (
        select parent, st_union(geom) as geom from division
        where parent = any(:codes) and geom is not null group by parent
    ) made
    where d.code = made.parent
      and (d.geom is null or st_asbinary(d.geom) <> st_asbinary(made.geom))
""")


def plant_parents(
    connection: Connection,
    communities: Iterable[str],
    names: Mapping[str, str] | None = None,
) -> None:
    """Make the districts and streets of communities where they are missing.

    A division nobody has named is called by its code until somebody does.
    """
    names = names or {}
    codes = list(communities)
    districts = sorted({code[:DISTRICT_DIGITS] for code in codes})
    streets = sorted({code[:STREET_DIGITS] for code in codes})
    rows: list[tuple[str, str | None, str]] = [
        (code, None, "district") for code in districts
    ]
    rows += [(code, code[:DISTRICT_DIGITS], "street") for code in streets]
    for code, parent, level in rows:
        told = {"code": code, "parent": parent, "level": level}
        connection.execute(_PLANT, {**told, "name": names.get(code, code)})


def outline_parents(connection: Connection, communities: Iterable[str]) -> list[str]:
    """Draw streets and districts anew as the union of what lies below them.

    Return their codes, from below.
    """
    codes = list(communities)
    drawn: list[str] = []
    for digits in (STREET_DIGITS, DISTRICT_DIGITS):
        above = sorted({code[:digits] for code in codes})
        connection.execute(_OUTLINE, {"codes": above})
        drawn += above
    return drawn
