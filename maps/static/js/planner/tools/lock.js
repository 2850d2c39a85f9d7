// The tool that locks: a click locks a grid, the next one unlocks it.

import W from "../ground.js";
import { say } from "../edit/beside.js";
import { takePointer } from "../edit/pointer.js";

export const lock = {
  name: "lock",
  key: "l",
  edits: true,
  group: "grid",
  cursor: "pointer",

  start(bench) {
    const turn = (grid, at = null) => {
      if (bench.session.mustWait) return true;
      const operation = grid.locked ? "unlock" : "lock";
      bench.session.submit({ operation, grids: [grid.code] }, { at });
      bench.beside.hide();
      return true;
    };
    const letGo = takePointer(bench.stage, {
      start: (spot) => {
        const grid = bench.gridAt(spot);
        if (grid) turn(grid, spot);
        return false;
      },
      move: (spot) => {
        const grid = bench.gridAt(spot);
        bench.store.set({ hover: grid });
        const key = grid && (grid.locked ? "edit.lock.off" : "edit.lock.on");
        bench.beside.show(spot, grid ? [say(W.t(key, { grid: grid.number }))] : []);
      },
      out: () => bench.beside.hide(),
    });
    return {
      hint: () => W.t("edit.lock.hint"),
      pick: turn,
      enter: () => {
        const { chosen } = bench.store.values;
        if (chosen) turn(chosen);
      },
      putDown: () => {
        letGo();
        bench.beside.hide();
        bench.store.set({ hover: null });
      },
    };
  },
};
