"""Sources for the register, and what became of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from geopandas import GeoDataFrame
from sqlalchemy import Engine, text

from data.readers import read_sources
from data.registers import RegisterImport, Taken, import_registers
from data.writers import write_layers


def write_source(folder: Path, made_up: bool = True, **layers: GeoDataFrame) -> Path:
    path = folder / "town.gpkg"
    write_layers(path, layers, {"made_up": made_up})
    return path


def begin(engine: Engine, *paths: Path, **options: Any) -> RegisterImport:
    keep = {name: options.pop(name) for name in ("replace", "names") if name in options}
    return import_registers(engine, read_sources(list(paths), **options), **keep)


def take(engine: Engine, *paths: Path, **options: Any) -> list[Taken]:
    return list(begin(engine, *paths, **options))


def changes(taken: list[Taken]) -> dict[str, dict[str, int]]:
    """What changed, by role; roles of which all stayed the same are left out."""
    total: dict[str, Counter[str]] = {}
    for one in taken:
        for role, change in one.changes.items():
            total.setdefault(role, Counter()).update(change.to_dict())
    return {
        role: dict(counts) for role, counts in total.items() if set(counts) != {"same"}
    }


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        query = text(f"select count(*) from {table}")
        return int(connection.execute(query).scalar_one())


def value(engine: Engine, query: str) -> Any:
    with engine.connect() as connection:
        return connection.execute(text(query)).scalar()
