"""A plan file goes into the record and comes out the same."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from geopandas import GeoDataFrame
from sqlalchemy import Engine, text

from data.checking import check_plan
from data.cluster import WEB, Cluster, Store
from data.drawing import draw
from data.errors import ImportFormatError, NotFoundError
from data.plans import read_plan
from data.queries.plans import export_plans, import_plans
from data.synthetic import made_up_town
from data.writers import write_layers
from gis.certificate import plan_hash
from scripts.cli import wangge as command_line
from tests.postgis import throw_away, web_engine

pytestmark = pytest.mark.postgis


@pytest.fixture(scope="module")
def plan_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan of two communities, as `wangge draw` writes it."""
    folder = tmp_path_factory.mktemp("plan")
    town = made_up_town(seed=3, communities=2)
    write_layers(folder / "town.gpkg", town.tables(), {"made_up": True})
    draw([folder / "town.gpkg"], out=folder / "plan.gpkg", workers=1)
    return folder / "plan.gpkg"


@pytest.fixture
def web(template: Store) -> Iterator[Engine]:
    """The web role in a database of its own, for work that commits."""
    with throw_away(template, "of_one_import", template=template.name) as made:
        engine = web_engine(made)
        yield engine
        engine.dispose()


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(
            connection.execute(text(f"select count(*) from {table}")).scalar_one()
        )


def as_bytes(layer: GeoDataFrame, keys: list[str]) -> list[object]:
    ordered = layer.sort_values(keys)
    return list(
        zip(*(ordered[k] for k in keys), ordered.geometry.to_wkb(), strict=True)
    )


def test_a_plan_file_comes_out_of_the_record_the_same(
    web: Engine, plan_file: Path, tmp_path: Path
) -> None:
    done = list(import_plans(web, plan_file))
    assert [one.new for one in done] == [True, True]
    out = tmp_path / "out.gpkg"
    found = export_plans(web, [one.plan for one in done], out)
    (before, told), (after, tells) = read_plan(plan_file), read_plan(out)
    assert found == plan_hash(before["grids"]) == plan_hash(after["grids"])
    keys = {
        "communities": ["code", "name", "households"],
        "grids": ["code", "name", "type", "households", "area_m2", "reason_zh"],
        "cells": ["community", "cell", "grid", "households", "block", "compound"],
        "seams": ["left", "right", "kind", "length_m"],
        "buildings": ["community", "id", "grid", "cell", "households", "straddles"],
    }
    for name, columns in keys.items():
        assert list(after[name].columns) == list(before[name].columns), name
        assert as_bytes(after[name], columns) == as_bytes(before[name], columns), name
    assert set(tells) == set(told)
    assert check_plan(out).ok


def test_importing_again_makes_nothing_twice(web: Engine, plan_file: Path) -> None:
    first = list(import_plans(web, plan_file))
    again = list(import_plans(web, plan_file))
    assert [one.plan for one in again] == [one.plan for one in first]
    assert [one.new for one in again] == [False, False]
    assert (count(web, "plan"), count(web, "cell_set")) == (2, 2)


def test_an_import_cut_off_goes_on_where_it_stopped(
    web: Engine, plan_file: Path
) -> None:
    begun = next(import_plans(web, plan_file))
    assert count(web, "plan") == 1
    assert count(web, "division where level = 'community'") == 1
    done = list(import_plans(web, plan_file))
    assert [one.new for one in done] == [False, True]
    assert done[0].plan == begun.plan


def test_an_import_plants_the_street_and_the_district_above(
    web: Engine, plan_file: Path
) -> None:
    list(import_plans(web, plan_file))
    above = "division where level in ('street', 'district') and geom is not null"
    assert count(web, above) == 2
    assert count(web, "division where path like '/370115/370115001/370115001___/'") == 2
    assert count(web, "search_entry where kind = 'grid'") == count(web, "grid")


def test_an_imported_plan_is_whole_and_can_be_published(
    web: Engine, plan_file: Path
) -> None:
    one = next(import_plans(web, plan_file))
    with web.begin() as connection:
        connection.execute(
            text(
                "update plan set status = 'published', effective_from = '2026-01-01' "
                "where id = :plan"
            ),
            {"plan": one.plan},
        )
    assert count(web, "plan where status = 'published'") == 1


def test_a_community_without_a_code_is_refused(
    web: Engine, plan_file: Path, tmp_path: Path
) -> None:
    layers, about = read_plan(plan_file)
    layers["communities"]["code"] = ""
    path = tmp_path / "nameless.gpkg"
    write_layers(path, layers, about)
    with pytest.raises(ImportFormatError, match="12 digits"):
        next(import_plans(web, path))
    assert count(web, "plan") == 0


def test_a_plan_that_is_not_there_is_named(web: Engine, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no plan 7"):
        export_plans(web, [7], tmp_path / "out.gpkg")


def test_the_commands_take_a_plan_in_and_out(
    cluster: Cluster, plan_file: Path, tmp_path: Path
) -> None:
    environment = {
        "WANGGE_STATE": str(cluster.places.state),
        "WANGGE_DATABASE_URL": "",
    }

    def wangge(*words: str) -> Result:
        return CliRunner(env=environment).invoke(command_line, words)

    out = tmp_path / "out.gpkg"
    assert wangge("db", "start").exit_code == 0
    assert "已入库 2 个社区" in wangge("import", str(plan_file)).output
    assert "原已在库 2 个" in wangge("import", str(plan_file)).output
    assert wangge("export", str(out)).exit_code == 0
    assert plan_hash(read_plan(out)[0]["grids"]) == plan_hash(
        read_plan(plan_file)[0]["grids"]
    )
    nothing = wangge("--lang", "en", "export", str(out), "--under", "99")
    assert (nothing.exit_code, "no plan" in nothing.output) == (2, True)


IMPORT = """
import sys
from pathlib import Path
from sqlalchemy import create_engine, make_url
from data.queries.plans import import_plans
for one in import_plans(create_engine(make_url(sys.argv[1])), Path(sys.argv[2])):
    print(one.community, flush=True)
"""


@pytest.mark.full
def test_an_importer_killed_anywhere_leaves_no_half_plan(
    template: Store, plan_file: Path, root: Path
) -> None:
    rounds = np.random.default_rng(7).uniform(0.0, 0.4, 20)
    with throw_away(template, "of_kills", template=template.name) as made:
        engine = web_engine(made)
        address = made.url(user=WEB).render_as_string(hide_password=False)
        for wait in rounds:
            command = [sys.executable, "-c", IMPORT, address, str(plan_file)]
            with subprocess.Popen(
                command, cwd=root, stdout=subprocess.PIPE, text=True
            ) as importer:
                assert importer.stdout is not None
                time.sleep(1.2 + float(wait))
                importer.kill()
                told = importer.stdout.read().split()
            with engine.begin() as connection:
                # Whatever is there can be published: it is whole.
                connection.execute(
                    text(
                        "update plan set status = 'published', effective_from = "
                        "'2026-01-01' where status = 'draft'"
                    )
                )
            for community in told:
                assert count(engine, f"plan where community = '{community}'") == 1
            with made.connect() as owner:
                owner.execute("alter table plan disable trigger guard_plan")
                owner.execute("delete from plan")
                owner.execute("alter table plan enable trigger guard_plan")
