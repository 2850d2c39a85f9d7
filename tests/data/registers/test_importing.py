"""Sources fill the register, once, whole, and with a report."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
import shapely
from geopandas import GeoDataFrame
from shapely import Point, box
from sqlalchemy import Engine

from data.cluster import Store
from data.cluster.fingerprint import Digests, table_digests
from data.errors import ConflictError, ImportFormatError
from data.registers import export_registers, read_report, read_runs
from data.synthetic import MadeUpTown, division_names
from tests.data.registers.sources import (
    begin,
    changes,
    count,
    take,
    value,
    write_source,
)

pytestmark = pytest.mark.postgis

TABLES = {
    "compounds": "compound",
    "buildings": "building",
    "gates": "gate",
    "streets": "street",
    "barriers": "barrier",
    "sites": "site",
    "spaces": "activity_space",
    "devices": "device",
}


def digests(store: Store) -> tuple[Digests, int]:
    with store.connect() as connection:
        found = table_digests(connection)
        # That somebody imported is written down each time, and nothing else of it.
        told = connection.execute(
            "select count(*) from audit where relation <> 'import_run'"
        ).fetchall()[0][0]
    work = ("import", "table_", "audit")
    kept = {name: rows for name, rows in found.items() if not name.startswith(work)}
    return kept, int(told)


def test_every_row_of_a_town_has_its_place_in_the_register(
    web: Engine, town_file: Path, small_town: MadeUpTown
) -> None:
    taken = take(web, town_file)
    assert len(taken) == 2
    for role, table in TABLES.items():
        rows = len(getattr(small_town.layers, role))
        assert rows > 0, role
        assert count(web, table) == rows, role
    homes = small_town.layers.buildings
    units = homes.loc[homes["households"] > 0, "units"].sum()
    assert count(web, "stairwell") == units
    total = value(web, "select sum(households)::bigint from building")
    assert total == homes["households"].sum()


def test_every_space_and_device_lies_in_its_community(
    web: Engine, town_file: Path
) -> None:
    take(web, town_file)
    for table in ("activity_space", "device"):
        outside = f"""{table} t join division d on d.code = t.community
                      where not st_intersects(d.geom, t.geom)"""
        assert count(web, outside) == 0


def test_the_tree_above_the_communities_is_planted_and_drawn(
    web: Engine, town_file: Path, small_town: MadeUpTown
) -> None:
    codes = small_town.layers.communities["code"]
    take(web, town_file, names=division_names(codes))
    assert value(web, "select name from division where code = '370115001'") == (
        "济阳街道"
    )
    whole = shapely.union_all(small_town.layers.communities.geometry.to_numpy())
    for level in ("street", "district"):
        area = value(web, f"select st_area(geom) from division where level = '{level}'")
        assert area == pytest.approx(whole.area)
    under = "division where path like '/370115/370115001/%' and level = 'community'"
    assert count(web, under) == 2


def test_a_street_nobody_named_is_called_by_its_code(
    web: Engine, town_file: Path
) -> None:
    take(web, town_file)
    assert count(web, "division where level = 'street' and name = code") == 1
    take(web, town_file, names={"370115001": "济阳街道"})
    take(web, town_file)
    assert count(web, "division where name = '济阳街道'") == 1


def test_the_same_sources_again_change_nothing(
    web: Engine, store: Store, town_file: Path
) -> None:
    take(web, town_file)
    before = digests(store)
    again = take(web, town_file)
    assert changes(again) == {}
    assert digests(store) == before


def test_what_changed_is_changed_by_its_number_and_told(
    web: Engine, small_town: MadeUpTown, tmp_path: Path, town_file: Path
) -> None:
    take(web, town_file)
    tables = small_town.tables()
    homes = tables["buildings"].copy()
    homes.loc[homes.index[:3], "households"] += 7
    homes.loc[homes.index[3], "geometry"] = shapely.affinity.translate(
        homes.geometry.iloc[3], 1e-6
    )
    changed = write_source(tmp_path, **{**tables, "buildings": homes})
    told = changes(take(web, changed))
    assert told == {"buildings": {"changed": 4, "same": len(homes) - 4}}
    assert count(web, "building") == len(homes)
    total = value(web, "select sum(households)::bigint from building")
    assert total == homes["households"].sum()


def test_what_a_source_lacks_stays_unless_it_is_to_be_replaced(
    web: Engine, small_town: MadeUpTown, tmp_path: Path, town_file: Path
) -> None:
    take(web, town_file)
    tables = small_town.tables()
    gone = tables["compounds"].iloc[:2]
    fewer = write_source(
        tmp_path,
        **{
            **tables,
            "compounds": tables["compounds"].iloc[2:],
            "gates": tables["gates"][~tables["gates"]["compound"].isin(gone["name"])],
        },
    )
    rows = len(tables["compounds"])
    assert changes(take(web, fewer))["compounds"] == {"same": rows - 2, "missing": 2}
    assert count(web, "compound") == rows
    told = changes(take(web, fewer, replace=True))
    assert told["compounds"] == {"same": rows - 2, "removed": 2}
    assert count(web, "compound") == rows - 2
    # The houses stay, and still say which compound they name.
    assert count(web, "building") == len(tables["buildings"])
    name = gone["name"].iloc[0]
    homeless = f"building where compound is null and compound_name = '{name}'"
    assert count(web, homeless) == (tables["buildings"]["compound"] == name).sum()


def test_an_import_cut_off_goes_on_where_it_stopped(
    web: Engine, town_file: Path
) -> None:
    first = next(iter(begin(web, town_file)))
    assert count(web, "import_run where finished is null") == 1
    done = take(web, town_file)
    assert [one.again for one in done] == [True, False]
    assert done[0].community == first.community
    assert count(web, "import_run where finished is not null") == 1
    assert count(web, "import_run") == 1


def test_fewer_stairwells_leave_no_door_behind(
    web: Engine, small_town: MadeUpTown, tmp_path: Path, town_file: Path
) -> None:
    take(web, town_file)
    tables = small_town.tables()
    homes = tables["buildings"].assign(units=1)
    take(web, write_source(tmp_path, **{**tables, "buildings": homes}))
    assert count(web, "stairwell") == (homes["households"] > 0).sum()


def test_households_nobody_counted_are_estimated_and_marked(
    web: Engine, small_town: MadeUpTown, tmp_path: Path
) -> None:
    tables = small_town.tables()
    homes = tables["buildings"].copy()
    lost = homes.index[homes["use"] == "apartments"][:5]
    homes["households"] = homes["households"].astype("Int64")
    homes.loc[lost, "households"] = None
    take(web, write_source(tmp_path, **{**tables, "buildings": homes}))
    assert count(web, "building where estimated and households > 0") == 5


# --- what cannot be taken in


def test_003_09_a_bad_device_code_is_refused_with_its_row_and_position(
    web: Engine, small_town: MadeUpTown, tmp_path: Path
) -> None:
    tables = small_town.tables()
    devices = tables["devices"].copy()
    devices.loc[devices.index[0], "code"] = "37011501990997000001"
    devices.loc[devices.index[1], "code"] = "3701150101132"
    devices.loc[devices.index[3], "code"] = devices["code"].iloc[2]
    work = begin(web, write_source(tmp_path, **{**tables, "devices": devices}))
    list(work)
    refused = [note for note in work.report.rows if note.code.startswith("refused")]
    assert [(note.layer, note.row, note.field) for note in refused] == [
        ("devices", 1, "code"),
        ("devices", 2, "code"),
        ("devices", 4, "code"),
    ]
    assert "digit 11" in refused[0].message_en
    assert "第11位" in refused[0].message_zh
    assert "13 digits" in refused[1].message_en
    assert "given twice" in refused[2].message_en
    # The good ones went on.
    assert count(web, "device") == len(devices) - 3


def test_the_report_is_kept_with_the_import(
    web: Engine, small_town: MadeUpTown, tmp_path: Path
) -> None:
    tables = small_town.tables()
    far = tables["spaces"].copy()
    far.loc[far.index[0], "geometry"] = Point(118.0, 37.5)
    work = begin(web, write_source(tmp_path, **{**tables, "spaces": far}))
    list(work)
    with web.connect() as connection:
        kept = read_report(connection, work.run.number)
        (run,) = read_runs(connection)
    assert [tuple(row.values()) for row in kept] == [
        (n.file, n.layer, n.row, n.field, n.code, n.message_zh, n.message_en)
        for n in work.report.rows
    ]
    assert (run["done"], run["communities"], run["refused"]) == (2, 2, 1)
    assert (run["finished"], run["made_up"]) == (True, True)


def test_a_gate_of_no_known_compound_is_refused_with_the_cure(
    web: Engine, small_town: MadeUpTown, tmp_path: Path
) -> None:
    tables = small_town.tables()
    gates = tables["gates"].copy()
    gates.loc[gates.index[0], "compound"] = "没有这个小区"
    work = begin(web, write_source(tmp_path, **{**tables, "gates": gates}))
    list(work)
    (note,) = [n for n in work.report.rows if n.code == "refused_compound"]
    assert (note.row, "correct the name" in note.message_en) == (1, True)
    assert count(web, "gate") == len(gates) - 1


def test_communities_without_a_code_cannot_be_taken_in(
    web: Engine, small_town: MadeUpTown, tmp_path: Path
) -> None:
    tables = small_town.tables()
    nameless = tables["communities"].assign(code="")
    path = write_source(tmp_path, **{**tables, "communities": nameless})
    with pytest.raises(ImportFormatError, match="12 digits"):
        begin(web, path)
    assert count(web, "import_run") == 0


def test_devices_alone_find_the_communities_of_the_record(
    web: Engine, small_town: MadeUpTown, tmp_path: Path, town_file: Path
) -> None:
    alone = write_source(tmp_path, devices=small_town.devices)
    with pytest.raises(ImportFormatError, match="--communities"):
        begin(web, alone)
    take(web, town_file)
    names = "select string_agg(name, ',' order by code) from division"
    before = value(web, names)
    told = changes(take(web, alone))
    assert told == {}
    assert value(web, names) == before


def test_made_up_and_real_rows_do_not_mix(
    web: Engine, small_town: MadeUpTown, tmp_path: Path, town_file: Path
) -> None:
    take(web, town_file)
    real = write_source(tmp_path, made_up=False, **small_town.tables())
    with pytest.raises(ConflictError, match="is made up"):
        begin(web, real)
    assert count(web, "import_run") == 1


def test_a_part_replaces_only_what_it_speaks_of(
    web: Engine, small_town: MadeUpTown, tmp_path: Path, town_file: Path
) -> None:
    take(web, town_file)
    first = small_town.layers.communities.sort_values("code").iloc[0]
    there = small_town.devices[small_town.devices.within(first.geometry)]
    before = count(web, "device")
    part = write_source(tmp_path, devices=there.iloc[1:])
    taken = take(web, part, replace=True)
    assert [one.community for one in taken] == [first["code"]]
    assert count(web, "device") == before - 1


def test_text_that_no_database_can_keep_is_mended(
    web: Engine, small_town: MadeUpTown, tmp_path: Path
) -> None:
    outlines = json.loads(small_town.layers.communities.to_json())
    outlines["features"][0]["properties"]["name"] = "城\x00东\ud800社区"
    path = tmp_path / "communities.geojson"
    path.write_text(json.dumps(outlines), encoding="utf-8")
    take(web, path)
    assert count(web, "division where name = '城东?社区'") == 1


def test_two_imports_at_once_make_one_register(
    web: Engine, town_file: Path, small_town: MadeUpTown
) -> None:
    works = [begin(web, town_file) for _ in range(2)]
    threads = [threading.Thread(target=list, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(web, "building") == len(small_town.layers.buildings)
    assert count(web, "import_run where finished is not null") == 1
    assert count(web, "import_community") == 2


# --- coordinates


def test_raw_coordinates_and_the_declared_datum_are_kept(
    web: Engine, small_town: MadeUpTown, tmp_path: Path
) -> None:
    path = write_source(tmp_path, **small_town.tables())
    take(web, path, datum="gcj02")
    layer = "select distinct crs || ' ' || datum from import_layer"
    assert value(web, layer) == "EPSG:4326 gcj02"
    given = small_town.layers.buildings.set_index("id").geometry
    code = str(given.index[0])
    row = f"from building where code = '{code}'"
    raw = shapely.from_wkb(value(web, f"select raw {row}"))
    assert shapely.equals_identical(raw, given[code])
    stored = shapely.from_wkb(value(web, f"select st_asbinary(geom) {row}"))
    assert 0.003 < stored.distance(raw) < 0.02


def test_coordinates_that_did_not_change_are_not_kept_twice(
    web: Engine, town_file: Path
) -> None:
    take(web, town_file)
    assert count(web, "building where raw is not null") == 0
    assert count(web, "building where source is null") == 0


# --- there and back


def test_the_register_goes_out_to_a_file_and_comes_back_the_same(
    web: Engine, store: Store, town_file: Path, tmp_path: Path
) -> None:
    take(web, town_file, names={"370115001": "济阳街道"})
    out = tmp_path / "out.gpkg"
    export_registers(web, out)
    assert changes(take(web, out)) == {}
    before = rows_of(store)
    with store.connect() as connection:
        connection.execute(
            "truncate compound, building, stairwell, street, barrier, gate, site, "
            "activity_space, device cascade"
        )
    take(web, out)
    assert rows_of(store) == before


def rows_of(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """The register without numbers that every database gives anew."""
    numbers = "- 'id' - 'source' - 'compound' - 'building'"
    found = {}
    with store.connect() as connection:
        for table in (*TABLES.values(), "division"):
            query = f"select (to_jsonb(t) {numbers})::text from {table} t order by 1"
            found[table] = connection.execute(query.encode()).fetchall()
        doors = """select b.code, s.number, s.name from stairwell s
                   join building b on b.id = s.building order by 1, 2"""
        found["stairwell"] = connection.execute(doors.encode()).fetchall()
    return found


def test_part_of_the_register_is_a_source_to_draw_from(
    web: Engine, small_town: MadeUpTown, town_file: Path, tmp_path: Path
) -> None:
    take(web, town_file)
    first = str(small_town.layers.communities["code"].min())
    out = tmp_path / "one.gpkg"
    rows = export_registers(web, out, under=first)
    assert rows["communities"] == 1
    owned = small_town.layers.buildings["id"].str.startswith(first)
    assert rows["buildings"] == owned.sum()
    # Streets on its border come along, whoever owns them.
    assert rows["streets"] > count(web, f"street where division = '{first}'")


def test_a_space_drawn_as_an_area_is_measured(
    web: Engine, small_town: MadeUpTown, town_file: Path, tmp_path: Path
) -> None:
    take(web, town_file)
    place = small_town.layers.communities.to_crs(4548).geometry.iloc[0]
    x, y = place.representative_point().coords[0]
    rooms = GeoDataFrame(
        {"kind": "居民活动室", "name": ["甲", "乙"]},
        geometry=[box(x, y, x + 5, y + 6), box(x, y, x + 5, y + 5.98)],
        crs=4548,
    ).to_crs(3857)
    take(web, write_source(tmp_path, spaces=rooms))
    areas = value(web, "select array_agg(area_m2 order by name desc) from "
                       "activity_space where name in ('甲', '乙')")  # fmt: skip
    assert areas == [30.0, 29.9]
