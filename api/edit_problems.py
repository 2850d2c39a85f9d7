"""Refusals of edits as problem+json, with what a map can show of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from api.errors import CODES
from api.problems import problem, problem_responses
from data.editing import KeyReusedError, NotDraftError, NothingToDoError, StaleError
from data.editing.errors import InTheWayError
from gis.edits import EditError
from gis.errors import CommunityGridError

__all__ = ["EDIT_PROBLEMS", "add_edit_handlers"]

EDIT_PROBLEMS = problem_responses(
    *("not_draft", "nothing_to_do", "conflict", "stale", "locked"),
    *("refused", "key_reused", "invalid"),
    form="EditProblem",
) | problem_responses("precondition_required", "not_found")
"""What a route that edits may answer."""


def add_edit_handlers(app: FastAPI) -> None:
    """Answer refused edits with the grids, cells and buildings concerned."""
    for kind in (
        *(EditError, StaleError, NotDraftError, NothingToDoError, KeyReusedError),
    ):
        app.add_exception_handler(kind, _refused)


def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CommunityGridError)
    code = next(word for kind, word in CODES.items() if isinstance(error, kind))
    detail = (error.message_zh, error.message_en)
    return problem(request.scope, code, detail=detail, more=_more(error))


def _more(error: CommunityGridError) -> dict[str, Any]:
    told: dict[str, Any] = {
        "reason": "",
        "grids": [],
        "cells": [],
        "buildings": [],
        "changes": [],
    }
    if isinstance(error, EditError):
        told |= {
            "reason": error.code,
            "grids": list(error.grids),
            "cells": list(error.cells),
        }
    if isinstance(error, InTheWayError):
        told["buildings"] = error.marks
    if isinstance(error, StaleError):
        told["changes"] = [
            {
                name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in change.items()
            }
            for change in error.changes
        ]
    return told
