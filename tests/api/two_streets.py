"""Two streets, so that what lies in one can be asked for by somebody of the other.

Each has a community with a plan in force and another with a draft only.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from data.models import Division
from data.queries.search import index_names
from tests.api.town import DEVICE, DISTRICT, EAST, STREET, build_town
from tests.data.records import add, fill, publish

__all__ = ["FAR_STREET", "Spot", "build_two_streets"]

FAR_STREET = "370115002"
FAR_EAST = f"{FAR_STREET}002"
FAR_WEST = f"{FAR_STREET}003"


@dataclass(frozen=True)
class Spot:
    """One street, by the names that addresses are made of."""

    street: str
    community: str
    plan: int
    draft: int
    grid: str

    @property
    def values(self) -> dict[str, object]:
        """What stands in an address: plan, draft, community …"""
        return {
            "street": self.street,
            "community": self.community,
            "plan": self.plan,
            "draft": self.draft,
            "grid": self.grid,
            "device": DEVICE,
        }


def build_two_streets(connection: Connection) -> tuple[Spot, Spot]:
    """Write both streets, and return the near and the far one."""
    town = build_town(connection)
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        add(
            session,
            Division(code=FAR_STREET, parent=DISTRICT, level="street", name="望湖街道"),
        )
        for code, name in ((FAR_EAST, "望湖社区"), (FAR_WEST, "湖西社区")):
            row = Division(code=code, parent=FAR_STREET, level="community", name=name)
            add(session, row)
        session.commit()
    plan = fill(connection, community=FAR_EAST).plan
    draft = fill(connection, community=FAR_WEST).plan
    publish(connection, plan)
    for division in (FAR_STREET, FAR_EAST, FAR_WEST):
        index_names(connection, division)
    connection.execute(text("analyze"))
    near = Spot(STREET, EAST, town.now, town.draft, f"{EAST}001")
    return near, Spot(FAR_STREET, FAR_EAST, plan, draft, f"{FAR_EAST}001")
