"""Questions to the record and changes of it, one function each."""

from __future__ import annotations

from data.queries.plans import Imported, export_plans, import_plans, newest_plans

__all__ = ["Imported", "export_plans", "import_plans", "newest_plans"]
