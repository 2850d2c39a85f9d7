"""What all tables share: names of constraints, kinds of columns, words of a field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    MetaData,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

__all__ = ["SRID", "Base", "Key", "Moment", "Shape", "Sourced", "one_of", "shape"]

Key = Annotated[int, mapped_column(BigInteger, Identity(always=True), primary_key=True)]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Shape = WKBElement

SRID = 4326
"""Longitude and latitude at rest; CGCS2000 agrees with WGS 84 to decimetres."""


class Base(DeclarativeBase):
    """Root of the tables; constraints have fixed names for migrations to use."""

    type_annotation_map = {str: Text, int: BigInteger, dict[str, Any]: JSONB}  # noqa: RUF012
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Sourced:
    """A row that was read from a source: which layer of it, and what stood there."""

    source: Mapped[int | None] = mapped_column(
        ForeignKey("import_layer.id"), comment="layer it was last read from"
    )
    raw: Mapped[bytes | None] = mapped_column(
        comment="WKB as the source gave it, where that is not what geom holds; in the "
        "CRS and datum of the source"
    )


def shape(kind: str, *, nullable: bool = False) -> Mapped[Any]:
    """Return a geometry column in degrees with a spatial index.

    `kind` is one of PostGIS; GEOMETRY where single and multiple parts both occur, as a
    polygon that came as one part must leave as one.
    """
    return mapped_column(Geometry(kind, srid=SRID, nullable=nullable))


def one_of(
    column: str, words: Iterable[str], *, empty: bool = False
) -> CheckConstraint:
    """Return the check that a column holds one of the words, or perhaps nothing."""
    known = ", ".join(f"'{word}'" for word in (*words, *([""] if empty else [])))
    return CheckConstraint(f"{column} in ({known})", name=column)
