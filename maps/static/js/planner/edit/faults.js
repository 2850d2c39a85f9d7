// Why something was refused, at the cursor, and what it is about, on the map, for a while.

import W from "../ground.js";
import { wordsFor } from "../api.js";
import { INK, hatchCells, paintBuildings, paintCells, paintGrid } from "./painting.js";

const SHOWN_MS = 6000;

export class Faults {
  constructor(overlay, beside, session) {
    this.overlay = overlay;
    this.beside = beside;
    this.session = session;
    session.on("refused", (item, error) => this.tell(error, item.at));
  }

  /** Tell about a refusal of the service at [x, y] of the map, or in the middle of it. */
  tell(error, at = null) {
    const { buildings = [], cells = [], grids = [] } = error.problem || {};
    this.show({ words: wordsFor(error), at, buildings: codesOf(buildings), cells, grids });
  }

  /** Show a refusal; `cells` are numbers, `grids` and `buildings` codes. */
  show({ words, at = null, cells = [], grids = [], buildings = [] }) {
    const { model, mesh } = this.session;
    this.beside.refuse(at || this.middle(), words);
    const places = mesh.placesOf(cells);
    const wanted = new Set(buildings);
    const houses = model.buildings.map((b, i) => (wanted.has(b.code) ? i : -1));
    this.mark(places, grids, houses.filter((i) => i >= 0));
  }

  mark(places, grids, houses) {
    window.clearTimeout(this.timer);
    this.overlay.set("fault", (ctx, model, view) => {
      const look = { fill: INK.refuseWash, stroke: INK.refuse, width: 1.6 };
      paintCells(ctx, model, view, places, look);
      hatchCells(ctx, model, view, places, INK.refuse);
      if (!places.length) {
        grids
          .map((code) => model.byCode.get(code))
          .filter(Boolean)
          .forEach((grid) => paintGrid(ctx, model, view, grid, INK.refuse));
      }
      paintBuildings(ctx, model, view, houses, null, INK.refuse);
    });
    this.timer = window.setTimeout(() => this.clear(), SHOWN_MS);
  }

  /** Point at cells and grids for a while, without blame. */
  point(places, grids) {
    window.clearTimeout(this.timer);
    this.overlay.set("fault", (ctx, model, view) => {
      grids
        .map((code) => model.byCode.get(code))
        .filter(Boolean)
        .forEach((grid) => paintGrid(ctx, model, view, grid, INK.accent));
      paintCells(ctx, model, view, places, { fill: INK.take, stroke: INK.accent, width: 2 });
    });
    this.timer = window.setTimeout(() => this.clear(), SHOWN_MS);
  }

  clear() {
    window.clearTimeout(this.timer);
    this.overlay.set("fault", null);
  }

  middle() {
    const box = W.byId("map").getBoundingClientRect();
    return [box.width / 2, box.height / 2];
  }
}

function codesOf(buildings) {
  return buildings.map((building) => (building && building.code) || building);
}
