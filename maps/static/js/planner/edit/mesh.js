// The cells of a plan and who touches whom, for answers before the service is asked:
// what lies under a brush, what both sides would hold, whether a grid would break.

import W from "../ground.js";
import { labelSpot } from "../inside.js";

const SHIFT = 2 ** 25;
const WIDE = 2 ** 26;

export class Mesh {
  constructor(model) {
    this.model = model;
    this.cells = model.cells;
    this.shapes = model.shapes.cells;
    this.count = this.cells.length;
    this.placeOf = new Map(this.cells.map((cell, f) => [cell.number, f]));
    this.spots = new Array(this.count);
    this.relabel();
  }

  /** Take the grid of each cell from the model again. */
  relabel() {
    this.code = this.cells.map((cell) => cell.grid || null);
  }

  numbersOf(cells) {
    return [...cells].map((f) => this.cells[f].number).sort((a, b) => a - b);
  }

  placesOf(numbers) {
    return numbers.map((number) => this.placeOf.get(number)).filter((f) => f !== undefined);
  }

  get links() {
    if (!this.linked) this.linked = linksOf(this.shapes);
    return this.linked;
  }

  /** A point inside the cell, where it counts as touched. */
  spot(f) {
    if (!this.spots[f]) this.spots[f] = insideOf(this.shapes, f);
    return this.spots[f];
  }

  cellAt(x, y) {
    let found = -1;
    W.eachIn(this.model.index.cells, [x, y, x, y], (f) => {
      if (found < 0 && W.contains(this.shapes, f, x, y)) found = f;
    });
    return found;
  }

  /** Cells whose inner point lies within a distance of a point. */
  cellsAround(x, y, radius) {
    const found = [];
    W.eachIn(this.model.index.cells, [x - radius, y - radius, x + radius, y + radius], (f) => {
      const [cx, cy] = this.spot(f);
      if (Math.hypot(cx - x, cy - y) <= radius) found.push(f);
    });
    return found;
  }

  /** Cells whose inner point lies in a ring of [x, y]. */
  cellsWithin(ring) {
    const xs = ring.map((point) => point[0]);
    const ys = ring.map((point) => point[1]);
    const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    const found = [];
    W.eachIn(this.model.index.cells, box, (f) => {
      if (inRing(ring, this.spot(f))) found.push(f);
    });
    return found;
  }

  cellsOf(code) {
    const found = [];
    for (let f = 0; f < this.count; f++) if (this.code[f] === code) found.push(f);
    return found;
  }

  get unassigned() {
    return this.cellsOf(null);
  }

  householdsOf(cells) {
    let sum = 0;
    cells.forEach((f) => {
      sum += this.cells[f].households;
    });
    return sum;
  }

  /** What grids hold before and after cells go to one: the one that gets first. */
  sides(cells, to) {
    const moved = new Map();
    let all = 0;
    cells.forEach((f) => {
      const from = this.code[f];
      if (from === to) return;
      all += this.cells[f].households;
      if (from) moved.set(from, (moved.get(from) || 0) + this.cells[f].households);
    });
    const side = (code, change) => {
      const grid = this.model.byCode.get(code);
      const before = grid ? grid.households : 0;
      return { code, grid, before, after: before + change };
    };
    const givers = [...moved.keys()].sort();
    return [side(to, all), ...givers.map((code) => side(code, -moved.get(code)))];
  }

  /**
   * Grids that would come apart or lose all their cells if cells went to a grid: a list
   * of {code, lesser} with the cells cut off, and of {code, emptied}.
   */
  broken(cells, to) {
    const after = (f) => (cells.has(f) ? to : this.code[f]);
    const touched = new Set([to]);
    cells.forEach((f) => this.code[f] && touched.add(this.code[f]));
    const found = [];
    touched.forEach((code) => {
      const own = new Set();
      for (let f = 0; f < this.count; f++) if (after(f) === code) own.add(f);
      if (!own.size) found.push({ code, emptied: true, lesser: [] });
      else if (!this.isWhole(own)) {
        found.push({ code, emptied: false, lesser: this.lesserParts(own) });
      }
    });
    return found;
  }

  isWhole(own) {
    const [first] = own;
    return this.partFrom(first, own).length === own.size;
  }

  /** The cells outside the part with the most households. */
  lesserParts(own) {
    const left = new Set(own);
    const parts = [];
    while (left.size) {
      const [first] = left;
      const part = this.partFrom(first, left);
      part.forEach((f) => left.delete(f));
      parts.push(part);
    }
    const weight = (part) => this.householdsOf(part) + part.length / 1e4;
    parts.sort((a, b) => weight(b) - weight(a));
    return parts.slice(1).flat();
  }

  partsOf(code) {
    const own = new Set(this.cellsOf(code));
    return own.size && !this.isWhole(own) ? this.lesserParts(own) : [];
  }

  partFrom(first, own) {
    const seen = new Set([first]);
    const open = [first];
    while (open.length) {
      this.links[open.pop()].forEach((next) => {
        if (!own.has(next) || seen.has(next)) return;
        seen.add(next);
        open.push(next);
      });
    }
    return [...seen];
  }

  /** Tell whether two grids share a stretch of edge. */
  areNeighbours(a, b) {
    for (let f = 0; f < this.count; f++) {
      if (this.code[f] === a && this.links[f].some((g) => this.code[g] === b)) return true;
    }
    return false;
  }

  get heavy() {
    return this.cells.filter((cell) => cell.households > this.model.high);
  }
}

/** Cells share an edge when both have it, vertex by vertex. */
function linksOf(shapes) {
  const links = Array.from({ length: shapes.n }, () => []);
  const vertices = new Map();
  const owners = new Map();
  const vertex = (i) => {
    const key = (shapes.x[i] + SHIFT) * WIDE + shapes.y[i] + SHIFT;
    let id = vertices.get(key);
    if (id === undefined) {
      id = vertices.size;
      vertices.set(key, id);
    }
    return id;
  };
  for (let f = 0; f < shapes.n; f++) {
    for (let p = shapes.first[f]; p < shapes.first[f + 1]; p++) {
      let last = vertex(shapes.start[p]);
      for (let i = shapes.start[p] + 1; i < shapes.start[p + 1]; i++) {
        const next = vertex(i);
        if (next === last) continue;
        const edge = Math.min(last, next) * WIDE + Math.max(last, next);
        last = next;
        const other = owners.get(edge);
        if (other === undefined) owners.set(edge, f);
        else if (other !== f && !links[f].includes(other)) {
          links[f].push(other);
          links[other].push(f);
        }
      }
    }
  }
  return links;
}

function insideOf(shapes, f) {
  const [x, y] = centroid(shapes, f);
  if (W.contains(shapes, f, x, y)) return [x, y];
  const spot = labelSpot(shapes, f);
  return [spot[0], spot[1]];
}

function centroid(shapes, f) {
  const from = shapes.start[shapes.first[f]];
  const to = shapes.start[shapes.first[f] + 1];
  const x0 = shapes.x[from];
  const y0 = shapes.y[from];
  let area = 0;
  let sx = 0;
  let sy = 0;
  for (let i = from, j = to - 1; i < to; j = i++) {
    const ax = shapes.x[j] - x0;
    const ay = shapes.y[j] - y0;
    const bx = shapes.x[i] - x0;
    const by = shapes.y[i] - y0;
    const cross = ax * by - bx * ay;
    area += cross;
    sx += (ax + bx) * cross;
    sy += (ay + by) * cross;
  }
  if (!area) return [x0, y0];
  return [x0 + sx / (3 * area), y0 + sy / (3 * area)];
}

/** Tell whether a point lies in a ring, by the even-odd rule. */
export function inRing(ring, [x, y]) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [ax, ay] = ring[i];
    const [bx, by] = ring[j];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
