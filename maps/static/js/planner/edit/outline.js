// The outline of some cells that touch, as a ring of positions in degrees.

/** Return the longest ring around cells; holes inside it are taken as well. */
export function outlineOf(model, places) {
  const steps = new Map();
  places.forEach((f) => {
    ringsOf(model.parts.cells[f].geometry).forEach((ring) => {
      for (let i = 1; i < ring.length; i++) addStep(steps, ring[i - 1], ring[i]);
    });
  });
  const rings = [];
  while (steps.size) rings.push(takeRing(steps));
  const area = (ring) => Math.abs(areaOf(ring));
  return rings.sort((a, b) => area(b) - area(a))[0] || [];
}

function ringsOf({ type, coordinates }) {
  return type === "Polygon" ? coordinates : coordinates.flat();
}

const keyOf = ([x, y]) => `${x},${y}`;

/** An edge two cells have is no part of the outline: they run along it both ways. */
function addStep(steps, from, to) {
  const a = keyOf(from);
  const b = keyOf(to);
  if (a === b) return;
  const back = steps.get(b);
  if (back && back.has(a)) {
    back.delete(a);
    if (!back.size) steps.delete(b);
    return;
  }
  if (!steps.has(a)) steps.set(a, new Map());
  steps.get(a).set(b, [from, to]);
}

function takeRing(steps) {
  const [first] = steps.keys();
  const ring = [];
  let at = first;
  do {
    const next = steps.get(at);
    if (!next) break;
    const [[to, [from, end]]] = next;
    next.delete(to);
    if (!next.size) steps.delete(at);
    if (!ring.length) ring.push(from);
    ring.push(end);
    at = to;
  } while (at !== first);
  return ring;
}

function areaOf(ring) {
  let sum = 0;
  for (let i = 1; i < ring.length; i++) {
    sum += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
  }
  return sum / 2;
}
