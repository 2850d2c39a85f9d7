"""Whether the made-up town is in the record; asked before anything heavy is loaded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version

from sqlalchemy import Engine, text

__all__ = ["Town", "known_town", "town_digest"]


@dataclass(frozen=True, slots=True)
class Town:
    """What was put into the record; not `new` if it was there before."""

    communities: int
    plans: int
    new: bool


def town_digest(seed: int, communities: int) -> str:
    """Return what tells this town of this program from any other source."""
    told = f"made-up town {version('wangge')} {seed} {communities}"
    return hashlib.sha256(told.encode()).hexdigest()


def known_town(engine: Engine, *, seed: int, communities: int) -> Town | None:
    """Return the town if it is in the record as a whole: every plan in force."""
    query = text("""
        select count(distinct c.community) as communities,
               count(distinct p.id) as plans, bool_and(p.id is not null) as whole
        from import_run r join import_community c on c.run = r.id
        left join plan p on p.community = c.community and p.status = 'published'
        where r.digest = :digest and r.finished is not null
    """)
    with engine.connect() as connection:
        told = {"digest": town_digest(seed, communities)}
        row = connection.execute(query, told).one()
    return Town(row.communities, row.plans, new=False) if row.whole else None
