"""The tables of the record."""

from __future__ import annotations

from data.models.accounts import (
    Account,
    AccountSecret,
    ApiToken,
    Audit,
    LoginFailure,
    RecoveryCode,
    RoleGrant,
    WebSession,
)
from data.models.base import Base
from data.models.changes import TableChange, TableVersion
from data.models.imports import ImportCommunity, ImportLayer, ImportRow, ImportRun
from data.models.jobs import Job, JobFile, JobFilePart, JobItem
from data.models.places import (
    ActivitySpace,
    Barrier,
    Building,
    Compound,
    Device,
    Division,
    Gate,
    Site,
    Stairwell,
    Street,
)
from data.models.plans import (
    Cell,
    CellBuilding,
    CellSeam,
    CellSet,
    Grid,
    Plan,
    PlanCell,
    PlanEdit,
    Seam,
)
from data.models.search import SearchEntry
from data.models.uploads import Upload, UploadPart, UploadRow
from data.models.versions import (
    LegacyGrid,
    LegacyLayer,
    PlanComment,
    PlanEvent,
    PlanPresence,
    PlanStep,
)

__all__ = [
    "Account",
    "AccountSecret",
    "ActivitySpace",
    "ApiToken",
    "Audit",
    "Barrier",
    "Base",
    "Building",
    "Cell",
    "CellBuilding",
    "CellSeam",
    "CellSet",
    "Compound",
    "Device",
    "Division",
    "Gate",
    "Grid",
    "ImportCommunity",
    "ImportLayer",
    "ImportRow",
    "ImportRun",
    "Job",
    "JobFile",
    "JobFilePart",
    "JobItem",
    "LegacyGrid",
    "LegacyLayer",
    "LoginFailure",
    "Plan",
    "PlanCell",
    "PlanComment",
    "PlanEdit",
    "PlanEvent",
    "PlanPresence",
    "PlanStep",
    "RecoveryCode",
    "RoleGrant",
    "Seam",
    "SearchEntry",
    "Site",
    "Stairwell",
    "Street",
    "TableChange",
    "TableVersion",
    "Upload",
    "UploadPart",
    "UploadRow",
    "WebSession",
]
