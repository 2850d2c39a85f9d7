"""Long work that survives a restart."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, Key, Moment, one_of

__all__ = ["Job"]

STATES = ("queued", "running", "done", "failed", "cancelled")


class Job(Base):
    """A piece of work: what to do, how far it is, how it ended."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("progress between 0 and 1", "progress"),
        one_of("state", STATES),
        # Of the same work, one at a time.
        Index(
            "uq_job_key_open",
            "key",
            unique=True,
            postgresql_where=text("state in ('queued', 'running')"),
        ),
        Index(None, "state", "made"),
    )

    id: Mapped[Key]
    kind: Mapped[str]
    key: Mapped[str | None] = mapped_column(comment="e.g. draw:370115001002")
    arguments: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="queued")
    progress: Mapped[float] = mapped_column(server_default="0")
    stop_asked: Mapped[bool] = mapped_column(server_default="false")
    attempts: Mapped[int] = mapped_column(server_default="0")
    made: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    started: Mapped[Moment | None]
    heartbeat: Mapped[Moment | None]
    finished: Mapped[Moment | None]
    result: Mapped[dict[str, Any] | None]
    error_zh: Mapped[str | None]
    error_en: Mapped[str | None]
