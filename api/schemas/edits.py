"""Edits of a plan: what is asked, what is answered, what is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from api.schemas.base import Answer, Asked, FeatureCollection, Geometry
from api.schemas.plans import (
    CellProperties,
    GridProperties,
    GridType,
    SeamProperties,
)
from api.schemas.problem import Problem

__all__ = [
    "Advice",
    "EditAnswer",
    "EditProblem",
    "EditRequest",
    "LoggedEdit",
    "Operation",
]

Code = Annotated[str, StringConstraints(pattern=r"^[^\x00]{1,40}$")]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f]{0,60}$")
]
# Strict: a number is none in quotes, as the description says.
Cell = Annotated[int, Field(strict=True, ge=0, lt=2**31)]
Seed = Annotated[int, Field(strict=True, ge=0, lt=2**31)]
Longitude = Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False)]
Line = Annotated[list[tuple[Longitude, Latitude]], Field(min_length=2, max_length=2000)]
Ring = Annotated[list[tuple[Longitude, Latitude]], Field(min_length=3, max_length=2000)]
Codes = Annotated[list[Code], Field(min_length=1, max_length=1000)]

Orphans = Annotated[
    Literal["refuse", "hand_over"],
    Field(
        description="what becomes of a part that is cut off from its grid: refuse the "
        "edit, or hand the part to the neighbour it shares most edge with"
    ),
]
RemoveEmptied = Annotated[
    bool, Field(strict=True, description="true: a grid that loses all its cells goes")
]
ByBuildings = Annotated[
    Literal["around", "refuse", "through"],
    Field(
        description="where the line meets a building: lead it around, refuse the edit, "
        "or cut through; a building then counts where its point lies"
    ),
]


class Reassign(Asked):
    """Paint cells into a grid."""

    operation: Literal["reassign"] = Field(description="always reassign")
    cells: list[Cell] = Field(
        min_length=1, max_length=100_000, description="numbers of the cells"
    )
    to: Code = Field(description="code of the grid that gets them")
    orphans: Orphans = "refuse"
    remove_emptied: RemoveEmptied = False


class GiveBuilding(Asked):
    """Give a building to a grid; its cell is cut where it holds others too."""

    operation: Literal["give_building"] = Field(description="always give_building")
    building: Code = Field(description="its number in the register of the community")
    to: Code = Field(description="code of the grid that gets it")
    orphans: Orphans = "refuse"
    remove_emptied: RemoveEmptied = False


class MergeGrids(Asked):
    """Make one grid of neighbours."""

    operation: Literal["merge_grids"] = Field(description="always merge_grids")
    grids: Codes = Field(description="codes of the grids, two or more")
    into: Code | None = Field(
        default=None,
        description="the one that goes on; by default that of most households",
    )


class SplitGrid(Asked):
    """Split a grid into balanced parts."""

    operation: Literal["split_grid"] = Field(description="always split_grid")
    grid: Code = Field(description="its code")
    parts: int = Field(
        default=2, strict=True, ge=2, le=50, description="number of parts"
    )
    seed: Seed = Field(default=0, description="another seed may give other parts")


class SplitByLine(Asked):
    """Split a grid along a drawn line."""

    operation: Literal["split_by_line"] = Field(description="always split_by_line")
    grid: Code = Field(description="its code")
    line: Line = Field(
        description="places as [longitude, latitude] in degrees, from edge to edge; an "
        "end less than 10 m inside is carried on"
    )
    buildings: ByBuildings = "around"


class ReshapeSeam(Asked):
    """Draw a stretch of the seam between two grids anew."""

    operation: Literal["reshape_seam"] = Field(description="always reshape_seam")
    grids: Annotated[list[Code], Field(min_length=2, max_length=2)] = Field(
        description="codes of the two neighbours"
    )
    line: Line = Field(
        description="the new stretch, from a place on the seam to another, as "
        "[longitude, latitude] in degrees"
    )
    buildings: ByBuildings = "around"
    orphans: Orphans = "refuse"


class DrawGrid(Asked):
    """Draw a new grid."""

    operation: Literal["draw_grid"] = Field(description="always draw_grid")
    polygon: Ring = Field(
        description="its outline as [longitude, latitude] in degrees; what lies "
        "outside the community counts for nothing"
    )
    type: GridType = Field(default="resident", description="type of the new grid")
    name: Name = Field(default="", description="empty: the name its code gives it")
    buildings: ByBuildings = "around"
    orphans: Orphans = "refuse"
    remove_emptied: RemoveEmptied = False


class ChangeType(Asked):
    """Make a grid resident, exclusive or reserved."""

    operation: Literal["change_type"] = Field(description="always change_type")
    grid: Code = Field(description="its code")
    type: GridType = Field(description="the type it gets")


class Rename(Asked):
    """Give a grid another name; a lock does not hinder."""

    operation: Literal["rename"] = Field(description="always rename")
    grid: Code = Field(description="its code")
    name: Name = Field(description="empty: the name its code gives it")


class Renumber(Asked):
    """Give grids other serials; a lock does not hinder."""

    operation: Literal["renumber"] = Field(description="always renumber")
    serials: dict[Code, Annotated[int, Field(strict=True, ge=0, lt=10**6)]] | None = (
        Field(
            default=None,
            description="new serials by code; null: all, west to east, north to south",
        )
    )


class Lock(Asked):
    """Keep grids as they are."""

    operation: Literal["lock"] = Field(description="always lock")
    grids: Codes | None = Field(default=None, description="codes; null: all grids")


class Unlock(Asked):
    """Let grids change again."""

    operation: Literal["unlock"] = Field(description="always unlock")
    grids: Codes | None = Field(default=None, description="codes; null: all grids")


class RedrawAroundLocks(Asked):
    """Draw all grids anew but the locked ones."""

    operation: Literal["redraw_around_locks"] = Field(
        description="always redraw_around_locks"
    )
    seed: Seed = Field(default=0, description="another seed may give other grids")


class RepartitionAfterCounts(Asked):
    """Take new household counts in, and mend the grids with the fewest moves."""

    operation: Literal["repartition_after_counts"] = Field(
        description="always repartition_after_counts"
    )
    counts: dict[Code, Annotated[int, Field(strict=True, ge=0, le=100_000)]] | None = (
        Field(default=None, description="new households by number of the building")
    )
    from_register: bool = Field(
        default=True,
        strict=True,
        description="true: buildings without a count here have that of the register "
        "of today",
    )
    seed: Seed = Field(default=0, description="another seed may give other grids")


EditRequest = Annotated[
    Reassign
    | GiveBuilding
    | MergeGrids
    | SplitGrid
    | SplitByLine
    | ReshapeSeam
    | DrawGrid
    | ChangeType
    | Rename
    | Renumber
    | Lock
    | Unlock
    | RedrawAroundLocks
    | RepartitionAfterCounts,
    Field(discriminator="operation"),
]

Operation = Literal[
    "reassign",
    "give_building",
    "merge_grids",
    "split_grid",
    "split_by_line",
    "reshape_seam",
    "draw_grid",
    "change_type",
    "rename",
    "renumber",
    "lock",
    "unlock",
    "redraw_around_locks",
    "repartition_after_counts",
]


class SideHouseholds(Answer):
    """Households of a grid before and after an edit."""

    code: str = Field(description="code of the grid")
    before: int = Field(description="households 户 before; 0 if it was not there")
    after: int = Field(description="households 户 after; 0 if it is gone")
    in_band: bool | None = Field(
        description="within the band afterwards; null if the band does not bind it"
    )


class BuildingMark(Answer):
    """A building, for the map."""

    code: str = Field(description="number in the register of its community")
    name: str = Field(description="what planners know it by")
    households: int = Field(description="households 户 in it")
    point: tuple[float, float] = Field(
        description="a place in it: longitude and latitude in degrees"
    )


class EditAnswer(Answer):
    """What an edit made of a plan: all that a map of it must draw again."""

    number: int | None = Field(description="number in the log; null for a preview")
    operation: str = Field(description="what was done; undo and redo too")
    sentence_zh: str = Field(description="what was done, in Chinese")
    sentence_en: str = Field(description="what was done, in English")
    row_version: int = Field(description="version of the plan now, as in its ETag")
    grids: FeatureCollection[GridProperties] = Field(
        description="grids that came or changed"
    )
    removed: list[str] = Field(description="codes of grids that are gone")
    cells: dict[str, str | None] = Field(
        description="cells that changed their grid: number → code; null: no grid"
    )
    removed_cells: list[int] = Field(
        description="numbers of cells that are gone, as a cut was taken back"
    )
    cut: FeatureCollection[CellProperties] | None = Field(
        description="cells that are new or have another shape; null if there is none"
    )
    seams: FeatureCollection[SeamProperties] = Field(
        description="all seams of the grids above: they take the place of every seam "
        "with one of these, or one that is gone, at a side"
    )
    sides: list[SideHouseholds] = Field(
        description="households of the grids that changed"
    )
    line: Geometry | None = Field(
        description="the line as it was cut along, led around buildings; null if the "
        "edit has none"
    )
    buildings: list[BuildingMark] = Field(
        description="buildings that the line as it was drawn runs through"
    )
    can_undo: bool = Field(description="whether there is a step to take back")
    can_redo: bool = Field(description="whether there is a step to make again")
    unassigned: int = Field(description="cells without a grid")


class LoggedStep(Answer):
    """A step in the log of a plan."""

    number: int = Field(description="counts the steps of the plan, from 1")
    at: datetime = Field(description="when it was done")
    actor: str = Field(description="name of the person who did it")
    account: int | None = Field(description="number of the account; null: none")
    operation: str = Field(description="what was done; undo and redo too")
    sentence_zh: str = Field(description="what was done, in Chinese")
    sentence_en: str = Field(description="what was done, in English")
    target: int | None = Field(
        description="of undo and redo: number of the step it is about; else null"
    )


class LoggedEdit(LoggedStep):
    """A step in the log of a plan, and whether it still counts."""

    undone: bool = Field(description="true if it is taken back now")
    cells: list[int] = Field(description="numbers of the cells that changed grid")
    grids: list[str] = Field(
        description="codes of the grids that came, changed or went, by their codes then"
    )


class EditProblem(Problem):
    """Why an edit is refused, with what a map can show of it.

    Of a request that is wrong in itself there is no more to say than of any other.
    """

    reason: str = Field(
        default="",
        description="stable word: locked, not_in_one_piece, would_empty, "
        "through_building, line_does_not_cut, …; empty if there is no more to say",
    )
    grids: list[str] = Field(default=[], description="codes of the grids concerned")
    cells: list[int] = Field(default=[], description="numbers of the cells concerned")
    buildings: list[BuildingMark] = Field(default=[], description="buildings concerned")
    changes: list[LoggedStep] = Field(
        default=[],
        description="of a plan that changed meanwhile: the steps since, newest first",
    )


class GridPart(Answer):
    """A part of a grid that is not in one piece."""

    grid: str = Field(description="code of the grid")
    cells: list[int] = Field(description="numbers of the cells of the part")
    households: int = Field(description="households 户 in it")


class OutOfBand(Answer):
    """A resident grid outside the band."""

    code: str = Field(description="code of the grid")
    households: int = Field(description="households 户 in it")
    off: int = Field(description="households it is below or above the band")
    reason_zh: str = Field(description="why, in Chinese")
    reason_en: str = Field(description="why, in English")


class HeavyCell(Answer):
    """A cell that alone holds more than a grid may."""

    number: int = Field(description="number of the cell")
    grid: str | None = Field(description="code of its grid; null: none")
    households: int = Field(description="households 户 in it")


class Suggested(Answer):
    """An edit that would bring the plan nearer to the band."""

    sentence_zh: str = Field(description="what it would do, in Chinese")
    sentence_en: str = Field(description="what it would do, in English")
    households: list[int] = Field(
        description="households 户 of the grids concerned afterwards"
    )
    gain: int = Field(description="households 户 that would come into the band")
    edit: EditRequest = Field(description="the body to post to do it")


class Advice(Answer):
    """What is still amiss in a plan, and what would help."""

    row_version: int = Field(description="version of the plan this is about")
    out_of_band: list[OutOfBand] = Field(description="grids outside the band, by code")
    unassigned: list[int] = Field(description="numbers of cells without a grid")
    parts: list[GridPart] = Field(
        description="parts of grids that are not in one piece, but for the largest"
    )
    heavy_cells: list[HeavyCell] = Field(
        description="cells that alone hold more than a grid may"
    )
    promotable: list[str] = Field(
        description="codes of reserved grids with 300 households or more"
    )
    suggestions: list[Suggested] = Field(description="the best first")
