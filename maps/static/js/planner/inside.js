// Where a label stands best in a polygon: the point farthest from its edge.
// Squares are split best first, as in Mapbox's polylabel, until none can win by much.

const PRECISION = 0.04;

/** Return [x, y, distance to the edge] of feature f of packed polygons. */
export function labelSpot(shapes, f) {
  const [west, south, east, north] = shapes.box.subarray(4 * f, 4 * f + 4);
  const side = Math.min(east - west, north - south);
  if (side <= 0) return [west, south, 0];
  const precision = side * PRECISION;
  let best = square(shapes, f, (west + east) / 2, (south + north) / 2, 0);
  const open = [];
  for (let x = west; x < east; x += side) {
    for (let y = south; y < north; y += side) {
      open.push(square(shapes, f, x + side / 2, y + side / 2, side / 2));
    }
  }
  while (open.length) {
    const next = takeBest(open);
    if (next.depth > best.depth) best = next;
    if (next.most - best.depth <= precision) continue;
    const half = next.half / 2;
    [-half, half].forEach((dx) => {
      [-half, half].forEach((dy) => {
        open.push(square(shapes, f, next.x + dx, next.y + dy, half));
      });
    });
  }
  return [best.x, best.y, Math.max(0, best.depth)];
}

function takeBest(open) {
  let at = 0;
  for (let i = 1; i < open.length; i++) if (open[i].most > open[at].most) at = i;
  return open.splice(at, 1)[0];
}

function square(shapes, f, x, y, half) {
  const depth = depthAt(shapes, f, x, y);
  return { x, y, half, depth, most: depth + half * Math.SQRT2 };
}

/** Return the distance to the edge, negative outside. */
function depthAt(shapes, f, x, y) {
  let inside = false;
  let least = Infinity;
  for (let p = shapes.first[f]; p < shapes.first[f + 1]; p++) {
    const from = shapes.start[p];
    const to = shapes.start[p + 1];
    for (let i = from, j = to - 1; i < to; j = i++) {
      const ax = shapes.x[i];
      const ay = shapes.y[i];
      const bx = shapes.x[j];
      const by = shapes.y[j];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) {
        inside = !inside;
      }
      least = Math.min(least, squaredDistance(x, y, ax, ay, bx, by));
    }
  }
  return (inside ? 1 : -1) * Math.sqrt(least);
}

function squaredDistance(x, y, ax, ay, bx, by) {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const along = length ? ((x - ax) * dx + (y - ay) * dy) / length : 0;
  const t = Math.max(0, Math.min(1, along));
  const ex = ax + t * dx - x;
  const ey = ay + t * dy - y;
  return ex * ex + ey * ey;
}
