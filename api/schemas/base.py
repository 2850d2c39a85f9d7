"""What all answers have in common: no field that is not described, GeoJSON, pages."""

from __future__ import annotations

import json
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = [
    "Answer",
    "Asked",
    "Bbox",
    "Feature",
    "FeatureCollection",
    "Geometry",
    "ListOf",
]

T = TypeVar("T")
P = TypeVar("P")

Bbox = tuple[float, float, float, float]


class Answer(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=False)


class Asked(BaseModel):
    """What a request says; a word nobody knows is refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _of_whole_characters(cls, told: Any) -> Any:
        """Refuse what no text of the record can hold: a null, half a character."""
        try:
            written = json.dumps(told, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError:
            written = b"\\u0000"
        if b"\\u0000" in written.replace(b"\\\\", b""):
            raise ValueError("text holds a null or half a character")
        return told


class ListOf(Answer, Generic[T]):
    """One page of a list."""

    items: list[T] = Field(description="the rows of this page")
    next: str | None = Field(
        description="`after` of the next page; null if this is the last"
    )


class Geometry(Answer):
    """A geometry as RFC 7946 has it, in degrees of longitude and latitude."""

    type: Literal[
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
    ] = Field(description="kind of geometry")
    coordinates: list[Any] = Field(description="longitude before latitude, in degrees")


class Feature(Answer, Generic[P]):
    """A thing with a place."""

    type: Literal["Feature"] = Field(description="always Feature")
    id: str | int = Field(description="what tells it from others of its list")
    geometry: Geometry | None = Field(description="where it is; null if not known")
    properties: P = Field(description="what is known of it")


class FeatureCollection(Answer, Generic[P]):
    """One page of a list of things with a place."""

    type: Literal["FeatureCollection"] = Field(description="always FeatureCollection")
    features: list[Feature[P]] = Field(description="the rows of this page")
    next: str | None = Field(
        description="`after` of the next page; null if this is the last"
    )
