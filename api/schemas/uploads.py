"""Uploads: what is in them, how they are to be read, what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.base import Answer, Asked, Geometry
from api.schemas.jobs import DrawOptions, JobDetail

__all__ = [
    "Check",
    "Choices",
    "Import",
    "Inspect",
    "Placed",
    "Received",
    "Remark",
    "Upload",
    "UploadCard",
    "Uploads",
]

Encoding = Literal["utf-8", "gb18030", "big5"]
Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
RoleName = Literal[
    "communities",
    "buildings",
    "streets",
    "barriers",
    "compounds",
    "gates",
    "sites",
    "landuse",
    "spaces",
    "devices",
]
Name = Annotated[str, Field(max_length=300)]
CrsName = Annotated[str, Field(pattern=r"^EPSG:[0-9]{4,6}$")]


class GeometryCount(Answer):
    """Rows of a layer by what they are."""

    points: int = Field(description="rows that are points")
    lines: int = Field(description="rows that are lines")
    polygons: int = Field(description="rows that are areas")
    none: int = Field(description="rows without a shape")


class FoundCrs(Answer):
    """What a layer says of its coordinates."""

    code: str = Field(description="EPSG code; empty where none fits")
    name: str = Field(description="its name")
    declared: bool = Field(description="false: the format says it, not the file")
    degrees: bool = Field(description="true: degrees, false: metres")


class FoundColumn(Answer):
    """A column of a layer."""

    name: str = Field(description="its name in the file")
    kind: Literal["number", "text"] = Field(description="number or text")
    filled: int = Field(description="rows that have a value")
    examples: list[str] = Field(description="some of its values")


class Sketch(Answer):
    """Some shapes of a layer, in the coordinates of the file."""

    box: tuple[float, float, float, float] = Field(description="least and largest x, y")
    shapes: list[Geometry] = Field(description="shapes as the file has them")


class FoundPlaces(Answer):
    """Columns of a table that say where its rows lie."""

    columns: list[str] = Field(description="columns of numbers to choose from")
    x: str | None = Field(description="longitude or easting; null: not known, ask")
    y: str | None = Field(description="latitude or northing; null: not known, ask")


class FoundLayer(Answer):
    """A layer of an upload."""

    file: str = Field(description="file it is in")
    layer: str = Field(description="its name there")
    rows: int = Field(description="number of rows")
    broken_rows: int = Field(description="rows that cannot be read at all")
    geometry: GeometryCount = Field(description="rows by what they are")
    places: FoundPlaces | None = Field(
        default=None, description="null: its rows bring their shapes themselves"
    )
    role: str = Field(description="what it seems to be; empty: nothing of use")
    roles: list[str] = Field(description="what it could be by its shapes")
    crs: FoundCrs | None = Field(description="null: the file says nothing; ask")
    encoding: str = Field(description="how its text was read; empty: no choice there")
    columns: list[FoundColumn] = Field(description="its columns")
    guesses: dict[str, dict[str, str | None]] = Field(
        description="by role: the column each field would be read from, null for none"
    )
    sample: list[list[str]] = Field(description="first rows, a text for each column")
    sketch: Sketch | None = Field(description="null where no row has a shape")


class BrokenFile(Answer):
    """A file of an upload that cannot be read."""

    file: str = Field(description="its name")
    zh: str = Field(description="what is wrong and what to do, in Chinese")
    en: str = Field(description="what is wrong and what to do, in English")


class Suggestion(Answer):
    """Words under which the numbers fall into the division."""

    crs: str = Field(description="EPSG code")
    name: str = Field(description="its name")
    datum: Datum = Field(description="datum")
    swap: bool = Field(description="true: x and y are exchanged")
    inside: float = Field(description="share of the shapes inside the outline, 0–1")


class Inspection(Answer):
    """What is in an upload."""

    layers: list[FoundLayer] = Field(description="its layers")
    broken: list[BrokenFile] = Field(description="files that cannot be read")
    suggestions: list[Suggestion] = Field(description="best first; empty: none fits")
    encoding: str | None = Field(description="encoding it was told to read; null: none")


class LayerChoice(Asked):
    """How one layer is to be read."""

    file: Name = Field(description="file it is in")
    layer: Name = Field(description="its name there")
    role: RoleName | Literal[""] = Field(description="what it is; empty: leave it out")
    columns: dict[Annotated[str, Field(max_length=40)], Name | None] = Field(
        default_factory=dict,
        max_length=40,
        description="field → column, null for none; fields not named are guessed",
    )


class PlaceChoice(Asked):
    """Which columns of a table say where its rows lie."""

    file: Name = Field(description="file it is in")
    layer: Name = Field(description="its name there")
    x: Name = Field(description="column of longitude or easting")
    y: Name = Field(description="column of latitude or northing")


PlaceChoices = Annotated[
    list[PlaceChoice],
    Field(
        max_length=200,
        description="columns of coordinates of tables; others as their names tell",
    ),
]


class Outline(Asked):
    """One community around the buildings, where there is no boundary."""

    code: str = Field(pattern=r"^[0-9]{12}$", description="its code, 12 digits")
    name: str = Field(min_length=1, max_length=100, description="its name")


class Choices(Asked):
    """How an upload is to be read."""

    layers: list[LayerChoice] = Field(
        max_length=200, description="its layers; those not named are left out"
    )
    crs: CrsName | None = Field(
        default=None, description="CRS of layers that declare none, e.g. EPSG:4547"
    )
    datum: Datum | None = Field(default=None, description="datum of all layers")
    encoding: Encoding | None = Field(
        default=None, description="encoding of text; null: as it was guessed"
    )
    places: PlaceChoices = Field(default_factory=list)
    swap: bool = Field(default=False, description="true: exchange x and y")
    force: bool = Field(
        default=False, description="true: `crs` also for layers that declare one"
    )
    replace: bool = Field(
        default=False, description="true: take out rows that the upload does not have"
    )
    outline: Outline | None = Field(
        default=None, description="one community around the buildings; null: no"
    )


class Inspect(Asked):
    """An order to look into an upload again."""

    encoding: Encoding | None = Field(
        default=None, description="encoding of text; null: guess it"
    )
    places: PlaceChoices = Field(default_factory=list)


class Check(Asked):
    """An order to check an upload."""

    choices: Choices = Field(description="how it is to be read")


class Import(Check):
    """An order to take an upload into the register."""

    draw: DrawOptions | None = Field(
        default=None, description="how its communities are to be drawn after; null: not"
    )


class UploadCard(Answer):
    """An upload in a list."""

    id: int = Field(description="number of the upload")
    name: str = Field(description="name of the file")
    division: str = Field(description="code of the division it is for; empty: all")
    division_name: str | None = Field(description="its name; null if not known")
    state: Literal["receiving", "stored", "imported"] = Field(
        description="receiving, stored or imported"
    )
    size: int = Field(description="bytes")
    made: datetime = Field(description="when it was sent")
    expires: datetime = Field(description="when it is deleted unless worked on")


class Uploads(Answer):
    """The uploads of the one who asks."""

    items: list[UploadCard] = Field(description="newest first")


class Upload(UploadCard):
    """An upload with what was found in it."""

    inspection: Inspection | None = Field(description="null: not looked into yet")
    choices: dict[str, Any] | None = Field(
        description="how it is to be read, as last checked, like the body of a check"
    )
    report: dict[str, Any] | None = Field(
        description="what the last check found: layers, tables (rows by role), "
        "communities, households, estimated, remarks by kind; null: none"
    )
    job: JobDetail | None = Field(description="its last job; null: none")


class Received(Answer):
    """An upload that has arrived, and the job that looks into it."""

    upload: UploadCard = Field(description="the upload")
    job: JobDetail = Field(description="the job that looks into it")


class PlacedLayer(Answer):
    """Which layer a feature is of."""

    layer: int = Field(description="place of the layer in the inspection, from 0")


class PlacedFeature(Answer):
    """The sketch of a layer, placed."""

    type: Literal["Feature"] = Field(description="always Feature")
    id: int = Field(description="place of the layer in the inspection, from 0")
    geometry: dict[str, Any] = Field(description="a GeometryCollection in degrees")
    properties: PlacedLayer = Field(description="which layer it is")


class Placed(Answer):
    """Where an upload lies under some words, against the outline of its division."""

    type: Literal["FeatureCollection"] = Field(description="always FeatureCollection")
    features: list[PlacedFeature] = Field(description="the layers that have shapes")
    bbox: list[float] | None = Field(
        description="west, south, east, north of it all; null where nothing is left"
    )
    inside: float | None = Field(
        description="share of the shapes inside the outline, 0–1; null: no outline"
    )
    away_m: int | None = Field(
        description="metres from its middle to the outline, 0 inside; null: no outline"
    )


class Remark(Answer):
    """A remark on a row, or on a layer as a whole."""

    number: int = Field(description="number of the remark")
    file: str = Field(description="file the row is in; empty: all")
    layer: str = Field(description="layer the row is in")
    row: int | None = Field(description="number of the row; null: the layer as a whole")
    field: str = Field(description="column it is about; empty: the row")
    code: str = Field(description="refused_…, repaired_…, blanked_… or note_…")
    message_zh: str = Field(description="what is wrong with it, in Chinese")
    message_en: str = Field(description="what is wrong with it, in English")
