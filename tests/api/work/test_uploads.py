"""Uploads over HTTP: sent, looked into, placed, checked, taken in and drawn."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from geopandas import GeoDataFrame
from shapely import box
from sqlalchemy import Engine, text

from data.cluster import Store
from data.jobs.expiry import expire
from data.synthetic import MadeUpTown, made_up_town
from data.uploads import keeping
from data.writers import write_layers
from tests.api.work.conftest import Call, People
from tests.api.work.test_jobs import STREET, ended
from tests.data.uploads import files

pytestmark = [pytest.mark.postgis, pytest.mark.usefixtures("worker")]


@pytest.fixture(scope="module")
def town_tables() -> dict[str, GeoDataFrame]:
    """The town that is in the register."""
    made: MadeUpTown = made_up_town(seed=3, communities=2)
    return made.tables()


def send(
    call: Call, path: Path, division: str = STREET, *, name: str | None = None
) -> Any:
    query = {"name": name or path.name, "division": division}
    return call("POST", "uploads", params=query, content=path.read_bytes())


def inspected(call: Call, path: Path, division: str = STREET) -> dict[str, Any]:
    answer = send(call, path, division)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    job = ended(call, told["job"]["id"])
    assert job["state"] == "done", job
    found: dict[str, Any] = call("GET", f"uploads/{told['upload']['id']}").json()
    return found


def choices(upload: dict[str, Any], **more: Any) -> dict[str, Any]:
    layers = [
        {"file": one["file"], "layer": one["layer"], "role": one["role"]}
        for one in upload["inspection"]["layers"]
    ]
    return {"layers": layers, **more}


def run(call: Call, upload: dict[str, Any], what: str, **body: Any) -> dict[str, Any]:
    answer = call("POST", f"uploads/{upload['id']}/{what}", json=body)
    assert answer.status_code == 202, answer.text
    return ended(call, answer.json()["id"], 120)


def test_from_the_file_to_drawn_drafts_with_valid_certificates(
    people: People, tmp_path: Path, town_tables: dict[str, GeoDataFrame]
) -> None:
    planner = people("planner", STREET)
    path = tmp_path / "小城.gpkg"
    homes = town_tables["buildings"]
    more = homes.assign(households=(homes["households"] * 1.2).round().astype(int))
    write_layers(path, {**town_tables, "buildings": more})
    upload = inspected(planner, path)
    assert upload["name"] == "小城.gpkg"
    assert upload["inspection"]["suggestions"][0]["crs"] == "EPSG:4326"
    told = choices(upload)
    checked = run(planner, upload, "check", choices=told)
    assert checked["state"] == "done", checked
    report = planner("GET", f"uploads/{upload['id']}").json()["report"]
    assert report["remarks"]["refused"] == 0
    assert report["households"] == int(more["households"].sum())
    assert report["tables"]["buildings"] == len(homes)
    assert all(one["known"] for one in report["communities"])
    done = run(planner, upload, "import", choices=told, draw={"seed": 4})
    assert done["state"] == "done", done
    assert done["result"]["rows"]["changed"] > 0
    assert done["result"]["drawing"]["drawn"] == 2
    for item in done["items"]:
        if item["key"].startswith("draw:"):
            plan = item["result"]["plan"]
            proof = planner("GET", f"plans/{plan}/certificate").json()
            assert proof["ok"] is True
    assert planner("GET", f"uploads/{upload['id']}").json()["state"] == "imported"


def test_the_same_upload_taken_in_again_changes_nothing(
    people: People, tmp_path: Path, town_tables: dict[str, GeoDataFrame], owner: Engine
) -> None:
    planner = people("planner", STREET)
    path = tmp_path / "town.gpkg"
    write_layers(path, town_tables)
    upload = inspected(planner, path)
    run(planner, upload, "import", choices=choices(upload))
    again = run(planner, upload, "import", choices=choices(upload))
    assert set(again["result"]["rows"]) == {"same"}


def test_a_gbk_shapefile_without_prj_is_asked_for_its_crs_and_placed(
    people: People, tmp_path: Path, town_tables: dict[str, GeoDataFrame]
) -> None:
    planner = people("planner", STREET)
    homes = town_tables["buildings"][["id", "address", "households", "geometry"]]
    path = files.shapefile(
        tmp_path / "x.zip", homes.to_crs(4548), without=(".prj", ".cpg")
    )
    upload = inspected(planner, path)
    layer = upload["inspection"]["layers"][0]
    assert (layer["crs"], layer["encoding"]) == (None, "gb18030")
    best = upload["inspection"]["suggestions"][0]
    assert (best["crs"], best["inside"]) == ("EPSG:4548", pytest.approx(1, abs=0.01))
    where = f"uploads/{upload['id']}/place"
    right = planner("GET", where, params={"crs": "EPSG:4548"}).json()
    wrong = planner("GET", where, params={"crs": "EPSG:4547"}).json()
    assert right["inside"] > 0.99
    assert (wrong["inside"], wrong["away_m"] > 100_000) == (0, True)
    unsaid = run(planner, upload, "check", choices=choices(upload))
    assert unsaid["state"] == "failed"
    assert "--" not in unsaid["error_zh"] + unsaid["error_en"]
    said = run(planner, upload, "check", choices=choices(upload, crs="EPSG:4548"))
    assert said["state"] == "done"


def test_the_datum_moves_the_sketch_by_half_a_kilometre(
    people: People, tmp_path: Path, town_tables: dict[str, GeoDataFrame]
) -> None:
    planner = people("planner", STREET)
    path = tmp_path / "楼栋.gpkg"
    write_layers(path, {"楼栋": town_tables["buildings"]}, datum="gcj02")
    upload = inspected(planner, path)
    where = f"uploads/{upload['id']}/place"
    plain = planner("GET", where).json()["bbox"]
    shifted = planner("GET", where, params={"datum": "gcj02"}).json()
    assert abs(plain[0] - shifted["bbox"][0]) * 90_000 > 300
    assert shifted["inside"] > 0.99
    best = upload["inspection"]["suggestions"][0]
    assert best["datum"] == "gcj02"


def test_swapped_axes_are_found_out_and_exchanged(
    people: People, tmp_path: Path, town_tables: dict[str, GeoDataFrame]
) -> None:
    planner = people("planner", STREET)
    path = tmp_path / "楼栋.gpkg"
    write_layers(path, {"楼栋": files.swapped(town_tables["buildings"])})
    upload = inspected(planner, path)
    assert upload["inspection"]["suggestions"][0]["swap"] is True
    job = run(planner, upload, "check", choices=choices(upload))
    assert "swapped" in job["error_en"]
    assert (
        run(planner, upload, "check", choices=choices(upload, swap=True))["state"]
        == "done"
    )


def test_bad_rows_are_told_one_by_one_and_as_a_table_for_excel(
    people: People, tmp_path: Path, town_tables: dict[str, GeoDataFrame]
) -> None:
    planner = people("planner", STREET)
    devices = town_tables["devices"].copy()
    devices.loc[devices.index[0], "code"] = "=1+1"
    path = tmp_path / "devices.gpkg"
    write_layers(path, {"devices": devices})
    upload = inspected(planner, path)
    run(planner, upload, "check", choices=choices(upload))
    where = f"uploads/{upload['id']}/remarks"
    rows = planner("GET", where).json()["items"]
    assert [(one["code"], one["field"]) for one in rows] == [
        ("refused_device_code", "code")
    ]
    assert rows[0]["row"] == 1
    table = planner("GET", f"{where}.csv")
    assert table.content.startswith("\ufeff".encode())
    lines = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert lines[0] == ["文件", "图层", "行", "字段", "代码", "说明"]
    assert len(lines) == 2
    assert not any(cell.startswith("=") for cell in lines[1])
    english = planner("GET", f"{where}.csv", params={"lang": "en"})
    assert "row left out" in english.text


def test_nothing_outside_the_division_is_touched(
    people: People, tmp_path: Path, town_tables: dict[str, GeoDataFrame], owner: Engine
) -> None:
    planner = people("planner", STREET)
    far = GeoDataFrame(
        {"code": ["370116001001", "370115001099"], "name": ["别处", "新社区"]},
        geometry=[box(118, 37, 118.01, 37.01), box(118.02, 37, 118.03, 37.01)],
        crs=4326,
    )
    path = tmp_path / "x.gpkg"
    write_layers(path, {"社区": far})
    upload = inspected(planner, path)
    run(planner, upload, "check", choices=choices(upload))
    found = planner("GET", f"uploads/{upload['id']}").json()["report"]
    assert [one["code"] for one in found["communities"]] == ["370115001099"]
    assert found["kinds"][0]["code"] == "refused_scope"
    done = run(planner, upload, "import", choices=choices(upload))
    assert done["state"] == "done", done
    query = "select code from division where code in ('370116001001', '370115001099')"
    with owner.connect() as connection:
        assert connection.scalars(text(query)).all() == ["370115001099"]


def test_an_outline_around_the_buildings_becomes_a_community(
    people: People, tmp_path: Path, town_tables: dict[str, GeoDataFrame]
) -> None:
    planner = people("planner", STREET)
    homes = town_tables["buildings"].head(20)
    moved = homes.set_geometry(homes.translate(0.2, 0.2))
    path = tmp_path / "楼栋.gpkg"
    write_layers(path, {"楼栋": moved})
    upload = inspected(planner, path)
    told = choices(upload, outline={"code": "370115001098", "name": "新社区"})
    job = run(planner, upload, "check", choices=told)
    assert job["state"] == "done", job
    report = planner("GET", f"uploads/{upload['id']}").json()["report"]
    assert [(one["code"], one["name"]) for one in report["communities"]] == [
        ("370115001098", "新社区")
    ]
    assert report["tables"]["buildings"] == 20


# --- what is refused at the door


def test_files_that_are_not_what_their_name_says_are_refused_at_once(
    people: People, tmp_path: Path
) -> None:
    planner = people("planner", STREET)
    path = tmp_path / "x.geojson"
    path.write_text(files.VRT)
    answer = send(planner, path)
    assert (answer.status_code, answer.json()["code"]) == (422, "refused")
    assert "xml" in answer.json()["detail_en"]
    for name in ("x.exe", "x", "../../x.vrt"):
        assert send(planner, path, name=name).status_code == 422
    empty = planner("POST", "uploads", params={"name": "x.csv", "division": STREET})
    assert empty.status_code == 422
    assert "empty" in empty.json()["detail_en"]
    kept = {one["name"] for one in planner("GET", "uploads").json()["items"]}
    assert not kept & {"x.geojson", "x.csv"}


@pytest.mark.parametrize("make", [files.bomb, files.climber])
def test_hostile_archives_are_refused_when_they_are_looked_into(
    people: People, tmp_path: Path, make: Any
) -> None:
    planner = people("planner", STREET)
    told = send(planner, make(tmp_path / "x.zip")).json()
    job = ended(planner, told["job"]["id"])
    assert job["state"] == "failed"
    assert job["error_zh"]
    assert "/tmp" not in job["error_en"]


def test_names_lose_what_could_lead_anywhere(people: People, tmp_path: Path) -> None:
    planner = people("planner", STREET)
    path = tmp_path / "x.csv"
    path.write_text("户数,lon,lat\n1,117,36\n")
    told = send(planner, path, name="..\\..\\etc/楼栋 <b>.CSV").json()
    assert told["upload"]["name"] == "楼栋 _b.csv"
    ended(planner, told["job"]["id"])


def test_too_large_is_told_before_it_is_sent_and_while(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.routes import uploads

    monkeypatch.setattr(uploads, "MOST_BYTES", 3 << 20)
    planner = people("planner", STREET)
    query = {"name": "x.csv", "division": STREET}
    large = b"a,b\n" * (1 << 20)
    answer = planner("POST", "uploads", params=query, content=large)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    streamed = planner(
        "POST", "uploads", params=query, content=iter([large[: 1 << 20]] * 4)
    )
    assert streamed.status_code == 413


def test_an_account_may_hold_so_many_uploads_and_no_more(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_UPLOADS", 1)
    planner = people("planner", STREET, n=5)
    path = tmp_path / "x.csv"
    path.write_text("户数,lon,lat\n1,117,36\n")
    first = send(planner, path).json()
    second = send(planner, path)
    assert (second.status_code, second.json()["code"]) == (409, "conflict")
    ended(planner, first["job"]["id"])
    gone = planner("DELETE", f"uploads/{first['upload']['id']}")
    assert gone.status_code == 204
    assert send(planner, path).status_code == 201


def test_uploads_are_their_senders_alone(
    people: People, tmp_path: Path, codes: list[str]
) -> None:
    path = tmp_path / "x.csv"
    path.write_text("户数,lon,lat\n1,117,36\n")
    told = send(people("planner", STREET, n=6), path).json()["upload"]
    for other in (people("planner", STREET), people("administrator")):
        assert other("GET", f"uploads/{told['id']}").status_code == 404
        assert other("DELETE", f"uploads/{told['id']}").status_code == 404
        body = {"choices": {"layers": []}}
        answer = other("POST", f"uploads/{told['id']}/check", json=body)
        assert answer.status_code == 404
    for role in ("grid_member", "reviewer", "auditor", "guest"):
        assert send(people(role, STREET), path).status_code == 403
    below = people("planner", codes[0])
    assert send(below, path, codes[1]).status_code in (403, 404)
    assert send(below, path, "").status_code == 403


def test_an_expired_upload_is_gone(people: People, tmp_path: Path, town: Store) -> None:
    planner = people("planner", STREET, n=7)
    path = tmp_path / "x.csv"
    path.write_text("户数,lon,lat\n1,117,36\n")
    told = send(planner, path).json()
    ended(planner, told["job"]["id"])
    number = told["upload"]["id"]
    past = "update upload set expires = now() - interval '1 s' where id = %s"
    parts = "select count(*) from upload_part where upload = %s"
    with town.connect(autocommit=True) as session:
        session.execute(past, [number])
        assert planner("GET", f"uploads/{number}").status_code == 404
        expire(session)
        assert session.execute(parts, [number]).fetchone() == (0,)
