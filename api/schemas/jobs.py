"""Long work: what is asked for, how far it is, what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.base import Answer, Asked, ListOf

__all__ = ["DrawJob", "DrawOptions", "Job", "JobDetail", "JobFile", "Jobs", "Weights"]

DivisionCode = r"^([0-9]{4}|[0-9]{6}|[0-9]{9}|[0-9]{12})$"
JobState = Literal["queued", "running", "done", "failed", "cancelled"]
Weight = Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)]


class Weights(Asked):
    """What grids should be like beside the band; 1 counts as much as shape, 0 not."""

    load: Weight = Field(default=0, description="cases per grid alike")
    members: Weight = Field(default=0, description="party members per grid alike")
    walk: Weight = Field(default=0, description="homes of a grid near each other")
    area: Weight = Field(default=0, description="areas in m² alike")
    loyalty: Weight = Field(
        default=0,
        description="households of one grid in force, or of one old grid, stay "
        "together; with `former` loyalty or legacy it is 1 unless given",
    )


class DrawOptions(Asked):
    """How communities are to be drawn."""

    low: int = Field(
        default=300, ge=1, le=100_000, description="least households of a grid"
    )
    high: int = Field(
        default=500, ge=1, le=100_000, description="most households of a grid"
    )
    seed: int = Field(
        default=0, ge=0, lt=2**31, description="the same seed gives the same plan"
    )
    effort: Literal["fast", "best"] | Annotated[float, Field(ge=1, le=3600)] = Field(
        default="fast", description="fast, best, or seconds of search a community"
    )
    weights: Weights = Field(
        default_factory=Weights, description="what counts beside the band"
    )
    former: Literal["none", "loyalty", "fewest_moves", "legacy"] = Field(
        default="none",
        description="what becomes of the grids in force: nothing, kept together where "
        "it costs little, or changed for as few households as the band allows; legacy: "
        "the newest old grids that were brought for a community are kept together",
    )


class DrawJob(DrawOptions):
    """An order to draw the communities of a division, a draft for each."""

    kind: Literal["draw"] = Field(default="draw", description="always draw")
    division: str = Field(
        pattern=DivisionCode, description="code of a community, street or district"
    )


class JobFile(Answer):
    """A file that a job made."""

    name: str = Field(description="name to save it under")
    size: int = Field(description="bytes")


class Job(Answer):
    """A piece of long work."""

    id: int = Field(description="number of the job")
    kind: str = Field(description="draw, import, inspect, check or export")
    division: str = Field(description="code of the division; empty: all of it")
    division_name: str | None = Field(description="its name; null if not known")
    mine: bool = Field(description="whether the one who asks began it")
    state: JobState = Field(description="queued, running, done, failed or cancelled")
    progress: float = Field(description="how far it is, 0–1")
    ahead: int = Field(description="jobs that wait before it; 0 unless queued")
    message_zh: str = Field(description="what it does just now, in Chinese")
    message_en: str = Field(description="what it does just now, in English")
    stop_asked: bool = Field(description="whether it has been asked to stop")
    made: datetime = Field(description="when it was asked for")
    started: datetime | None = Field(description="when it began; null: not yet")
    heartbeat: datetime | None = Field(description="when it was last worked on")
    finished: datetime | None = Field(description="when it ended; null: not yet")
    error_zh: str | None = Field(description="why it failed, in Chinese")
    error_en: str | None = Field(description="why it failed, in English")
    result: dict[str, Any] | None = Field(
        description="figures of what came of it, by kind; null until it is done"
    )
    file: JobFile | None = Field(description="what can be downloaded; null if nothing")


class JobItem(Answer):
    """A piece of a job that is finished."""

    key: str = Field(description="which piece, e.g. draw:370115001002")
    at: datetime = Field(description="when it was finished")
    result: dict[str, Any] = Field(
        description="what came of it; of a community: name, plan, version, grids, "
        "households, out_of_band, or error_zh and error_en"
    )


class JobDetail(Job):
    """A job with what it was asked and the pieces that are finished."""

    arguments: dict[str, Any] = Field(description="what it was asked to do")
    items: list[JobItem] = Field(description="pieces that are finished, by key")


class Jobs(ListOf[Job]):
    """One page of jobs, newest first."""

    workers: int = Field(
        description="lanes of workers that are there; 0: nothing is being worked on"
    )
