"""How often each table changed, so that what was made from it can be kept."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, Key

__all__ = ["TableChange", "TableVersion"]


class TableChange(Base):
    """One statement that changed a table; triggers write it, and fold old ones.

    Rows are only added, so two who write the same table do not wait for each other.
    """

    __tablename__ = "table_change"

    id: Mapped[Key]
    relation: Mapped[str] = mapped_column(comment="name of the table")


class TableVersion(Base):
    """Changes of a table that were folded into one number."""

    __tablename__ = "table_version"

    relation: Mapped[str] = mapped_column(primary_key=True)
    folded: Mapped[int] = mapped_column(server_default="0")
