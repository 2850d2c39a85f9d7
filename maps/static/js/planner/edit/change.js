// Takes the answer to an edit into the model, in place: only what it touched is read anew.

import W from "../ground.js";
import { fillModel } from "../model.js";
import { toUnits } from "../pack.js";

/** Change a model's parts by an answer; returns the codes that are other than before. */
export function takeIn(model, answer) {
  const { parts } = model;
  const touched = new Set(answer.grids.features.map((feature) => feature.properties.code));
  const gone = new Set(answer.removed);
  const names = ["grids", "seams", "buildings"];
  parts.grids = replaced(parts.grids, answer.grids.features, gone);
  parts.seams = [
    ...parts.seams.filter(({ properties: { left, right } }) => {
      const isOld = (code) => touched.has(code) || gone.has(code);
      return !isOld(left) && !isOld(right);
    }),
    ...answer.seams.features,
  ];
  if (answer.cut || (answer.removed_cells || []).length) {
    names.push("cells");
    cutCells(parts, answer);
  }
  const cells = new Map(parts.cells.map((cell) => [cell.properties.number, cell.properties]));
  Object.entries(answer.cells).forEach(([number, code]) => {
    const cell = cells.get(Number(number));
    if (cell) cell.grid = code;
  });
  parts.buildings.forEach(({ properties }) => {
    const cell = cells.get(properties.cell);
    if (cell) properties.grid = cell.grid;
  });
  fillModel(model, names, touched);
  return new Set([...touched, ...gone]);
}

/** Tell whether every cell is in a grid there is: an answer that left a gap is no use. */
export function isWhole(model) {
  return model.cells.every((cell) => !cell.grid || model.byCode.has(cell.grid));
}

function replaced(features, given, gone) {
  const codes = new Set(given.map((feature) => feature.properties.code));
  const kept = features.filter(
    ({ properties: { code } }) => !codes.has(code) && !gone.has(code)
  );
  return [...kept, ...given].sort((a, b) => (a.properties.code < b.properties.code ? -1 : 1));
}

/** Put pieces in the place of the cells they were cut from, and find their buildings. */
function cutCells(parts, answer) {
  const fresh = answer.cut ? answer.cut.features : [];
  const gone = new Set(answer.removed_cells || []);
  const given = new Set(fresh.map((cell) => cell.properties.number));
  parts.cells = [
    ...parts.cells.filter(
      ({ properties: { number } }) => !given.has(number) && !gone.has(number)
    ),
    ...fresh,
  ].sort((a, b) => a.properties.number - b.properties.number);
  const outlines = fresh.map(({ geometry, properties }) => ({
    number: properties.number,
    rings: ringsOf(geometry),
  }));
  parts.buildings.forEach(({ geometry, properties }) => {
    if (!given.has(properties.cell) && !gone.has(properties.cell)) return;
    const found = outlines.find(({ rings }) => isIn(rings, geometry.coordinates));
    if (found) properties.cell = found.number;
  });
}

function ringsOf({ type, coordinates }) {
  return type === "Polygon" ? coordinates : coordinates.flat();
}

function isIn(rings, [x, y]) {
  let inside = false;
  rings.forEach((ring) => {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ax, ay] = ring[i];
      const [bx, by] = ring[j];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
  });
  return inside;
}

/** Return the [x, y] of the plan's units of a position in degrees. */
export function unitsOf(model, [lon, lat]) {
  const { origin } = model.data;
  const [x, y] = toUnits(lon, lat);
  return [x - origin[0], y - origin[1]];
}

/** Return a position in degrees of [x, y] in the plan's units. */
export function degreesOf(model, [x, y]) {
  const { lng, lat } = W.toLatLng(model.data, x, y);
  return [Number(lng.toFixed(9)), Number(lat.toFixed(9))];
}
