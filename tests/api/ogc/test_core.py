"""The documents agree with one another and lead to what they name."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.ogc.core import CONFORMANCE
from api.ogc.openapi import openapi_document
from data.queries.collections import COLLECTIONS
from data.queries.tile_layers import TILESETS

DOCUMENT = openapi_document("title", "about", "http://host/ogc")


def links_in(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        own = value.get("links", [])
        return [*own, *(found for part in value.values() for found in links_in(part))]
    if isinstance(value, list):
        return [found for part in value for found in links_in(part)]
    return []


@pytest.mark.postgis
def test_every_link_leads_somewhere_of_its_type(client: TestClient) -> None:
    waiting, seen = ["http://testserver/ogc/"], set()
    while waiting:
        where = waiting.pop()
        if where in seen:
            continue
        seen.add(where)
        answer = client.get(where)
        assert answer.status_code == 200, where
        if where.endswith("/api"):  # its own test reads it
            continue
        for link in links_in(answer.json()):
            assert link["href"].startswith("http://testserver/ogc/")
            if not link.get("templated"):
                waiting.append(link["href"])
    assert len(seen) > 5 * len(COLLECTIONS)


@pytest.mark.postgis
def test_the_root_without_a_slash_is_the_root(client: TestClient) -> None:
    assert client.get("/ogc").json() == client.get("/ogc/").json()


@pytest.mark.postgis
def test_a_collection_is_described_alike_in_both_places(client: TestClient) -> None:
    listed = client.get("/ogc/collections").json()["collections"]
    assert [entry["id"] for entry in listed] == list(COLLECTIONS)
    for entry in listed:
        assert client.get(f"/ogc/collections/{entry['id']}").json() == entry
        assert entry["extent"]["spatial"]["bbox"][0] == [117, 36, 117.004, 36.001]
        assert ("temporal" in entry["extent"]) is COLLECTIONS[entry["id"]].dated


@pytest.mark.postgis
def test_the_api_document_is_openapi_3_0_at_the_address_in_use(
    client: TestClient,
) -> None:
    answer = client.get("/ogc/api")
    media_type = "application/vnd.oai.openapi+json;version=3.0"
    assert answer.headers["content-type"] == media_type
    document = answer.json()
    assert document["openapi"].startswith("3.0.")
    assert document["servers"] == [{"url": "http://testserver/ogc"}]
    for path, operations in document["paths"].items():
        if "{" not in path:
            assert client.get(f"/ogc{path}").status_code == 200, path
        assert list(operations) == ["get"]


@pytest.mark.postgis
@pytest.mark.parametrize("name", COLLECTIONS)
def test_queryables_are_the_parameters_and_the_properties(
    client: TestClient, name: str
) -> None:
    answer = client.get(f"/ogc/collections/{name}/queryables")
    assert answer.headers["content-type"] == "application/schema+json"
    schema = answer.json()
    kinds = {known: about.type for known, about in COLLECTIONS[name].properties.items()}
    geometry = schema["properties"].pop("geometry")
    assert geometry["format"].startswith("geometry-")
    found = {known: about["type"] for known, about in schema["properties"].items()}
    assert found == kinds
    parameters = DOCUMENT["paths"][f"/collections/{name}/items"]["get"]["parameters"]
    own = {
        parameter["name"]: parameter["schema"]["type"]
        for parameter in parameters
        if "$ref" not in parameter
    }
    assert own == kinds


def test_the_api_document_refers_only_to_what_it_holds() -> None:
    for kind, name in re.findall(
        r'"#/components/(\w+)/([\w-]+)"', json.dumps(DOCUMENT)
    ):
        assert name in DOCUMENT["components"][kind]
    operations = [path["get"]["operationId"] for path in DOCUMENT["paths"].values()]
    assert len(set(operations)) == len(operations)


def test_no_free_filter_is_promised() -> None:
    assert not [uri for uri in CONFORMANCE if "filter" in uri or "cql" in uri]
    assert "filter" not in json.dumps(DOCUMENT)


def test_collections_name_layers_that_exist() -> None:
    for collection in COLLECTIONS.values():
        if collection.tile:
            tileset, layer = collection.tile
            assert layer in {entry.name for entry in TILESETS[tileset]}
