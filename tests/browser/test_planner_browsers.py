"""The planner's page in browsers that lack something, and while the map is dragged."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, expect
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from data.cluster import Store
from data.demo import load_town
from tests.browser.driving import slow_steps
from tests.browser.planner import SKIP_TOUR, open_plan
from tests.browser.serving import serving
from tests.postgis import throw_away
from tests.tiles import tile_at

pytestmark = pytest.mark.postgis

LOCK = Path(__file__).parent / "old-chromium"
CACHE = Path(__file__).resolve().parents[2] / "build" / "old-chromium"
UNPACK = """
const {brotliDecompressSync} = require("zlib"), fs = require("fs");
const bin = process.argv[1] + "/node_modules/chrome-aws-lambda/bin/";
for (const [from, to] of [["chromium.br", "chromium"],
                          ["swiftshader.tar.br", "swiftshader.tar"]]) {
  fs.writeFileSync(process.argv[1] + "/" + to,
                   brotliDecompressSync(fs.readFileSync(bin + from)));
}
"""


@dataclass(frozen=True)
class Town:
    """Where the made-up town is served, and one of its communities."""

    address: str
    community: str


@pytest.fixture(scope="module")
def town(template: Store) -> Iterator[Town]:
    """A server of the made-up town, with two communities and their plans."""
    with throw_away(template, "browsers", template=template.name) as store:
        engine = create_engine(store.url(), poolclass=NullPool)
        load_town(engine, today=date(2026, 11, 22), communities=2)
        with engine.connect() as connection:
            code = connection.scalar(text("select min(community) from plan"))
        engine.dispose()
        with serving(store) as address:
            yield Town(address, str(code))


@pytest.fixture(scope="module")
def old_chromium() -> Path:
    """Chromium 92, fetched once from the npm registry by its own lock file."""
    program = CACHE / "chromium"
    if program.is_file():
        return program
    node = shutil.which("node")
    if shutil.which("npm") is None or node is None:
        pytest.skip("no npm here to fetch Chromium 92 with")
    CACHE.mkdir(parents=True, exist_ok=True)
    for file in LOCK.glob("*.json"):
        shutil.copy(file, CACHE)
    fetch = ["npm", "ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit"]
    fetched = subprocess.run(fetch, cwd=CACHE, capture_output=True, check=False)
    if fetched.returncode:
        pytest.skip("the npm registry does not give Chromium 92")
    subprocess.run([node, "-e", UNPACK, str(CACHE)], check=True)
    libraries = CACHE / "swiftshader"
    shutil.unpack_archive(CACHE / "swiftshader.tar", libraries)
    program.chmod(0o755)
    return program


def wait_until_ready(page: Page) -> None:
    """Wait for the page; old browsers lack what Playwright's own waiting calls."""
    for _ in range(120):
        if page.evaluate("() => document.documentElement.classList.contains('ready')"):
            return
        page.wait_for_timeout(250)
    pytest.fail("the page did not become ready")


@pytest.mark.full
@pytest.mark.parametrize("engine", ["webgl", "canvas"])
def test_chromium_92_shows_a_plan(
    browser_type: BrowserType, old_chromium: Path, town: Town, engine: str
) -> None:
    rules = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
    arguments = [
        "--no-sandbox",
        "--use-gl=swiftshader",
        "--ignore-gpu-blocklist",
        rules,
    ]
    browser = browser_type.launch(executable_path=old_chromium, args=arguments)
    assert browser.version.startswith("92.")
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.add_init_script(SKIP_TOUR)
    page.add_init_script(
        f"localStorage.setItem('wangge.planner.engine', '\"{engine}\"')"
    )
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{town.address}/plan?at={town.community}")
    wait_until_ready(page)
    page.wait_for_timeout(1500)
    look = "() => [document.documentElement.dataset.engine, "
    look += "document.querySelectorAll('#grid-rows .row').length]"
    drawn, rows = page.evaluate(look)
    assert drawn == engine
    assert rows > 3
    assert errors == []
    browser.close()


def test_without_webgl_the_map_is_drawn_all_the_same(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], town: Town
) -> None:
    arguments = [*browser_type_launch_args["args"], "--disable-3d-apis"]
    browser = browser_type.launch(**{**browser_type_launch_args, "args": arguments})
    page = browser.new_page()
    page.add_init_script(SKIP_TOUR)
    page.add_init_script("localStorage.setItem('wangge.planner.engine', '\"webgl\"')")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    open_plan(page, town.address, at=town.community)
    assert page.evaluate("document.documentElement.dataset.engine") == "canvas"
    tiles = page.locator(".leaflet-tile-pane canvas")
    expect(tiles.first).to_be_attached()
    assert errors == []
    browser.close()


def test_moving_the_map_never_holds_up_the_page(browser: Browser, town: Town) -> None:
    assert slow_steps(browser, town.address, levels=3, pause=400) == {}


READ = """
async ([root, address, kept]) => {
  const { keepLayers } = await import(root + "js/planner/lean-tiles.js");
  const answer = await fetch(address);
  const whole = new Uint8Array(await answer.arrayBuffer());
  const read = async (data) => {
    const tiles = { getZxy: async () => ({ data }) };
    const source = new protomapsL.PmtilesSource(tiles, true);
    const layers = await source.get({ x: 0, y: 0, z: 0 }, 256);
    return Object.fromEntries(layers);
  };
  const all = await read(whole);
  return {
    all,
    lean: await read(keepLayers(whole, new Set(kept))),
    every: await read(keepLayers(whole, new Set(Object.keys(all)))),
    none: keepLayers(whole, new Set()).length,
    empty: keepLayers(new Uint8Array(0), new Set(kept)).length,
  };
}
"""


def test_a_lean_tile_keeps_the_layers_that_are_drawn_as_they_were(
    page: Page, town: Town
) -> None:
    page.add_init_script(SKIP_TOUR)
    open_plan(page, town.address)
    about = page.evaluate("fetch('api/v1/tiles/plans.json').then((it) => it.json())")
    west, south, east, north = about["bounds"]
    tile = tile_at((west + east) / 2, (south + north) / 2, 14)
    address = f"{town.address}/api/v1/tiles/plans/14/{tile.x}/{tile.y}.mvt?drafts=true"
    script = "document.querySelector('script[type=module][src]').src"
    root = page.evaluate(f"new URL('..', {script}).href")
    read = page.evaluate(READ, [root, address, ["grids", "divisions"]])
    assert {"grids", "divisions", "seams", "grid_labels"} <= set(read["all"])
    assert len(read["all"]["grids"]) > 3
    assert read["lean"] == {name: read["all"][name] for name in read["lean"]}
    assert set(read["lean"]) == {"grids", "divisions"}
    assert read["every"] == read["all"]
    assert (read["none"], read["empty"]) == (0, 0)
