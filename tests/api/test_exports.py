"""Plans leave over HTTP: named in Chinese, to whom may have them, and noted."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pypdfium2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from api.exports import asked as limits
from api.exports import sending
from api.exports.job import run
from data.cluster import Store
from data.errors import ForbiddenError
from data.jobs.task import Task
from tests.api.signing import bearer, token_for
from tests.api.town import DISTRICT, EAST, STREET, WEST, Town

pytestmark = pytest.mark.postgis

MEDIA = {
    "gpkg": "application/geopackage+sqlite3",
    "shp": "application/zip",
    "geojson": "application/geo+json",
    "kml": "application/vnd.google-earth.kml+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "png": "image/png",
    "certificate": "application/pdf",
}
MAGIC = {
    "gpkg": b"SQLite format 3",
    "shp": b"PK",
    "geojson": b'{"type": "FeatureCollection"',
    "kml": b"<?xml",
    "xlsx": b"PK",
    "pdf": b"%PDF",
    "png": b"\x89PNG",
    "certificate": b"%PDF",
}


def address(plan: int, **query: str) -> str:
    told = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/api/v1/plans/{plan}/export?{told}"


def audited(database: Store) -> list[dict[str, object]]:
    engine = create_engine(database.url(), poolclass=NullPool)
    with engine.connect() as connection:
        rows = connection.execute(
            text("select * from audit where kind = 'export' order by id")
        )
        return [dict(row._mapping) for row in rows]


@pytest.mark.parametrize("kind", list(MEDIA))
def test_a_plan_leaves_in_every_format(
    client: TestClient, town: Town, kind: str
) -> None:
    answer = client.get(address(town.now, format=kind))
    assert answer.status_code == 200, answer.text[:300]
    assert answer.headers["content-type"].split(";")[0] == MEDIA[kind]
    assert answer.content.startswith(MAGIC[kind])
    name = answer.headers["content-disposition"]
    assert name.startswith('attachment; filename="export.')
    assert "城东社区-v2" in unquote(name.partition("filename*=UTF-8''")[2])


def test_a_client_that_has_the_file_is_not_sent_it_again(
    client: TestClient, town: Town, database: Store
) -> None:
    first = client.get(address(town.now, format="xlsx"))
    noted = len(audited(database))
    tag = {"If-None-Match": first.headers["etag"]}
    again = client.get(address(town.now, format="xlsx"), headers=tag)
    assert again.status_code == 304
    assert len(audited(database)) == noted
    other = client.get(address(town.now, format="xlsx", lang="en"), headers=tag)
    assert other.status_code == 200


def test_the_audit_tells_who_took_what(
    client: TestClient, town: Town, database: Store
) -> None:
    client.get(address(town.now, format="shp", encoding="gbk"))
    last = audited(database)[-1]
    assert last["action"] == "shp"
    assert last["row"] == str(town.now)
    assert last["community"] == EAST
    assert last["actor"]
    after = last["after"]
    assert isinstance(after, dict)
    assert after["encoding"] == "gbk"


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ({}, "invalid_parameter", "format"),
        ({"format": "dwg"}, "invalid_parameter", "format"),
        ({"format": "pdf", "crs": "gcj02"}, "invalid_parameter", "no use for crs"),
        ({"format": "shp", "encoding": "big5"}, "invalid_parameter", "encoding"),
        ({"format": "gpkg", "crs": "EPSG:3857"}, "invalid_parameter", "crs"),
        ({"format": "gpkg", "crs": "EPSG:4540"}, "invalid_parameter", "EPSG:4548"),
        ({"format": "pdf", "paper": "a0"}, "invalid_parameter", "paper"),
        ({"format": "pdf", "sheet": "../x"}, "invalid_parameter", "sheet"),
        ({"format": "pdf", "colour": "red"}, "unknown_parameter", "colour"),
    ],
)
def test_wrong_parameters_are_named(
    client: TestClient, town: Town, query: dict[str, str], code: str, words: str
) -> None:
    answer = client.get(address(town.now, **query))
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert words in answer.json()["detail_en"]


def test_a_grid_that_is_not_there_is_said(client: TestClient, town: Town) -> None:
    answer = client.get(address(town.now, format="pdf", sheet=f"{EAST}099"))
    assert answer.status_code == 422
    assert f"{EAST}099" in answer.json()["detail_zh"]


def test_a_sheet_of_one_grid_and_pictures_of_all(
    client: TestClient, town: Town
) -> None:
    one = client.get(address(town.now, format="pdf", sheet=f"{EAST}001"))
    document = pypdfium2.PdfDocument(one.content)
    assert len(document) == 1
    assert "城东社区 001 号网格" in document[0].get_textpage().get_text_range()
    all_of_them = client.get(address(town.now, format="png", sheet="all"))
    assert all_of_them.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(all_of_them.content)) as archive:
        assert archive.namelist() == [
            f"{EAST}-城东社区.png",
            f"{EAST}001.png",
            f"{EAST}002.png",
        ]


def test_the_plans_shown_below_a_street_make_one_file(
    client: TestClient, town: Town, tmp_path: Path
) -> None:
    path = f"/api/v1/divisions/{STREET}/export?format="
    in_force = client.get(f"{path}geojson&on=2026-11-22")
    assert in_force.status_code == 200
    codes = {f["properties"]["community"] for f in in_force.json()["features"]}
    assert codes == {EAST}
    with_drafts = client.get(f"{path}gpkg&on=2026-11-22&drafts=true")
    (tmp_path / "a.gpkg").write_bytes(with_drafts.content)
    database = sqlite3.connect(tmp_path / "a.gpkg")
    rows = database.execute("select distinct community from grids order by 1")
    assert [row[0] for row in rows] == [EAST, WEST]
    name = unquote(with_drafts.headers["content-disposition"])
    assert "济阳街道-网格划分方案-2026-11-22.gpkg" in name
    atlas = client.get(f"{path}pdf&on=2026-11-22&drafts=true")
    document = pypdfium2.PdfDocument(atlas.content)
    # One sheet of all, and for each community one of its own and its two grids.
    assert len(document) == 1 + 2 * 3
    assert "济阳街道 网格划分总图" in document[0].get_textpage().get_text_range()
    nothing = client.get(f"{path}gpkg&on=2024-01-01")
    assert nothing.status_code == 404


def test_what_is_too_large_is_told_about_jobs(
    client: TestClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SHEETS_AT_ONCE", 1)
    answer = client.get(address(town.now, format="pdf"))
    assert answer.status_code == 422
    assert answer.json()["code"] == "export_too_large"
    assert "/api/v1/exports" in answer.json()["detail_zh"]
    assert client.get(address(town.now, format="xlsx")).status_code == 200
    overview = client.get(address(town.now, format="pdf", sheet="overview"))
    assert overview.status_code == 200


def test_when_others_are_being_made_one_is_asked_to_wait(
    client: TestClient, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_WAIT_S", 0.01)
    with sending.one_place(), sending.one_place():
        answer = client.get(address(town.now, format="xlsx"))
    assert answer.status_code == 503
    assert answer.json()["code"] == "export_busy"
    assert answer.headers["retry-after"]
    assert client.get(address(town.now, format="xlsx")).status_code == 200


def test_without_a_font_the_cure_is_told(
    client: TestClient, town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("maps.atlas.fonts.FOLDERS", (tmp_path,))
    monkeypatch.setattr("maps.atlas.fonts.find_fonts.__defaults__", ((tmp_path,),))
    answer = client.get(address(town.now, format="pdf"))
    assert answer.status_code == 503
    assert answer.json()["code"] == "no_font"
    assert "fonts-noto-cjk" in answer.json()["detail_zh"]
    assert client.get(address(town.now, format="xlsx")).status_code == 200


def test_only_who_may_export_gets_a_file(
    client: TestClient, town: Town, database: Store
) -> None:
    where = address(town.now, format="gpkg")
    assert client.get(where, headers={"Authorization": ""}).status_code == 401
    expected = {
        "guest": 403, "grid_member": 403, "handler": 403,
        "commander": 200, "planner": 200, "reviewer": 200, "auditor": 200,
    }  # fmt: skip
    found = {
        role: client.get(
            where, headers=bearer(token_for(database, role, STREET))
        ).status_code
        for role in expected
    }
    assert found == expected
    elsewhere = bearer(token_for(database, "planner", WEST))
    assert client.get(where, headers=elsewhere).status_code == 404


def test_a_draft_is_hidden_from_whom_sees_no_drafts(
    client: TestClient, town: Town, database: Store
) -> None:
    headers = bearer(token_for(database, "commander", DISTRICT))
    draft = client.get(address(town.draft, format="gpkg"), headers=headers)
    assert draft.status_code == 404
    path = f"/api/v1/divisions/{STREET}/export?format=geojson&drafts=true"
    shown = client.get(path, headers=headers)
    codes = {f["properties"]["community"] for f in shown.json()["features"]}
    assert codes == {EAST}


def test_a_job_is_told_the_plans_and_taken_once(
    client: TestClient, town: Town, database: Store
) -> None:
    order = {"division": STREET, "on": "2026-11-22", "format": "pdf", "paper": "a3"}
    first = client.post("/api/v1/exports", json=order)
    assert first.status_code == 202, first.text
    assert first.headers["location"] == f"/api/v1/jobs/{first.json()['id']}"
    told = first.json()["arguments"]
    assert told["plans"] == [town.now]
    assert told["order"] == {"format": "pdf", "paper": "a3"}
    again = client.post("/api/v1/exports", json=order)
    assert again.json()["id"] == first.json()["id"]
    both = client.post("/api/v1/exports", json={**order, "plan": town.now})
    assert both.status_code == 400
    assert json.dumps(audited(database)[-1]["after"]).count("job")


def test_a_guest_cannot_order_a_job(
    client: TestClient, town: Town, database: Store
) -> None:
    headers = bearer(token_for(database, "guest", STREET))
    order = {"plan": town.now, "format": "pdf"}
    answer = client.post("/api/v1/exports", json=order, headers=headers)
    assert answer.status_code == 403


def test_a_job_makes_the_file_with_the_sight_of_who_asked(
    client: TestClient, town: Town, database: Store
) -> None:
    headers = bearer(token_for(database, "reviewer", STREET))
    order = {"division": STREET, "on": "2026-11-22", "format": "pdf", "drafts": True}
    asked = client.post("/api/v1/exports", json=order, headers=headers).json()
    said: list[float] = []
    result = worked(database, asked["id"], said)
    assert (result["plans"], result["grids"]) == (2, 4)
    assert said == sorted(said)
    answer = client.get(f"/api/v1/jobs/{asked['id']}/file", headers=headers)
    assert answer.headers["content-type"] == "application/pdf"
    name = unquote(answer.headers["content-disposition"])
    assert "济阳街道-网格图册-2026-11-22.pdf" in name
    assert len(pypdfium2.PdfDocument(answer.content)) == 7


def test_a_job_of_somebody_who_lost_the_right_is_refused(
    client: TestClient, town: Town, database: Store
) -> None:
    headers = bearer(token_for(database, "commander", STREET))
    order = {"division": STREET, "on": "2026-11-22", "format": "xlsx"}
    asked = client.post("/api/v1/exports", json=order, headers=headers).json()
    engine = create_engine(database.url(), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(
            text(
                "delete from role_grant where account = "
                "(select account from job where id = :job)"
            ),
            {"job": asked["id"]},
        )
    with pytest.raises(ForbiddenError, match="no longer export"):
        worked(database, asked["id"], [])


def worked(database: Store, job: int, said: list[float]) -> dict[str, object]:
    """Do a job as the worker's child would."""
    engine = create_engine(database.url(), poolclass=NullPool)
    with engine.connect() as connection:
        row = connection.execute(
            text("select kind, arguments, division, account from job where id = :job"),
            {"job": job},
        ).one()
    task = Task(
        job=job,
        **row._mapping,
        engine=engine,
        teller=lambda share, zh, en: said.append(share),
    )
    return run(task)
