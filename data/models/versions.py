"""What happens to a plan as a whole: review, remarks, who is in it, the log of it all.

The steps and the log are only ever added to; triggers of the migrations hold that, and
that nobody approves what they edited or submitted themselves.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, Key, Moment, Shape, one_of, shape

__all__ = [
    "STEPS",
    "LegacyGrid",
    "LegacyLayer",
    "PlanComment",
    "PlanEvent",
    "PlanPresence",
    "PlanStep",
]

STEPS = (
    *("copied", "renamed", "submitted", "withdrawn"),
    *("approved", "returned", "published"),
)
EVENTS = ("edit", "step", "comment", "resolved")
_MOST_WORDS = 2000
_now = func.clock_timestamp()


class PlanStep(Base):
    """One step of a plan on its way into force; only ever added to."""

    __tablename__ = "plan_step"
    __table_args__ = (
        one_of("step", STEPS),
        CheckConstraint(f"length(comment) <= {_MOST_WORDS}", "words"),
        Index(None, "plan", "id"),
    )

    id: Mapped[Key]
    plan: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    step: Mapped[str]
    at: Mapped[Moment] = mapped_column(server_default=_now)
    account: Mapped[int | None] = mapped_column(comment="signed by the database")
    actor: Mapped[str] = mapped_column(comment="name of the account on that day")
    comment: Mapped[str] = mapped_column(server_default="")
    detail: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'::jsonb"), comment="certificate, base, first day"
    )


class PlanComment(Base):
    """A remark on a plan, perhaps with a place; it stays, and may be resolved."""

    __tablename__ = "plan_comment"
    __table_args__ = (
        CheckConstraint(f"length(body) between 1 and {_MOST_WORDS}", "words"),
        CheckConstraint("(resolved_at is null) = (resolved_by is null)", "resolved"),
        Index(None, "plan", "id"),
    )

    id: Mapped[Key]
    plan: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    at: Mapped[Moment] = mapped_column(server_default=_now)
    account: Mapped[int | None] = mapped_column(comment="signed by the database")
    actor: Mapped[str]
    body: Mapped[str]
    grid: Mapped[str | None] = mapped_column(comment="code of the grid it is about")
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    resolved_by: Mapped[str | None]
    geom: Mapped[Shape | None] = shape("POINT", nullable=True)


class PlanEvent(Base):
    """What happened to a plan, in order; triggers write it, nobody else may."""

    __tablename__ = "plan_event"
    __table_args__ = (one_of("kind", EVENTS), Index(None, "plan", "id"))

    id: Mapped[Key]
    plan: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    at: Mapped[Moment] = mapped_column(server_default=_now)
    kind: Mapped[str]
    ref: Mapped[int] = mapped_column(comment="id of the edit, step or remark")


class PlanPresence(Base):
    """An open page on a plan; unlogged, as it means nothing after a crash."""

    __tablename__ = "plan_presence"
    __table_args__ = (
        Index(None, "plan"),
        {"prefixes": ["UNLOGGED"]},
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    plan: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    account: Mapped[int]
    actor: Mapped[str]
    since: Mapped[Moment] = mapped_column(server_default=_now)
    seen: Mapped[Moment] = mapped_column(server_default=_now)


class LegacyLayer(Base):
    """Old grids of one system over one community 原有网格: party, security, health."""

    __tablename__ = "legacy_layer"

    id: Mapped[Key]
    community: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    name: Mapped[str]
    source: Mapped[str] = mapped_column(server_default="", comment="name of the file")
    actor: Mapped[str]
    made: Mapped[Moment] = mapped_column(server_default=_now)


class LegacyGrid(Base):
    """An old grid, as it was drawn; old grids may overlap and leave gaps."""

    __tablename__ = "legacy_grid"

    layer: Mapped[int] = mapped_column(
        ForeignKey("legacy_layer.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    code: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    geom: Mapped[Shape] = shape("GEOMETRY")
