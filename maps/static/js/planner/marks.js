// Marks on the plan: a lock on what may not change, a hatch on what has no grid.

import W from "./ground.js";

const LEAST_PX = 15;

/** A padlock above the label of each locked grid. */
export function paintLocks(ctx, model, view) {
  model.grids.forEach((grid) => {
    const [x, y, depth] = grid.label;
    if (!grid.locked || depth * view.k < LEAST_PX) return;
    padlock(ctx, x * view.k + view.x, view.y - y * view.k - 32, model.theme.tokens.ink);
  });
}

function padlock(ctx, x, y, color) {
  ctx.setLineDash([]);
  [
    ["rgba(255,255,255,0.95)", 4],
    [color, 1.8],
  ].forEach(([stroke, width]) => {
    ctx.strokeStyle = stroke;
    ctx.lineWidth = width;
    ctx.beginPath();
    ctx.arc(x, y - 3, 3.6, Math.PI, 0);
    ctx.lineTo(x + 3.6, y);
    ctx.moveTo(x - 3.6, y - 3);
    ctx.lineTo(x - 3.6, y);
    ctx.stroke();
    ctx.strokeRect(x - 5.5, y, 11, 8);
  });
  ctx.fillStyle = color;
  ctx.fillRect(x - 5.5, y, 11, 8);
}

/** Cells in no grid, above everything but the labels. */
export function paintLoose(ctx, model, view) {
  const loose = [];
  model.cells.forEach((cell, f) => {
    if (!cell.grid) loose.push(f);
  });
  if (!loose.length) return;
  ctx.beginPath();
  loose.forEach((f) => W.trace(ctx, model.shapes.cells, f, view, true));
  ctx.fillStyle = "rgba(178,24,43,0.18)";
  ctx.fill("evenodd");
  ctx.setLineDash([5, 4]);
  ctx.strokeStyle = model.theme.band.above;
  ctx.lineWidth = 1.6;
  ctx.stroke();
  ctx.setLineDash([]);
}
