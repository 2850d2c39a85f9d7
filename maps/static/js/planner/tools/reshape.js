// The tool that draws a stretch of a seam anew: from the seam to the seam.

import W from "../ground.js";
import { LineTool } from "../edit/line-tool.js";
import { INK, paintDots, paintGrid } from "../edit/painting.js";
import { gridsAlong, pairOf, seamsNear } from "../edit/seams.js";

const SNAP_PX = 11;
const REACH_PX = 26;
const HANDLES_UNTIL = 400;

export const reshape = {
  name: "reshape",
  key: "e",
  edits: true,
  group: "line",
  cursor: "crosshair",

  start(bench) {
    const reach = (px) => px / bench.stage.view().k;
    return new LineTool(bench, {
      name: "reshape",
      least: 2,
      closed: false,
      orphans: true,
      snap: (point) => {
        const { model } = bench.session;
        const { chosen } = bench.store.values;
        const near = seamsNear(model, point, reach(SNAP_PX));
        const own = near.find(({ pair }) => chosen && pair.includes(chosen.code));
        const best = own || near[0];
        return best ? best.place : point;
      },
      body: (way) => {
        const { model } = bench.session;
        const { chosen } = bench.store.values;
        const [through] = gridsAlong(model, way);
        const hints = { chosen: chosen && chosen.code, through };
        const grids = pairOf(model, way, reach(REACH_PX), hints);
        if (!grids) return { fault: W.t("edit.reshape.off") };
        const stuck = grids.map((code) => model.byCode.get(code)).find((grid) => grid.locked);
        if (stuck) return { fault: W.t("edit.locked.self", { grid: stuck.number }) };
        return { operation: "reshape_seam", grids };
      },
      paint: (ctx, model, view) => paintHandles(ctx, model, view, bench),
    }).held();
  },
};

/** The corners of the grid in hand, and of no other: those a new stretch may start from. */
function paintHandles(ctx, model, view, bench) {
  const { chosen } = bench.store.values;
  if (!chosen || !model.byCode.has(chosen.code)) return;
  paintGrid(ctx, model, view, chosen, INK.accent, 2);
  const shapes = model.shapes.grids;
  const corners = [];
  for (let p = shapes.first[chosen.id]; p < shapes.first[chosen.id + 1]; p++) {
    for (let i = shapes.start[p]; i < shapes.start[p + 1] - 1; i++) {
      corners.push([shapes.x[i], shapes.y[i]]);
    }
  }
  if (corners.length <= HANDLES_UNTIL) paintDots(ctx, view, corners, INK.accent, 2);
}
