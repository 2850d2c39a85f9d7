"""Which layer of a source fills which table of the register."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["REGISTERS", "Register"]


@dataclass(frozen=True, slots=True)
class Register:
    """A table of the register.

    Attributes
    ----------
    role : str
        Layer of a source that fills it.
    table : str
        Its name in the database.
    owner : str
        Column that names whom a row belongs to.
    key : str
        Column that tells rows of one owner apart.
    columns : tuple of str
        What a row says of itself, besides `geom`.
    given : dict of str
        Columns of a source that have another name here.
    below : str
        Condition that picks the rows of the community ``%(community)s``.
    """

    role: str
    table: str
    owner: str
    key: str
    columns: tuple[str, ...]
    given: dict[str, str]
    below: str


def _of_community(
    role: str,
    table: str,
    *columns: str,
    key: str = "key",
    owner: str = "community",
    given: dict[str, str] | None = None,
) -> Register:
    below = f"{owner} = %(community)s"
    return Register(role, table, owner, key, columns, given or {}, below)


REGISTERS: tuple[Register, ...] = (
    _of_community("compounds", "compound", "name", "kind", given={"type": "kind"}),
    _of_community(
        "buildings",
        "building",
        *("compound", "compound_name", "households", "estimated"),
        *("floors", "height_m", "units", "use", "address"),
        *("cases", "party_members"),
        key="code",
        given={"id": "code", "height": "height_m", "compound": "compound_name"},
    ),
    Register(
        "gates",
        "gate",
        owner="compound",
        key="key",
        columns=(),
        given={},
        below="compound in (select id from compound where community = %(community)s)",
    ),
    _of_community(
        "streets",
        "street",
        *("road_class", "name", "tunnel", "bridge"),
        owner="division",
        given={"class": "road_class"},
    ),
    _of_community("barriers", "barrier", "kind", "name", owner="division"),
    _of_community("sites", "site", "kind", "name"),
    _of_community(
        "spaces", "activity_space", "kind", "name", "area_m2", "origin", "in_use"
    ),
    _of_community("devices", "device", "kind", "name", "network", key="code"),
)
"""In the order they are filled: buildings and gates refer to compounds."""
