"""Versions of a community: how far each came, who did what, what differs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schemas.base import Answer, Asked, Feature
from api.schemas.plans import SeamKind, Status

__all__ = [
    "Comment",
    "Comments",
    "CompareDocument",
    "Crosswalk",
    "Decision",
    "LegacyGrids",
    "LegacyLayer",
    "LegacyLayers",
    "LegacyShares",
    "Matching",
    "NewComment",
    "NewDraft",
    "NewName",
    "Publication",
    "Resolution",
    "ReviewRequest",
    "VersionDetail",
    "Versions",
]

Stage = Literal[
    "draft", "returned", "review", "approved", "scheduled", "in_force", "ended"
]
StepName = Literal[
    "copied", "renamed", "submitted", "withdrawn", "approved", "returned", "published"
]
DeedName = Literal[
    "copy",
    "rename",
    "delete",
    "edit",
    "submit",
    "withdraw",
    "approve",
    "return",
    "publish",
    "comment",
]
Matching = Literal["code", "share"]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)
]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class NewDraft(Asked):
    """A draft to be made."""

    name: Name = Field(description="what people call it", examples=["春季调整"])


class NewName(Asked):
    """Another name for a draft."""

    name: Name = Field(description="what people call it")


class ReviewRequest(Asked):
    """A plan sent for review."""

    comment: Words = Field(default="", description="what the reviewer should know")
    row_version: int | None = Field(
        default=None,
        description="version of the plan that was looked at; refused if it is another "
        "by now",
    )


class Decision(Asked):
    """What a reviewer decides."""

    decision: Literal["approve", "return"] = Field(
        description="approve 通过, or return 退回 it to its planner"
    )
    comment: Words = Field(
        default="", description="why; to return a plan it must say what to mend"
    )


class Publication(Asked):
    """When a plan takes effect."""

    since: date = Field(description="first day in force, today or later, in China")


class NewComment(Asked):
    """A remark to be made."""

    body: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)
    ] = Field(description="the remark")
    grid: Annotated[str, StringConstraints(max_length=32)] | None = Field(
        default=None, description="code of the grid it is about"
    )
    lon: float | None = Field(
        default=None, ge=-180, le=180, description="longitude of its place in degrees"
    )
    lat: float | None = Field(
        default=None, ge=-90, le=90, description="latitude of its place in degrees"
    )


class Resolution(Asked):
    """Whether a remark is dealt with."""

    resolved: bool = Field(description="true: dealt with; false: open again")


class Act(Answer):
    """Who did something, and when."""

    actor: str = Field(description="name of the person on that day")
    mine: bool = Field(description="true if it was the one who asks")
    at: datetime = Field(description="when")
    comment: str = Field(description="what was said with it; empty if nothing")


class Deed(Answer):
    """Something that can be done to a plan, and whether the one who asks may."""

    deed: DeedName = Field(description="what")
    may: bool = Field(description="whether the one who asks can do it now")
    why_zh: str = Field(description="why not, in Chinese; empty if it can be done")
    why_en: str = Field(description="why not, in English; empty if it can be done")


class Successor(Answer):
    """The plan that took the place of another."""

    id: int = Field(description="number of the plan")
    version: int = Field(description="its version")
    since: date = Field(description="its first day in force")


class Base(Answer):
    """The published plan that a draft was made from."""

    id: int = Field(description="number of the plan")
    version: int = Field(description="its version")
    succeeded_by: Successor | None = Field(
        description="what took its place since the draft was made; null: nothing"
    )


class Version(Answer):
    """A plan of a community and how far it came."""

    id: int = Field(description="number of the plan")
    community: str = Field(description="code of the community, 12 digits")
    version: int = Field(description="counts the plans of the community, from 1")
    name: str = Field(description="what people call it; empty if it has no name")
    status: Status = Field(description="draft, review, published or archived")
    stage: Stage = Field(
        description="draft, returned to its planner, in review, approved, scheduled "
        "for a day to come, in_force, or ended"
    )
    author: str = Field(description="who made it; empty: it was drawn or imported")
    made: datetime = Field(description="when it was made")
    parent: int | None = Field(description="the plan it was copied from; null: none")
    effective_from: date | None = Field(description="first day in force; null: never")
    effective_to: date | None = Field(
        description="day after the last in force; null while open"
    )
    row_version: int = Field(description="grows with every change of the plan")
    low: int = Field(description="least households of a resident grid")
    high: int = Field(description="most households of a resident grid")
    grids: int = Field(description="number of grids")
    households: int = Field(description="households 户 of all grids")
    out_of_band: int = Field(description="resident grids below `low` or above `high`")
    open_comments: int = Field(description="remarks that are not dealt with")
    edited: Act | None = Field(description="the last edit; null: none")
    submitted: Act | None = Field(description="sent for review by; null: not")
    approved: Act | None = Field(description="approved by; null: not")
    returned: Act | None = Field(description="returned by, and why; null: not")
    base: Base | None = Field(description="published plan it was made from")
    deeds: list[Deed] = Field(description="what can be done to it, or why not")


class Versions(Answer):
    """All plans of a community that can be seen."""

    items: list[Version] = Field(description="the plans, the newest version first")
    earliest: date = Field(description="first day on which the next plan can begin")


class Step(Answer):
    """One step of a plan on its way into force."""

    step: StepName = Field(description="what was done")
    actor: str = Field(description="name of the person on that day")
    mine: bool = Field(description="true if it was the one who asks")
    at: datetime = Field(description="when")
    comment: str = Field(description="what was said with it")
    sentence_zh: str = Field(description="the step in Chinese")
    sentence_en: str = Field(description="the step in English")


class VersionDetail(Version):
    """A plan, how far it came, and every step of the way."""

    steps: list[Step] = Field(description="the steps, the first one first")
    earliest: date = Field(description="first day on which it can begin")


class Comment(Answer):
    """A remark on a plan."""

    id: int = Field(description="number of the remark")
    actor: str = Field(description="who made it")
    mine: bool = Field(description="true if it was the one who asks")
    at: datetime = Field(description="when")
    body: str = Field(description="the remark")
    grid: str | None = Field(description="code of the grid it is about; null: none")
    lon: float | None = Field(description="longitude of its place in degrees")
    lat: float | None = Field(description="latitude of its place in degrees")
    resolved_at: datetime | None = Field(description="when it was dealt with")
    resolved_by: str | None = Field(description="who dealt with it")


class Comments(Answer):
    """All remarks on a plan."""

    items: list[Comment] = Field(description="the remarks, the first one first")


class Move(Answer):
    """Ground that goes from one grid to another."""

    former: str = Field(description="code of the grid in the earlier plan; empty: none")
    grid: str = Field(description="code of the grid in the later plan; empty: none")
    households: int = Field(description="households 户 that move")
    buildings: int = Field(description="buildings that move")
    area_m2: float = Field(description="ground that moves, in m²")
    devices: int = Field(description="devices on it")
    spaces: int = Field(description="activity spaces on it")


class ComparedSeam(Answer):
    """A seam of one plan or both."""

    state: Literal["old", "new", "kept"] = Field(
        description="only in the earlier plan, only in the later one, or in both"
    )
    kind: SeamKind = Field(description="what lies along it")
    length_m: float = Field(description="length in metres")


class MovedGround(Answer):
    """Ground that goes from one grid to another, on the map."""

    former: str = Field(description="code of the grid in the earlier plan")
    grid: str = Field(description="code of the grid in the later plan")
    households: int = Field(description="households 户 on it")


class CompareDocument(Answer):
    """What differs between two plans of a community."""

    before: int = Field(description="number of the earlier plan")
    after: int = Field(description="number of the later plan")
    matching: Matching = Field(
        description="a grid goes on in the one with its code, or in the one that it "
        "shares most households with"
    )
    households: int = Field(description="households 户 of the community")
    households_moved: int = Field(description="households 户 that change grid")
    grids_before: int = Field(description="grids of the earlier plan")
    grids_after: int = Field(description="grids of the later plan")
    added: list[str] = Field(description="codes only the later plan has")
    gone: list[str] = Field(description="codes only the earlier plan has")
    moves: list[Move] = Field(description="who moves, most households first")
    seams: list[Feature[ComparedSeam]] = Field(description="seams of both plans")
    moved: list[Feature[MovedGround]] = Field(description="ground that moves")


class CrosswalkRow(Answer):
    """What one grid shares with another."""

    legacy: str = Field(description="code of the old grid")
    name: str = Field(description="name of the old grid; empty if it has none")
    grid: str = Field(description="code of the new grid; empty: outside the community")
    grid_name: str = Field(description="name of the new grid")
    area_m2: float = Field(description="ground they share, in m²")
    area_percent: float = Field(
        description="of the old grid's m², in percent; adds up to 100"
    )
    households: int = Field(description="households 户 they share")
    household_percent: float | None = Field(
        description="of the old grid's households, in percent; adds up to 100; null "
        "where nobody lives"
    )


class Crosswalk(Answer):
    """The grids of one plan over those of another."""

    items: list[CrosswalkRow] = Field(description="every share, by codes")


class LegacyLayer(Answer):
    """Old grids of one system over a community 原有网格."""

    id: int = Field(description="number of the layer")
    name: str = Field(description="what people call it", examples=["综治网格 2019"])
    source: str = Field(description="name of the file it came from")
    actor: str = Field(description="who brought it")
    made: datetime = Field(description="when it was brought")
    grids: int = Field(description="number of grids")


class LegacyLayers(Answer):
    """All layers of old grids of a community."""

    items: list[LegacyLayer] = Field(description="the layers, the newest first")


class LegacyFeature(Answer):
    """An old grid."""

    code: str = Field(description="its code, as it was given")
    name: str = Field(description="its name; empty if it has none")


class LegacyGrids(Answer):
    """Old grids on the map."""

    type: Literal["FeatureCollection"] = Field(description="always FeatureCollection")
    features: list[Feature[LegacyFeature]] = Field(description="the old grids")


class LegacyHeir(Answer):
    """What becomes of an old grid."""

    legacy: str = Field(description="code of the old grid")
    name: str = Field(description="its name; empty if it has none")
    households: int = Field(description="households 户 in it")
    into: str = Field(description="grid that takes most of it; empty: none")
    share: float = Field(
        description="share of its households that goes there, in percent; of its "
        "ground where nobody lives"
    )
    displaced: int = Field(description="households 户 that go elsewhere")


class LegacyShares(Answer):
    """Old grids over the grids of a plan."""

    layer: int = Field(description="number of the layer of old grids")
    plan: int = Field(description="number of the plan")
    households: int = Field(description="households 户 in old grids")
    displaced: int = Field(
        description="households 户 outside the grid that takes most of their old one"
    )
    displaced_percent: float | None = Field(
        description="the same in percent; null where nobody lives"
    )
    grids: list[LegacyHeir] = Field(description="what becomes of each old grid")
    rows: list[CrosswalkRow] = Field(description="every share")
