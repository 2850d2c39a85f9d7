// The plan of a community, from GeoJSON to what the shared drawing code reads.

import W from "./ground.js";
import { UNIT, packShapes, toUnits } from "./pack.js";
import { labelSpot } from "./inside.js";

const BUCKET = 4000;
const NONE = { n: 0, first: [0], start: [0], x: [], y: [], box: [] };

/**
 * Build the model of a plan. `parts` holds the division and, as lists of features,
 * grids, cells, seams, buildings, devices and spaces.
 */
export function buildModel(parts, plan, theme) {
  const origin = originOf(parts.grids);
  const pack = (features) => packShapes(features, origin);
  const shapes = {
    grids: pack(parts.grids),
    cells: pack(parts.cells),
    seams: pack(parts.seams),
    buildings: pack(parts.buildings),
    devices: pack(parts.devices),
    spaces: pack(parts.spaces),
    communities: pack([parts.division]),
    streets: NONE,
  };
  const grids = parts.grids.map((feature, i) => gridOf(feature, i, plan, shapes.grids));
  const model = {
    plan,
    theme,
    low: plan.low,
    high: plan.high,
    grids,
    shapes,
    communities: [communityOf(parts.division, shapes.communities)],
    byCode: new Map(grids.map((grid) => [grid.code, grid])),
    seamKind: parts.seams.map((seam) => seam.properties.kind),
    seamNone: "none",
    buildings: parts.buildings.map((feature) => feature.properties),
    buildingHouseholds: parts.buildings.map((feature) => feature.properties.households),
    devices: parts.devices.map((feature) => feature.properties),
    spaces: parts.spaces.map((feature) => feature.properties),
    data: { origin, unit: UNIT, bounds: bounds(shapes), certificate: null },
  };
  model.index = {};
  Object.keys(shapes).forEach((name) => {
    model.index[name] = W.buckets(shapes[name], BUCKET);
  });
  linkNeighbours(model, parts.seams);
  ["devices", "spaces"].forEach((kind) => placeInGrids(model, kind));
  model.out = grids.filter((grid) => grid.off !== 0);
  model.total = W.totals(grids);
  return model;
}

/** Return a corner of the first grid: near enough for small numbers everywhere. */
function originOf(grids) {
  if (!grids.length) return [0, 0];
  const [lon, lat] = grids[0].geometry.coordinates.flat(Infinity);
  return toUnits(lon, lat).map(Math.round);
}

function gridOf(feature, id, plan, shapes) {
  const given = feature.properties;
  return {
    ...given,
    id,
    number: given.number || given.code.slice(-3),
    community: 0,
    off: W.offBand(given, plan.low, plan.high),
    label: labelSpot(shapes, id),
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
