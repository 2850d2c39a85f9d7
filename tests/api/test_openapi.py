"""The description of the API leaves nothing out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.main import create_app
from api.problems import PROBLEMS
from api.settings import Settings
from data.settings import StoreSettings

Operation = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    # Nothing connects before the application starts.
    return create_app(Settings(store=StoreSettings())).openapi()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[str, Operation]:
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_the_read_side_is_there(operations: dict[str, Operation]) -> None:
    nouns = (
        *("divisions", "divisions/{code}", "divisions/{code}/dates"),
        *("plans", "plans/{plan}", "plans/{plan}/grids", "plans/{plan}/cells"),
        *("plans/{plan}/seams", "plans/{plan}/buildings", "plans/{plan}/certificate"),
        *("grids", "grids/{code}", "spaces", "devices", "buildings", "compounds"),
        *("sites", "streets", "barriers", "gates", "search", "sheets", "problems"),
    )
    assert {f"GET /api/v1/{noun}" for noun in nouns} <= set(operations)


def properties(schema: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property in a schema and in what it is made of."""
    if isinstance(schema, list):
        for value in schema:
            yield from properties(value, where)
    if isinstance(schema, dict):
        for name, value in schema.get("properties", {}).items():
            yield f"{where}.{name}", value
            yield from properties(value, f"{where}.{name}")
        for key in ("items", "anyOf", "allOf", "oneOf", "prefixItems"):
            yield from properties(schema.get(key), where)


def fields_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    schemas = document["components"]["schemas"]
    return dict(each for name in schemas for each in properties(schemas[name], name))


def test_every_field_is_described(document: dict[str, Any]) -> None:
    fields = fields_of(document)
    assert len(fields) > 100
    assert [w for w, field in fields.items() if not field.get("description")] == []


MEASURES = ("area", "length", "height", "lon", "lat", "size", "measure")
UNITS = ("m²", "metres", "degrees", "bytes")


def test_every_measure_names_its_unit(document: dict[str, Any]) -> None:
    bare = [
        where
        for where, field in fields_of(document).items()
        if where.rpartition(".")[2].startswith(MEASURES)
        and not any(unit in field["description"] for unit in UNITS)
    ]
    assert bare == []


def test_every_operation_and_parameter_is_described(
    operations: dict[str, Operation],
) -> None:
    mute = [name for name, op in operations.items() if not op.get("description")]
    mute += [
        f"{name} ?{parameter['name']}"
        for name, op in operations.items()
        for parameter in op.get("parameters", ())
        if not parameter.get("description")
    ]
    assert mute == []


def test_operations_have_names_of_their_own(operations: dict[str, Operation]) -> None:
    ids = [operation["operationId"] for operation in operations.values()]
    assert len(ids) == len(set(ids))


def test_every_problem_is_promised_in_one_form(
    operations: dict[str, Operation],
) -> None:
    for name, operation in operations.items():
        responses = operation["responses"]
        assert any(status.startswith("2") for status in responses), name
        assert "400" in responses, name
        # What FastAPI would say of 422 is not what this service answers.
        assert responses.get("422", {}).get("description") != "Validation Error", name
        if "{" in name:
            assert "404" in responses, name
        for status, response in responses.items():
            if int(status) >= 400 and name != "GET /readyz":
                (media,) = response["content"]
                assert media == "application/problem+json", (name, status)


def test_no_answer_may_hold_what_is_not_described(document: dict[str, Any]) -> None:
    open_ = [
        name
        for name, schema in document["components"]["schemas"].items()
        if "properties" in schema and schema.get("additionalProperties") is not False
    ]
    assert open_ == []


def test_codes_of_problems_are_told_in_both_languages() -> None:
    for code, (_, zh, en) in PROBLEMS.items():
        assert zh, code
        assert en, code
        assert zh != en, code
