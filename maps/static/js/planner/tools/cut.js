// The tool that splits a grid along a drawn line.

import W from "../ground.js";
import { LineTool } from "../edit/line-tool.js";
import { gridsAlong } from "../edit/seams.js";

export const cut = {
  name: "cut",
  key: "x",
  edits: true,
  group: "line",
  cursor: "crosshair",

  start: (bench) =>
    new LineTool(bench, {
      name: "cut",
      least: 2,
      closed: false,
      body: (way) => {
        const { model } = bench.session;
        const along = gridsAlong(model, way);
        const { chosen } = bench.store.values;
        const grid = chosen && along.includes(chosen.code) ? chosen.code : along[0];
        if (!grid) return { fault: W.t("edit.cut.outside") };
        const found = model.byCode.get(grid);
        if (found.locked) return { fault: W.t("edit.locked.self", { grid: found.number }) };
        return { operation: "split_by_line", grid };
      },
    }).held(),
};
