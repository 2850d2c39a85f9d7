"""Cell sets, plans and the keys that make a plan a partition.

A cell of a plan has one grid by the primary key ``(plan, cell)``. The composite keys
carry the cell set along, so that a plan cannot mix two. Triggers of the migrations do
what keys cannot: nothing left out on publishing, nothing changed afterwards.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import SRID, Base, Key, Shape, one_of, shape
from gis.kinds import SEAM_KINDS, GridType

__all__ = [
    "Cell",
    "CellBuilding",
    "CellSeam",
    "CellSet",
    "Grid",
    "Plan",
    "PlanCell",
    "PlanEdit",
    "Seam",
]

STATUSES = ("draft", "review", "published", "archived")
_GRID_TYPES = tuple(kind.label for kind in GridType)
_now = func.now()


class CellSet(Base):
    """A proven coverage of a community by cells; sealed, it never changes."""

    __tablename__ = "cell_set"
    # The pair is what plans refer to, so that a plan stays in its community.
    __table_args__ = (UniqueConstraint("id", "community"),)

    id: Mapped[Key]
    community: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    name: Mapped[str] = mapped_column(comment="of the community, when it was cut")
    parent: Mapped[int | None] = mapped_column(
        ForeignKey("cell_set.id"), index=True, comment="the set it was cut from"
    )
    sealed: Mapped[bool] = mapped_column(server_default="false")
    digest: Mapped[str] = mapped_column(comment="SHA-256 of the inputs")
    metric_crs: Mapped[str]
    made: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_now)
    geom: Mapped[Shape] = shape("GEOMETRY")


class Cell(Base):
    """A cell 基本空间单元, never split within its set."""

    __tablename__ = "cell"
    __table_args__ = (
        CheckConstraint("households >= 0 and buildings >= 0", "counts"),
        one_of("kind", _GRID_TYPES),
    )

    cell_set: Mapped[int] = mapped_column(
        ForeignKey("cell_set.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    households: Mapped[int]
    buildings: Mapped[int]
    block: Mapped[int]
    compound: Mapped[int] = mapped_column(comment="-1 where none")
    kind: Mapped[str]
    geom: Mapped[Shape] = shape("POLYGON")
    site: Mapped[int] = mapped_column(
        server_default="-1",
        comment="exclusive or reserved land it is part of; -1 where none",
    )


class CellSeam(Base):
    """What lies between the cells of a set: all their common edges, by kind.

    A seam inside a grid is on no map, but it is one as soon as the grid is split. Sets
    of before have none; what lies there is told from the register when it is needed.
    """

    __tablename__ = "cell_seam"
    __table_args__ = (one_of("kind", SEAM_KINDS),)

    cell_set: Mapped[int] = mapped_column(
        ForeignKey("cell_set.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    geom: Mapped[Shape] = mapped_column(
        Geometry("MULTILINESTRING", srid=SRID, nullable=False, spatial_index=False)
    )


class CellBuilding(Base):
    """What was counted in a cell when the set was cut."""

    __tablename__ = "cell_building"
    __table_args__ = (
        ForeignKeyConstraint(
            ["cell_set", "cell"], ["cell.cell_set", "cell.number"], ondelete="CASCADE"
        ),
        CheckConstraint("households >= 0", "households"),
        Index(None, "cell_set", "cell"),
    )

    cell_set: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(primary_key=True)
    cell: Mapped[int]
    households: Mapped[int]
    estimated: Mapped[bool]
    floors: Mapped[float | None]
    use: Mapped[str]
    straddles: Mapped[bool]
    # Buildings are asked for by set and cell; an edit copies hundreds of them.
    geom: Mapped[Shape] = mapped_column(
        Geometry("POINT", srid=SRID, nullable=False, spatial_index=False)
    )


class Plan(Base):
    """A plan 划分方案 of a community: a version, a status, dates."""

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("id", "cell_set"),
        UniqueConstraint("community", "version"),
        UniqueConstraint("community", "origin"),
        ForeignKeyConstraint(
            ["cell_set", "community"], ["cell_set.id", "cell_set.community"]
        ),
        CheckConstraint("0 < low and low <= high", "band"),
        CheckConstraint("effective_to > effective_from", "dates"),
        CheckConstraint(
            "status in ('draft', 'review') or effective_from is not null", "effective"
        ),
        one_of("status", STATUSES),
        ExcludeConstraint(
            ("community", "="),
            (text("daterange(effective_from, effective_to)"), "&&"),
            where=text("status in ('published', 'archived')"),
            using="gist",
            name="ex_plan_one_at_a_time",
        ),
    )

    id: Mapped[Key]
    community: Mapped[str] = mapped_column(ForeignKey("division.code"))
    cell_set: Mapped[int] = mapped_column(index=True)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(server_default="")
    author: Mapped[str] = mapped_column(server_default="")
    author_account: Mapped[int | None]
    parent: Mapped[int | None] = mapped_column(ForeignKey("plan.id"), index=True)
    status: Mapped[str] = mapped_column(server_default="draft")
    effective_from: Mapped[date | None]
    effective_to: Mapped[date | None] = mapped_column(comment="the day after the last")
    low: Mapped[int]
    high: Mapped[int]
    origin: Mapped[str | None] = mapped_column(
        comment="hash of the plan file it came from; an import again finds it"
    )
    document: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'::jsonb"), comment="how it was drawn"
    )
    row_version: Mapped[int] = mapped_column(
        server_default="1", comment="counts every change of the plan and its grids"
    )
    made: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=_now)
    done: Mapped[int] = mapped_column(
        server_default="0", comment="number of the edit that undo takes back; 0: none"
    )
    undone: Mapped[int] = mapped_column(
        server_default="0", comment="number of the edit that redo makes again; 0: none"
    )


class Grid(Base):
    """A grid 网格 of a plan."""

    __tablename__ = "grid"
    __table_args__ = (
        CheckConstraint("households >= 0 and buildings >= 0", "counts"),
        one_of("type", _GRID_TYPES),
        Index(None, "code"),
    )

    plan: Mapped[int] = mapped_column(
        ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    type: Mapped[str]
    households: Mapped[int]
    buildings: Mapped[int]
    estimated: Mapped[int] = mapped_column(comment="households that are estimates")
    area_m2: Mapped[float]
    compactness: Mapped[float]
    street_share: Mapped[float | None]
    in_band: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(server_default="")
    reason_zh: Mapped[str] = mapped_column(server_default="")
    reason_en: Mapped[str] = mapped_column(server_default="")
    color: Mapped[int]
    geom: Mapped[Shape] = shape("POLYGON")
    # Two neighbours are thinned each for itself, so this is to be looked at from afar,
    # never to be measured.
    outline: Mapped[Shape] = mapped_column(
        Geometry("POLYGON", srid=SRID, nullable=False, spatial_index=False),
        # As PostgreSQL writes it, so that the two can be compared.
        Computed("st_simplify(geom, '5e-06'::double precision, true)", persisted=True),
        deferred=True,
        comment="geom without the points that are off by less than half a metre",
    )
    locked: Mapped[bool] = mapped_column(
        server_default="false", comment="keeps its cells and its type"
    )


class PlanCell(Base):
    """The guard: a cell of a plan has one grid."""

    __tablename__ = "plan_cell"
    __table_args__ = (
        # An edit that cuts cells takes plan and cells to another set together.
        ForeignKeyConstraint(
            ["plan", "cell_set"],
            ["plan.id", "plan.cell_set"],
            ondelete="CASCADE",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        ForeignKeyConstraint(["cell_set", "cell"], ["cell.cell_set", "cell.number"]),
        ForeignKeyConstraint(
            ["plan", "grid"],
            ["grid.plan", "grid.code"],
            onupdate="CASCADE",
            deferrable=True,
            initially="DEFERRED",
        ),
        Index(None, "plan", "grid"),
        Index(None, "cell_set", "cell"),
    )

    plan: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cell: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cell_set: Mapped[int]
    grid: Mapped[str]


class Seam(Base):
    """A line two grids of a plan share 接边线."""

    __tablename__ = "seam"
    __table_args__ = (
        ForeignKeyConstraint(
            ["plan", "left_grid"],
            ["grid.plan", "grid.code"],
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["plan", "right_grid"],
            ["grid.plan", "grid.code"],
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        CheckConstraint("left_grid <> right_grid", "sides"),
        one_of("kind", SEAM_KINDS),
        Index(None, "plan", "left_grid"),
        Index(None, "plan", "right_grid"),
    )

    id: Mapped[Key]
    plan: Mapped[int]
    left_grid: Mapped[str]
    right_grid: Mapped[str]
    kind: Mapped[str]
    length_m: Mapped[float]
    geom: Mapped[Shape] = shape("LINESTRING")


class PlanEdit(Base):
    """One step in the making of a plan, with its inverse; only ever added to.

    `forward` and `inverse` say of rows what they are after the step and were before
    it. Undo and redo are steps themselves, which name another as their `target`.
    """

    __tablename__ = "plan_edit"
    __table_args__ = (
        UniqueConstraint("plan", "number"),
        UniqueConstraint("plan", "key"),
        Index(None, "plan", "target"),
    )

    id: Mapped[Key]
    plan: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    number: Mapped[int]
    operation: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    parameters: Mapped[dict[str, Any]]
    inverse: Mapped[dict[str, Any]]
    account: Mapped[int | None] = mapped_column(comment="who did it; null: no account")
    sentence_zh: Mapped[str] = mapped_column(server_default="")
    sentence_en: Mapped[str] = mapped_column(server_default="")
    forward: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'::jsonb"), comment="what it made of the plan"
    )
    target: Mapped[int | None] = mapped_column(comment="of undo and redo: which edit")
    done_before: Mapped[int] = mapped_column(
        server_default="0", comment="plan.done until then"
    )
    undone_before: Mapped[int] = mapped_column(
        server_default="0", comment="plan.undone until then"
    )
    set_before: Mapped[int | None] = mapped_column(comment="where cells were cut")
    set_after: Mapped[int | None] = mapped_column(comment="where cells were cut")
    row_version: Mapped[int | None] = mapped_column(comment="of the plan, afterwards")
    key: Mapped[str | None] = mapped_column(comment="Idempotency-Key of the request")
