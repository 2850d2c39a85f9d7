"""What was found."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.schemas.base import Answer, Bbox

__all__ = ["Found", "Hit"]

Kind = Literal[
    "division",
    "grid",
    "compound",
    "street",
    "site",
    "space",
    "building",
    "device",
]


class Hit(Answer):
    """A named thing that was found."""

    kind: Kind = Field(description="kind of thing")
    id: str = Field(description="its code, or its number where it has no code")
    name: str = Field(description="name, or address of a building")
    detail: str = Field(description="where it lies, to tell it by")
    community: str = Field(description="code of its community or division")
    lon: float | None = Field(description="longitude in degrees; null if not known")
    lat: float | None = Field(description="latitude in degrees; null if not known")
    bbox: Bbox | None = Field(
        description="west, south, east, north in degrees; null for a point"
    )
    matched: Literal["code", "name", "initials", "pinyin", "inside"] = Field(
        description="what the query matched; inside: some place in name or address"
    )


class Found(Answer):
    """What was found, best first."""

    items: list[Hit] = Field(description="best first")
