// The plan of a community, from GeoJSON to what the shared drawing code reads.

import W from "./ground.js";
import { UNIT, packShapes, toUnits } from "./pack.js";
import { labelSpot } from "./inside.js";

const BUCKET = 4000;
const NONE = { n: 0, first: [0], start: [0], x: [], y: [], box: [] };

/**
 * Build the model of a plan. `parts` holds the division and, as lists of features,
 * grids, cells, seams, buildings, devices and spaces; an edit changes them and fills the
 * model again, in place.
 */
export function buildModel(parts, plan, theme) {
  const model = {
    plan,
    theme,
    parts,
    low: plan.low,
    high: plan.high,
    seamNone: "none",
    devices: parts.devices.map((feature) => feature.properties),
    spaces: parts.spaces.map((feature) => feature.properties),
    shapes: { streets: NONE },
    index: { streets: W.buckets(NONE, BUCKET) },
    grids: [],
    data: { origin: originOf(parts.grids), unit: UNIT, bounds: null, certificate: null },
  };
  pack(model, "communities", [parts.division]);
  model.communities = [communityOf(parts.division, model.shapes.communities)];
  ["devices", "spaces"].forEach((kind) => pack(model, kind, parts[kind]));
  fillModel(model, ["grids", "cells", "seams", "buildings"]);
  return model;
}

/** Read some parts of a model again; `changed` are codes of grids, null for all. */
export function fillModel(model, names, changed = null) {
  const { parts, plan } = model;
  names.forEach((name) => pack(model, name, parts[name]));
  if (names.includes("grids")) fillGrids(model, plan, changed);
  if (names.includes("seams")) model.seamKind = parts.seams.map((seam) => seam.properties.kind);
  if (names.includes("cells")) model.cells = parts.cells.map((cell) => cell.properties);
  if (names.includes("buildings")) {
    model.buildings = parts.buildings.map((building) => building.properties);
    model.buildingHouseholds = model.buildings.map((building) => building.households);
  }
  model.grids.forEach((grid) => {
    grid.neighbours = [];
  });
  linkNeighbours(model, parts.seams);
  ["devices", "spaces"].forEach((kind) => placeInGrids(model, kind));
  model.data.bounds = bounds(model.shapes);
  sumUp(model);
}

/** Count again who is out of band, after households or types of grids changed. */
export function sumUp(model) {
  model.grids.forEach((grid) => {
    grid.off = W.offBand(grid, model.low, model.high);
  });
  model.out = model.grids.filter((grid) => grid.off !== 0);
  model.total = W.totals(model.grids);
}

function pack(model, name, features) {
  model.shapes[name] = packShapes(features, model.data.origin);
  model.index[name] = W.buckets(model.shapes[name], BUCKET);
}

/** Where the ground of a grid did not change, its label stays where it is. */
function fillGrids(model, plan, changed) {
  const before = model.byCode || new Map();
  const shapes = model.shapes.grids;
  model.grids = model.parts.grids.map((feature, id) => {
    const { code } = feature.properties;
    const known = changed && !changed.has(code) && before.get(code);
    return gridOf(feature, id, plan, known ? known.label : labelSpot(shapes, id));
  });
  model.byCode = new Map(model.grids.map((grid) => [grid.code, grid]));
}

/** Return a corner of the first grid: near enough for small numbers everywhere. */
function originOf(grids) {
  if (!grids.length) return [0, 0];
  const [lon, lat] = grids[0].geometry.coordinates.flat(Infinity);
  return toUnits(lon, lat).map(Math.round);
}

function gridOf(feature, id, plan, label) {
  const given = feature.properties;
  return {
    ...given,
    id,
    number: given.number || given.code.slice(-3),
    community: 0,
    off: W.offBand(given, plan.low, plan.high),
    label,
    neighbours: [],
  };
}

function communityOf(division, shapes) {
  const { code, name } = division.properties;
  return { code, name, label: shapes.n ? labelSpot(shapes, 0) : [0, 0, 0] };
}

/** Return the box of everything drawn, in units. */
function bounds(shapes) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  [shapes.grids, shapes.communities].forEach((each) => {
    for (let f = 0; f < each.n; f++) {
      box[0] = Math.min(box[0], each.box[4 * f]);
      box[1] = Math.min(box[1], each.box[4 * f + 1]);
      box[2] = Math.max(box[2], each.box[4 * f + 2]);
      box[3] = Math.max(box[3], each.box[4 * f + 3]);
    }
  });
  return box;
}

function linkNeighbours(model, seams) {
  const links = seams.map((seam) => {
    const { left, right, kind, length_m } = seam.properties;
    return { left: model.byCode.get(left), right: model.byCode.get(right), kind, length_m };
  });
  W.linkNeighbours(links);
}

/** Give every device or space the grid it stands in. */
function placeInGrids(model, kind) {
  const shapes = model.shapes[kind];
  model[kind].forEach((item, f) => {
    const i = shapes.start[shapes.first[f]];
    const grid = W.gridAt(model, shapes.x[i], shapes.y[i]);
    item.grid = grid ? grid.code : null;
  });
}

/** Return the place of feature f of a kind, in units. */
export function placeOf(model, kind, f) {
  const box = model.shapes[kind].box;
  return {
    x: (box[4 * f] + box[4 * f + 2]) / 2,
    y: (box[4 * f + 1] + box[4 * f + 3]) / 2,
  };
}
