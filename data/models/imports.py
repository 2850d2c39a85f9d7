"""What was read from where, and what could not be: kept for whoever asks later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, Key, Moment

__all__ = ["ImportCommunity", "ImportLayer", "ImportRow", "ImportRun"]


class ImportRun(Base):
    """One reading of sources into the register; not `finished` if it was cut off."""

    __tablename__ = "import_run"
    __table_args__ = (Index(None, "digest"),)

    id: Mapped[Key]
    digest: Mapped[str] = mapped_column(comment="SHA-256 of the sources")
    options: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'::jsonb"), comment="how they were to be read"
    )
    communities: Mapped[int] = mapped_column(comment="how many it has to take in")
    made_up: Mapped[bool] = mapped_column(server_default="false")
    attribution: Mapped[str] = mapped_column(server_default="")
    started: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    finished: Mapped[Moment | None]


class ImportLayer(Base):
    """A layer of a source, and what its coordinates mean."""

    __tablename__ = "import_layer"

    id: Mapped[Key]
    run: Mapped[int] = mapped_column(ForeignKey("import_run.id"), index=True)
    file: Mapped[str]
    layer: Mapped[str]
    role: Mapped[str]
    crs: Mapped[str] = mapped_column(comment="as declared")
    datum: Mapped[str] = mapped_column(comment="as declared, wgs84 where it was not")
    rows: Mapped[int]
    kept: Mapped[int]


class ImportRow(Base):
    """A remark on one row: refused, mended, and why."""

    __tablename__ = "import_row"

    run: Mapped[int] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    file: Mapped[str]
    layer: Mapped[str]
    row: Mapped[int | None] = mapped_column(comment="null: the layer as a whole")
    field: Mapped[str]
    code: Mapped[str] = mapped_column(
        comment="refused_…, repaired_…, blanked_…, note_…"
    )
    message_zh: Mapped[str]
    message_en: Mapped[str]


class ImportCommunity(Base):
    """A community that a run has taken in, whole, and what that changed."""

    __tablename__ = "import_community"

    run: Mapped[int] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    community: Mapped[str] = mapped_column(
        ForeignKey("division.code"), primary_key=True
    )
    changes: Mapped[dict[str, Any]] = mapped_column(
        comment="role → rows new, changed, same, missing, removed"
    )
    at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
