"""What names are found by."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import ARRAY, Double, ForeignKey, Index, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import SRID, Base, Shape, one_of

__all__ = ["SearchEntry"]

KINDS = (
    *("division", "grid", "compound", "street", "site", "space"),
    *("building", "device"),
)


def _prefix(*columns: str) -> Index:
    """Return an index that finds what begins with a text, whatever the locale."""
    last = columns[-1]
    return Index(
        f"ix_search_entry_{last}", *columns, postgresql_ops={last: "text_pattern_ops"}
    )


def _tokens(tier: int) -> Index:
    """Return an index of the tokens of one tier.

    What every building has, like 号楼, would be looked up a million times to find that
    no compound has it.
    """
    return Index(
        f"ix_search_entry_tokens_{tier}",
        "tokens",
        postgresql_using="gin",
        postgresql_where=text(f"tier = {tier}"),
    )


class SearchEntry(Base):
    """A name in the register or a plan, as people may type it.

    Derived from the rows it names; `data.queries.search.index_names` makes it anew.
    """

    __tablename__ = "search_entry"
    __table_args__ = (
        one_of("kind", KINDS),
        _prefix("tier", "key"),
        _prefix("tier", "initials"),
        _prefix("tier", "pinyin"),
        _prefix("tier", "code"),
        *(_tokens(tier) for tier in (0, 1)),
    )

    community: Mapped[str] = mapped_column(
        ForeignKey("division.code", onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
        comment="division it lies in; of a division itself, its own code",
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(primary_key=True, comment="code or id of the row")
    tier: Mapped[int] = mapped_column(
        SmallInteger, comment="0 places that are few, 1 buildings and devices"
    )
    name: Mapped[str]
    detail: Mapped[str] = mapped_column(comment="where it lies, to tell it by")
    key: Mapped[str] = mapped_column(comment="name, folded")
    code: Mapped[str] = mapped_column(comment="folded; empty where there is none")
    words: Mapped[str] = mapped_column(comment="what else it goes by, folded")
    initials: Mapped[str] = mapped_column(comment="readings, the likeliest first")
    pinyin: Mapped[str] = mapped_column(comment="readings, the likeliest first")
    tokens: Mapped[list[str]] = mapped_column(ARRAY(Text))
    bbox: Mapped[list[float] | None] = mapped_column(ARRAY(Double))
    geom: Mapped[Shape | None] = mapped_column(
        Geometry("POINT", srid=SRID, nullable=True, spatial_index=False)
    )
