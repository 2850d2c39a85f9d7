// What tools paint over the map: cells, lines, buildings, sums in a grid.

import W from "../ground.js";
import { packShapes } from "../pack.js";
import { labelSpot } from "../inside.js";

const SAME_M2 = 0.5;

export const INK = {
  accent: "#1d5fa8",
  take: "rgba(29,95,168,0.30)",
  refuse: "#b2182b",
  refuseWash: "rgba(178,24,43,0.22)",
  locked: "#52606d",
  lockedWash: "rgba(82,96,109,0.25)",
  halo: "rgba(255,255,255,0.9)",
};

/** Fill cells and draw their outlines. */
export function paintCells(ctx, model, view, places, { fill, stroke, width = 1.2 }) {
  if (!places.length) return;
  ctx.beginPath();
  places.forEach((f) => W.trace(ctx, model.shapes.cells, f, view, true));
  if (fill) {
    ctx.fillStyle = fill;
    ctx.fill("evenodd");
  }
  if (!stroke) return;
  ctx.strokeStyle = stroke;
  ctx.lineWidth = width;
  ctx.stroke();
}

/** The colour a grid's ground has, opaque enough to cover another's. */
export function tintOf(model, grid) {
  if (!grid) return "rgba(255,255,255,0.8)";
  if (grid.type !== "resident") return model.theme.types[grid.type] + "99";
  return model.theme.tints[grid.color % model.theme.tints.length];
}

/** Cells on their way to another grid already have its colour. */
export function paintPending(ctx, model, view, pending, late) {
  pending.forEach(({ places, to }) => {
    ctx.globalAlpha = 0.82;
    paintCells(ctx, model, view, places, { fill: tintOf(model, model.byCode.get(to)) });
    ctx.globalAlpha = 1;
    if (late) hatchCells(ctx, model, view, places, INK.locked);
  });
}

/** Hatch cells: what waits, what is refused, what moves. */
export function hatchCells(ctx, model, view, places, color, gap = 8) {
  if (!places.length) return;
  ctx.save();
  ctx.beginPath();
  places.forEach((f) => W.trace(ctx, model.shapes.cells, f, view, true));
  ctx.clip("evenodd");
  const box = boxOf(model.shapes.cells, places, view);
  ctx.beginPath();
  for (let d = box[0] - (box[3] - box[1]); d < box[2]; d += gap) {
    ctx.moveTo(d, box[3]);
    ctx.lineTo(d + box[3] - box[1], box[1]);
  }
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.4;
  ctx.stroke();
  ctx.restore();
}

function boxOf(shapes, places, view) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  places.forEach((f) => {
    const [west, south, east, north] = shapes.box.subarray(4 * f, 4 * f + 4);
    box[0] = Math.min(box[0], west * view.k + view.x);
    box[1] = Math.min(box[1], view.y - north * view.k);
    box[2] = Math.max(box[2], east * view.k + view.x);
    box[3] = Math.max(box[3], view.y - south * view.k);
  });
  return [
    Math.max(box[0], -40),
    Math.max(box[1], -40),
    Math.min(box[2], view.width + 40),
    Math.min(box[3], view.height + 40),
  ];
}

/** Return the pixels of [x, y] in units. */
export function pixelOf(view, [x, y]) {
  return [x * view.k + view.x, view.y - y * view.k];
}

/** Draw a line of [x, y] in units on a white edge. */
export function paintLine(ctx, view, points, { color, width = 2.5, dash = [], close = false }) {
  if (points.length < 2) return;
  ctx.beginPath();
  points.forEach((point, i) => {
    const [x, y] = pixelOf(view, point);
    if (i) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
  });
  if (close) ctx.closePath();
  ctx.setLineDash([]);
  ctx.strokeStyle = INK.halo;
  ctx.lineWidth = width + 3;
  ctx.stroke();
  ctx.setLineDash(dash);
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.stroke();
  ctx.setLineDash([]);
}

export function paintDots(ctx, view, points, color, radius = 4.5) {
  points.forEach((point) => {
    const [x, y] = pixelOf(view, point);
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.fillStyle = "#ffffff";
    ctx.fill();
    ctx.strokeStyle = color;
    ctx.lineWidth = 2;
    ctx.stroke();
  });
}

/** Outline a grid of the plan. */
export function paintGrid(ctx, model, view, grid, color, width = 3) {
  ctx.beginPath();
  W.trace(ctx, model.shapes.grids, grid.id, view, true);
  ctx.strokeStyle = INK.halo;
  ctx.lineWidth = width + 3;
  ctx.stroke();
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.stroke();
}

/**
 * Return what paintFuture draws of the grids an answer would make; those that only got a
 * vertex, or a longer list of neighbours, look as they do now.
 */
export function readFuture(model, answer) {
  const features = answer.grids.features.filter(({ properties }) => {
    const now = model.byCode.get(properties.code);
    return (
      !now ||
      now.households !== properties.households ||
      Math.abs(now.area_m2 - properties.area_m2) > SAME_M2
    );
  });
  const shapes = packShapes(features, model.data.origin);
  return features.map((feature, f) => {
    const grid = { ...feature.properties };
    grid.number = grid.number || grid.code.slice(-3);
    grid.off = W.offBand(grid, model.low, model.high);
    return { grid, f, shapes, label: labelSpot(shapes, f) };
  });
}

/**
 * Paint grids that are not there yet, over those that are: filled, outlined, each with its
 * households; with the footprints of buildings where these are known.
 */
export function paintFuture(ctx, model, view, future, footprints = null) {
  future.forEach(({ grid, shapes, f }) => {
    ctx.beginPath();
    W.trace(ctx, shapes, f, view, true);
    ctx.globalAlpha = footprints && footprints.shapes ? 1 : 0.9;
    ctx.fillStyle = tintOf(model, grid);
    ctx.fill("evenodd");
    ctx.globalAlpha = 1;
  });
  if (footprints && footprints.shapes) paintPrints(ctx, view, future, footprints);
  future.forEach(({ shapes, f }) => {
    ctx.beginPath();
    W.trace(ctx, shapes, f, view, true);
    ctx.setLineDash([]);
    ctx.strokeStyle = INK.halo;
    ctx.lineWidth = 5;
    ctx.stroke();
    ctx.setLineDash([8, 4]);
    ctx.strokeStyle = INK.accent;
    ctx.lineWidth = 2.4;
    ctx.stroke();
    ctx.setLineDash([]);
  });
  future.forEach(({ grid, label }) => paintSum(ctx, model, view, grid, label));
}

/** The buildings within the grids to come; elsewhere they are on the map already. */
function paintPrints(ctx, view, future, { index, shapes }) {
  ctx.save();
  ctx.beginPath();
  future.forEach((each) => W.trace(ctx, each.shapes, each.f, view, true));
  ctx.clip("evenodd");
  ctx.beginPath();
  W.eachIn(index, W.viewBox(view), (f) => W.trace(ctx, shapes, f, view, true));
  ctx.fillStyle = "rgba(98,116,135,0.55)";
  ctx.fill("evenodd");
  ctx.restore();
}

function paintSum(ctx, model, view, grid, label) {
  const [x, y] = pixelOf(view, label);
  const mark = grid.off > 0 ? "▲ " : grid.off < 0 ? "▼ " : "";
  const sum = mark + W.t("short.households", { n: W.number(grid.households) });
  const tone = grid.off > 0 ? "above" : "below";
  const color = grid.off ? model.theme.band[tone] : model.theme.tokens.ink;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.font = W.font(14, 600);
  W.halo(ctx, grid.number, x, y - 10, model.theme.tokens.ink, 5);
  W.halo(ctx, sum, x, y + 9, color, 5);
}

/** Mark buildings, by their footprint where one is known, else by a ring. */
export function paintBuildings(ctx, model, view, places, footprints, color) {
  places.forEach((b) => {
    const print = footprints && footprints.byCode.get(model.buildings[b].code);
    ctx.beginPath();
    if (print !== undefined && footprints) {
      W.trace(ctx, footprints.shapes, print, view, true);
    } else {
      const at = model.shapes.buildings;
      const i = at.start[at.first[b]];
      const [x, y] = pixelOf(view, [at.x[i], at.y[i]]);
      ctx.arc(x, y, 7, 0, 2 * Math.PI);
    }
    ctx.globalAlpha = 0.5;
    ctx.fillStyle = color;
    ctx.fill("evenodd");
    ctx.globalAlpha = 1;
    ctx.strokeStyle = color;
    ctx.lineWidth = 2;
    ctx.stroke();
  });
}
