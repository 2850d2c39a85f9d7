"""Divisions and what lies in them: the register that plans are drawn from."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, Key, Shape, Sourced, one_of, shape

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


def _key() -> Mapped[str]:
    """Return the column that tells rows without a number apart, by name or place."""
    return mapped_column(server_default=text("(gen_random_uuid())::text"))


class Division(Sourced, Base):
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


class Compound(Sourced, Base):
    """A residential estate 小区."""

    __tablename__ = "compound"
    __table_args__ = (
        UniqueConstraint("community", "key"),
        CheckConstraint(_AREA, "geom"),
        one_of("kind", ("commodity", "old", "resettlement"), empty=True),
    )

    id: Mapped[Key]
    community: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    key: Mapped[str] = _key()
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="")
    geom: Mapped[Shape] = shape("GEOMETRY")


class Building(Sourced, Base):
    """A building 楼栋 with its count of households 户数."""

    __tablename__ = "building"
    __table_args__ = (
        UniqueConstraint("community", "code"),
        CheckConstraint("households >= 0", "households"),
        CheckConstraint("cases >= 0", "cases"),
        CheckConstraint("party_members >= 0", "party_members"),
        CheckConstraint(
            "geometrytype(geom) in ('POLYGON', 'MULTIPOLYGON', 'POINT')", "geom"
        ),
    )

    id: Mapped[Key]
    community: Mapped[str] = mapped_column(ForeignKey("division.code"))
    code: Mapped[str] = mapped_column(comment="number in the source")
    compound: Mapped[int | None] = mapped_column(ForeignKey("compound.id"), index=True)
    compound_name: Mapped[str] = mapped_column(
        server_default="", comment="as given, also where no such compound is known"
    )
    households: Mapped[int]
    estimated: Mapped[bool] = mapped_column(server_default="false")
    floors: Mapped[float | None]
    height_m: Mapped[float | None]
    units: Mapped[int | None]
    cases: Mapped[int | None]
    party_members: Mapped[int | None]
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


class Street(Sourced, Base):
    """A street centre line 道路."""

    __tablename__ = "street"
    __table_args__ = (
        UniqueConstraint("division", "key"),
        CheckConstraint(
            "geometrytype(geom) in ('LINESTRING', 'MULTILINESTRING')", "geom"
        ),
        Index(
            "ix_street_main_geom",
            "geom",
            postgresql_using="gist",
            postgresql_where=text(
                "road_class in ('motorway', 'motorway_link', 'trunk', 'trunk_link', "
                "'primary', 'primary_link', 'secondary', 'secondary_link', "
                "'快速路', '主干路', '次干路')"
            ),
        ),
    )

    id: Mapped[Key]
    division: Mapped[str | None] = mapped_column(
        ForeignKey("division.code"), index=True
    )
    key: Mapped[str] = _key()
    road_class: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    tunnel: Mapped[bool] = mapped_column(server_default="false")
    bridge: Mapped[bool] = mapped_column(server_default="false")
    geom: Mapped[Shape] = shape("GEOMETRY")


class Barrier(Sourced, Base):
    """What people do not cross 阻隔: a river, a railway, a wall."""

    __tablename__ = "barrier"
    __table_args__ = (
        UniqueConstraint("division", "key"),
        one_of("kind", ("river", "railway", "wall", "elevated_road")),
    )

    id: Mapped[Key]
    division: Mapped[str | None] = mapped_column(
        ForeignKey("division.code"), index=True
    )
    key: Mapped[str] = _key()
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    geom: Mapped[Shape] = shape("GEOMETRY")


class Gate(Sourced, Base):
    """A gate 出入口 of a compound."""

    __tablename__ = "gate"
    __table_args__ = (UniqueConstraint("compound", "key"),)

    id: Mapped[Key]
    compound: Mapped[int] = mapped_column(
        ForeignKey("compound.id", ondelete="CASCADE"), index=True
    )
    key: Mapped[str] = _key()
    name: Mapped[str] = mapped_column(server_default="")
    geom: Mapped[Shape] = shape("POINT")


class Site(Sourced, Base):
    """Land for exclusive 专属 or reserved 预留 grids: a school, a market, a vacancy."""

    __tablename__ = "site"
    __table_args__ = (
        UniqueConstraint("community", "key"),
        CheckConstraint(_AREA, "geom"),
    )

    id: Mapped[Key]
    community: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    key: Mapped[str] = _key()
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    geom: Mapped[Shape] = shape("GEOMETRY")


class ActivitySpace(Sourced, Base):
    """A room or place for activities 活动空间."""

    __tablename__ = "activity_space"
    __table_args__ = (
        UniqueConstraint("community", "key"),
        CheckConstraint("area_m2 > 0", "area_m2"),
    )

    id: Mapped[Key]
    community: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    key: Mapped[str] = _key()
    kind: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    area_m2: Mapped[float | None]
    origin: Mapped[str] = mapped_column(server_default="")
    in_use: Mapped[bool | None]
    geom: Mapped[Shape] = shape("POINT")


class Device(Sourced, Base):
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
