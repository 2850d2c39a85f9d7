// The tool that gives one building to another grid, with the ground around it.

import W from "../ground.js";
import { say, sideLines, warn } from "../edit/beside.js";
import { INK, paintBuildings } from "../edit/painting.js";
import { takePointer } from "../edit/pointer.js";

const NEAR_PX = 22;

export const give = {
  name: "give",
  key: "g",
  edits: true,
  group: "paint",
  cursor: "pointer",

  start(bench) {
    const { session } = bench;
    let held = null;
    let under = null;

    const buildingAt = (spot) => {
      const print = bench.footprints.at(bench.stage.unitsAt(spot));
      return print >= 0 ? print : nearest(bench, spot);
    };
    const target = (from, grid) => {
      const { chosen } = bench.store.values;
      const to = held !== null ? grid : chosen;
      return to && to.code !== from ? to : null;
    };
    const words = (place, to) => {
      const { model } = session;
      const building = model.buildings[place];
      const from = model.byCode.get(building.grid);
      const n = { n: W.number(building.households) };
      const name = building.address || W.t("edit.give.one");
      const lines = [say(`${name} · ${W.t("short.households", n)}`)];
      const stuck = [from, to].find((grid) => grid && grid.locked);
      if (stuck) lines.push(warn(W.t("edit.locked.self", { grid: stuck.number })));
      else if (to) {
        const moved = building.households;
        const sides = [
          { code: to.code, grid: to, before: to.households, after: to.households + moved },
        ];
        if (from) {
          const { code, households } = from;
          sides.push({ code, grid: from, before: households, after: households - moved });
        }
        lines.push(sideLines(model, sides));
      }
      return lines;
    };
    const hint = () => {
      if (held !== null) return W.t("edit.give.where");
      const { chosen } = bench.store.values;
      return chosen ? W.t("edit.give.into", { grid: chosen.number }) : W.t("edit.give.which");
    };
    const retell = () => {
      bench.hint.show(hint(), []);
      bench.overlay.redraw();
    };
    const hand = (place, to, at) => {
      if (session.mustWait) return;
      const building = session.model.buildings[place].code;
      held = under = null;
      bench.beside.hide();
      session.submit({ operation: "give_building", building, to: to.code }, { at });
      retell();
    };
    const cancel = () => {
      if (held === null) return false;
      held = null;
      bench.beside.hide();
      retell();
      return true;
    };
    const press = (spot) => {
      const grid = bench.gridAt(spot);
      if (held !== null) {
        const to = grid && target(session.model.buildings[held].grid, grid);
        if (to) hand(held, to, spot);
        else cancel();
        return;
      }
      const place = buildingAt(spot);
      if (place < 0) return;
      const to = target(session.model.buildings[place].grid, grid);
      if (to) hand(place, to, spot);
      else {
        held = place;
        retell();
      }
    };
    bench.footprints.load().then(() => bench.overlay.redraw());
    bench.overlay.set("tool", (ctx, model, view) => {
      const places = [under, held].filter((place) => place !== null && place >= 0);
      paintBuildings(ctx, model, view, places, bench.footprints, INK.accent);
    });
    const letGo = takePointer(bench.stage, {
      start: (spot) => {
        press(spot);
        return false;
      },
      move: (spot) => {
        under = held === null ? buildingAt(spot) : null;
        const place = held === null ? under : held;
        const from = place >= 0 ? session.model.buildings[place].grid : null;
        const to = place >= 0 ? target(from, bench.gridAt(spot)) : null;
        if (!bench.beside.isSaying) bench.beside.show(spot, place >= 0 ? words(place, to) : []);
        bench.overlay.redraw();
      },
      out: () => bench.beside.hide(),
    });
    return {
      hint,
      cancel,
      pick: (grid) => {
        if (held === null) return false;
        const to = target(session.model.buildings[held].grid, grid);
        if (to) hand(held, to, null);
        return Boolean(to);
      },
      changed: () => {
        held = under = null;
        retell();
      },
      putDown: () => {
        letGo();
        bench.beside.hide();
        bench.overlay.set("tool", null);
      },
    };
  },
};

/** The nearest counted building, by its point, within reach of the pointer. */
function nearest(bench, spot) {
  const { model } = bench.session;
  const { x, y } = bench.stage.unitsAt(spot);
  const reach = NEAR_PX / bench.stage.view().k;
  const shapes = model.shapes.buildings;
  let best = -1;
  let least = reach;
  W.eachIn(model.index.buildings, [x - reach, y - reach, x + reach, y + reach], (f) => {
    const i = shapes.start[shapes.first[f]];
    const away = Math.hypot(shapes.x[i] - x, shapes.y[i] - y);
    if (away <= least) {
      least = away;
      best = f;
    }
  });
  return best;
}
