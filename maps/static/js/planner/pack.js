// GeoJSON → the flat arrays that the shared drawing code reads (see decode.js).
// Coordinates become whole units of Web Mercator, counted from an origin.

import W from "./ground.js";

export const UNIT = 0.01;

const RADIUS = 6378137;
const TO_RADIANS = Math.PI / 180;

/** Return Web Mercator units of a longitude and a latitude. */
export function toUnits(lon, lat) {
  const x = RADIUS * lon * TO_RADIANS;
  const y = RADIUS * Math.log(Math.tan(Math.PI / 4 + (lat * TO_RADIANS) / 2));
  return [x / UNIT, y / UNIT];
}

/** Return the parts of a geometry: rings of polygons, lines, or single points. */
function partsOf(geometry) {
  const { type, coordinates } = geometry;
  if (type === "Polygon" || type === "MultiLineString") return coordinates;
  if (type === "MultiPolygon") return coordinates.flat();
  if (type === "LineString") return [coordinates];
  return [[coordinates]];
}

/** Return features as shapes; `origin` is in units. */
export function packShapes(features, origin) {
  const parts = features.map((feature) =>
    feature.geometry ? partsOf(feature.geometry) : []
  );
  const rings = parts.flat();
  const count = rings.reduce((sum, ring) => sum + ring.length, 0);
  const shapes = {
    n: features.length,
    first: running(parts.map((each) => each.length)),
    start: running(rings.map((ring) => ring.length)),
    x: new Int32Array(count),
    y: new Int32Array(count),
  };
  let i = 0;
  rings.forEach((ring) => {
    ring.forEach((position) => {
      const [x, y] = toUnits(position[0], position[1]);
      shapes.x[i] = Math.round(x - origin[0]);
      shapes.y[i] = Math.round(y - origin[1]);
      i += 1;
    });
  });
  shapes.box = W.boxes(shapes);
  return shapes;
}

function running(counts) {
  const sums = new Int32Array(counts.length + 1);
  counts.forEach((count, i) => {
    sums[i + 1] = sums[i] + count;
  });
  return sums;
}
