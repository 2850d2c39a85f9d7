"""The register back into a file that can be drawn from and imported again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geopandas import GeoDataFrame
from sqlalchemy import Connection, Engine, text

from data.errors import NotFoundError
from data.frames import read_frame
from data.registers.tables import REGISTERS, Register
from data.writers import write_layers

__all__ = ["export_registers", "read_layers", "read_origin"]

_COMMUNITIES = """
    select code, name, st_asbinary(geom) as geometry from division
    where level = 'community' and starts_with(code, :under) and geom is not null
    order by code
"""
_GATES = """
    select c.name as compound, st_asbinary(t.geom) as geometry
    from gate t join compound c on c.id = t.compound
    where starts_with(c.community, :under) order by c.community, c.key, t.key
"""
_NEAR = """
    exists (select from division d where d.level = 'community'
            and starts_with(d.code, :under) and st_dwithin(d.geom, t.geom, 0.00005))
"""
"""A street on a border is one side's by the record, but both are drawn along it."""

_ORIGIN = text("""
    select coalesce(bool_or(r.made_up), false) as made_up,
           coalesce(string_agg(distinct nullif(r.attribution, ''), '; '), '')
               as attribution
    from import_run r join import_layer l on l.run = r.id
    join division d on d.source = l.id where starts_with(d.code, :under)
""")


def export_registers(engine: Engine, out: Path, *, under: str = "") -> dict[str, int]:
    """Write the register of the communities `under` a code as a source.

    The file holds the coordinates of the record, and whose data they are. Returns how
    many rows each layer has.
    """
    with engine.connect().execution_options(
        isolation_level="REPEATABLE READ"
    ) as connection:
        layers = read_layers(connection, under=under)
        origin = read_origin(connection, under=under)
    if layers["communities"].empty:
        raise NotFoundError(
            f"库里没有 {under or '任何'} 社区；请先 wangge import",
            f"no community {under} in the database; wangge import first",
        )
    filled = {role: layer for role, layer in layers.items() if len(layer)}
    write_layers(out, filled, {key: value for key, value in origin.items() if value})
    return {role: len(layer) for role, layer in filled.items()}


def read_layers(connection: Connection, *, under: str) -> dict[str, GeoDataFrame]:
    """Return the register of the communities `under` a code, called as in a source."""
    layers = {"communities": _read(connection, _COMMUNITIES, under)}
    for register in REGISTERS:
        layers[register.role] = _read(connection, _query(register), under)
    return layers


def read_origin(connection: Connection, *, under: str) -> dict[str, Any]:
    """Return whether these communities are made up, and whom their data must name."""
    return connection.execute(_ORIGIN, {"under": under}).one()._asdict()


def _read(connection: Connection, query: str, under: str) -> GeoDataFrame:
    return read_frame(connection, query, under=under)


def _query(register: Register) -> str:
    """Return the rows of a table, their columns called as a source calls them."""
    if register.role == "gates":
        return _GATES
    names = {here: source for source, here in register.given.items()}
    columns = [name for name in register.columns if name != "compound"]
    if register.key != "key":
        columns = [register.key, *columns]
    told = ", ".join(f't.{name} as "{names.get(name, name)}"' for name in columns)
    below = _NEAR if register.owner == "division" else "starts_with(community, :under)"
    return (
        f"select {told}, st_asbinary(t.geom) as geometry from {register.table} t "
        f"where {below} order by t.{register.owner}, t.{register.key}"
    )
