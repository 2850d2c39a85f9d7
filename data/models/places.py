"""Divisions and what lies in them: the register that plans are drawn from."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, Key, Shape, one_of, shape

__all__ = [
    "ActivitySpace",
    "Barrier",
    "Building",
    "Compound",
    "Device",
    "Division",
    "Gate",
    "Site",
    "Stairwell",
    "Street",
]

LEVELS = ("city", "district", "street", "community")
_AREA = "geometrytype(geom) in ('POLYGON', 'MULTIPOLYGON')"


class Division(Base):
    """A node of the administrative tree 行政区划; a trigger keeps its path."""

    __tablename__ = "division"
    __table_args__ = (
        CheckConstraint("code ~ '^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$'", "code"),
        CheckConstraint(_AREA, "geom"),
        one_of("level", LEVELS),
        Index("ix_division_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    parent: Mapped[str | None] = mapped_column(
        ForeignKey("division.code", onupdate="CASCADE"), index=True
    )
    path: Mapped[str] = mapped_column(
        server_default="",
        comment="codes from the root, e.g. /370115/370115001/370115001002/",
    )
    level: Mapped[str]
    name: Mapped[str]
    geom: Mapped[Shape | None] = shape("GEOMETRY", nullable=True)


class Compound(Base):
    """A residential estate 小区."""

    __tablename__ = "compound"
    __table_args__ = (
        CheckConstraint(_AREA, "geom"),
        one_of("kind", ("commodity", "old", "resettlement"), empty=True),
    )

    id: Mapped[Key]
    community: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="")
    geom: Mapped[Shape] = shape("GEOMETRY")


class Building(Base):
    """A building 楼栋 with its count of households 户数."""

    __tablename__ = "building"
    __table_args__ = (
        UniqueConstraint("community", "code"),
        CheckConstraint("households >= 0", "households"),
        CheckConstraint(
            "geometrytype(geom) in ('POLYGON', 'MULTIPOLYGON', 'POINT')", "geom"
        ),
    )

    id: Mapped[Key]
    community: Mapped[str] = mapped_column(ForeignKey("division.code"))
    code: Mapped[str] = mapped_column(comment="number in the source")
    compound: Mapped[int | None] = mapped_column(ForeignKey("compound.id"), index=True)
    households: Mapped[int]
    estimated: Mapped[bool] = mapped_column(server_default="false")
    floors: Mapped[float | None]
    height_m: Mapped[float | None]
    units: Mapped[int | None]
    use: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str] = mapped_column(server_default="")
    geom: Mapped[Shape] = shape("GEOMETRY")


class Stairwell(Base):
    """A stairwell 单元 of a building, which has one door and one head 楼道长."""

    __tablename__ = "stairwell"
    __table_args__ = (
        UniqueConstraint("building", "number"),
        CheckConstraint("households >= 0", "households"),
    )

    id: Mapped[Key]
    building: Mapped[int] = mapped_column(ForeignKey("building.id", ondelete="CASCADE"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(server_default="")
    households: Mapped[int | None]
    geom: Mapped[Shape | None] = shape("POINT", nullable=True)


class Street(Base):
    """A street centre line 道路."""

    __tablename__ = "street"
    __table_args__ = (
        CheckConstraint(
            "geometrytype(geom) in ('LINESTRING', 'MULTILINESTRING')", "geom"
        ),
    )

    id: Mapped[Key]
    division: Mapped[str | None] = mapped_column(
        ForeignKey("division.code"), index=True
    )
    road_class: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    tunnel: Mapped[bool] = mapped_column(server_default="false")
    bridge: Mapped[bool] = mapped_column(server_default="false")
    geom: Mapped[Shape] = shape("GEOMETRY")


class Barrier(Base):
    """What people do not cross 阻隔: a river, a railway, a wall."""

    __tablename__ = "barrier"
    __table_args__ = (one_of("kind", ("river", "railway", "wall", "elevated_road")),)

    id: Mapped[Key]
    division: Mapped[str | None] = mapped_column(
        ForeignKey("division.code"), index=True
    )
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    geom: Mapped[Shape] = shape("GEOMETRY")


class Gate(Base):
    """A gate 出入口 of a compound."""

    __tablename__ = "gate"

    id: Mapped[Key]
    compound: Mapped[int] = mapped_column(
        ForeignKey("compound.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(server_default="")
    geom: Mapped[Shape] = shape("POINT")


class Site(Base):
    """Land for exclusive 专属 or reserved 预留 grids: a school, a market, a vacancy."""

    __tablename__ = "site"
    __table_args__ = (CheckConstraint(_AREA, "geom"),)

    id: Mapped[Key]
    community: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    geom: Mapped[Shape] = shape("GEOMETRY")


class ActivitySpace(Base):
    """A room or place for activities 活动空间."""

    __tablename__ = "activity_space"
    __table_args__ = (CheckConstraint("area_m2 > 0", "area_m2"),)

    id: Mapped[Key]
    community: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    area_m2: Mapped[float | None]
    origin: Mapped[str] = mapped_column(server_default="")
    in_use: Mapped[bool | None]
    geom: Mapped[Shape] = shape("POINT")


class Device(Base):
    """A device 设备: a camera, an access control."""

    __tablename__ = "device"
    __table_args__ = (UniqueConstraint("community", "code"),)

    id: Mapped[Key]
    community: Mapped[str] = mapped_column(ForeignKey("division.code"))
    code: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    network: Mapped[str] = mapped_column(server_default="")
    geom: Mapped[Shape] = shape("POINT")
