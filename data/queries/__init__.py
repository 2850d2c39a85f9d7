"""Questions to the record and changes of it, one function each."""

from __future__ import annotations

from data.queries.plans import Imported, export_plans, import_plans, newest_plans
from data.queries.publish import Published, archive_ended, publish

__all__ = [
    "Imported",
    "Published",
    "archive_ended",
    "export_plans",
    "import_plans",
    "newest_plans",
    "publish",
]
