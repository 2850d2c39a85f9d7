"""The description of the API: complete, and without what it never answers."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from api.schemas.edits import EditProblem
from api.schemas.problem import Problem

__all__ = ["describe"]

SCHEMA = "#/components/schemas/{model}"

ABOUT = """Community grids 社区网格: divisions, plans, grids and what lies in them.

Positions are longitude and latitude (WGS 84, which CGCS2000 agrees with to decimetres).
Lists come in pages: follow `next`, or the `Link` header. Every error is problem+json.
"""


def describe(app: FastAPI) -> None:
    """Complete the OpenAPI document whenever it is made.

    FastAPI promises 422 wherever there is a parameter; here a wrong parameter is 400,
    which each route says itself.
    """
    make = app.openapi

    def document() -> dict[str, Any]:
        made = make()
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = Problem.model_json_schema()
        of_edits = EditProblem.model_json_schema(ref_template=SCHEMA)
        schemas |= of_edits.pop("$defs")
        schemas["EditProblem"] = of_edits
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        for path in made["paths"].values():
            for operation in path.values():
                responses = operation["responses"]
                if "HTTPValidationError" in str(responses.get("422", "")):
                    del responses["422"]
        return made

    app.openapi = document  # type: ignore[method-assign]
