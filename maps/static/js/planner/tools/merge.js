// The tool that merges: first one grid, then its neighbour; the sum is known before.

import W from "../ground.js";
import { say, warn } from "../edit/beside.js";
import { button } from "../edit/hint.js";
import { INK, paintGrid } from "../edit/painting.js";
import { takePointer } from "../edit/pointer.js";

export const merge = {
  name: "merge",
  key: "m",
  edits: true,
  group: "grid",
  cursor: "pointer",

  start(bench) {
    const { chosen } = bench.store.values;
    let first = chosen;
    let second = null;

    const joinable = (grid) =>
      first && grid && grid !== first && bench.session.mesh.areNeighbours(first.code, grid.code);
    const sum = (grid) => {
      const heir = grid.households > first.households ? grid : first;
      const households = first.households + grid.households;
      const off = W.offBand({ ...heir, households }, ...bench.band());
      const values = { a: first.number, b: grid.number, n: W.number(households) };
      const node = say(W.t("edit.merge.sum", values));
      node.className = off > 0 ? "above" : off < 0 ? "below" : "inside";
      if (off) node.append(" ", W.el("b", {}, W.offMark({ off })));
      return node;
    };
    const words = (grid) => {
      if (!grid || grid === first) return [];
      if (!first) return [];
      if (first.locked || grid.locked) {
        return [warn(W.t("edit.locked.self", { grid: (first.locked ? first : grid).number }))];
      }
      if (!joinable(grid)) return [warn(W.t("edit.merge.apart", { a: first.number, b: grid.number }))];
      return [sum(grid)];
    };
    const go = (grid, at) => {
      if (bench.session.mustWait || !first || !grid) return;
      const grids = [first.code, grid.code];
      const heir = grid.households > first.households ? grid : first;
      first = second = null;
      bench.beside.hide();
      bench.hint.show(hint(), extras());
      const done = bench.session.submit({ operation: "merge_grids", grids }, { at });
      done.then((answer) => answer && bench.act.chooseCode(heir.code));
    };
    /** A grid was pointed at: by click, or by Enter in the list. */
    const pick = (grid, at = null) => {
      if (!first || grid === first) {
        first = grid;
        second = null;
        bench.act.choose(grid, { stay: true });
      } else if (!joinable(grid) || first.locked || grid.locked) {
        bench.beside.refuse(at || bench.middleOf(grid), words(grid)[0].textContent);
      } else if (second === grid || at) {
        go(grid, at);
        return true;
      } else {
        second = grid;
        bench.beside.show(bench.middleOf(grid), words(grid));
        W.byId("announce").textContent = words(grid)[0].textContent;
      }
      bench.hint.show(hint(), extras());
      bench.overlay.redraw();
      return true;
    };
    const hint = () => {
      if (!first) return W.t("edit.merge.first");
      if (!second) return W.t("edit.merge.second", { grid: first.number });
      return W.t("edit.merge.ready", { a: first.number, b: second.number });
    };
    const extras = () =>
      second ? [button(W.t("edit.merge.do"), () => go(second), { primary: true })] : [];
    const cancel = () => {
      if (!first) return false;
      first = second = null;
      bench.beside.hide();
      bench.hint.show(hint(), extras());
      bench.overlay.redraw();
      return true;
    };
    bench.overlay.set("tool", (ctx, model, view) => {
      [first, second].filter(Boolean).forEach((grid) => {
        const now = model.byCode.get(grid.code);
        if (now) paintGrid(ctx, model, view, now, INK.accent);
      });
    });
    const letGo = takePointer(bench.stage, {
      start: (spot) => {
        const grid = bench.gridAt(spot);
        if (grid) pick(grid, first ? spot : null);
        return false;
      },
      move: (spot) => {
        const grid = bench.gridAt(spot);
        bench.store.set({ hover: grid });
        if (!bench.beside.isSaying) bench.beside.show(spot, words(grid));
      },
      out: () => bench.beside.hide(),
    });
    return {
      hint,
      extras,
      pick,
      cancel,
      enter: () => second && go(second),
      putDown: () => {
        letGo();
        bench.beside.hide();
        bench.store.set({ hover: null });
        bench.overlay.set("tool", null);
      },
    };
  },
};
