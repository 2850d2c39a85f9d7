// Where a pointer is on a seam, and between which grids.

import W from "../ground.js";
import { nearestOn } from "./line-input.js";

/** Return the seams within reach of a point, nearest first: {pair, place, away}. */
export function seamsNear(model, [x, y], reach) {
  const shapes = model.shapes.seams;
  const found = [];
  W.eachIn(model.index.seams, [x - reach, y - reach, x + reach, y + reach], (f) => {
    let best = null;
    for (let p = shapes.first[f]; p < shapes.first[f + 1]; p++) {
      for (let i = shapes.start[p] + 1; i < shapes.start[p + 1]; i++) {
        const a = [shapes.x[i - 1], shapes.y[i - 1]];
        const place = nearestOn([x, y], a, [shapes.x[i], shapes.y[i]]);
        const away = Math.hypot(place[0] - x, place[1] - y);
        if (away <= reach && (!best || away < best.away)) best = { place, away };
      }
    }
    const { left, right } = model.parts.seams[f].properties;
    if (best && left && right) found.push({ pair: [left, right].sort(), ...best });
  });
  return found.sort((a, b) => a.away - b.away);
}

/**
 * Return the two grids whose seam a line runs from and to; where several meet, those of
 * the grid in hand first, then of the grid it runs through. Null if there are none.
 */
export function pairOf(model, way, reach, { chosen, through }) {
  const from = seamsNear(model, way[0], reach);
  const to = seamsNear(model, way[way.length - 1], reach);
  const key = ({ pair }) => pair.join();
  const ends = new Set(to.map(key));
  const both = from.filter((seam) => ends.has(key(seam)));
  const pool = both.length ? both : from.length ? from : to;
  const wish = (seam) =>
    (chosen && seam.pair.includes(chosen) ? 2 : 0) + (seam.pair.includes(through) ? 1 : 0);
  const best = [...pool].sort((a, b) => wish(b) - wish(a) || a.away - b.away)[0];
  return best ? best.pair : null;
}

/** Return the codes of the grids a line runs through, by how much of it. */
export function gridsAlong(model, way, steps = 24) {
  const count = new Map();
  const lengths = way.slice(1).map(([x, y], i) => Math.hypot(x - way[i][0], y - way[i][1]));
  const all = lengths.reduce((sum, length) => sum + length, 0) || 1;
  lengths.forEach((length, i) => {
    const n = Math.max(1, Math.round((steps * length) / all));
    for (let s = 0; s <= n; s++) {
      const t = s / n;
      const x = way[i][0] + (way[i + 1][0] - way[i][0]) * t;
      const y = way[i][1] + (way[i + 1][1] - way[i][1]) * t;
      const grid = W.gridAt(model, x, y);
      if (grid) count.set(grid.code, (count.get(grid.code) || 0) + 1);
    }
  });
  return [...count.entries()].sort((a, b) => b[1] - a[1]).map(([code]) => code);
}
